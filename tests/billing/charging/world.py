"""A firm, its clients, and the local Stripe and Resend behind the real gateways."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests.billing.charging.invoices import a_firm, a_payer, an_issued_invoice
from timebot.billing.credit_document import CreditDocument
from timebot.billing.document import InvoiceDocument
from timebot.billing.document_ports import Renderer
from timebot.billing.models import Invoice, InvoiceRun
from timebot.billing.payment_models import Mail, Payment, StoredFile
from timebot.billing.pipeline import InvoicePipeline
from timebot.billing.ports import CardProcessor, Mailer
from timebot.billing.restore_watch import RestoreWatch
from timebot.billing.why_document import WhyDocument
from timebot.clients.models import Client
from timebot.clock import real_now
from timebot.db import Database, refuse_inside_transaction
from timebot.gateways.letters import Letters
from timebot.gateways.resend_gateway import ResendMailer
from timebot.gateways.stripe_gateway import StripeProcessor
from timebot.playground.clock import MovableClock
from timebot.playground.resend import LocalResend
from timebot.playground.store import Store
from timebot.playground.stripe import LocalStripe
from timebot.team.models import Member, Workspace

WORKS = "4242424242424242"
DECLINES = "4000000000000341"
ASKS = "4000002760003184"
SHORT = "4000000000009995"
EXPIRED = "4000000000000069"
Row = TypeVar("Row")
CARDS = {WORKS: "4242", DECLINES: "0341", ASKS: "3184", SHORT: "9995", EXPIRED: "0069"}


@dataclass
class PlainRenderer:
    """Draws the number and the total only, and remembers how often."""

    drawn: list[str] = field(default_factory=list)

    def render(self, document: InvoiceDocument) -> bytes:
        refuse_inside_transaction("drawing")
        self.drawn.append(document.number or "")
        return f"%PDF {document.number} {document.total}".encode()

    def render_credit_note(self, document: CreditDocument) -> bytes:
        refuse_inside_transaction("drawing")
        self.drawn.append(document.number)
        return f"%PDF {document.number} {document.total}".encode()

    def render_why(self, document: WhyDocument) -> bytes:
        refuse_inside_transaction("drawing")
        self.drawn.append(f"why {document.invoice.number}")
        return f"%PDF why {document.invoice.number}".encode()


@dataclass
class World:
    database: Database
    clock: MovableClock
    stripe: LocalStripe
    resend: LocalResend
    renderer: PlainRenderer
    workspace_id: UUID
    run_id: UUID

    @property
    def processor(self) -> StripeProcessor:
        return StripeProcessor(
            self.stripe.api_key,
            webhook_secret=self.stripe.webhook_secret,
            api_base=self.stripe.url,
        )

    @property
    def mailer(self) -> ResendMailer:
        return ResendMailer(
            self.resend.api_key,
            self.resend.url,
            "Billing <billing@north.example>",
            webhook_secret=self.resend.webhook_secret,
            pause=timedelta(),
        )

    def pipeline(
        self,
        *,
        mailer: Mailer | None = None,
        processor: CardProcessor | None = None,
        renderer: Renderer | None = None,
        watch: RestoreWatch | None = None,
    ) -> InvoicePipeline:
        return InvoicePipeline(
            self.database,
            renderer or self.renderer,
            Letters(),
            mailer or self.mailer,
            processor or self.processor,
            watch,
        )

    def client_with_card(self, number: str = WORKS, **columns: object) -> Client:
        """Put a card on file with Stripe, as the client does, and remember it."""
        client = self.client(**columns)
        customer = self.processor.create_customer(
            workspace_key=str(self.workspace_id),
            client_key=str(client.id),
            name=client.name,
            email=client.emails[0],
            key=f"tests/{client.id}",
        )
        card_id = self.stripe.put_card_on_file(customer, number)
        self.processor.make_default(customer=customer, card_id=card_id)
        with self.database.transaction() as session:
            kept = session.get_one(Client, (self.workspace_id, client.id))
            kept.stripe_customer_id, kept.card_id = customer, card_id
            kept.card_brand, kept.card_last4 = "visa", CARDS[number]
        return self.fresh(Client, client.id)

    def client(self, **columns: object) -> Client:
        with self.database.transaction() as session:
            return a_payer(session, self._run(session), **columns)

    def invoice(self, client: Client, **facts: Any) -> Invoice:  # noqa: ANN401 - as the builder has them
        with self.database.transaction() as session:
            return an_issued_invoice(session, self._run(session), client, **facts)

    def drain(self, pipeline: InvoicePipeline | None = None) -> int:
        """Do everything that is due."""
        return (pipeline or self.pipeline()).run_once(now=self.clock.now(), real_now=real_now())

    def settle(self, pipeline: InvoicePipeline | None = None) -> None:
        """Let time pass until no invoice needs anything any more."""
        for _ in range(40):
            self.drain(pipeline)
            with self.database.read_only() as session:
                due = session.scalar(select(func.min(Invoice.next_step_at)))
            if due is None:
                return
            if due > self.clock.now():
                self.clock.move_to(due)
        raise AssertionError("the pipeline found no end")

    def fresh(self, kind: type[Row], row_id: UUID) -> Row:
        with self.database.read_only() as session:
            return session.get_one(kind, (self.workspace_id, row_id))

    def payments(self) -> list[Payment]:
        with self.database.read_only() as session:
            return list(session.scalars(select(Payment).order_by(Payment.attempt)))

    def pdf_of(self, invoice: Invoice) -> bytes:
        """The bytes under which an invoice was stored."""
        sha256 = self.fresh(Invoice, invoice.id).pdf_sha256
        with self.database.read_only() as session:
            return session.get_one(StoredFile, (self.workspace_id, sha256)).content

    def mails(self) -> list[Mail]:
        with self.database.read_only() as session:
            return list(session.scalars(select(Mail).order_by(Mail.created_at, Mail.attempt)))

    def owner(self, session: Session) -> Member:
        found = select(Member).where(Member.role == "owner")
        owner = session.scalars(found).one()
        owner.profile_at = self.clock.now()
        return owner

    def workspace(self, session: Session) -> Workspace:
        return session.get_one(Workspace, self.workspace_id)

    def succeeded(self) -> list[int]:
        """The amounts that Stripe collected."""
        return [c["amount"] for c in self.stripe.charges() if c["status"] == "succeeded"]

    def _run(self, session: Session) -> InvoiceRun:
        return session.get_one(InvoiceRun, (self.workspace_id, self.run_id))


@contextmanager
def open_world(database: Database, folder: Path) -> Iterator[World]:
    """Open a firm's world over a database; what is outside keeps its things in the folder."""
    store = Store(folder / "world.db")
    clock = MovableClock(store)
    stripe, resend = LocalStripe(store, clock), LocalResend(store, clock)
    stripe.start()
    resend.start()
    with database.transaction() as session:
        workspace, run = a_firm(session)
    yield World(database, clock, stripe, resend, PlainRenderer(), workspace.id, run.id)
    resend.stop()
    stripe.stop()
    store.close()
