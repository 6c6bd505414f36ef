"""The plan: which step an invoice needs next, read from its own columns."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from timebot.billing.models import Invoice
from timebot.billing.payment_models import Mail, Payment

UNFINISHED_AT_PROCESSOR = ("draft", "lined", "open", "uncollectible")
"""Values of `Invoice.stripe_status` while the processor's invoice could still be paid."""


@dataclass(frozen=True)
class Next:
    """A step and when it is due; the row it is about, if any."""

    step: str
    due_at: datetime
    payment: Payment | None = None
    mail: Mail | None = None


def next_step(session: Session, invoice: Invoice, *, now: datetime) -> Next | None:
    """Return the step that an invoice needs next, None when nothing is left to do."""
    if invoice.document == "draft":
        return None
    if invoice.document == "issued":
        return Next("render", now)
    collecting = _closing(session, invoice, now) or _collecting(session, invoice, now)
    if collecting is not None and collecting.due_at <= now:
        return collecting
    return _mailing(session, invoice, now) or collecting


def open_payment(session: Session, invoice: Invoice) -> Payment | None:
    """Return the attempt whose outcome is not known yet."""
    return session.scalar(
        select(Payment).where(
            Payment.workspace_id == invoice.workspace_id,
            Payment.invoice_id == invoice.id,
            Payment.state.in_(("pending", "unknown")),
        )
    )


def has_payment(session: Session, invoice: Invoice) -> bool:
    """Tell whether the invoice was ever tried to be charged."""
    found = select(Payment.id).where(
        Payment.workspace_id == invoice.workspace_id, Payment.invoice_id == invoice.id
    )
    return session.scalar(found.limit(1)) is not None


def _closing(session: Session, invoice: Invoice, now: datetime) -> Next | None:
    """What can no longer be paid at the processor is closed there, so that nobody pays it."""
    is_over = invoice.document == "void" or (
        invoice.collection == "paid" and was_paid_outside(session, invoice)
    )
    if not is_over or invoice.charge_mode == "bank" or invoice.stripe_customer_id is None:
        return None
    unknown_there = invoice.stripe_invoice_id is None and invoice.stripe_status is None
    if unknown_there or invoice.stripe_status in UNFINISHED_AT_PROCESSOR:
        return Next("close", now)
    return None


def was_paid_outside(session: Session, invoice: Invoice) -> bool:
    """Tell whether a person noted that the money came another way."""
    found = select(Payment.id).where(
        Payment.workspace_id == invoice.workspace_id,
        Payment.invoice_id == invoice.id,
        Payment.how == "outside",
        Payment.state == "succeeded",
    )
    return session.scalar(found) is not None


def _collecting(session: Session, invoice: Invoice, now: datetime) -> Next | None:
    if invoice.document == "void" or invoice.charge_mode == "bank":
        return None
    if invoice.collection == "unknown":
        payment = open_payment(session, invoice)
        due_at = now if payment is None else payment.next_check_at or now
        return Next("check", due_at, payment)
    if invoice.collection != "open" or invoice.uncollected_at is not None:
        return None
    return _towards_payment(session, invoice, now)


def _towards_payment(session: Session, invoice: Invoice, now: datetime) -> Next | None:
    if invoice.stripe_customer_id is None:
        return Next("customer", now)
    if invoice.stripe_invoice_id is None:
        return Next("draft", now)
    if invoice.stripe_status == "draft":
        return Next("lines", now)
    if invoice.stripe_status == "lined":
        return Next("finalize", now)
    payment = open_payment(session, invoice)
    wants_first = invoice.charge_mode == "charge" and not has_payment(session, invoice)
    return Next("pay", now, payment) if payment is not None or wants_first else None


def _mailing(session: Session, invoice: Invoice, now: datetime) -> Next | None:
    mail = session.scalar(
        select(Mail)
        .where(
            Mail.workspace_id == invoice.workspace_id,
            Mail.invoice_id == invoice.id,
            Mail.state == "waiting",
        )
        .order_by(Mail.created_at, Mail.kind, Mail.attempt)
        .limit(1)
    )
    if mail is None:
        return None
    return Next("send" if "subject" in mail.message else "write", now, mail=mail)
