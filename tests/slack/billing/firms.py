"""A firm that bills in the local Slack: Olga owns it, Ben bills, Mia records time."""

import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.builders import a_client, a_project, a_rate, an_entry
from tests.worlds import World, a_world, utc
from timebot.billing.models import Invoice
from timebot.clients.models import Client, Project
from timebot.db import Base
from timebot.money import Money
from timebot.playground.slack import Person
from timebot.playground.slack.seen import Answer, Message
from timebot.slack.manifest import SCOPES, slash_commands
from timebot.team.members import find_member
from timebot.team.models import Member, Workspace

MONDAY_NINE = utc(2031, 3, 3, 8)
"""Nine o'clock in Berlin, on a Monday that lies ahead of the real clock."""

WORKS, DECLINES = "4242424242424242", "4000000000000341"
EURO, DOLLAR = Money(9_500, "EUR"), Money(8_000, "USD")

Row = TypeVar("Row", bound=Base)


@dataclass
class Firm:
    """The firm, and the hands of its people."""

    world: World

    @property
    def olga(self) -> Person:
        """The owner."""
        return self.world.person("olga")

    @property
    def ben(self) -> Person:
        """Who has the billing role."""
        return self.world.person("ben")

    @property
    def mia(self) -> Person:
        """A member."""
        return self.world.person("mia")

    @contextmanager
    def session(self) -> Iterator[Session]:
        """Look into the database, or change it behind everybody's back."""
        with self.world.timebot.database.transaction() as session:
            yield session

    def workspace(self, session: Session) -> Workspace:
        """Return the workspace."""
        return session.scalars(select(Workspace)).one()

    def member(self, session: Session, person: Person) -> Member:
        """Return the member behind a person."""
        workspace = self.workspace(session)
        found = find_member(session, workspace_id=workspace.id, slack_user_id=person.id)
        assert found is not None
        return found

    def row(self, kind: type[Row], **columns: object) -> Row:
        """Return the only row with these columns."""
        with self.session() as session:
            return session.scalars(select(kind).filter_by(**columns)).one()

    def rows(self, kind: type[Row], **columns: object) -> list[Row]:
        """Return all rows with these columns."""
        with self.session() as session:
            return list(session.scalars(select(kind).filter_by(**columns)))

    def types(self, text: str, who: Person | None = None) -> Answer:
        """Let somebody type the billing command: Ben, unless another is named."""
        return (who or self.ben).command(f"/billing {text}".strip())

    def add_work(
        self,
        project: str,
        *,
        hours: float = 2,
        rate: Money | None = EURO,
        state: str = "approved",
        day: int = 0,
        text: str = "Sketches",
    ) -> None:
        """Let Mia have worked, and somebody have approved it."""
        started_at = MONDAY_NINE + timedelta(days=day)
        columns: dict[str, object] = {"state": state, "started_at": started_at, "text": text}
        if state == "approved":
            columns["approved_at"] = started_at + timedelta(hours=hours + 1)
        with self.session() as session:
            on = session.scalars(select(Project).where(Project.name == project)).one()
            mia = self.member(session, self.mia)
            an_entry(session, mia, on, hours=hours, rate=rate, **columns)

    def add_clients(self, *names: str, currency: str = "EUR") -> None:
        """Add clients with one project each, called as they are, at the usual rate."""
        with self.session() as session:
            workspace = self.workspace(session)
            for name in names:
                client = a_client(
                    session,
                    workspace,
                    name=name,
                    currency=currency,
                    address="Street 1",
                    emails=[f"{'x'.join(w for w in name.split() if w.isalnum()) or 'x'}@x.example"],
                )
                a_project(session, client, name=f"Work for {name}")
                a_rate(session, Money(9_500, currency), client=client)

    def put_card_on_file(self, client: str, number: str = WORKS) -> None:
        """Do what a client does with the card link."""
        answer = self.types(f"card {client}")
        url = next(word for word in answer.text.split() if "/card/" in word)
        _visit(url)
        customer = self.row(Client, name=client).stripe_customer_id
        assert customer is not None
        self.world.local.stripe.put_card_on_file(customer, number)
        self.world.settle()

    def open_run(self) -> Message:
        """Open a run a week later and return its message as Ben sees it."""
        self.world.move_to(MONDAY_NINE + timedelta(days=7))
        self.types("run")
        self.world.settle()
        return self.run_message()

    def run_message(self, who: Person | None = None) -> Message:
        """Return the run's message as it stands in somebody's DM."""
        return posted(who or self.ben, "Extra invoice run")

    def release(self, client: str, who: Person | None = None) -> Invoice:
        """Release a client's draft and let everything follow."""
        answer = self.types(f"release {client}", who)
        (who or self.ben).click(answer, text="Release")
        self.world.settle()
        return self.row(Invoice, client_id=self.row(Client, name=client).id)

    def now(self) -> datetime:
        """Return the present instant."""
        return self.world.now()


def posted(person: Person, containing: str) -> Message:
    """Return the newest message that everybody in the conversation sees and that has the words."""
    return next(
        each
        for each in reversed(person.messages())
        if not each.is_ephemeral and containing in each.all_text
    )


def marked_texts(blocks: object) -> list[str]:
    """Return every text that Slack would read as mrkdwn, wherever it stands."""
    if isinstance(blocks, list):
        return [text for each in blocks for text in marked_texts(each)]
    if not isinstance(blocks, dict):
        return []
    own = [str(blocks["text"])] if blocks.get("type") == "mrkdwn" else []
    return own + [text for each in blocks.values() for text in marked_texts(each)]


@contextmanager
def a_firm(folder: Path, database_url: str, **environment: str) -> Iterator[Firm]:
    """Open the firm on Monday at nine, with the client Acme and its projects Logo and Website."""
    with a_world(folder, database_url, begins=MONDAY_NINE, **environment) as world:
        world.local.slack.set_commands(slash_commands())
        world.local.slack.set_scopes(SCOPES)
        world.add_person("olga", is_owner=True)
        for name in ("ben", "mia"):
            world.add_person(name)
        firm = Firm(world)
        for name in ("olga", "ben", "mia"):
            world.person(name).command("/billing help")
        _furnish(firm)
        world.settle()
        yield firm


def _furnish(firm: Firm) -> None:
    with firm.session() as session:
        workspace = firm.workspace(session)
        workspace.zone, workspace.currency = "Europe/Berlin", "EUR"
        workspace.anchor_on = MONDAY_NINE.date()
        workspace.seller_name, workspace.seller_address = "Studio North", "Hafenweg 1"
        firm.member(session, firm.ben).role = "billing"
        acme = a_client(session, workspace, name="Acme", address="Street 1")
        for name in ("Logo", "Website"):
            a_project(session, acme, name=name)
        a_rate(session, EURO, client=acme)


def _visit(url: str) -> None:
    try:
        with urllib.request.urlopen(url, timeout=5):  # noqa: S310 - our own link, on loopback
            pass
    except urllib.error.HTTPError as error:
        raise AssertionError(f"{url} answered {error.code}") from error
