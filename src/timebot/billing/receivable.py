"""Receivable: what is still to come of an invoice, after payments and credit notes."""

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from timebot.billing.credit_models import CreditNote
from timebot.billing.models import Invoice
from timebot.billing.payment_models import Payment, PaymentDispute
from timebot.money import Money

_AT_ONCE = 500


def received(session: Session, invoice: Invoice) -> Money:
    """Return the money that came for an invoice and was not lost again, refunds not taken off."""
    found = session.scalar(
        select(func.sum(Payment.amount_minor - Payment.lost_minor)).where(
            Payment.workspace_id == invoice.workspace_id,
            Payment.invoice_id == invoice.id,
            Payment.state == "succeeded",
        )
    )
    return Money(int(found or 0), invoice.currency)


def reduced(session: Session, invoice: Invoice) -> Money:
    """Return what credit notes took off what was to be paid."""
    found = session.scalar(
        select(func.sum(CreditNote.reduces_minor)).where(
            CreditNote.workspace_id == invoice.workspace_id,
            CreditNote.invoice_id == invoice.id,
            CreditNote.document != "draft",
        )
    )
    return Money(int(found or 0), invoice.currency)


def credited(session: Session, invoice: Invoice) -> Money:
    """Return what credit notes took back, whatever became of it."""
    found = session.scalar(
        select(func.sum(CreditNote.total_minor)).where(
            CreditNote.workspace_id == invoice.workspace_id,
            CreditNote.invoice_id == invoice.id,
            CreditNote.document != "draft",
        )
    )
    return Money(int(found or 0), invoice.currency)


def owed(session: Session, invoice: Invoice) -> Money:
    """Return what is still to be paid; never below zero, which the database sees to."""
    return invoice.due - received(session, invoice) - reduced(session, invoice)


def owed_of(
    session: Session, *, workspace_id: UUID, invoices: Collection[Invoice]
) -> dict[UUID, Money]:
    """Return what is still to be paid of many invoices, by their ids, in a few queries."""
    ids = [invoice.id for invoice in invoices]
    settled: dict[UUID, int] = {}
    for start in range(0, len(ids), _AT_ONCE):
        some = ids[start : start + _AT_ONCE]
        paid = (
            select(Payment.invoice_id, func.sum(Payment.amount_minor - Payment.lost_minor))
            .where(
                Payment.workspace_id == workspace_id,
                Payment.invoice_id.in_(some),
                Payment.state == "succeeded",
            )
            .group_by(Payment.invoice_id)
        )
        credited = (
            select(CreditNote.invoice_id, func.sum(CreditNote.reduces_minor))
            .where(
                CreditNote.workspace_id == workspace_id,
                CreditNote.invoice_id.in_(some),
                CreditNote.document != "draft",
            )
            .group_by(CreditNote.invoice_id)
        )
        for query in (paid, credited):
            for invoice_id, minor in session.execute(query):
                settled[invoice_id] = settled.get(invoice_id, 0) + int(minor)
    return {
        invoice.id: Money(invoice.due_minor - settled.get(invoice.id, 0), invoice.currency)
        for invoice in invoices
    }


def is_touched(session: Session, invoice: Invoice) -> bool:
    """Tell whether money ever came, or a credit note was written; cancelling would undo neither."""
    return bool(list_received(session, invoice) or list_credit_notes(session, invoice))


def list_credit_notes(session: Session, invoice: Invoice) -> list[CreditNote]:
    """List the credit notes of an invoice, the first first."""
    found = select(CreditNote).where(
        CreditNote.workspace_id == invoice.workspace_id,
        CreditNote.invoice_id == invoice.id,
        CreditNote.document != "draft",
    )
    return list(session.scalars(found.order_by(CreditNote.ordinal)))


def list_received(session: Session, invoice: Invoice) -> list[Payment]:
    """List the payments that brought money, the first first."""
    return [one for one in list_attempts(session, invoice) if one.state == "succeeded"]


def list_attempts(session: Session, invoice: Invoice) -> list[Payment]:
    """List all attempts to receive the money, whatever came of them, the first first."""
    found = select(Payment).where(
        Payment.workspace_id == invoice.workspace_id, Payment.invoice_id == invoice.id
    )
    return list(session.scalars(found.order_by(Payment.attempt)))


def list_disputes(session: Session, invoice: Invoice) -> Sequence[PaymentDispute]:
    """List the disputes about what was paid for an invoice, the first first."""
    found = (
        select(PaymentDispute)
        .join(
            Payment,
            (Payment.workspace_id == PaymentDispute.workspace_id)
            & (Payment.id == PaymentDispute.payment_id),
        )
        .where(Payment.workspace_id == invoice.workspace_id, Payment.invoice_id == invoice.id)
        .order_by(PaymentDispute.heard_at, PaymentDispute.stripe_id)
    )
    return session.scalars(found).all()


def card_payment(session: Session, invoice: Invoice) -> Payment | None:
    """Return the payment that came through the card processor, from which money can go back."""
    return session.scalar(
        select(Payment).where(
            Payment.workspace_id == invoice.workspace_id,
            Payment.invoice_id == invoice.id,
            Payment.state == "succeeded",
            Payment.how != "outside",
            Payment.stripe_payment_intent.is_not(None),
        )
    )
