"""What is done at Stripe by hand is noticed: cards that go or change, and refunds."""

from collections.abc import Iterator

import pytest
from sqlalchemy import select
from stripe import StripeClient

from tests.billing.charging.test_crediting import LOGO, credit, note_of
from tests.billing.charging.test_webhooks import connect, hear
from tests.billing.charging.world import World
from tests.playground.receiver import Receiver
from timebot.billing.models import Invoice
from timebot.billing.ports import Refund
from timebot.billing.steps.crediting import hear_of_refund
from timebot.clients.models import Client
from timebot.journal.models import OutboxMessage
from timebot.money import Money


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    listening = Receiver()
    yield listening
    listening.stop()


def sdk(world: World) -> StripeClient:
    return StripeClient(world.stripe.api_key, base_addresses={"api": world.stripe.url})


def notices(world: World) -> list[str]:
    with world.database.read_only() as session:
        found = session.scalars(select(OutboxMessage).where(OutboxMessage.kind == "slack.tell"))
        return [row.payload["notice"] for row in found]


def test_a_card_that_was_removed_is_told_once_and_not_charged(
    world: World, receiver: Receiver
) -> None:
    client = world.client_with_card()
    connect(world, receiver)
    assert client.card_id is not None
    sdk(world).v1.payment_methods.detach(client.card_id)

    hear(world, receiver, "stripe")
    hear(world, receiver, "stripe")

    assert world.fresh(Client, client.id).card_id is None
    assert notices(world) == ["card_lost"]


def test_a_customer_that_was_deleted_is_told_and_made_anew(
    world: World, receiver: Receiver
) -> None:
    client = world.client_with_card()
    invoice = world.invoice(client)
    connect(world, receiver)
    gone = client.stripe_customer_id or ""
    sdk(world).v1.customers.delete(gone)

    hear(world, receiver, "stripe")
    hear(world, receiver, "stripe")
    lost = world.fresh(Client, client.id)
    world.drain()

    after = world.fresh(Invoice, invoice.id)
    assert (lost.stripe_customer_id, lost.card_id, lost.card_last4) == (None, None, None)
    assert notices(world) == ["customer_lost"]
    assert (after.charge_mode, after.collection) == ("link", "open")
    assert after.pay_url is not None
    assert world.fresh(Client, client.id).stripe_customer_id not in {None, gone}
    assert world.stripe.charges() == []


def test_another_default_card_is_taken_over(world: World, receiver: Receiver) -> None:
    client = world.client_with_card()
    connect(world, receiver)
    assert client.stripe_customer_id is not None
    other = world.stripe.put_card_on_file(client.stripe_customer_id, "4000000000000341")
    world.processor.make_default(customer=client.stripe_customer_id, card_id=other)

    hear(world, receiver, "stripe")

    after = world.fresh(Client, client.id)
    assert (after.card_id, after.card_last4) == (other, "0341")
    assert after.card_exp_year is not None


def test_a_refund_made_at_stripe_asks_for_a_credit_note(world: World, receiver: Receiver) -> None:
    invoice = world.invoice(world.client_with_card())
    world.drain()
    connect(world, receiver)
    intent = world.payments()[0].stripe_payment_intent
    assert intent is not None
    made = sdk(world).v1.refunds.create({"payment_intent": intent, "amount": 1_000})
    refund = world.processor.get_refund(made.id)

    for _ in range(2):
        with world.database.transaction() as session:
            row = session.get_one(Invoice, (world.workspace_id, invoice.id))
            hear_of_refund(session, row, refund, now=world.clock.now())

    attention = world.fresh(Invoice, invoice.id).attention or ""
    assert attention.startswith("€10.00 of INV-2026-0001 went back to the card at Stripe")


def test_a_refund_that_the_bank_sends_back_is_told(world: World) -> None:
    invoice = world.invoice(world.client_with_card())
    world.drain()
    credit(world, invoice, parts=[LOGO], refunds=True)
    world.drain()
    note = note_of(world)
    assert note.refund_id is not None
    back = Refund(note.refund_id, "failed", Money(note.refund_minor, "EUR"), None, "ours")

    with world.database.transaction() as session:
        row = session.get_one(Invoice, (world.workspace_id, invoice.id))
        hear_of_refund(session, row, back, now=world.clock.now())

    assert note_of(world).refund_state == "failed"
    assert "the bank sent it back" in (world.fresh(Invoice, invoice.id).attention or "")
