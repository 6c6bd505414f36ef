"""A refused card: each reason has its own words, its own advice and its own way on."""

from datetime import timedelta

import pytest

from tests.billing.charging.world import ASKS, DECLINES, EXPIRED, SHORT, WORKS, World
from timebot.billing.cards import refresh_card
from timebot.billing.charging import charge_again
from timebot.billing.deciding import CardEnded
from timebot.billing.models import Invoice
from timebot.billing.payment_models import Payment
from timebot.billing.refused_cards import trouble_of
from timebot.clients.models import Client
from timebot.playground.stripe.declines import DECLINES as DECLINE_CODES


def try_again(world: World, invoice: Invoice) -> None:
    with world.database.transaction() as session:
        charge_again(
            session,
            workspace=world.workspace(session),
            actor=world.owner(session),
            invoice_id=invoice.id,
            now=world.clock.now(),
        )


@pytest.mark.parametrize(
    ("card", "trouble", "words", "advice"),
    [
        (DECLINES, "refused", "the bank gave no reason", "The client can ask their bank why."),
        (SHORT, "short", "there is not enough money on it", "Trying the card again in a few days"),
        (EXPIRED, "ended", "it has expired", "Trying this card again will not help."),
        (ASKS, "confirm", "the client has to confirm", "Send the pay link: the client confirms"),
    ],
)
def test_each_reason_is_told_with_what_helps(
    world: World, card: str, trouble: str, words: str, advice: str
) -> None:
    client = world.client_with_card(card)
    invoice = world.invoice(client)

    world.drain()

    after = world.fresh(Invoice, invoice.id)
    assert after.collection == "failed"
    assert (after.attention or "").startswith(advice)
    assert words in trouble_of(world.payments()[0]).words
    assert world.fresh(Client, client.id).card_trouble == trouble


@pytest.mark.parametrize("code", sorted(DECLINE_CODES))
def test_every_reason_of_a_bank_has_plain_words(code: str) -> None:
    payment = Payment(state="declined", decline_code=code, message="Your card was declined.")

    trouble = trouble_of(payment)

    assert trouble.words.startswith("card declined: ")
    assert "_" not in trouble.words
    assert trouble.advice.endswith(".")


def test_a_card_that_has_ended_is_not_tried_again(world: World) -> None:
    invoice = world.invoice(world.client_with_card(EXPIRED))
    world.drain()

    with pytest.raises(CardEnded):
        try_again(world, invoice)

    world.drain()
    assert len(world.stripe.charges()) == 1


def test_a_card_that_the_bank_renewed_is_tried_again(world: World) -> None:
    client = world.client_with_card(EXPIRED)
    invoice = world.invoice(client)
    world.drain()
    assert client.card_id is not None
    world.stripe.bank.renew_card(client.card_id, expiry=(4, 2040), number=WORKS)
    refresh_card(world.database, world.processor, about=client.card_id, now=world.clock.now())

    try_again(world, invoice)
    world.drain()

    assert world.fresh(Invoice, invoice.id).collection == "paid"
    assert world.fresh(Client, client.id).card_trouble is None


def test_a_card_that_pays_after_all_is_a_good_one(world: World) -> None:
    client = world.client_with_card()
    world.stripe.bank.decline_next("insufficient_funds")
    invoice = world.invoice(client)
    world.drain()
    assert world.fresh(Client, client.id).card_trouble == "short"

    try_again(world, invoice)
    world.drain()

    assert world.fresh(Client, client.id).card_trouble is None
    assert [payment.state for payment in world.payments()] == ["declined", "succeeded"]


def test_news_of_an_older_card_says_nothing_of_the_newer_one(world: World) -> None:
    client = world.client_with_card(EXPIRED)
    world.invoice(client)
    with world.database.transaction() as session:
        session.get_one(Client, (world.workspace_id, client.id)).card_id = "pm_newer"

    world.drain()

    assert world.fresh(Client, client.id).card_trouble is None


@pytest.mark.parametrize("card", [DECLINES, ASKS])
def test_a_refusal_whose_answer_was_lost_is_heard_of_once(world: World, card: str) -> None:
    invoice = world.invoice(world.client_with_card(card))
    world.stripe.fail_next("POST /v1/invoices/*/pay", "drop_after")
    world.drain()
    assert world.fresh(Invoice, invoice.id).collection == "unknown"

    world.clock.advance(timedelta(minutes=5))
    world.drain()

    assert world.fresh(Invoice, invoice.id).collection == "failed"
    assert len(world.payments()) == 1
    tries = [one for one in world.stripe.requests if one.path.endswith("/pay")]
    assert len(tries) == 1
