"""A customer is deleted at Stripe: their invoices there can be paid no more, the others anew."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from sqlalchemy import select
from stripe import StripeClient

from tests.billing.charging.test_buttons import new_card, press
from tests.billing.charging.test_crediting import LOGO, credit
from tests.billing.charging.test_webhooks import connect, hear
from tests.billing.charging.world import DECLINES, World
from tests.playground.receiver import Receiver
from tests.races.crowd import all_at_once
from timebot.billing.cards import refresh_card
from timebot.billing.charging import charge_again, send_pay_link
from timebot.billing.deciding import CustomerDeleted
from timebot.billing.models import Invoice
from timebot.billing.outside import mark_paid_outside
from timebot.billing.steps.absorbing import absorb
from timebot.billing.void import void_invoice
from timebot.clients.models import Client
from timebot.doctor.truths import invariants
from timebot.errors import Refusal
from timebot.gateways.stripe_gateway import StripeProcessor
from timebot.journal.models import AuditEvent
from timebot.timekeeping.models import TimeEntry

SENTENCE = (
    "The customer of INV-2026-0001 was deleted at Stripe, so it cannot be paid there any more."
    " Cancel it and bill its hours again, or mark it as paid once the money comes another way."
)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    listening = Receiver()
    yield listening
    listening.stop()


def sdk(world: World) -> StripeClient:
    return StripeClient(world.stripe.api_key, base_addresses={"api": world.stripe.url})


def delete(world: World, client: Client) -> str:
    """Delete the client's customer at Stripe; nobody has heard of it yet."""
    customer = world.fresh(Client, client.id).stripe_customer_id or ""
    sdk(world).v1.customers.delete(customer)
    return customer


def learn(world: World, customer: str) -> bool:
    return refresh_card(world.database, world.processor, about=customer, now=world.clock.now())


def deserted(world: World) -> Invoice:
    """Return an invoice that was declined, and whose customer is there no more."""
    client = world.client_with_card(DECLINES)
    invoice = world.invoice(client)
    world.drain()
    learn(world, delete(world, client))
    return world.fresh(Invoice, invoice.id)


def times_parked(world: World) -> int:
    with world.database.read_only() as session:
        found = select(AuditEvent.id).where(AuditEvent.action == "invoice.parked")
        return len(session.scalars(found).all())


def theirs(world: World, invoice: Invoice) -> dict[str, Any]:
    return next(each for each in world.stripe.invoices() if each["id"] == invoice.stripe_invoice_id)


def sound(world: World) -> list[str]:
    with world.database.read_only() as session:
        return invariants(session)


def test_an_open_invoice_of_a_deleted_customer_is_parked_once_with_what_helps(
    world: World, receiver: Receiver
) -> None:
    client = world.client_with_card()
    invoice = world.invoice(client, mode="link")
    world.drain()
    connect(world, receiver)
    delete(world, client)

    for _ in range(2):
        hear(world, receiver, "stripe")
    world.settle()

    after = world.fresh(Invoice, invoice.id)
    assert after.attention == SENTENCE
    assert (after.collection, after.uncollected_at is not None) == ("failed", True)
    assert times_parked(world) == 1
    assert sound(world) == []


@pytest.mark.parametrize("decision", [charge_again, send_pay_link])
def test_nothing_at_stripe_is_asked_for_it_any_more(world: World, decision: Any) -> None:  # noqa: ANN401 - as the use cases
    invoice = deserted(world)

    with pytest.raises(CustomerDeleted):
        press(world, decision, invoice)


def test_cancelled_it_is_closed_at_stripe_and_its_hours_can_be_billed_again(world: World) -> None:
    invoice = deserted(world)

    press(world, void_invoice, invoice, reason="the customer was deleted")
    world.settle()

    after = world.fresh(Invoice, invoice.id)
    assert (after.document, after.stripe_status) == ("void", "void")
    assert theirs(world, invoice)["status"] == "void"
    with world.database.read_only() as session:
        assert set(session.scalars(select(TimeEntry.state))) == {"approved"}
    assert sound(world) == []


def test_paid_another_way_it_is_settled_at_stripe_too(world: World) -> None:
    invoice = deserted(world)

    press(world, mark_paid_outside, invoice, how="bank transfer", paid_on=date(2026, 1, 1))
    world.settle()

    assert world.fresh(Invoice, invoice.id).collection == "paid"
    assert theirs(world, invoice)["status"] == "paid"
    assert world.succeeded() == []
    assert sound(world) == []


