"""The plan: which step an invoice needs next, read from its own columns."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from timebot.billing.credit_models import CreditNote
from timebot.billing.models import Invoice
from timebot.billing.payment_models import Mail, Payment
from timebot.billing.receivable import list_credit_notes, owed
from timebot.clients.models import Client

CUSTOMER_GONE = "customer_gone"
"""The `Invoice.stripe_status` of one that stands at the processor under a deleted customer."""

UNFINISHED_AT_PROCESSOR = ("draft", "lined", "open", CUSTOMER_GONE, "uncollectible")
"""Values of `Invoice.stripe_status` while the processor's invoice is still to be closed."""


@dataclass(frozen=True)
class Next:
    """A step and when it is due; the row it is about, if any."""

    step: str
    due_at: datetime
    payment: Payment | None = None
    mail: Mail | None = None
    credit_note: CreditNote | None = None


def next_step(session: Session, invoice: Invoice, *, now: datetime) -> Next | None:
    """Return the step that an invoice needs next, None when nothing is left to do."""
    if invoice.document == "draft":
        return None
    if invoice.document == "issued":
        return Next("render", now)
    crediting = _crediting(session, invoice, now)
    if crediting is not None:
        return crediting
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
    is_over = (
        invoice.document == "void"
        or invoice.collection == "credited"
        or (invoice.collection == "paid" and _was_settled_here(session, invoice))
    )
    if not is_over or invoice.charge_mode == "bank" or invoice.stripe_customer_id is None:
        return None
    unknown_there = invoice.stripe_invoice_id is None and invoice.stripe_status is None
    if unknown_there or invoice.stripe_status in UNFINISHED_AT_PROCESSOR:
        return Next("close", now)
    return None


def _was_settled_here(session: Session, invoice: Invoice) -> bool:
    """Tell whether payments outside or credit notes made it paid, not the processor."""
    found = select(Payment.id).where(
        Payment.workspace_id == invoice.workspace_id,
        Payment.invoice_id == invoice.id,
        Payment.how != "outside",
        Payment.state == "succeeded",
    )
    return session.scalar(found.limit(1)) is None


def _crediting(session: Session, invoice: Invoice, now: datetime) -> Next | None:
    """A credit note is drawn, then money goes back."""
    for note in list_credit_notes(session, invoice):
        if note.document == "issued":
            return Next("render_credit", now, credit_note=note)
        if note.refund_state == "wanted":
            return Next("refund", now, credit_note=note)
    return None


def _collecting(session: Session, invoice: Invoice, now: datetime) -> Next | None:
    if invoice.document == "void" or invoice.charge_mode == "bank":
        return None
    if invoice.collection == "unknown":
        if invoice.uncollected_at is not None:
            return None
        payment = open_payment(session, invoice)
        due_at = now if payment is None else payment.next_check_at or now
        return Next("check", due_at, payment)
    if _asks_too_much(session, invoice):
        return Next("lower", now)
    if invoice.collection != "open" or invoice.uncollected_at is not None:
        return None
    return _towards_payment(session, invoice, now)


def _asks_too_much(session: Session, invoice: Invoice) -> bool:
    """Tell whether the processor's open invoice must follow a payment or a credit note of ours."""
    if invoice.stripe_status != "open" or invoice.collection not in {"open", "failed"}:
        return False
    if open_payment(session, invoice) is not None:
        return False
    # Parked by ourselves means that it was refused or differs; asking again would change nothing.
    if invoice.uncollected_at is not None and invoice.attention is not None:
        return False
    asked = invoice.due_minor if invoice.stripe_due_minor is None else invoice.stripe_due_minor
    return asked != owed(session, invoice).minor


def _towards_payment(session: Session, invoice: Invoice, now: datetime) -> Next | None:
    if invoice.stripe_customer_id is None:
        return Next("customer", now)
    if invoice.stripe_invoice_id is None:
        return Next("draft", now)
    if invoice.stripe_status == "draft":
        return Next("lines", now)
    if invoice.stripe_status == "lined":
        return Next("finalize", now)
    return _charging(session, invoice, now)


def _charging(session: Session, invoice: Invoice, now: datetime) -> Next | None:
    payment = open_payment(session, invoice)
    if payment is not None:
        return Next("pay", now, payment)
    if invoice.charge_mode != "charge" or has_payment(session, invoice):
        return None
    client = session.get_one(Client, (invoice.workspace_id, invoice.client_id))
    # Whoever became a retainer since the release is asked for the money, never charged.
    return Next("spare" if client.is_retainer else "pay", now)


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
