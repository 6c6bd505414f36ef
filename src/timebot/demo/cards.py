"""The clients put their cards on file, each through the link that timebot makes for them."""

import urllib.request

from sqlalchemy import select

from timebot.app import Timebot
from timebot.billing.cards import card_link
from timebot.clients.models import Client
from timebot.demo.agency import CLIENTS
from timebot.playground.world import LocalWorld
from timebot.team.models import Member, Workspace

_PATIENCE_SECONDS = 20


def put_cards_on_file(timebot: Timebot, local: LocalWorld) -> None:
    """Let every client of the demo that pays by card open its link and fill in the form."""
    for one in CLIENTS:
        if one.card is not None:
            fill_in_card_form(local, open_link(timebot, one.name), one.card)


def open_link(timebot: Timebot, client_name: str) -> str:
    """Open a client's card link, as its accounts department would; return Stripe's customer."""
    with timebot.database.transaction() as session:
        client = session.scalars(select(Client).where(Client.name == client_name)).one()
        workspace = session.get_one(Workspace, client.workspace_id)
        owner = session.scalars(select(Member).where(Member.role == "owner")).first()
        if owner is None:  # the demo's firm has one
            raise LookupError("no owner")
        link = card_link(
            session,
            workspace=workspace,
            actor=owner,
            client=client,
            now=timebot.clock.now(),
            public_url=timebot.desk.public_url,
            surface="demo",
        )
    visit(link)
    with timebot.database.read_only() as session:
        kept = session.get_one(Client, (client.workspace_id, client.id))
        return str(kept.stripe_customer_id)


def visit(link: str) -> str:
    """Open a page on this machine and return its text."""
    with urllib.request.urlopen(link, timeout=_PATIENCE_SECONDS) as page:  # noqa: S310 - loopback
        return str(page.read().decode("utf-8"))


def fill_in_card_form(local: LocalWorld, customer: str, number: str) -> None:
    """Fill in the form that was opened for a customer."""
    local.stripe.put_card_on_file(customer, number)
