"""What the lines of an invoice came to, and what became of it: tax, credit, payments, notes."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from timebot.billing.credit_models import CreditNote
from timebot.billing.models import Invoice, InvoiceTax
from timebot.billing.payment_models import Payment
from timebot.billing.receivable import list_credit_notes, list_received, owed
from timebot.money import Money
from timebot.team.days import day_of
from timebot.team.models import Member, Workspace

_WAYS = {"card": "card", "link": "the pay link", "outside": "another way"}


@dataclass(frozen=True)
class WhyPayment:
    """Money that came for an invoice.

    Attributes:
        how: card, link or outside.
        words: how people call the way, such as `Visa ending in 4242` or `bank transfer`.
        reference: the processor's name for the charge, None for money that came outside.
        noted_by: who wrote down that it came, empty where the processor reported it.
        lost: what of it went back to the client in a dispute.
    """

    amount: Money
    came_on: date
    how: str
    words: str
    reference: str | None
    noted_by: str
    lost: Money


@dataclass(frozen=True)
class WhySettled:
    """From the sum of the lines to what was paid and what is still to come.

    Attributes:
        subtotal, total, credit, due: as printed; due = total - credit.
        taxes: a row for each rate.
        released_by: whose word issued it, empty where timebot did by itself.
        payments: those that brought money, the first first.
        notes: the credit notes, the first first.
        owed: what is still to be paid.
        voided_at, void_reason: where it was cancelled.
        zone: the firm's, in which its days are told.
    """

    subtotal: Money
    taxes: tuple[InvoiceTax, ...]
    total: Money
    credit: Money
    due: Money
    released_at: datetime | None
    released_by: str
    payments: tuple[WhyPayment, ...]
    notes: tuple[CreditNote, ...]
    owed: Money
    voided_at: datetime | None
    void_reason: str | None
    zone: str


def what_became_of(session: Session, invoice: Invoice, *, workspace: Workspace) -> WhySettled:
    """Return what an issued invoice came to, and what was paid and taken back of it."""
    taxes = session.scalars(
        select(InvoiceTax)
        .where(InvoiceTax.workspace_id == invoice.workspace_id, InvoiceTax.invoice_id == invoice.id)
        .order_by(InvoiceTax.position)
    )
    is_void = invoice.voided_at is not None
    return WhySettled(
        subtotal=Money(invoice.subtotal_minor, invoice.currency),
        taxes=tuple(taxes),
        total=invoice.total,
        credit=Money(invoice.credit_minor, invoice.currency),
        due=invoice.due,
        released_at=invoice.released_at,
        released_by=_name(session, invoice, invoice.released_by),
        payments=tuple(
            _payment(session, invoice, payment, workspace.zone)
            for payment in list_received(session, invoice)
        ),
        notes=tuple(list_credit_notes(session, invoice)),
        owed=Money.zero(invoice.currency) if is_void else owed(session, invoice),
        voided_at=invoice.voided_at,
        void_reason=invoice.void_reason,
        zone=workspace.zone,
    )


def _payment(session: Session, invoice: Invoice, payment: Payment, zone: str) -> WhyPayment:
    is_outside = payment.how == "outside"
    return WhyPayment(
        amount=Money(payment.amount_minor, payment.currency),
        came_on=payment.paid_on or day_of(payment.settled_at or payment.created_at, zone),
        how=payment.how,
        words=payment.note or payment.card_label or _WAYS[payment.how],
        reference=payment.stripe_payment_intent,
        noted_by=_name(session, invoice, payment.created_by) if is_outside else "",
        lost=Money(payment.lost_minor, payment.currency),
    )


def _name(session: Session, invoice: Invoice, member_id: UUID | None) -> str:
    """Return a person's name; empty for timebot itself."""
    return session.get_one(Member, (invoice.workspace_id, member_id)).name if member_id else ""
