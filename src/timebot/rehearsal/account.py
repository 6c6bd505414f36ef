"""The account of a rehearsal: what became of each client, read off the copy when all is done."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from timebot.billing.flight_check import ClientCheck, sum_by_currency
from timebot.billing.models import Invoice
from timebot.billing.payment_models import Mail, Payment
from timebot.billing.refused_cards import trouble_of
from timebot.clients.models import Client
from timebot.money import Money


@dataclass(frozen=True)
class RehearsedMail:
    """A mail that would go out.

    Attributes:
        kind: invoice or receipt.
        to, cc: addresses; for the operator's eyes, never for a log.
        attachments: the names of the files.
        state: sent, or unsent where no mail is set up.
    """

    kind: str
    to: tuple[str, ...]
    cc: tuple[str, ...]
    subject: str
    attachments: tuple[str, ...]
    state: str


@dataclass(frozen=True)
class RehearsedInvoice:
    """An invoice that would be issued, and what would follow.

    Attributes:
        number: the one it would get.
        due: what is left to pay after `credit`.
        outcome: charged, declined, needs_action, link, bank, parked or stuck.
        words: what happens, for people.
    """

    id: UUID
    client_name: str
    number: str
    seconds_worked: int
    minutes_billed: int
    subtotal: Money
    tax: Money
    total: Money
    credit: Money
    due: Money
    outcome: str
    words: str
    mails: tuple[RehearsedMail, ...]


@dataclass(frozen=True)
class Waiting:
    """A draft that would not be issued.

    Attributes:
        state: held or parked.
        words: why, for people.
    """

    client_name: str
    total: Money
    state: str
    words: str


@dataclass(frozen=True)
class SlackMessage:
    """A message that people would see, as it stands when all is done.

    Attributes:
        to: the role of who gets it, or `billing channel`.
        first_line: how it begins; a long line is cut.
    """

    to: str
    first_line: str


@dataclass(frozen=True)
class SlackMessages:
    """What people would see in Slack.

    Attributes:
        shown: each message; one that is repainted is one.
        faults: what Slack would not take of them.
    """

    shown: tuple[SlackMessage, ...]
    faults: tuple[str, ...]


@dataclass(frozen=True)
class PlayedRun:
    """A run that was opened in the rehearsal.

    Attributes:
        kind: scheduled, or manual for one that is opened by hand.
        first_day, last_day: what it bills, both in.
    """

    kind: str
    first_day: date
    last_day: date


@dataclass(frozen=True)
class Account:
    """What a run would do.

    Attributes:
        opened: the runs that were opened for it.
        invoices: in the order of their numbers.
        waiting: drafts that would stay drafts.
    """

    opened: tuple[PlayedRun, ...]
    invoices: tuple[RehearsedInvoice, ...]
    waiting: tuple[Waiting, ...]
    slack: SlackMessages

    @property
    def totals(self) -> tuple[Money, ...]:
        """The sum of the invoices, one per currency."""
        return sum_by_currency(one.total for one in self.invoices)

    @property
    def mails(self) -> int:
        """How many mails would go out."""
        return sum(mail.state == "sent" for one in self.invoices for mail in one.mails)


def tell_invoices(session: Session, issued: Collection[UUID]) -> tuple[RehearsedInvoice, ...]:
    """Return what became of issued invoices, in the order of their numbers."""
    found = select(Invoice).where(Invoice.id.in_(issued))
    ordered = found.order_by(Invoice.series, Invoice.year, Invoice.sequence)
    return tuple(_invoice(session, one) for one in session.scalars(ordered))


def tell_waiting(checks: Sequence[ClientCheck]) -> tuple[Waiting, ...]:
    """Return the drafts that were not issued, and why."""
    return tuple(
        Waiting(
            client_name=check.client_name,
            total=check.total,
            state=check.hold or "parked",
            words=check.hold_reason or "It comes to nothing.",
        )
        for check in checks
        if check.status == "draft"
    )


def _invoice(session: Session, invoice: Invoice) -> RehearsedInvoice:
    client = session.get_one(Client, (invoice.workspace_id, invoice.client_id))
    outcome, words = _outcome(session, invoice, client)

    def money(minor: int) -> Money:
        return Money(minor, invoice.currency)

    return RehearsedInvoice(
        id=invoice.id,
        client_name=client.name,
        number=str(invoice.number),
        seconds_worked=invoice.seconds_worked,
        minutes_billed=invoice.minutes_billed,
        subtotal=money(invoice.subtotal_minor),
        tax=money(invoice.tax_minor),
        total=invoice.total,
        credit=money(invoice.credit_minor),
        due=invoice.due,
        outcome=outcome,
        words=words,
        mails=tuple(_mails(session, invoice)),
    )


def _outcome(session: Session, invoice: Invoice, client: Client) -> tuple[str, str]:
    """Return what becomes of the money: the kind, and the words for people."""
    payment = _last_payment(session, invoice)
    if invoice.next_step_at is not None or invoice.document != "rendered":
        return "stuck", f"not finished: {invoice.last_error or 'it would be tried again later'}"
    if invoice.collection == "paid" and payment is not None:
        return "charged", f"{payment.card_label or 'the card'} is charged"
    if invoice.collection == "failed" and payment is not None:
        kind = "needs_action" if payment.state == "needs_action" else "declined"
        return kind, trouble_of(payment).words
    if invoice.uncollected_at is not None:
        return "parked", invoice.attention or "parked"
    if invoice.charge_mode == "link":
        return "link", f"asked to pay by link{_why_not_charged(client)}"
    return "bank", "asked to pay by bank transfer" if invoice.due_minor else "covered by credit"


def _why_not_charged(client: Client) -> str:
    if client.is_retainer:
        return ", a retainer is never charged"
    return ", there is no card on file" if client.collection == "charge" else ""


def _last_payment(session: Session, invoice: Invoice) -> Payment | None:
    return session.scalars(
        select(Payment)
        .where(Payment.workspace_id == invoice.workspace_id, Payment.invoice_id == invoice.id)
        .order_by(Payment.attempt.desc())
    ).first()


def _mails(session: Session, invoice: Invoice) -> Iterable[RehearsedMail]:
    found = session.scalars(
        select(Mail)
        .where(Mail.workspace_id == invoice.workspace_id, Mail.invoice_id == invoice.id)
        .order_by(Mail.created_at, Mail.kind)
    )
    for mail in found:
        message = mail.message
        # One that was taken back before it was written is none.
        if "subject" in message:
            files = [message["file_name"], (message["detail"] or {}).get("file_name")]
            yield RehearsedMail(
                kind=mail.kind,
                to=tuple(message["to"]),
                cc=tuple(message["cc"]),
                subject=message["subject"],
                attachments=tuple(name for name in files if name),
                state=mail.state,
            )
