import base64
from typing import Any

import pytest
import resend
from resend.exceptions import MissingRequiredFieldsError, ResendError, ValidationError

from timebot.playground.resend import LocalResend

from .mails import send

PDF = b"%PDF-1.7\x00\xff local"


def test_a_mail_is_kept_as_it_was_sent(local: LocalResend) -> None:
    mail_id = send(
        cc="boss@acme.example",
        bcc=["archive@agency.example"],
        reply_to="maria@agency.example",
        html="<p>Hello</p>",
        headers={"X-Invoice": "1"},
        tags=[{"name": "kind", "value": "invoice"}],
    )

    (mail,) = local.mails()
    assert mail["id"] == mail_id
    assert mail["from"] == "Agency <billing@agency.example>"
    assert mail["to"] == ["client@acme.example"]
    assert mail["cc"] == ["boss@acme.example"]
    assert mail["bcc"] == ["archive@agency.example"]
    assert mail["reply_to"] == ["maria@agency.example"]
    assert (mail["subject"], mail["text"]) == ("Your invoice", "Hello")
    assert mail["html"] == "<p>Hello</p>"
    assert mail["headers"] == {"X-Invoice": "1"}
    assert mail["tags"] == [{"name": "kind", "value": "invoice"}]


@pytest.mark.parametrize("content", [base64.b64encode(PDF).decode(), list(PDF)])
def test_an_attachment_arrives_byte_by_byte(local: LocalResend, content: Any) -> None:  # noqa: ANN401 - either form
    send(attachments=[{"filename": "INV-1.pdf", "content": content}])

    (attachment,) = local.mails()[0]["attachments"]
    assert attachment == {
        "filename": "INV-1.pdf",
        "content": PDF,
        "content_type": "application/pdf",
    }


@pytest.mark.parametrize("field", ["from", "to", "subject"])
def test_a_missing_field_is_named(local: LocalResend, field: str) -> None:
    with pytest.raises(MissingRequiredFieldsError, match=f"Missing `{field}` field"):
        send(**{field: ""})

    assert local.mails() == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"text": None},
        {"to": ["nobody"]},
        {"to": ["a@b.example, c@d.example"]},
        {"to": [f"c{n}@acme.example" for n in range(51)]},
        {"from": "Agency"},
        {"subject": "one\r\nBcc: thief@x.example"},
        {"headers": {"X-A": "one\nX-B: two"}},
        {"tags": [{"name": "a b", "value": "c"}]},
        {"colour": "red"},
        {"scheduled_at": "in 1 min"},
    ],
)
def test_a_mail_that_cannot_be_right_is_refused(local: LocalResend, wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError) as refused:
        send(**wrong)

    assert refused.value.code == 422
    assert local.mails() == []


@pytest.mark.parametrize(
    "attachment",
    [
        {"filename": "a.pdf", "content": "not base64 at all!"},
        {"filename": "a.pdf"},
        {"content": "QUJD"},
        {"filename": "a.pdf", "path": "https://files.example/a.pdf"},
    ],
)
def test_an_attachment_without_its_bytes_is_refused(
    local: LocalResend, attachment: dict[str, Any]
) -> None:
    with pytest.raises(ResendError) as refused:
        send(attachments=[attachment])

    assert (refused.value.code, refused.value.error_type) == (422, "invalid_attachment")
    assert local.mails() == []


def test_without_a_key_nothing_is_sent(local: LocalResend) -> None:
    resend.api_key = ""

    with pytest.raises(ResendError) as refused:
        send()

    assert refused.value.code == 401
    assert local.mails() == []


def test_another_key_is_refused(local: LocalResend) -> None:
    resend.api_key = "re_other"

    with pytest.raises(ResendError) as refused:
        send()

    assert (refused.value.code, refused.value.error_type) == (403, "invalid_api_key")
    assert local.mails() == []


def test_a_mail_can_be_read_back(local: LocalResend) -> None:
    mail = resend.Emails.get(send())

    assert (mail["subject"], mail["to"]) == ("Your invoice", ["client@acme.example"])
    assert mail["last_event"] == "delivered"
    assert len(local.mails()) == 1


@pytest.mark.usefixtures("local")
def test_an_unknown_mail_is_not_found() -> None:
    with pytest.raises(ResendError) as refused:
        resend.Emails.get("none")

    assert refused.value.code == 404


@pytest.mark.usefixtures("local")
def test_mails_are_listed_newest_first_by_the_page() -> None:
    one, two, three = send(), send(), send()

    first = resend.Emails.list({"limit": 2})
    rest = resend.Emails.list({"after": two})
    before = resend.Emails.list({"before": two})

    assert ([mail["id"] for mail in first["data"]], first["has_more"]) == ([three, two], True)
    assert ([mail["id"] for mail in rest["data"]], rest["has_more"]) == ([one], False)
    assert [mail["id"] for mail in before["data"]] == [three]
