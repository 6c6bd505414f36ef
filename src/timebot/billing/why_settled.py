"""What the lines of an invoice came to, and what became of it: tax, credit, payments, notes."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from timebot.billing.credit_models import CreditNote
from timebot.billing.models import Invoice, InvoiceTax
from timebot.billing.payment_models import Payment
from timebot.billing.receivable import (
    list_attempts,
    list_credit_notes,
    list_disputes,
    owed,
)
from timebot.billing.refused_cards import trouble_of
from timebot.money import Money
from timebot.team.days import day_of
from timebot.team.models import Member, Workspace

_OPEN_FIRST = ("needs_answer", "with_bank", "won", "lost")
_WAYS = {"card": "card", "link": "the pay link", "outside": "another way"}
_UNSETTLED = {
    "pending": "not answered yet",
    "unknown": "not known yet whether the card was charged",
}


@dataclass(frozen=True)
class WhyPayment:
    """Money that came for an invoice.

    Attributes:
        number: its place among all attempts.
        how: card, link or outside.
        words: how people call the way, such as `Visa ending in 4242` or `bank transfer`.
        reference: the processor's name for the charge, None for money that came outside.
        noted_by: who wrote down that it came, empty where the processor reported it.
        lost: what of it went back to the client in disputes.
        dispute: needs_answer, with_bank, won or lost; of several an open one, and one that was won
            before one that was lost; None if there was none.
    """

    number: int
    amount: Money
    came_on: date
    how: str
    words: str
    reference: str | None
    noted_by: str
    lost: Money
    dispute: str | None


@dataclass(frozen=True)
class WhyAttempt:
    """An attempt to receive the money of an invoice that has brought none.

    Attributes:
        number: its place among all attempts.
        card: how people call it, empty where there was none.
        outcome: what became of it, in words.
        reached_bank: whether a bank was asked, as far as is known.
    """

    number: int
    amount: Money
    tried_on: date
    card: str
    outcome: str
    reached_bank: bool


@dataclass(frozen=True)
class WhySettled:
    """From the sum of the lines to what was paid and what is still to come.

    Attributes:
        subtotal, total, credit, due: as printed; due = total - credit.
        taxes: a row for each rate.
        released_by: whose word issued it, empty where timebot did by itself.
        payments: those that brought money, the first first.
        attempts: those that brought none.
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
    attempts: tuple[WhyAttempt, ...]
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
    attempts = list_attempts(session, invoice)
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
            for payment in attempts
            if payment.state == "succeeded"
        ),
        attempts=tuple(
            attempt_of(payment, workspace.zone)
            for payment in attempts
            if payment.state != "succeeded"
        ),
        notes=tuple(list_credit_notes(session, invoice)),
        owed=Money.zero(invoice.currency) if is_void else owed(session, invoice),
        voided_at=invoice.voided_at,
        void_reason=invoice.void_reason,
        zone=workspace.zone,
    )


def attempt_of(payment: Payment, zone: str) -> WhyAttempt:
    """Return an attempt that has brought no money, as people are told of it."""
    return WhyAttempt(
        number=payment.attempt,
        amount=Money(payment.amount_minor, payment.currency),
        tried_on=day_of(payment.created_at, zone),
        card=payment.card_label or "",
        outcome=_UNSETTLED.get(payment.state) or trouble_of(payment).words,
        reached_bank=payment.stripe_payment_intent is not None or payment.state == "unknown",
    )


def _payment(session: Session, invoice: Invoice, payment: Payment, zone: str) -> WhyPayment:
    is_outside = payment.how == "outside"
    return WhyPayment(
        number=payment.attempt,
        amount=Money(payment.amount_minor, payment.currency),
        came_on=payment.paid_on or day_of(payment.settled_at or payment.created_at, zone),
        how=payment.how,
        words=payment.note or payment.card_label or _WAYS[payment.how],
        reference=payment.stripe_payment_intent,
        noted_by=_name(session, invoice, payment.created_by) if is_outside else "",
        lost=Money(payment.lost_minor, payment.currency),
        dispute=_dispute(session, invoice, payment),
    )


def _dispute(session: Session, invoice: Invoice, payment: Payment) -> str | None:
    about = (each for each in list_disputes(session, invoice) if each.payment_id == payment.id)
    states = {each.state for each in about}
    return next((each for each in _OPEN_FIRST if each in states), None)


def _name(session: Session, invoice: Invoice, member_id: UUID | None) -> str:
    """Return a person's name; empty for timebot itself."""
    return session.get_one(Member, (invoice.workspace_id, member_id)).name if member_id else ""