def test_of_one_that_was_credited_in_part_the_rest_is_credited_or_paid(world: World) -> None:
    client = world.client_with_card(DECLINES)
    invoice = world.invoice(client)
    world.drain()
    credit(world, invoice, parts=[LOGO])
    world.drain()

    learn(world, delete(world, client))
    asked = world.fresh(Invoice, invoice.id).attention or ""
    credit(world, invoice)
    world.settle()

    assert "Write a credit note over what is left, or mark it as paid" in asked
    assert world.fresh(Invoice, invoice.id).collection == "credited"
    assert theirs(world, world.fresh(Invoice, invoice.id))["status"] == "void"


def test_an_attempt_under_way_is_refused_and_then_parked(world: World) -> None:
    client = world.client_with_card(DECLINES)
    invoice = world.invoice(client)
    world.drain()
    new_card(world, client)
    press(world, charge_again, invoice)

    learn(world, delete(world, client))
    under_way = world.fresh(Invoice, invoice.id)
    world.settle()

    after = world.fresh(Invoice, invoice.id)
    assert (under_way.uncollected_at, under_way.attention) == (None, None)
    assert (after.collection, after.attention) == ("failed", SENTENCE)
    assert [each.state for each in world.payments()] == ["declined", "declined"]
    assert world.succeeded() == []


def test_who_learns_of_it_after_stripe_has_refused_parks_it_all_the_same(world: World) -> None:
    client = world.client_with_card(DECLINES)
    invoice = world.invoice(client)
    world.drain()
    new_card(world, client)
    customer = delete(world, client)
    press(world, charge_again, invoice)
    world.settle()

    learn(world, customer)

    assert world.fresh(Invoice, invoice.id).attention == SENTENCE


def test_an_invoice_that_stripe_refused_before_it_was_there_is_begun_anew(world: World) -> None:
    client = world.client_with_card()
    invoice = world.invoice(client)
    customer = delete(world, client)
    world.settle()
    refused = world.fresh(Invoice, invoice.id)

    learn(world, customer)
    world.settle()

    after = world.fresh(Invoice, invoice.id)
    assert (refused.attention or "").startswith("Stripe refuses this invoice: No such customer")
    assert (after.collection, after.charge_mode, after.attention) == ("open", "link", None)
    assert after.stripe_customer_id not in {None, customer}
    assert theirs(world, after)["status"] == "open"
    assert sound(world) == []


class Deleting(StripeProcessor):
    """Creates a draft, and hears that its customer was deleted before that is on record."""

    def create_invoice(self, **facts: Any) -> str:  # noqa: ANN401 - as the port
        made = super().create_invoice(**facts)
        if not self.has_deleted:
            self.has_deleted = True
            learn(self.world, delete(self.world, self.client))
        return made

    world: World
    client: Client
    has_deleted = False


def test_a_draft_that_was_made_while_its_customer_went_is_parked_and_deleted(world: World) -> None:
    client = world.client_with_card()
    invoice = world.invoice(client, mode="link")
    processor = Deleting(world.stripe.api_key, webhook_secret="", api_base=world.stripe.url)
    processor.world, processor.client = world, client

    world.settle(world.pipeline(processor=processor))

    after = world.fresh(Invoice, invoice.id)
    assert after.attention == SENTENCE
    assert theirs(world, after)["status"] == "draft"
    press(world, void_invoice, invoice, reason="the customer was deleted")
    world.settle()
    assert world.stripe.invoices() == []


def test_money_that_stripe_takes_all_the_same_is_noted(world: World) -> None:
    invoice = deserted(world)
    found = world.processor.get_invoice(invoice.stripe_invoice_id or "")
    paid = replace(found, status="paid", amount_paid=found.amount_due, payment_intent="pi_late")

    with world.database.transaction() as session:
        row = session.get_one(Invoice, (world.workspace_id, invoice.id))
        absorb(session, row, paid, now=world.clock.now())

    after = world.fresh(Invoice, invoice.id)
    assert (after.collection, after.stripe_status, after.attention) == ("paid", "paid", None)


def test_thirty_two_who_learn_of_it_while_the_card_is_tried_park_it_once(world: World) -> None:
    client = world.client_with_card(DECLINES)
    invoice = world.invoice(client)
    world.drain()
    new_card(world, client)
    customer = delete(world, client)

    def one(number: int) -> None:
        if number % 2:
            learn(world, customer)
            return
        try:
            press(world, charge_again, invoice)
        except Refusal:
            return

    all_at_once(one)
    world.settle()

    after = world.fresh(Invoice, invoice.id)
    assert (after.collection, after.attention) == ("failed", SENTENCE)
    assert times_parked(world) == 1
    assert world.succeeded() == []
    assert sound(world) == []
