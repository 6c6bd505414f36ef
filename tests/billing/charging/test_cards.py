"""A card on file: the client's link, Stripe's form, and what is kept."""

from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from sqlalchemy import func, select
from stripe import StripeClient

from tests.billing.charging.world import World
from timebot.billing.cards import (
    LINK_LASTS,
    AddressMissing,
    CardFormUnavailable,
    CardLinkUnknown,
    card_link,
    note_card,
    open_card_form,
)
from timebot.clients.models import Client
from timebot.journal.models import OutboxMessage

PUBLIC = "https://timebot.example/"


def link_for(world: World, client: Client) -> str:
    with world.database.transaction() as session:
        return card_link(
            session,
            workspace=world.workspace(session),
            actor=world.owner(session),
            client=session.get_one(Client, (world.workspace_id, client.id)),
            now=world.clock.now(),
            public_url=PUBLIC,
        )


def open_form(world: World, link: str) -> str:
    return open_card_form(
        world.database,
        world.processor,
        token=urlsplit(link).path.rpartition("/")[2],
        now=world.clock.now(),
        public_url=PUBLIC,
    )


def complete(world: World) -> str:
    """Do what the client does on the form; return the session's id."""
    [customer] = world.stripe.customers()
    world.stripe.put_card_on_file(customer["id"])
    [done] = [e for e in world.stripe.events() if e["type"] == "checkout.session.completed"]
    return str(done["data"]["object"]["id"])


def test_a_client_puts_a_card_on_file(world: World) -> None:
    client = world.client()
    form = open_form(world, link_for(world, client))

    session_id = complete(world)
    news = [
        note_card(world.database, world.processor, session_id=session_id, now=world.clock.now())
        for _ in range(2)
    ]

    after = world.fresh(Client, client.id)
    assert form.startswith(world.stripe.url)
    assert news == [True, False]
    assert (after.card_brand, after.card_last4, after.card_link_digest) == ("visa", "4242", None)
    assert after.card_id is not None
    card = world.processor.find_card(after.stripe_customer_id or "")
    assert card is not None
    assert card.id == after.card_id
    with world.database.read_only() as session:
        told = select(func.count()).where(OutboxMessage.kind == "slack.tell")
        assert session.scalar(told) == 1


def test_only_a_digest_of_the_link_is_stored(world: World) -> None:
    client = world.client()

    link = link_for(world, client)

    token = link.rpartition("/")[2]
    after = world.fresh(Client, client.id)
    assert link == f"https://timebot.example/card/{token}"
    assert after.card_link_digest is not None
    assert token not in after.card_link_digest


def test_a_link_ends_after_two_weeks_or_when_there_is_a_newer_one(world: World) -> None:
    client = world.client()
    first = link_for(world, client)
    second = link_for(world, client)

    with pytest.raises(CardLinkUnknown):
        open_form(world, first)
    world.clock.advance(LINK_LASTS - timedelta(minutes=1))
    open_form(world, second)
    world.clock.advance(timedelta(minutes=2))
    with pytest.raises(CardLinkUnknown):
        open_form(world, second)


def test_opening_the_form_twice_makes_one_customer(world: World) -> None:
    link = link_for(world, world.client())

    open_form(world, link)
    open_form(world, link)

    assert len(world.stripe.customers()) == 1


def test_while_stripe_does_not_answer_the_client_is_told_so(world: World) -> None:
    link = link_for(world, world.client())
    world.stripe.fail_next("*", "500_before")

    with pytest.raises(CardFormUnavailable):
        open_form(world, link)


def test_after_the_customer_was_deleted_the_next_try_makes_another_one(world: World) -> None:
    client = world.client()
    link = link_for(world, client)
    open_form(world, link)
    gone = world.fresh(Client, client.id).stripe_customer_id
    assert gone is not None
    sdk = StripeClient(world.stripe.api_key, base_addresses={"api": world.stripe.url})
    sdk.v1.customers.delete(gone)

    with pytest.raises(CardFormUnavailable):
        open_form(world, link)
    open_form(world, link)

    assert world.fresh(Client, client.id).stripe_customer_id not in {None, gone}


def test_a_client_without_an_address_gets_no_link(world: World) -> None:
    with pytest.raises(AddressMissing):
        link_for(world, world.client(emails=[]))


def test_an_unfinished_form_keeps_nothing(world: World) -> None:
    client = world.client()
    form = open_form(world, link_for(world, client))

    session_id = form.rpartition("/")[2]
    news = note_card(world.database, world.processor, session_id=session_id, now=world.clock.now())

    assert not news
    assert world.fresh(Client, client.id).card_id is None
