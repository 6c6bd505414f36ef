from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import resend
from resend.exceptions import RateLimitError, ResendError

from timebot.playground.clock import MovableClock
from timebot.playground.resend import LocalResend

from .mails import send


def test_the_same_key_sends_once(local: LocalResend) -> None:
    assert send("receipt/1") == send("receipt/1")
    assert len(local.mails()) == 1


def test_the_same_key_with_another_payload_is_a_conflict(local: LocalResend) -> None:
    send("receipt/1")

    with pytest.raises(ResendError) as refused:
        send("receipt/1", subject="Other")

    assert (refused.value.code, refused.value.error_type) == (409, "invalid_idempotent_request")
    assert len(local.mails()) == 1


def test_a_key_in_use_is_a_conflict(local: LocalResend) -> None:
    local.fail_next("POST /emails", "slow", seconds=1.5)

    def ask() -> str:
        try:
            send("receipt/1")
        except ResendError as refused:
            return str(refused.error_type)
        return "sent"

    with ThreadPoolExecutor() as pool:
        answers = sorted(each.result() for each in [pool.submit(ask), pool.submit(ask)])

    assert answers == ["concurrent_idempotent_requests", "sent"]
    assert len(local.mails()) == 1


def test_a_refused_mail_does_not_use_its_key_up(local: LocalResend) -> None:
    with pytest.raises(ResendError):
        send("receipt/1", to=["nobody"])

    send("receipt/1")

    assert len(local.mails()) == 1


def test_keys_are_forgotten_after_a_day(local: LocalResend, clock: MovableClock) -> None:
    send("receipt/1")

    clock.advance(timedelta(hours=24))
    send("receipt/1", subject="Other")

    assert len(local.mails()) == 2


def test_keys_are_forgotten_on_demand(local: LocalResend) -> None:
    send("receipt/1")

    local.expire_idempotency_keys()
    send("receipt/1", subject="Other")

    assert len(local.mails()) == 2


def test_a_key_has_at_most_256_characters(local: LocalResend) -> None:
    with pytest.raises(ResendError) as refused:
        send("k" * 257)

    assert refused.value.error_type == "invalid_idempotency_key"
    assert local.mails() == []


def test_dropped_before_nothing_was_sent(local: LocalResend) -> None:
    local.fail_next("POST /emails", "drop_before")

    with pytest.raises(ResendError) as broken:
        send("receipt/1")

    assert broken.value.error_type == "HttpClientError"
    assert local.mails() == []


@pytest.mark.parametrize("kind", ["drop_after", "500_after"])
def test_after_an_unknown_outcome_the_same_key_sends_no_second_mail(
    local: LocalResend, kind: str
) -> None:
    local.fail_next("POST /emails", kind)  # type: ignore[arg-type]

    with pytest.raises(ResendError):
        send("receipt/1")
    mail_id = send("receipt/1")

    assert [mail["id"] for mail in local.mails()] == [mail_id]


def test_a_500_says_so_in_resends_way(local: LocalResend) -> None:
    local.fail_next("POST /emails", "500_before")

    with pytest.raises(ResendError) as broken:
        send()

    assert (broken.value.code, broken.value.error_type) == (500, "application_error")


def test_a_planned_rate_limit_says_when_to_come_back(local: LocalResend) -> None:
    local.fail_next("POST /emails", "429", seconds=7)

    with pytest.raises(RateLimitError) as refused:
        send()

    assert refused.value.headers["retry-after"] == "7"
    assert local.mails() == []


def test_every_answer_tells_the_limit(local: LocalResend) -> None:
    mail = resend.Emails.get(send())

    headers = mail["http_headers"]  # type: ignore[typeddict-item]
    assert headers["ratelimit-limit"] == str(local.rate.per_second)


def test_an_enforced_limit_refuses_the_request_too_many(local: LocalResend) -> None:
    local.rate.enforced = True
    local.rate.per_second = 0

    with pytest.raises(RateLimitError) as refused:
        send()

    assert refused.value.headers["retry-after"] == "1"
    assert local.mails() == []


def test_every_request_is_remembered(local: LocalResend) -> None:
    send("receipt/1")

    asked = local.requests[-1]
    assert (asked.method, asked.path, asked.status) == ("POST", "/emails", 200)
    assert asked.idempotency_key == "receipt/1"
