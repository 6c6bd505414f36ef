"""Credit notes and payments in parts, drawn, mailed, and followed at Stripe."""

from typing import Any

import pytest
from sqlalchemy import select

from tests.billing.charging.test_buttons import press
from tests.billing.charging.world import DECLINES, World
from tests.races.crowd import all_at_once
from timebot.billing.charging import charge_again
from timebot.billing.credit_models import CreditNote
from timebot.billing.credit_note import issue_credit_note
from timebot.billing.crediting import Part
from timebot.billing.models import Invoice
from timebot.billing.outside import mark_paid_outside
from timebot.billing.ports import OutcomeUnknown, Refund
from timebot.billing.refunding import RefundNotFailed, refund_again
from timebot.billing.settlement import StripeWebhooks
from timebot.billing.steps.crediting import hear_of_refund
from timebot.billing.steps.keys import credit_key, natural_keys
from timebot.gateways.stripe_gateway import StripeProcessor
from timebot.journal.inbox import WebhookDelivery
from timebot.journal.models import OutboxMessage
from timebot.journal.outcomes import Delivered, Outcome, TryAgain
from timebot.money import Money

LOGO = Part(1)
"""The first of two lines of 95.00, with 18.05 of tax."""


def credit(world: World, invoice: Invoice, **facts: Any) -> CreditNote:  # noqa: ANN401 - as the use case
    with world.database.transaction() as session:
        return issue_credit_note(
            session,
            workspace=world.workspace(session),
            actor=world.owner(session),
            invoice_id=invoice.id,
            now=world.clock.now(),
            **{"reason": "agreed on the phone", **facts},
        )


def note_of(world: World) -> CreditNote:
    with world.database.read_only() as session:
        return session.scalars(select(CreditNote)).one()


def test_a_credit_note_is_drawn_once_and_mailed_with_its_pdf(world: World) -> None:
    invoice = world.invoice(world.client(), mode="bank")
    world.drain()

    credit(world, invoice, parts=[LOGO])
    world.drain()

    assert world.renderer.drawn == [invoice.number, "CN-2026-0001"]
    mail = world.resend.mails()[-1]
    assert mail["subject"] == "Credit note CN-2026-0001 from Studio North: \u20ac113.05"
    assert [each["filename"] for each in mail["attachments"]] == ["CN-2026-0001.pdf"]
    assert "\u20ac113.05 of it no longer has to be paid." in mail["text"]


def test_money_goes_back_to_the_card_it_came_from(world: World) -> None:
    invoice = world.invoice(world.client_with_card())
    world.drain()

    credit(world, invoice, parts=[LOGO], refunds=True)
    world.drain()

    assert [each["amount_refunded"] for each in world.stripe.charges()] == [11_305]
    assert note_of(world).refund_state == "done"
    assert world.fresh(Invoice, invoice.id).collection == "paid"


def failed_refund(world: World) -> CreditNote:
    """A refund that the bank sent back."""
    invoice = world.invoice(world.client_with_card())
    world.drain()
    credit(world, invoice, parts=[LOGO], refunds=True)
    world.drain()
    refund_id = note_of(world).refund_id or ""
    world.stripe.bank.fail_refund(refund_id)
    hear_of(world, refund_id)
    assert note_of(world).refund_state == "failed"
    return note_of(world)


def hear_of(world: World, refund_id: str) -> Outcome:
    payload = {"type": "refund.updated", "object_id": refund_id}
    heard = WebhookDelivery("account", "stripe", "evt", payload, 1, world.clock.now())
    return StripeWebhooks(world.database, world.processor)(heard)


def try_again(world: World, note: CreditNote) -> None:
    with world.database.transaction() as session:
        refund_again(
            session,
            workspace=world.workspace(session),
            actor=world.owner(session),
            note_id=note.id,
            now=world.clock.now(),
        )


def test_a_refund_that_failed_is_made_again_once(world: World) -> None:
    note = failed_refund(world)

    try_again(world, note)
    with pytest.raises(RefundNotFailed):
        try_again(world, note)
    hear_of(world, note.refund_id or "")
    world.drain()
    with pytest.raises(RefundNotFailed):
        try_again(world, note)

    after = note_of(world)
    assert (after.refund_state, after.refund_attempt) == ("done", 2)
    assert after.refund_id != note.refund_id
    assert [each["amount_refunded"] for each in world.stripe.charges()] == [11_305]


