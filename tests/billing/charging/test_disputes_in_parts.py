"""Several disputes about one payment: each is kept, and the invoice waits for the last."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from sqlalchemy import select

from tests.billing.charging.test_disputes import (
    asked,
    disputed,
    left,
    noted,
    paid,
    sound,
    states,
    told,
)
from tests.billing.charging.test_webhooks import hear
from tests.billing.charging.world import World
from tests.playground.receiver import Receiver
from tests.races.crowd import all_at_once
from timebot.billing.disputes import settle_dispute
from timebot.billing.models import Invoice
from timebot.billing.why_settled import what_became_of


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    listening = Receiver()
    yield listening
    listening.stop()


def disputed_in_parts(world: World, receiver: Receiver, *amounts: int) -> tuple[Invoice, list[str]]:
    """Return an invoice whose payment is disputed in parts, all of them heard of."""
    invoice = paid(world, receiver)
    [charge] = world.stripe.charges()
    made = [world.stripe.bank.dispute(charge["id"], amount=amount)["id"] for amount in amounts]
    hear(world, receiver, "stripe")
    return invoice, made


def end(world: World, receiver: Receiver, dispute: str, *, is_won: bool) -> None:
    world.stripe.bank.decide(dispute, is_won=is_won)
    hear(world, receiver, "stripe")


def test_two_disputes_about_one_payment_are_both_kept_and_asked_about(
    world: World, receiver: Receiver
) -> None:
    invoice, _ = disputed_in_parts(world, receiver, 10_000, 12_610)

    after = world.fresh(Invoice, invoice.id)
    assert (after.collection, states(world, invoice)) == ("disputed", ["needs_answer"] * 2)
    assert (after.attention or "").endswith("Another dispute about it waits for an answer, too.")
    with world.database.read_only() as session:
        assert asked(session) == ["dispute", "dispute"]
    assert sound(world) == []


@pytest.mark.parametrize("newest_first", [False, True])
@pytest.mark.parametrize(
    ("ends", "collection", "still_owed"),
    [
        ((False, True), "failed", 10_000),
        ((True, False), "failed", 12_610),
        ((False, False), "failed", 22_610),
        ((True, True), "paid", 0),
    ],
)
def test_after_the_last_dispute_what_was_lost_is_owed_whatever_is_heard_first(
    world: World,
    receiver: Receiver,
    ends: tuple[bool, bool],
    collection: str,
    still_owed: int,
    *,
    newest_first: bool,
) -> None:
    invoice, made = disputed_in_parts(world, receiver, 10_000, 12_610)
    world.stripe.webhooks.copies, world.stripe.webhooks.newest_first = 2, newest_first
    for dispute, is_won in zip(made, ends, strict=True):
        world.stripe.bank.decide(dispute, is_won=is_won)

    hear(world, receiver, "stripe")

    after = world.fresh(Invoice, invoice.id)
    assert (after.collection, left(world, invoice)) == (collection, still_owed)
    assert (after.attention is None) == (collection == "paid")
    with world.database.read_only() as session:
        assert len(told(session)) == 2
    assert sound(world) == []


def test_an_invoice_stays_disputed_until_the_last_dispute_is_over(
    world: World, receiver: Receiver
) -> None:
    invoice, (one, other) = disputed_in_parts(world, receiver, 10_000, 12_610)

    end(world, receiver, one, is_won=False)
    between = world.fresh(Invoice, invoice.id)
    is_sound_between = not sound(world)
    end(world, receiver, other, is_won=True)

    after = world.fresh(Invoice, invoice.id)
    assert (between.collection, is_sound_between, after.collection) == ("disputed", True, "failed")
    assert (after.attention or "").startswith(
        "The dispute was lost: \u20ac100.00 of INV-2026-0001 went back to the client."
    )
    assert sound(world) == []


def test_a_dispute_that_begins_after_another_was_lost_is_waited_for(
    world: World, receiver: Receiver
) -> None:
    invoice, [first] = disputed_in_parts(world, receiver, 10_000)
    end(world, receiver, first, is_won=False)
    [charge] = world.stripe.charges()
    second = world.stripe.bank.dispute(charge["id"])
    hear(world, receiver, "stripe")
    between = world.fresh(Invoice, invoice.id)

    end(world, receiver, second["id"], is_won=True)

    after = world.fresh(Invoice, invoice.id)
    assert (second["amount"], between.collection) == (12_610, "disputed")
    assert between.uncollected_at is None
    assert (after.collection, left(world, invoice)) == ("failed", 10_000)
    assert after.uncollected_at is not None


def test_thirty_two_who_hear_of_two_lost_disputes_lose_each_once(
    world: World, receiver: Receiver
) -> None:
    invoice = paid(world, receiver)
    [charge] = world.stripe.charges()
    heard = []
    for amount in (10_000, 12_610):
        made = world.stripe.bank.dispute(charge["id"], amount=amount)
        world.stripe.bank.decide(made["id"], is_won=False)
        heard.append(world.processor.get_dispute(made["id"]))

    def one(number: int) -> None:
        with world.database.transaction() as session:
            row = session.get_one(Invoice, (world.workspace_id, invoice.id), with_for_update=True)
            settle_dispute(session, row, heard[number % 2], now=world.clock.now())

    all_at_once(one)

    assert left(world, invoice) == 22_610
    with world.database.read_only() as session:
        assert len(told(session)) == 2
        assert noted(session) == ["invoice.dispute_lost"] * 2
    assert sound(world) == []


def test_what_a_bank_asks_and_then_disputes_is_told_twice(world: World, receiver: Receiver) -> None:
    _, dispute = disputed(world, receiver, is_inquiry=True)
    heard = replace(world.processor.get_dispute(dispute), is_inquiry=False)

    with world.database.transaction() as session:
        invoice = session.scalars(select(Invoice)).one()
        settle_dispute(session, invoice, heard, now=world.clock.now())

    with world.database.read_only() as session:
        assert asked(session) == ["dispute", "inquiry"]


def test_why_tells_what_was_lost_and_that_the_rest_is_disputed(
    world: World, receiver: Receiver
) -> None:
    invoice, (one, _) = disputed_in_parts(world, receiver, 10_000, 12_610)
    end(world, receiver, one, is_won=False)

    with world.database.read_only() as session:
        row = session.get_one(Invoice, (world.workspace_id, invoice.id))
        settled = what_became_of(session, row, workspace=world.workspace(session))

    [payment] = settled.payments
    assert (payment.lost.minor, payment.dispute) == (10_000, "needs_answer")
    assert settled.owed.minor == 10_000
