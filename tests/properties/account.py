"""A client of a story in a world: work is written down, billed, and followed to the last book."""

from collections import Counter
from datetime import date, timedelta
from functools import cached_property
from typing import Any, NamedTuple
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session
from stripe import StripeClient

from tests.billing.charging.world import WORKS, World
from tests.builders import MONDAY_NINE, a_member, a_project, a_submission, an_entry
from tests.drawing import DrawingHere
from tests.pocket_calculator import rounded_minutes
from tests.properties.stories import Stint, Terms
from timebot.billing.credit_models import CreditNote
from timebot.billing.credit_note import issue_credit_note
from timebot.billing.crediting import Part
from timebot.billing.flight_check import ClientCheck, check_run
from timebot.billing.issuing import release, release_all
from timebot.billing.models import BillingEntry, Invoice, InvoiceRun
from timebot.billing.pipeline import InvoicePipeline
from timebot.billing.runs import open_manual_run
from timebot.billing.settlement import StripeWebhooks
from timebot.clients.models import Client, Project
from timebot.journal.inbox import WebhookDelivery
from timebot.journal.outcomes import Delivered
from timebot.money import Money
from timebot.team.models import Member
from timebot.team.rounding_rule import RoundingRule

MIDNIGHT = MONDAY_NINE - timedelta(hours=9)
PROJECTS = ("Logo", "Website")


class Group(NamedTuple):
    """What is rounded together; `stint` is its place where each stands alone, else None."""

    member_id: UUID
    project_id: UUID
    worked_on: date
    rate_minor: int
    kind: str
    stint: int | None = None