def test_of_thirty_two_presses_one_sends_the_money_back(world: World) -> None:
    note = failed_refund(world)

    def press_once(_number: int) -> bool:
        try:
            try_again(world, note)
        except RefundNotFailed:
            return False
        return True

    outcomes = all_at_once(press_once)
    world.drain()

    assert sum(outcomes.won) == 1
    assert [each["amount_refunded"] for each in world.stripe.charges()] == [11_305]


def told_failed(world: World) -> list[tuple[int, str]]:
    """Return which try each message tells of, and to whom."""
    with world.database.read_only() as session:
        found = select(OutboxMessage).where(OutboxMessage.dedup_key.startswith("refund_failed"))
        told = [row.payload for row in session.scalars(found.order_by(OutboxMessage.created_at))]
    return [(each["facts"]["attempt"], each["recipient"]) for each in told]


def test_a_refund_that_failed_is_told_once_however_often_it_is_heard(world: World) -> None:
    note = failed_refund(world)

    for _ in range(2):
        hear_of(world, note.refund_id or "")

    with world.database.transaction() as session:
        assert told_failed(world) == [(1, world.owner(session).slack_user_id)]


def test_each_try_that_fails_is_told_for_itself(world: World) -> None:
    note = failed_refund(world)
    try_again(world, note)
    world.drain()
    again = note_of(world).refund_id or ""
    world.stripe.bank.fail_refund(again)

    for refund_id in (note.refund_id or "", again, again):
        hear_of(world, refund_id)

    assert [attempt for attempt, _ in told_failed(world)] == [1, 2]


def test_of_thirty_two_who_hear_that_a_refund_failed_one_tells_it(world: World) -> None:
    invoice = world.invoice(world.client_with_card())
    world.drain()
    credit(world, invoice, parts=[LOGO], refunds=True)
    world.drain()
    note = note_of(world)
    back = Refund(note.refund_id or "", "failed", Money(note.refund_minor, "EUR"), None, "ours")

    def hear(_number: int) -> bool:
        with world.database.transaction() as session:
            row = session.get_one(Invoice, (world.workspace_id, invoice.id), with_for_update=True)
            return hear_of_refund(session, row, back, now=world.clock.now())

    all_at_once(hear)

    assert len(told_failed(world)) == 1


def test_a_second_refund_whose_answer_got_lost_is_not_made_a_third_time(world: World) -> None:
    note = failed_refund(world)
    try_again(world, note)
    world.stripe.fail_next("POST /v1/refunds", "drop_after")

    world.settle()

    assert note_of(world).refund_state == "done"
    assert [each["amount_refunded"] for each in world.stripe.charges()] == [11_305]


def test_news_of_our_refund_waits_until_it_is_on_record(world: World) -> None:
    invoice = world.invoice(world.client_with_card())
    world.drain()
    note = credit(world, invoice, parts=[LOGO], refunds=True)
    world.stripe.fail_next("POST /v1/refunds", "drop_after")
    world.drain()
    intent = world.payments()[0].stripe_payment_intent or ""
    with world.database.read_only() as session:
        row = session.get_one(Invoice, (world.workspace_id, invoice.id))
        name = credit_key(natural_keys(session, row), note.ordinal)
    made = world.processor.find_refund(intent, credit_key=name)
    assert made is not None

    early = hear_of(world, made.id)
    world.settle()

    assert isinstance(early, TryAgain)
    assert hear_of(world, made.id) == Delivered()


def test_a_refund_whose_answer_got_lost_is_found_and_not_made_twice(world: World) -> None:
    invoice = world.invoice(world.client_with_card())
    world.drain()
    credit(world, invoice, parts=[LOGO], refunds=True)

    class Forgetful(StripeProcessor):
        """Does what it is told, and loses the answer."""

        def refund(
            self, payment_intent: str, *, amount: Money, credit_key: str, key: str
        ) -> Refund:
            super().refund(payment_intent, amount=amount, credit_key=credit_key, key=key)
            raise OutcomeUnknown("the answer got lost")

    forgetful = Forgetful(
        world.stripe.api_key,
        webhook_secret=world.stripe.webhook_secret,
        api_base=world.stripe.url,
    )
    world.drain(world.pipeline(processor=forgetful))
    world.stripe.expire_idempotency_keys()
    world.settle()

    assert [each["amount_refunded"] for each in world.stripe.charges()] == [11_305]
    assert note_of(world).refund_state == "done"


