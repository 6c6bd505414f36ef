"""A firm in the local world on the morning it bills: every way in which a client can pay."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.billing.charging.world import PlainRenderer
from tests.builders import a_client, a_member, a_project, a_workspace, an_entry
from tests.worlds import World, a_world, utc
from timebot.app import connect_outside
from timebot.billing.credit_note import issue_credit_note
from timebot.billing.crediting import Part
from timebot.billing.document_ports import Renderer
from timebot.billing.holds import hold_client
from timebot.billing.issuing import release_all
from timebot.billing.models import Invoice
from timebot.billing.outside import mark_paid_outside
from timebot.billing.runs import open_manual_run
from timebot.cli.opening import operator
from timebot.clients.models import Client
from timebot.db import Database
from timebot.demo.run import NO_PAUSE
from timebot.money import Money
from timebot.rehearsal.copying import Tell
from timebot.rehearsal.plan import Plan
from timebot.rehearsal.rehearsing import Rehearsal, rehearse
from timebot.rehearsal.stage import means_of
from timebot.team.models import Member, Workspace

MONDAY = utc(2031, 3, 3, 9)
MORNING = utc(2031, 3, 17, 9)
DECLINES, WORKS = "4000000000000341", "4242424242424242"
CENTS = Money(30, "EUR")


@dataclass
class BillingMorning:
    """The firm, and the hands of its owner."""

    world: World
    workspace_id: UUID

    def works_for(self, name: str, *, hours: float = 2, rate: Money | None = None) -> None:
        """Have hours of Ada's approved for a client, who is made if need be."""
        with self.world.timebot.database.transaction() as session:
            workspace = session.get_one(Workspace, self.workspace_id)
            client = session.scalar(select(Client).where(Client.name == name))
            client = client or self._join(session, workspace, name)
            project = a_project(session, client)
            an_entry(
                session,
                session.scalars(select(Member).where(Member.name == "Ada")).one(),
                project,
                hours=hours,
                rate=rate or Money(9_500, "EUR"),
                state="approved",
                started_at=MONDAY,
                approved_at=MONDAY + timedelta(days=1),
            )

    def changes(self, name: str, **columns: object) -> None:
        """Change columns of a client."""
        with self.world.timebot.database.transaction() as session:
            client = session.scalars(select(Client).where(Client.name == name)).one()
            for column, value in columns.items():
                setattr(client, column, value)

    def puts_card_on_file(self, name: str, number: str) -> None:
        """Let a client put a card on file with the local Stripe, and remember it."""
        timebot = self.world.timebot
        processor = connect_outside(timebot.settings, NO_PAUSE).processor
        assert processor is not None
        with timebot.database.read_only() as session:
            client = session.scalars(select(Client).where(Client.name == name)).one()
        customer = processor.create_customer(
            workspace_key=str(self.workspace_id),
            client_key=str(client.id),
            name=name,
            email=client.emails[0],
            key=f"tests/{client.id}",
        )
        card_id = self.world.local.stripe.put_card_on_file(customer, number)
        processor.make_default(customer=customer, card_id=card_id)
        card = {"card_id": card_id, "card_brand": "visa", "card_last4": number[-4:]}
        expiry = {"card_exp_month": 12, "card_exp_year": 2034}
        self.changes(name, stripe_customer_id=customer, **card, **expiry)

    def runs(self) -> list[UUID]:
        """Bill what is ready, until nothing is left to do; return the invoices."""
        released = self.releases()
        self.world.settle()
        return released

    def releases(self) -> list[UUID]:
        """Open a run and release what is ready, as the owner does; return the invoices."""
        timebot = self.world.timebot
        now = self.world.now()
        with timebot.database.transaction() as session:
            workspace = session.get_one(Workspace, self.workspace_id)
            owner = operator(session, workspace, now)
            common: dict[str, Any] = {"workspace": workspace, "actor": owner, "can_charge": True}
            run = open_manual_run(session, **common, surface="cli", now=now)
            released = release_all(
                session, **common, run_id=run.id, digest=None, surface="cli", now=now
            )
            return [one.id for one in released]

    def plan(self, client: str | None = None, *, as_of: datetime | None = None) -> Plan:
        """Return the plan of a rehearsal of everything, or of one client."""
        return Plan(
            workspace_id=self.workspace_id,
            client_id=None if client is None else self._id_of(client),
            means=means_of(self.world.timebot.settings),
            act_as=operator,
            as_of=as_of,
        )

    def owes_credit(self, name: str) -> None:
        """Bill a client, take the money, and credit a part of it."""
        self.works_for(name)
        (invoice_id,) = self.runs()
        now = self.world.now()
        with self.world.timebot.database.transaction() as session:
            workspace = session.get_one(Workspace, self.workspace_id)
            owner = operator(session, workspace, now)
            facts: dict[str, Any] = {
                "workspace": workspace,
                "actor": owner,
                "invoice_id": invoice_id,
                "now": now,
            }
            invoice = session.get_one(Invoice, (self.workspace_id, invoice_id))
            how: dict[str, Any] = {
                "how": "bank transfer",
                "paid_on": now.date(),
                "amount": invoice.due,
            }
            mark_paid_outside(session, **facts, **how)
            part = Part(1, amount=Money(4_000, "EUR"))
            issue_credit_note(session, **facts, parts=[part], reason="agreed on the phone")
        self.world.settle()

    def holds(self, name: str) -> None:
        """Open a run and hold a client's draft in it, as the owner does."""
        now = self.world.now()
        with self.world.timebot.database.transaction() as session:
            workspace = session.get_one(Workspace, self.workspace_id)
            owner = operator(session, workspace, now)
            common: dict[str, Any] = {"workspace": workspace, "actor": owner, "surface": "cli"}
            run = open_manual_run(session, **common, can_charge=True, now=now)
            draft = session.scalars(
                select(Invoice)
                .join(Client, Client.id == Invoice.client_id)
                .where(Invoice.run_id == run.id, Client.name == name)
            ).one()
            hold_client(session, **common, invoice_id=draft.id, reason="asked to wait", now=now)

    def _id_of(self, name: str) -> UUID:
        with self.world.timebot.database.read_only() as session:
            return session.scalars(select(Client.id).where(Client.name == name)).one()

    def _join(self, session: Session, workspace: Workspace, name: str) -> Client:
        emails = [f"accounts@{name.lower()}.example", f"boss@{name.lower()}.example"]
        return a_client(session, workspace, name=name, emails=emails, created_at=MONDAY)


