import json
from typing import Any

import pytest
import resend
from werkzeug.test import Client

from tests.playground.receiver import Receiver
from timebot.playground.clock import MovableClock
from timebot.playground.resend import LocalResend
from timebot.playground.store import Store

from .mails import send


def verified(local: LocalResend, headers: dict[str, str], body: bytes) -> dict[str, Any]:
    """Return the event, checked by the SDK."""
    event: Any = resend.Webhooks.verify(
        {
            "payload": body.decode(),
            "headers": {
                "id": headers["svix-id"],
                "timestamp": headers["svix-timestamp"],
                "signature": headers["svix-signature"],
            },
            "webhook_secret": local.webhook_secret,
        }
    )
    found: dict[str, Any] = event
    return found


def test_a_mail_is_sent_and_then_delivered(local: LocalResend, receiver: Receiver) -> None:
    local.connect(receiver.url)
    mail_id = send(tags=[{"name": "kind", "value": "receipt"}])
    receiver.wait_for(2)

    events = [verified(local, *each) for each in receiver.taken]

    assert [each["type"] for each in events] == ["email.sent", "email.delivered"]
    assert {each["data"]["email_id"] for each in events} == {mail_id}
    assert events[0]["data"]["tags"] == {"kind": "receipt"}


@pytest.mark.parametrize("address", ["bounced@resend.dev", "Bounce-1 <bounce.1@acme.example>"])
def test_some_addresses_do_not_exist(local: LocalResend, receiver: Receiver, address: str) -> None:
    local.connect(receiver.url)
    mail_id = send(to=[address])
    receiver.wait_for(2)

    event = verified(local, *receiver.taken[1])

    assert event["type"] == "email.bounced"
    assert event["data"]["bounce"]["type"] == "Permanent"
    assert resend.Emails.get(mail_id)["last_event"] == "bounced"


def test_a_complaint_follows_the_delivery(local: LocalResend, receiver: Receiver) -> None:
    local.connect(receiver.url)
    send(to=["complained@resend.dev"])
    receiver.wait_for(3)

    types = [json.loads(body)["type"] for _, body in receiver.taken]

    assert types == ["email.sent", "email.delivered", "email.complained"]


def test_a_changed_payload_does_not_verify(local: LocalResend, receiver: Receiver) -> None:
    local.connect(receiver.url)
    send()
    receiver.wait_for(1)
    headers, body = receiver.taken[0]

    with pytest.raises(ValueError, match="no matching signature"):
        verified(local, headers, body + b" ")


def test_a_copy_carries_the_same_id(local: LocalResend, receiver: Receiver) -> None:
    local.connect(receiver.url)
    local.webhooks.paused = True
    local.webhooks.copies = 2
    send()

    local.deliver_pending()

    ids = [headers["svix-id"] for headers, _ in receiver.taken]
    assert ids[0] == ids[1]
    assert len(set(ids)) == 2


def test_the_page_is_shown_the_mails_and_their_files(local: LocalResend) -> None:
    mail_id = send(
        html="<b>Hello</b>",
        attachments=[{"filename": "INV-1.pdf", "content": list(b"%PDF")}],
    )
    page = Client(local.mail_api)

    (mail,) = json.loads(page.get("/mails").data)["mails"]
    file = page.get(f"/mails/{mail_id}/attachments/0")

    assert (mail["id"], mail["state"], mail["html"]) == (mail_id, "delivered", "<b>Hello</b>")
    assert mail["attachments"] == [
        {"n": 0, "filename": "INV-1.pdf", "size": 4, "content_type": "application/pdf"}
    ]
    assert (file.data, file.content_type) == (b"%PDF", "application/pdf")
    assert "filename=INV-1.pdf" in file.headers["Content-Disposition"]


@pytest.mark.parametrize("path", ["/", "/mails/none/attachments/0"])
def test_what_is_not_there_is_not_shown(local: LocalResend, path: str) -> None:
    assert Client(local.mail_api).get(path).status_code == 404


def test_a_restart_on_the_same_store_loses_nothing(
    local: LocalResend, store: Store, clock: MovableClock
) -> None:
    mail_id = send("receipt/1", attachments=[{"filename": "a.txt", "content": "QUJD"}])
    before = local.mails()
    local.stop()

    again = LocalResend(store, clock)
    again.start()
    resend.api_url = again.url

    assert again.mails() == before
    assert again.webhook_secret == local.webhook_secret
    assert send("receipt/1", attachments=[{"filename": "a.txt", "content": "QUJD"}]) == mail_id
    again.stop()