def test_a_refund_that_stripe_refuses_is_told_to_people(world: World) -> None:
    invoice = world.invoice(world.client_with_card())
    world.drain()
    payment = world.payments()[0]
    assert payment.stripe_payment_intent is not None
    world.processor.refund(
        payment.stripe_payment_intent,
        amount=Money(payment.amount_minor, "EUR"),
        credit_key="somebody else",
        key="at the dashboard",
    )

    credit(world, invoice, parts=[LOGO], refunds=True)
    world.settle()

    assert note_of(world).refund_state == "failed"
    attention = world.fresh(Invoice, invoice.id).attention or ""
    assert "The refund of €113.05 for CN-2026-0001 did not work" in attention
    assert [attempt for attempt, _ in told_failed(world)] == [1]


def test_stripe_asks_for_less_after_a_credit_note(world: World) -> None:
    invoice = world.invoice(world.client_with_card(), mode="link")
    world.drain()

    credit(world, invoice, parts=[LOGO])
    world.drain()

    (there,) = world.stripe.invoices()
    assert there["amount_remaining"] == 11_305
    assert world.fresh(Invoice, invoice.id).stripe_due_minor == 11_305


def test_a_declined_card_is_charged_again_for_what_is_left(world: World) -> None:
    client = world.client_with_card(DECLINES)
    invoice = world.invoice(client)
    world.drain()
    credit(world, invoice, parts=[LOGO])
    world.drain()
    assert client.stripe_customer_id is not None
    with world.database.transaction() as session:
        session.merge(client).card_id = world.stripe.put_card_on_file(
            client.stripe_customer_id, "4242424242424242"
        )

    press(world, charge_again, invoice)
    world.drain()

    assert world.succeeded() == [11_305]
    after = world.fresh(Invoice, invoice.id)
    assert (after.collection, after.attention) == ("paid", None)


def test_a_full_credit_closes_the_invoice_at_stripe(world: World) -> None:
    invoice = world.invoice(world.client_with_card(), mode="link")
    world.drain()

    credit(world, invoice)
    world.settle()

    assert [each["status"] for each in world.stripe.invoices()] == ["void"]
    assert world.fresh(Invoice, invoice.id).collection == "credited"


def test_a_credit_before_the_first_charge_is_charged_net(world: World) -> None:
    invoice = world.invoice(world.client_with_card())

    credit(world, invoice, parts=[LOGO])
    world.settle()

    assert world.succeeded() == [11_305]
    assert world.fresh(Invoice, invoice.id).collection == "paid"


def test_parts_that_come_outside_lower_what_stripe_asks_for_and_end_paid(world: World) -> None:
    invoice = world.invoice(world.client_with_card(), mode="link")
    world.drain()
    day = world.clock.now().date()
    part = Money(10_000, "EUR")

    press(world, mark_paid_outside, invoice, how="bank transfer", paid_on=day, amount=part)
    world.drain()
    assert [each["amount_remaining"] for each in world.stripe.invoices()] == [12_610]
    assert world.fresh(Invoice, invoice.id).collection == "open"
    press(world, mark_paid_outside, invoice, how="cash", paid_on=day)
    world.settle()

    assert world.fresh(Invoice, invoice.id).collection == "paid"
    assert [each["status"] for each in world.stripe.invoices()] == ["paid"]
    assert world.succeeded() == []
    receipt = world.resend.mails()[-1]
    assert "We received \u20ac226.10" in receipt["text"]


@pytest.mark.parametrize("times", [1, 2])
def test_lowering_at_stripe_bears_repetition(world: World, times: int) -> None:
    invoice = world.invoice(world.client_with_card(), mode="link")
    world.drain()
    credit(world, invoice, parts=[LOGO])

    for _ in range(times):
        world.drain()
        world.stripe.expire_idempotency_keys()
        with world.database.transaction() as session:
            row = session.get_one(Invoice, (world.workspace_id, invoice.id))
            row.stripe_due_minor, row.next_step_at = row.due_minor, world.clock.now()
    world.drain()

    assert [each["amount_remaining"] for each in world.stripe.invoices()] == [11_305]
