"""What becomes of mails by their address, and what the account may not send."""

import json
from datetime import timedelta
from typing import Any

import pytest
import resend
from resend.exceptions import RateLimitError, ResendError, ValidationError

from tests.playground.receiver import Receiver
from tests.playground.resend.mails import send
from timebot.playground.clock import MovableClock
from timebot.playground.resend import LocalResend


@pytest.mark.parametrize(
    ("address", "state"),
    [
        ("suppressed@resend.dev", "suppressed"),
        ("fail.1@acme.example", "failed"),
        ("delay@acme.example", "delivery_delayed"),
    ],
)
def test_an_address_says_how_its_mail_ends(
    local: LocalResend, receiver: Receiver, address: str, state: str
) -> None:
    local.connect(receiver.url)

    mail_id = send(to=[address])
    receiver.wait_for(2)

    assert [one["type"] for one in told(receiver)] == ["email.sent", f"email.{state}"]
    assert resend.Emails.get(mail_id)["last_event"] == state


def test_a_delayed_mail_arrives_later(local: LocalResend, receiver: Receiver) -> None:
    local.connect(receiver.url)
    mail_id = send(to=["delay@acme.example"])

    assert local.deliver_delayed() == 1
    receiver.wait_for(3)

    assert told(receiver)[-1]["type"] == "email.delivered"
    assert resend.Emails.get(mail_id)["last_event"] == "delivered"
    assert local.deliver_delayed() == 0


def test_a_domain_that_is_not_verified_sends_nothing(local: LocalResend) -> None:
    local.allowance.verified_domains = frozenset({"north.example"})

    with pytest.raises(ResendError, match=r"agency\.example is not verified") as refused:
        send()

    assert (int(refused.value.code), refused.value.error_type) == (403, "validation_error")
    assert local.mails() == []


def test_a_quota_counts_the_mails_of_a_day(local: LocalResend, clock: MovableClock) -> None:
    local.allowance.daily_quota = 1
    send()

    with pytest.raises(RateLimitError) as refused:
        send()
    clock.advance(timedelta(days=1))
    send()

    assert refused.value.error_type == "daily_quota_exceeded"
    assert len(local.mails()) == 2


def test_a_batch_loses_its_attachments_in_silence(local: LocalResend) -> None:
    answer = resend.Batch.send([letter("one"), letter("two")], {"idempotency_key": "k"})
    again = resend.Batch.send([letter("one"), letter("two")], {"idempotency_key": "k"})

    assert [one["id"] for one in answer["data"]] == [one["id"] for one in again["data"]]
    assert [mail["subject"] for mail in local.mails()] == ["one", "two"]
    assert [mail["attachments"] for mail in local.mails()] == [[], []]


def test_one_wrong_mail_stops_its_batch(local: LocalResend) -> None:
    with pytest.raises(ValidationError):
        resend.Batch.send([letter("one"), letter("two", to=["nobody"])])

    assert local.mails() == []


def told(receiver: Receiver) -> list[dict[str, Any]]:
    return [json.loads(body) for _, body in receiver.taken]


def letter(subject: str, **more: Any) -> Any:  # noqa: ANN401 - the SDK's parameters
    return {
        "from": "Agency <billing@agency.example>",
        "to": ["client@acme.example"],
        "subject": subject,
        "text": "Hello",
        "attachments": [{"filename": "a.txt", "content": "aGVsbG8="}],
        **more,
    }
