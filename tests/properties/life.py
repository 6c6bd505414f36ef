"""The life of one client's hours and invoices, moved by the people, the worker, Stripe and time."""

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session
from stripe import StripeClient, StripeError

from tests.billing.charging.world import World
from tests.builders import a_member, a_project, a_rate
from tests.pocket_calculator import DECIMALS
from timebot.billing.credit_models import CreditNote
from timebot.billing.flight_check import check_run
from timebot.billing.issuing import release
from timebot.billing.models import BillingEntry, Invoice, InvoiceRun
from timebot.billing.payment_models import Payment
from timebot.billing.ports import Declined, NeedsAction, OutcomeUnknown, Paid
from timebot.billing.runs import open_manual_run
from timebot.billing.settlement import StripeWebhooks
from timebot.clients.models import Client, Project
from timebot.clock import real_now
from timebot.errors import Refusal
from timebot.gateways.stripe_gateway import StripeProcessor
from timebot.journal.inbox import WebhookDelivery
from timebot.journal.outcomes import Outcome
from timebot.money import Money
from timebot.playground.store import Document
from timebot.team.models import Member
from timebot.timekeeping.limits import Span
from timebot.timekeeping.manual import add_entry
from timebot.timekeeping.models import Submission, TimeEntry
from timebot.timekeeping.submission import submit, withdraw

Answer = TypeVar("Answer")
Row = TypeVar("Row", Invoice, TimeEntry, Submission, Payment, CreditNote, BillingEntry)


class Lossy(StripeProcessor):
    """Loses the answer of a charge, or the request before it arrives."""

    loses: str | None = None

    def pay(self, invoice_id: str, *, card_id: str, key: str) -> Paid | Declined | NeedsAction:
        """Charge the card, unless the request is lost."""
        if self.loses == "request":
            raise OutcomeUnknown("the request got lost")
        answer = super().pay(invoice_id, card_id=card_id, key=key)
        if self.loses == "answer":
            raise OutcomeUnknown("the answer got lost")
        return answer


