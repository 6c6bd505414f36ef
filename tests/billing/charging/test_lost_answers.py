"""Answers that get lost: however a call fails, there is one invoice, one charge and one mail."""

from datetime import timedelta

import pytest

from tests.billing.charging.world import DECLINES, World
from tests.builders import a_payment
from timebot.billing.models import Invoice
from timebot.billing.steps.plan import next_step
from timebot.billing.steps.settling import MOST_CHECKS, settle_unknown
from timebot.playground.faults import FaultKind

CALLS = (
    "GET /v1/invoices",
    "POST /v1/invoices",
    "POST /v1/invoices/*/add_lines",
    "POST /v1/invoices/*/finalize",
    "GET /v1/invoices/*",
    "POST /v1/invoices/*/pay",
)
FAULTS: tuple[FaultKind, ...] = (
    "drop_before",
    "drop_after",
    "500_before",
    "500_after",
    "page_before",
    "page_after",
    "429",
)


def assert_charged_and_mailed_once(world: World, invoice: Invoice) -> None:
    after = world.fresh(Invoice, invoice.id)
    assert (after.collection, after.next_step_at) == ("paid", None)
    assert world.succeeded() == [invoice.total_minor]
    assert [each["status"] for each in world.stripe.invoices()] == ["paid"]
    assert [mail["subject"][:7] for mail in world.resend.mails()] == ["Receipt"]
    assert after.last_error is None


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("call", CALLS)
def test_a_call_to_stripe_that_fails_has_one_effect(
    world: World, call: str, fault: FaultKind
) -> None:
    invoice = world.invoice(world.client_with_card())
    world.stripe.fail_next(call, fault)

    world.settle()

    assert_charged_and_mailed_once(world, invoice)


@pytest.mark.parametrize("call", CALLS)
def test_so_it_is_when_stripe_forgets_the_keys_meanwhile(world: World, call: str) -> None:
    invoice = world.invoice(world.client_with_card())
    world.stripe.fail_next(call, "drop_after")

    world.drain()
    world.stripe.expire_idempotency_keys()
    world.clock.advance(timedelta(days=2))
    world.settle()

    assert_charged_and_mailed_once(world, invoice)


@pytest.mark.parametrize("fault", FAULTS)
def test_a_mail_whose_answer_is_lost_is_sent_once(world: World, fault: FaultKind) -> None:
    invoice = world.invoice(world.client_with_card())
    world.resend.fail_next("POST /emails", fault)

    world.settle()

    assert_charged_and_mailed_once(world, invoice)


def test_so_it_is_when_resend_forgets_the_key_meanwhile(world: World) -> None:
    invoice = world.invoice(world.client_with_card())
    world.resend.fail_next("POST /emails", "drop_after")

    world.drain()
    world.resend.expire_idempotency_keys()
    world.settle()

    assert_charged_and_mailed_once(world, invoice)


def test_an_unknown_charge_is_asked_about_after_five_minutes_and_never_repeated(
    world: World,
) -> None:
    invoice = world.invoice(world.client_with_card())
    world.stripe.fail_next("POST /v1/invoices/*/pay", "drop_after")
    began = world.clock.now()

    world.drain()

    unknown = world.fresh(Invoice, invoice.id)
    assert unknown.collection == "unknown"
    assert unknown.attention is not None
    assert unknown.next_step_at is not None
    waits = unknown.next_step_at - began
    assert timedelta(minutes=5) <= waits < timedelta(minutes=6)
    assert world.resend.mails() == []
    world.settle()
    assert_charged_and_mailed_once(world, invoice)
    assert len(world.payments()) == 1
    assert sum(asked.path.endswith("/pay") for asked in world.stripe.requests) == 1


def test_a_decline_whose_answer_is_lost_is_found_and_not_charged_again(world: World) -> None:
    invoice = world.invoice(world.client_with_card(DECLINES))
    world.stripe.fail_next("POST /v1/invoices/*/pay", "drop_after")

    world.settle()

    assert world.fresh(Invoice, invoice.id).collection == "failed"
    assert [payment.state for payment in world.payments()] == ["declined"]
    assert len(world.stripe.charges()) == 1


def test_while_stripe_cannot_be_asked_the_outcome_stays_unknown(world: World) -> None:
    invoice = world.invoice(world.client_with_card())
    world.stripe.fail_next("POST /v1/invoices/*/pay", "drop_after")
    world.drain()
    world.stripe.fail_next("GET /v1/invoices/*", "drop_before", times=3)

    for _ in range(3):
        world.clock.advance(timedelta(minutes=10))
        world.drain()

    after = world.fresh(Invoice, invoice.id)
    assert after.collection == "unknown"
    world.settle()
    assert_charged_and_mailed_once(world, invoice)


def test_a_mail_that_is_refused_for_good_is_put_before_people(world: World) -> None:
    invoice = world.invoice(world.client(emails=["nobody"]), mode="bank")

    world.settle()

    after = world.fresh(Invoice, invoice.id)
    assert (after.delivery, after.next_step_at) == ("none", None)
    assert after.attention is not None
    assert after.attention.startswith("The mail could not be sent:")
    assert [mail.state for mail in world.mails()] == ["failed"]


def test_what_stripe_never_tells_is_parked_after_days(world: World) -> None:
    invoice = world.invoice(world.client_with_card(), mode="link")
    world.drain()
    with world.database.transaction() as session:
        row = session.get_one(Invoice, (world.workspace_id, invoice.id))
        row.collection = "unknown"
        a_payment(session, row, state="unknown", amount_minor=row.due_minor)

    for _ in range(MOST_CHECKS + 1):
        with world.database.transaction() as session:
            row = session.get_one(Invoice, (world.workspace_id, invoice.id))
            settle_unknown(session, row, now=world.clock.now())

    with world.database.read_only() as session:
        parked = session.get_one(Invoice, (world.workspace_id, invoice.id))
        assert parked.collection == "unknown"
        assert "Please look at it there" in (parked.attention or "")
        assert next_step(session, parked, now=world.clock.now()) is None
