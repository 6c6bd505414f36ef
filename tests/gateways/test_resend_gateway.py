"""Resend through the real SDK: what its answers and its failures mean for us."""

import time
from dataclasses import replace
from datetime import timedelta
from wsgiref.types import StartResponse, WSGIEnvironment

import pytest

from timebot.billing.document_ports import Letter
from timebot.billing.ports import Envelope, MayNotLook, OutcomeUnknown, Rejected, TryLater
from timebot.db import Database
from timebot.gateways.reaching import reach_resend
from timebot.gateways.resend_gateway import ResendMailer
from timebot.playground.faults import FaultKind
from timebot.playground.http import LocalServer
from timebot.playground.resend import LocalResend

ENVELOPE = Envelope(
    to="billing@acme.example",
    cc=["copy@acme.example"],
    reply_to="hello@north.example",
    letter=Letter("Invoice INV-1", "<p>Hello</p>", "Hello"),
    attachments={"INV-1.pdf": b"%PDF"},
    tag="w_m",
)


def test_a_mail_goes_out_as_it_is_written(mailer: ResendMailer, resend: LocalResend) -> None:
    sent = mailer.send(ENVELOPE, key="k")

    [mail] = resend.mails()
    assert (mail["id"], mail["to"], mail["cc"]) == (
        sent,
        ["billing@acme.example"],
        ["copy@acme.example"],
    )
    assert (mail["subject"], mail["html"], mail["text"]) == (
        "Invoice INV-1",
        "<p>Hello</p>",
        "Hello",
    )
    assert mail["attachments"][0]["content"] == b"%PDF"


def test_the_same_key_sends_once(mailer: ResendMailer, resend: LocalResend) -> None:
    assert mailer.send(ENVELOPE, key="k") == mailer.send(ENVELOPE, key="k")
    assert len(resend.mails()) == 1


@pytest.mark.parametrize(
    "kind", ["drop_before", "drop_after", "500_before", "500_after", "page_before", "page_after"]
)
def test_a_lost_answer_is_unknown(
    mailer: ResendMailer, resend: LocalResend, kind: FaultKind
) -> None:
    resend.fail_next("POST /emails", kind)

    with pytest.raises(OutcomeUnknown):
        mailer.send(ENVELOPE, key="k")


def test_a_key_that_was_used_for_another_mail_is_unknown(mailer: ResendMailer) -> None:
    mailer.send(ENVELOPE, key="k")

    with pytest.raises(OutcomeUnknown):
        mailer.send(replace(ENVELOPE, to="other@acme.example"), key="k")


def test_a_rate_limit_says_when_to_come_back(mailer: ResendMailer, resend: LocalResend) -> None:
    resend.fail_next("POST /emails", "429", seconds=7)

    with pytest.raises(TryLater) as refused:
        mailer.send(ENVELOPE, key="k")

    assert refused.value.after == timedelta(seconds=7)


def test_an_impossible_mail_is_rejected_without_its_address(mailer: ResendMailer) -> None:
    with pytest.raises(Rejected) as refused:
        mailer.send(replace(ENVELOPE, to="nobody"), key="k")

    assert "@" not in refused.value.reason


def test_a_sent_mail_is_found_unless_it_is_known(mailer: ResendMailer, resend: LocalResend) -> None:
    sent = mailer.send(ENVELOPE, key="k")

    def find(to: str = ENVELOPE.to, known: frozenset[str] = frozenset()) -> str | None:
        return mailer.find_sent(to=to, subject="Invoice INV-1", known=known)

    assert find() == sent
    assert find(known=frozenset({sent})) is None
    assert find(to="other@acme.example") is None
    assert len(resend.mails()) == 1


def test_a_mail_that_came_back_is_bounced(mailer: ResendMailer) -> None:
    arrived = mailer.send(ENVELOPE, key="k")
    returned = mailer.send(replace(ENVELOPE, to="bounce@acme.example"), key="other")

    assert mailer.delivery_state(arrived) == "delivered"
    assert mailer.delivery_state(returned) == "bounced"


def test_a_wrong_key_is_waited_out(resend: LocalResend) -> None:
    wrong = ResendMailer("re_wrong", resend.url, "Billing <billing@north.example>")

    with pytest.raises(TryLater):
        wrong.send(ENVELOPE, key="k")


def test_a_domain_that_nobody_verified_is_waited_out(
    mailer: ResendMailer, resend: LocalResend
) -> None:
    resend.allowance.verified_domains = frozenset()

    with pytest.raises(TryLater) as refused:
        mailer.send(ENVELOPE, key="k")

    assert (refused.value.after, "verified" in refused.value.reason) == (timedelta(hours=1), True)


def test_a_spent_quota_is_waited_out(mailer: ResendMailer, resend: LocalResend) -> None:
    resend.allowance.daily_quota = 0

    with pytest.raises(TryLater) as refused:
        mailer.send(ENVELOPE, key="k")

    assert refused.value.after == timedelta(hours=1)


def test_a_key_that_may_only_send_says_so_when_it_looks(
    mailer: ResendMailer, resend: LocalResend
) -> None:
    resend.allowance.only_sends = True
    sent = mailer.send(ENVELOPE, key="k")

    with pytest.raises(MayNotLook):
        mailer.delivery_state(sent)
    with pytest.raises(MayNotLook):
        mailer.find_sent(to=ENVELOPE.to, subject="Invoice INV-1", known=())


@pytest.mark.parametrize(
    ("address", "state"), [("suppressed@a.example", "bounced"), ("delay@a.example", "sent")]
)
def test_other_endings_are_told_apart(mailer: ResendMailer, address: str, state: str) -> None:
    assert mailer.delivery_state(mailer.send(replace(ENVELOPE, to=address), key="k")) == state


def test_a_list_that_says_nothing_of_further_pages_is_the_whole() -> None:
    def answers(_environ: WSGIEnvironment, start_response: StartResponse) -> list[bytes]:
        # As lists were before they had pages: https://resend.com/docs/api-reference/pagination
        start_response("200 OK", [("Content-Type", "application/json")])
        return [b'{"object": "list", "data": []}']

    server = LocalServer(answers)
    server.start()
    mailer = ResendMailer("re_key", server.url, "Billing <b@north.example>", pause=timedelta())
    try:
        assert mailer.find_sent(to="a@a.example", subject="Invoice INV-1", known=()) is None
        reach = reach_resend("re_key", server.url, "Billing <b@north.example>", seconds=5)
        assert reach.state == "lacks"
    finally:
        server.stop()


def test_calls_are_paced(resend: LocalResend) -> None:
    paced = ResendMailer(
        resend.api_key, resend.url, "Billing <b@north.example>", pause=timedelta(seconds=0.2)
    )
    began = time.monotonic()

    for number in range(3):
        paced.send(ENVELOPE, key=f"k{number}")

    assert time.monotonic() - began >= 0.4


def test_no_mail_is_sent_inside_a_transaction(mailer: ResendMailer, database: Database) -> None:
    with (
        database.transaction(),
        pytest.raises(RuntimeError, match="inside a database transaction"),
    ):
        mailer.send(ENVELOPE, key="k")