class Life:
    """One client in a world, with Robin who works, Kim who approves and Olive who bills.

    What people may not do at a time is refused and changes nothing: that is a legal outcome.
    """

    def __init__(self, world: World, currency: str, card: str) -> None:
        self.world, self.currency = world, currency
        self._known = {event["id"] for event in world.stripe.events()}
        self.client = world.client_with_card(
            card, name=f"Acme {uuid4().hex}", currency=currency, tax_ppm=77_000
        )
        with world.database.transaction() as session:
            workspace = world.workspace(session)
            self._robin = a_member(session, workspace, name="Robin").id
            self._kim = a_member(session, workspace, name="Kim", role="approver").id
            projects = [a_project(session, self.client, name=name) for name in ("Logo", "Site")]
            self._projects = [project.id for project in projects]
            hourly = Money(95 * 10 ** DECIMALS[currency], currency)
            a_rate(session, hourly, client=self.client)

    def ask(self, wish: Callable[[Session], Answer]) -> Answer | None:
        """Do what people wish, or hear why not."""
        try:
            with self.world.database.transaction() as session:
                return wish(session)
        except Refusal:
            return None

    def press(self, button: Callable[..., object], **facts: Any) -> None:  # noqa: ANN401 - as the use cases
        """Let Olive decide."""
        self.ask(
            lambda session: button(
                session,
                workspace=self.world.workspace(session),
                actor=self.world.owner(session),
                surface="slack",
                now=self.now,
                **facts,
            )
        )

    def judge(self, verdict: Callable[..., object], submission: UUID, **facts: Any) -> None:  # noqa: ANN401 - as the use cases
        """Let Kim decide about hours."""
        self.ask(
            lambda session: verdict(
                session,
                workspace=self.world.workspace(session),
                approver=self.kim(session),
                submission_id=submission,
                entry_ids=None,
                surface="slack",
                now=self.now,
                **facts,
            )
        )

    @property
    def now(self) -> datetime:
        """The present business instant."""
        return self.world.clock.now()

    def robin(self, session: Session) -> Member:
        """Return who works."""
        return self._person(session, self._robin)

    def kim(self, session: Session) -> Member:
        """Return who approves."""
        return self._person(session, self._kim)

    def _person(self, session: Session, member_id: UUID) -> Member:
        member = session.get_one(Member, (self.world.workspace_id, member_id))
        member.profile_at = self.now
        return member

    def work(self, seconds: int, project: int, kind: str) -> None:
        """Let time pass and write it down."""
        self.world.clock.advance(timedelta(seconds=seconds))
        end = self.now
        self.ask(
            lambda session: add_entry(
                session,
                workspace=self.world.workspace(session),
                member=self.robin(session),
                project=session.get_one(
                    Project, (self.world.workspace_id, self._projects[project])
                ),
                span=Span(end - timedelta(seconds=seconds), end),
                text="Sketches",
                billable=kind,
                surface="slack",
                now=end,
            )
        )

    def submit(self) -> None:
        """Let Robin hand in all that is open."""
        day, now = self.now.date(), self.now
        self.ask(
            lambda session: submit(
                session,
                workspace=self.world.workspace(session),
                member=self.robin(session),
                start=day - timedelta(days=10),
                end=day + timedelta(days=1),
                now=now,
                surface="slack",
            )
        )

    def withdraw(self) -> None:
        """Let Robin take the last hours back."""
        self.ask(
            lambda session: withdraw(
                session, member=self.robin(session), now=self.now, surface="slack"
            )
        )

    def open_run(self) -> None:
        """Open a run over what is approved and not billed."""
        self.press(
            lambda session, **facts: open_manual_run(
                session,
                client=session.get_one(Client, (self.world.workspace_id, self.client.id)),
                can_charge=True,
                **facts,
            )
        )

    def release(self, draft: UUID) -> None:
        """Show a draft, and release it as it was shown."""

        def wish(session: Session) -> None:
            workspace = self.world.workspace(session)
            run_id = session.get_one(Invoice, (workspace.id, draft)).run_id
            run = session.get_one(InvoiceRun, (workspace.id, run_id))
            seen = check_run(session, workspace=workspace, run=run, can_charge=True, now=self.now)
            (check,) = seen.clients
            release(
                session,
                workspace=workspace,
                actor=self.world.owner(session),
                invoice_id=draft,
                digest=check.digest,
                can_charge=True,
                surface="slack",
                now=self.now,
            )

        self.ask(wish)

    def step(self, invoice: UUID, *, loses: str | None = None) -> bool:
        """Let the worker take one step; told so, the answer of a charge or its request is lost."""
        world = self.world
        processor = Lossy(
            world.stripe.api_key,
            webhook_secret=world.stripe.webhook_secret,
            api_base=world.stripe.url,
        )
        processor.loses = loses
        return world.pipeline(processor=processor).step(
            workspace_id=world.workspace_id, invoice_id=invoice, now=self.now, real_now=real_now()
        )

    def wait_for_next_step(self) -> bool:
        """Let time pass until the worker has something to do; return whether it will have."""
        with self.world.database.read_only() as session:
            due = [each.next_step_at for each in self.rows(session, Invoice) if each.next_step_at]
        if due and min(due) > self.now:
            self.world.clock.move_to(min(due))
        return bool(due)

    def pay_on_the_page(self, invoice: UUID, card: str) -> None:
        """Let the client pay at Stripe, where its invoice can be paid."""
        row = self.world.fresh(Invoice, invoice)
        if row.stripe_invoice_id is None:
            return
        sdk = StripeClient(self.world.stripe.api_key, base_addresses={"api": self.world.stripe.url})
        method = self.world.stripe.put_card_on_file(row.stripe_customer_id or "", card)
        with suppress(StripeError):
            sdk.v1.invoices.pay(
                row.stripe_invoice_id, {"payment_method": method, "off_session": False}
            )

    def change_card(self, card: str) -> None:
        """Let the client put another card on file."""
        with self.world.database.transaction() as session:
            client = session.get_one(Client, (self.world.workspace_id, self.client.id))
            customer = client.stripe_customer_id or ""
            client.card_id = self.world.stripe.put_card_on_file(customer, card)
            client.card_trouble = None

    def hear(self, event: Document) -> Outcome:
        """Let a webhook come, whatever was heard before it."""
        payload = {"type": event["type"], "object_id": event["data"]["object"]["id"]}
        delivery = WebhookDelivery("account", "stripe", "evt", payload, 1, self.now)
        return StripeWebhooks(self.world.database, self.world.processor)(delivery)

    @property
    def events(self) -> list[Document]:
        """What Stripe tells of, about this client."""
        return [one for one in self.world.stripe.events() if one["id"] not in self._known]

    @property
    def charges(self) -> list[Document]:
        """The charges of this client that brought money."""
        customer = self.client.stripe_customer_id
        return [
            one
            for one in self.world.stripe.charges()
            if one["customer"] == customer and one["status"] == "succeeded"
        ]

    def told_of(self, kind: str) -> list[str]:
        """Return what Stripe's events of a kind were about, such as `refund.`."""
        ids = [
            str(one["data"]["object"]["id"]) for one in self.events if one["type"].startswith(kind)
        ]
        return list(dict.fromkeys(ids))

    def rows(self, session: Session, kind: type[Row]) -> list[Row]:
        """List the client's invoices, entries and what belongs to them, in the order they came."""
        here = self.world.workspace_id
        invoices = select(Invoice.id).where(
            Invoice.workspace_id == here, Invoice.client_id == self.client.id
        )
        mine = {
            Invoice: Invoice.client_id == self.client.id,
            TimeEntry: TimeEntry.project_id.in_(self._projects),
            Submission: Submission.member_id == self._robin,
            Payment: Payment.invoice_id.in_(invoices),
            CreditNote: CreditNote.invoice_id.in_(invoices),
            BillingEntry: BillingEntry.invoice_id.in_(invoices),
        }
        order: dict[type[object], Any] = {
            Invoice: Invoice.created_at,
            TimeEntry: TimeEntry.number,
            Submission: Submission.submitted_at,
            Payment: Payment.created_at,
            CreditNote: CreditNote.created_at,
            BillingEntry: BillingEntry.id,
        }
        return list(session.scalars(select(kind).where(mine[kind]).order_by(order[kind])))