@contextmanager
def a_billing_morning(folder: Path, database_url: str) -> Iterator[BillingMorning]:
    """Open a firm that taxes at 19 % in the local world; it has no client yet."""
    with a_world(folder, database_url, begins=MORNING) as world:
        olga = world.add_person("olga", is_owner=True)
        billing = world.local.slack.add_channel("billing", private=True, members=[olga.id])
        with world.timebot.database.transaction() as session:
            workspace = a_workspace(
                session,
                slack_team_id=world.local.slack.team_id,
                created_at=MONDAY,
                anchor_on=None,
                billing_channel=billing,
                tax_ppm=190_000,
            )
            a_member(session, workspace, name="Olga", role="owner", slack_user_id=olga.id)
            a_member(session, workspace, name="Ada", slack_user_id=world.add_person("ada").id)
        # Webhooks come when a test lets the world settle, and change nothing in between.
        world.local.stripe.webhooks.paused = world.local.resend.webhooks.paused = True
        yield BillingMorning(world, workspace.id)


def fill(morning: BillingMorning) -> None:
    """One client for each way: a card that pays, one that does not, one to park, and so on."""
    morning.owes_credit("Elm")
    for name in ("Acme", "Birch", "Delta", "Elm", "Fjord"):
        morning.works_for(name)
    morning.works_for("Cedar", hours=1, rate=CENTS)
    for name, number in (("Acme", WORKS), ("Birch", DECLINES), ("Delta", WORKS), ("Elm", WORKS)):
        morning.puts_card_on_file(name, number)
    morning.changes("Birch", card_trouble="refused")
    morning.changes("Delta", is_retainer=True)
    morning.world.settle()


def rehearsed(
    morning: BillingMorning,
    room: Path,
    renderer: Renderer | None = None,
    tell: Tell = lambda _what, _done, _of: None,
    plan: Plan | None = None,
) -> Rehearsal:
    """Rehearse beside the running timebot, as the command does."""
    database = Database(morning.world.timebot.database.url)
    try:
        return rehearse(
            database,
            plan=plan or morning.plan(),
            renderer=renderer or PlainRenderer(),
            within=room,
            now=morning.world.now(),
            tell=tell,
        )
    finally:
        database.dispose()
