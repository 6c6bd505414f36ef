"""Disputes: what the bank takes, what it gives back, and what the books say meanwhile."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.billing.charging.test_crediting import LOGO, credit
from tests.billing.charging.test_webhooks import connect, hear, pay_by_link
from tests.billing.charging.world import World
from tests.playground.receiver import Receiver
from timebot.billing.charging import charge_again, send_pay_link
from timebot.billing.credit_note import UnderDispute
from timebot.billing.deciding import AlreadyPaid, ClosedThere
from timebot.billing.disputes import CARDS, settle_dispute
from timebot.billing.models import Invoice
from timebot.billing.outside import mark_paid_outside
from timebot.billing.payment_models import Payment
from timebot.billing.receivable import list_disputes, owed
from timebot.billing.steps.absorbing import absorb
from timebot.billing.void import PartlySettled, void_invoice
from timebot.doctor.truths import invariants
from timebot.journal.models import AuditEvent, OutboxMessage, PostedMessage


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    listening = Receiver()
    yield listening
    listening.stop()


def paid(world: World, receiver: Receiver) -> Invoice:
    invoice = world.invoice(world.client_with_card())
    world.drain()
    connect(world, receiver)
    return invoice


def disputed(world: World, receiver: Receiver, *, is_inquiry: bool = False) -> tuple[Invoice, str]:
    invoice = paid(world, receiver)
    [charge] = world.stripe.charges()
    made = world.stripe.bank.dispute(charge["id"], is_inquiry=is_inquiry)
    hear(world, receiver, "stripe")
    return invoice, str(made["id"])


def decided(world: World, receiver: Receiver, *, is_won: bool) -> Invoice:
    invoice, dispute = disputed(world, receiver)
    world.stripe.bank.decide(dispute, is_won=is_won)
    hear(world, receiver, "stripe")
    return world.fresh(Invoice, invoice.id)


def left(world: World, invoice: Invoice) -> int:
    with world.database.read_only() as session:
        return owed(session, session.get_one(Invoice, (world.workspace_id, invoice.id))).minor


def act(world: World, decision: object, invoice: Invoice, **facts: object) -> None:
    assert callable(decision)
    with world.database.transaction() as session:
        decision(
            session,
            workspace=world.workspace(session),
            actor=world.owner(session),
            invoice_id=invoice.id,
            now=world.clock.now(),
            **facts,
        )


def told(session: Session) -> list[str]:
    found = session.scalars(select(OutboxMessage).where(OutboxMessage.kind == "slack.tell"))
    return [row.payload["facts"]["state"] for row in found if row.payload["notice"] == "dispute"]


def asked(session: Session) -> list[str]:
    """Return the purpose of each message that asks for an answer."""
    found = select(PostedMessage.purpose).where(PostedMessage.purpose.in_(CARDS))
    return sorted(session.scalars(found))


def states(world: World, invoice: Invoice) -> list[str]:
    with world.database.read_only() as session:
        row = session.get_one(Invoice, (world.workspace_id, invoice.id))
        return sorted(each.state for each in list_disputes(session, row))


def noted(session: Session) -> list[str]:
    events = select(AuditEvent.action).where(AuditEvent.action.startswith("invoice.dispute"))
    return list(session.scalars(events.order_by(AuditEvent.action)))


def sound(world: World) -> list[str]:
    with world.database.read_only() as session:
        return invariants(session)


def test_a_dispute_is_told_with_the_day_until_which_to_answer(
    world: World, receiver: Receiver
) -> None:
    world.stripe.webhooks.copies = 2
    invoice, _ = disputed(world, receiver)

    after = world.fresh(Invoice, invoice.id)
    day = world.clock.now().date()
    assert after.collection == "disputed"
    assert (after.attention or "").startswith(
        "The client disputes the payment of INV-2026-0001, and the bank has taken €226.10 back."
        " Answer at Stripe by "
    )
    assert str(day.year) in (after.attention or "")
    assert left(world, invoice) == 0
    with world.database.read_only() as session:
        assert (asked(session), told(session)) == (["dispute"], [])
        assert noted(session) == ["invoice.dispute_needs_answer"]
    assert sound(world) == []


def test_an_inquiry_says_that_no_money_was_taken_yet(world: World, receiver: Receiver) -> None:
    invoice, dispute = disputed(world, receiver, is_inquiry=True)
    asked = world.fresh(Invoice, invoice.id)
    world.stripe.bank.decide(dispute, is_won=True)
    hear(world, receiver, "stripe")

    after = world.fresh(Invoice, invoice.id)
    assert "It has taken no money yet" in (asked.attention or "")
    assert (after.collection, after.attention) == ("paid", None)


def test_a_won_dispute_leaves_all_as_it_was(world: World, receiver: Receiver) -> None:
    before = world.fresh(Invoice, paid(world, receiver).id)
    [charge] = world.stripe.charges()
    made = world.stripe.bank.dispute(charge["id"])
    hear(world, receiver, "stripe")
    world.stripe.bank.decide(made["id"], is_won=True)
    hear(world, receiver, "stripe")

    after = world.fresh(Invoice, before.id)
    assert (after.collection, after.attention) == ("paid", None)
    assert (after.paid_at, after.paid_how) == (before.paid_at, before.paid_how)
    assert sound(world) == []


def test_a_lost_dispute_is_owed_again_and_charged_to_no_card(
    world: World, receiver: Receiver
) -> None:
    invoice = decided(world, receiver, is_won=False)
    world.settle()

    assert (invoice.collection, invoice.paid_at) == ("failed", None)
    assert (invoice.attention or "").startswith("The dispute was lost: €226.10 of INV-2026-0001")
    assert left(world, invoice) == invoice.due_minor
    assert len(world.stripe.charges()) == 1
    for decision in (charge_again, send_pay_link):
        with pytest.raises(ClosedThere):
            act(world, decision, invoice)
    with pytest.raises(PartlySettled):
        act(world, void_invoice, invoice, reason="lost")
    assert sound(world) == []


def test_late_news_of_the_payment_does_not_make_a_lost_one_paid(
    world: World, receiver: Receiver
) -> None:
    invoice = decided(world, receiver, is_won=False)
    theirs = world.processor.get_invoice(invoice.stripe_invoice_id or "")
    assert theirs.status == "paid"

    with world.database.transaction() as session:
        row = session.get_one(Invoice, (world.workspace_id, invoice.id))
        absorb(session, row, theirs, now=world.clock.now())

    assert world.fresh(Invoice, invoice.id).collection == "failed"


def test_what_was_lost_is_paid_another_way(world: World, receiver: Receiver) -> None:
    invoice = decided(world, receiver, is_won=False)

    act(world, mark_paid_outside, invoice, how="bank transfer", paid_on=date(2026, 1, 1))
    world.settle()

    assert world.fresh(Invoice, invoice.id).collection == "paid"
    assert sound(world) == []


def test_what_was_lost_is_given_up_with_a_credit_note(world: World, receiver: Receiver) -> None:
    invoice = decided(world, receiver, is_won=False)

    credit(world, invoice)
    world.settle()

    assert world.fresh(Invoice, invoice.id).collection == "credited"
    assert [each["amount_refunded"] for each in world.stripe.charges()] == [0]
    assert sound(world) == []


def test_what_was_refunded_before_is_not_owed_again(world: World, receiver: Receiver) -> None:
    invoice = paid(world, receiver)
    credit(world, invoice, parts=[LOGO], refunds=True)
    world.drain()
    [charge] = world.stripe.charges()
    made = world.stripe.bank.dispute(charge["id"])
    world.stripe.bank.decide(made["id"], is_won=False)
    hear(world, receiver, "stripe")

    assert left(world, invoice) == made["amount"] < invoice.due_minor
    assert sound(world) == []


def test_a_dispute_that_is_won_after_it_was_lost_makes_it_paid_again(
    world: World, receiver: Receiver
) -> None:
    invoice, dispute = disputed(world, receiver)
    lost = decide_again(world, dispute, "lost")
    won = decide_again(world, dispute, "won")

    assert (lost, won) == ("failed", "paid")
    assert left(world, invoice) == 0


def test_a_dispute_that_is_won_after_it_was_paid_another_way_is_told(
    world: World, receiver: Receiver
) -> None:
    invoice, dispute = disputed(world, receiver)
    decide_again(world, dispute, "lost")
    act(world, mark_paid_outside, invoice, how="bank transfer", paid_on=date(2026, 1, 1))

    decide_again(world, dispute, "won")

    after = world.fresh(Invoice, invoice.id)
    assert "came twice" in (after.attention or "")
    assert sound(world) == []


def decide_again(world: World, dispute_id: str, state: str) -> str:
    """Let the bank say so, whatever it said before."""
    heard = replace(world.processor.get_dispute(dispute_id), state=state)
    with world.database.transaction() as session:
        invoice = session.scalars(select(Invoice)).one()
        settle_dispute(session, invoice, heard, now=world.clock.now())
        return invoice.collection


def test_what_was_asked_before_the_end_and_is_heard_after_it_changes_nothing(
    world: World, receiver: Receiver
) -> None:
    invoice, dispute = disputed(world, receiver)

    collections = [decide_again(world, dispute, state) for state in ("won", "needs_answer")]

    assert collections == ["paid", "paid"]
    assert world.fresh(Invoice, invoice.id).attention is None


def test_while_a_dispute_is_open_nothing_can_be_decided(world: World, receiver: Receiver) -> None:
    invoice, _ = disputed(world, receiver)

    with pytest.raises(AlreadyPaid):
        act(world, charge_again, invoice)
    with pytest.raises(UnderDispute):
        credit(world, invoice)


def test_a_dispute_that_is_heard_of_before_the_payment_is_not_lost(
    world: World, receiver: Receiver
) -> None:
    connect(world, receiver)
    invoice = world.invoice(world.client(collection="send"), mode="link")
    world.drain()
    pay_by_link(world, world.fresh(Invoice, invoice.id).stripe_invoice_id or "")
    [charge] = world.stripe.charges()
    world.stripe.bank.dispute(charge["id"])
    world.stripe.webhooks.newest_first = True

    hear(world, receiver, "stripe")

    assert world.fresh(Invoice, invoice.id).collection == "disputed"
    assert [each.how for each in world.payments()] == ["link"]
    assert states(world, invoice) == ["needs_answer"]


def test_what_is_lost_is_lost_once(world: World, receiver: Receiver) -> None:
    world.stripe.webhooks.copies = 3
    decided(world, receiver, is_won=False)

    with world.database.read_only() as session:
        assert session.scalars(select(Payment.lost_minor)).all() == [22_610]
        assert (asked(session), told(session)) == (["dispute"], ["lost"])