class Account:
    """One client, and what was billed to them so far.

    Args:
        world: shared with other clients.
        terms: what is agreed.
    """

    def __init__(self, world: World, terms: Terms) -> None:
        self.world, self.terms = world, terms
        self.stints: list[Stint] = []
        self._places: dict[UUID, int] = {}
        self._minutes: Counter[Group] = Counter()
        columns: dict[str, Any] = {
            "name": f"Acme {uuid4().hex}",
            "currency": terms.currency,
            "locale": terms.locale,
            "tax_ppm": terms.tax_ppm,
            "tax_note": terms.tax_note,
            "line_grouping": terms.grouping,
            "annex_detail": terms.annex_detail,
            **terms.rule.columns,
        }
        has_card = terms.pays == "charge"
        make = world.client_with_card if has_card else world.client
        self.client: Client = make(**columns)
        with world.database.transaction() as session:
            workspace = world.workspace(session)
            people = [a_member(session, workspace, name=name) for name in ("Ada", "Ben", "Kim")]
            self.members = [each.id for each in people]
            self.projects = [
                a_project(session, self.client, name=name, **(rule.columns if rule else {})).id
                for name, rule in zip(PROJECTS, terms.rules, strict=True)
            ]

    @cached_property
    def pipeline(self) -> InvoicePipeline:
        """The worker that draws real PDFs."""
        return self.world.pipeline(renderer=DrawingHere())

    def work(self, stints: tuple[Stint, ...]) -> None:
        """Write work down that was handed in and approved."""
        with self.world.database.transaction() as session:
            for stint in stints:
                self._places[self._write(session, stint)] = len(self.stints)
                self.stints.append(stint)

    def _write(self, session: Session, stint: Stint) -> UUID:
        here = self.world.workspace_id
        member = session.get_one(Member, (here, self.members[stint.member]))
        project = session.get_one(Project, (here, self.projects[stint.project]))
        started_at = MIDNIGHT + timedelta(days=stint.day, seconds=stint.start)
        return an_entry(
            session,
            member,
            project,
            rate=Money(stint.rate_minor, self.terms.currency),
            started_at=started_at,
            ended_at=started_at + timedelta(seconds=stint.seconds),
            billable=stint.kind,
            ticket_ref=stint.ticket,
            text=stint.text,
            state="approved",
            submission_id=a_submission(session, member).id,
            approved_by=self.members[2],
            approved_at=MONDAY_NINE + timedelta(days=14),
        ).id

    def open_run(self) -> ClientCheck:
        """Open a run over the client's work by hand, and look at the draft.

        Raises:
            NothingToRun: if there is nothing a client could be shown.
        """
        world = self.world
        with world.database.transaction() as session:
            run = open_manual_run(
                session,
                workspace=world.workspace(session),
                actor=world.owner(session),
                client=session.get_one(Client, (world.workspace_id, self.client.id)),
                can_charge=True,
                surface="slack",
                now=world.clock.now(),
            )
            return self._checked(session, run)

    def _checked(self, session: Session, run: InvoiceRun) -> ClientCheck:
        world = self.world
        workspace, now = world.workspace(session), world.clock.now()
        found = check_run(session, workspace=workspace, run=run, can_charge=True, now=now)
        (check,) = found.clients
        return check

    def release(self, check: ClientCheck) -> Invoice:
        """Issue the draft as it was shown, and let the worker do all that follows.

        Raises:
            NothingToBill: if it comes to nothing.
        """
        world = self.world
        with world.database.transaction() as session:
            invoice_id = release(
                session,
                workspace=world.workspace(session),
                actor=world.owner(session),
                invoice_id=check.invoice_id or uuid4(),
                digest=check.digest,
                can_charge=True,
                surface="slack",
                now=world.clock.now(),
            ).id
        world.drain(self.pipeline)
        return world.fresh(Invoice, invoice_id)

    def release_all(self, check: ClientCheck) -> None:
        """Issue the run's clean drafts, as one button does.

        Raises:
            NothingReady: if a person has to decide about each of them.
        """
        world = self.world
        draft = world.fresh(Invoice, check.invoice_id or uuid4())
        with world.database.transaction() as session:
            release_all(
                session,
                workspace=world.workspace(session),
                actor=world.owner(session),
                run_id=draft.run_id,
                digest=None,
                can_charge=True,
                surface="slack",
                now=world.clock.now(),
            )

    def pay_on_the_page(self, invoice: Invoice) -> None:
        """Let the client pay by the link, and let Stripe tell of it."""
        world = self.world
        card = world.stripe.put_card_on_file(invoice.stripe_customer_id or "", WORKS)
        sdk = StripeClient(world.stripe.api_key, base_addresses={"api": world.stripe.url})
        theirs = invoice.stripe_invoice_id or ""
        sdk.v1.invoices.pay(theirs, {"payment_method": card, "off_session": False})
        payload = {"type": "invoice.paid", "object_id": theirs}
        heard = WebhookDelivery("account", "stripe", "evt", payload, 1, world.clock.now())
        assert StripeWebhooks(world.database, world.processor)(heard) == Delivered()
        world.drain(self.pipeline)

    def take_back(self, invoice: Invoice, part: Part | None) -> CreditNote:
        """Issue a credit note of which paid money stays as credit, and let the worker draw it.

        Raises:
            NothingLeft: if that comes to nothing.
        """
        world = self.world
        with world.database.transaction() as session:
            note_id = issue_credit_note(
                session,
                workspace=world.workspace(session),
                actor=world.owner(session),
                invoice_id=invoice.id,
                reason="agreed on the phone",
                parts=() if part is None else (part,),
                now=world.clock.now(),
            ).id
        world.drain(self.pipeline)
        return world.fresh(CreditNote, note_id)

    def minutes_by_pencil(self) -> Counter[Group]:
        """Return the minutes that are due now by rounding group, less those billed before."""
        seconds: Counter[Group] = Counter()
        rules = {}
        for place, stint in enumerate(self.stints):
            if stint.kind == "internal":
                continue
            group = self._group(place, stint)
            seconds[group] += stint.seconds
            rules[group] = self._rule(stint)
        whole = {group: rounded_minutes(seconds[group], rule) for group, rule in rules.items()}
        return Counter(
            {group: max(0, minutes - self._minutes[group]) for group, minutes in whole.items()}
        )

    def note_billed(self, minutes: Counter[Group]) -> None:
        """Remember that these minutes are on an invoice."""
        self._minutes += minutes

    def _rule(self, stint: Stint) -> RoundingRule:
        return self.terms.rules[stint.project] or self.terms.rule

    def _group(self, place: int, stint: Stint) -> Group:
        return Group(
            self.members[stint.member],
            self.projects[stint.project],
            MONDAY_NINE.date() + timedelta(days=stint.day),
            stint.rate_minor if stint.kind == "billable" else 0,
            stint.kind,
            place if self._rule(stint).scope == "entry" else None,
        )

    def minutes_in_books(self, session: Session, invoice: Invoice) -> Counter[Group]:
        """Return the minutes that an invoice bills, by the same groups."""
        found: Counter[Group] = Counter()
        entries = select(BillingEntry).where(BillingEntry.invoice_id == invoice.id)
        for one in session.scalars(entries):
            place = self._places[one.time_entry_id]
            found[self._group(place, self.stints[place])] += one.minutes_billed
        return found
