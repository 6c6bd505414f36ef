"""Absorbing: takes over what the processor says about its invoice; it only moves ours forward."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from timebot.billing.amounts import amount_words
from timebot.billing.delivery import show_change, want_first_mail
from timebot.billing.models import Invoice
from timebot.billing.payment_models import Payment
from timebot.billing.ports import Declined, NeedsAction, Processing, ProcessorInvoice
from timebot.billing.receivable import card_payment, owed
from timebot.billing.steps.plan import UNFINISHED_AT_PROCESSOR, open_payment
from timebot.billing.steps.settling import decide, park, settle_paid, settle_refused
from timebot.locales import money_words
from timebot.money import Money


def absorb(session: Session, invoice: Invoice, found: ProcessorInvoice, *, now: datetime) -> None:
    """Take over what the processor says about its invoice; it only ever moves ours forward."""
    if invoice.stripe_invoice_id not in {None, found.id}:
        return
    invoice.stripe_invoice_id = found.id
    if _rank(found.status) > _rank(invoice.stripe_status):
        invoice.stripe_status = found.status
    invoice.pay_url = found.pay_url or invoice.pay_url
    if found.status == "open":
        invoice.stripe_due_minor = found.amount_due.minor
    if found.status == "paid":
        _absorb_paid(session, invoice, found, now)
    elif found.status in {"void", "uncollectible"}:
        _absorb_closed(session, invoice, found.status, now)
    elif found.status == "open" and _is_up_for_link(invoice):
        want_first_mail(session, invoice, kind="invoice", now=now)
        show_change(session, invoice, now=now)
    elif found.status == "open" and isinstance(found.trouble, Declined | NeedsAction):
        _absorb_refused(session, invoice, found, found.trouble, now)


def reached_bank(session: Session, invoice: Invoice, found: ProcessorInvoice) -> bool:
    """Tell whether the open attempt reached the bank: earlier ones alone explain fewer tries."""
    earlier = select(Payment.state, func.count()).where(
        Payment.workspace_id == invoice.workspace_id,
        Payment.invoice_id == invoice.id,
        Payment.how == "card",
        Payment.state.in_(("declined", "needs_action")),
        # Without it no bank was asked: there was no card, or the request was refused.
        Payment.stripe_payment_intent.is_not(None),
    )
    counts = dict(session.execute(earlier.group_by(Payment.state)).all())
    if isinstance(found.trouble, NeedsAction) and not counts.get("needs_action"):
        # A bank that wants to see the client was not asked for money, so it counts no attempt.
        return True
    return found.attempts > counts.get("declined", 0) or isinstance(found.trouble, Processing)


def differs(
    invoice: Invoice, found: ProcessorInvoice, *, due: Money | None = None, locale: str
) -> str | None:
    """Return why the processor's figures are not ours, or None if they agree to the cent.

    Args:
        invoice: ours; its total never changes.
        found: the processor's.
        due: what is still to be paid, where payments or credit notes lowered it.
        locale: how the firm writes amounts.
    """
    wanted = invoice.due if due is None else due
    for name, theirs, ours in (
        ("total", found.total, invoice.due),
        ("amount due", found.amount_due, wanted),
    ):
        if theirs != ours:
            stated, asked = money_words(theirs, locale), money_words(ours, locale)
            return (
                f"Stripe's {name} is {stated}, but invoice {invoice.number} asks for {asked}."
                " Nothing was charged."
            )
    return None


def _rank(status: str | None) -> int:
    """Order what is heard of the processor's invoice: an older view never wins."""
    order = (None, *UNFINISHED_AT_PROCESSOR, "unclosed", "void", "paid")
    return order.index(status) if status in order else 0


def _is_up_for_link(invoice: Invoice) -> bool:
    return (
        invoice.charge_mode == "link"
        and invoice.collection == "open"
        and invoice.uncollected_at is None
    )


def _absorb_paid(
    session: Session, invoice: Invoice, found: ProcessorInvoice, now: datetime
) -> None:
    if invoice.document == "void":
        amount = amount_words(session, invoice, found.amount_paid)
        sentence = f"{invoice.number} was cancelled, but Stripe collected {amount}."
        decide(session, invoice, f"{sentence} Please refund it there.", now=now)
    elif _is_known(session, invoice, found):
        # What became of that payment since, as in a dispute, is told elsewhere.
        return
    elif invoice.collection in {"open", "failed", "unknown"}:
        wanted = owed(session, invoice)
        if found.amount_paid != wanted:
            sentence = _collected_other(session, invoice, found.amount_paid, wanted)
            park(session, invoice, sentence, now=now)
            return
        payment = open_payment(session, invoice)
        settle_paid(
            session,
            invoice,
            how="link" if payment is None else payment.how,
            words=_words(session, invoice, payment),
            paid_at=now,
            payment_intent=found.payment_intent,
            now=now,
        )
    elif found.payment_intent is not None:
        amount = amount_words(session, invoice, found.amount_paid)
        sentence = (
            f"{invoice.number} was paid twice: {amount} came at Stripe after it was settled here."
        )
        decide(session, invoice, f"{sentence} Please refund that there.", now=now)


def _absorb_refused(
    session: Session,
    invoice: Invoice,
    found: ProcessorInvoice,
    answer: Declined | NeedsAction,
    now: datetime,
) -> None:
    """Settle the attempt whose answer got lost; one that is under way hears of it by itself."""
    payment = open_payment(session, invoice)
    if payment is not None and payment.state == "unknown" and reached_bank(session, invoice, found):
        settle_refused(session, invoice, answer, now=now)


def _words(session: Session, invoice: Invoice, payment: Payment | None) -> str:
    """Say how the money came, no more precisely than these books know it."""
    if payment is not None:
        return payment.card_label or "card"
    # After a restore the charge that was made before it is at Stripe and not here.
    is_tried = select(Payment.id).where(
        Payment.workspace_id == invoice.workspace_id, Payment.invoice_id == invoice.id
    )
    may_be_ours = invoice.charge_mode == "charge" and session.scalar(is_tried.limit(1)) is None
    return "at Stripe" if may_be_ours else "the payment page"


def _absorb_closed(session: Session, invoice: Invoice, status: str, now: datetime) -> None:
    if invoice.document == "void" or invoice.collection not in {"open", "failed", "unknown"}:
        return
    payment = open_payment(session, invoice)
    if payment is not None:
        payment.state, payment.decline_code = "declined", "invoice_closed"
        payment.settled_at, payment.next_check_at = now, None
    invoice.collection = "failed"
    session.flush()
    closed = "cancelled" if status == "void" else "given up"
    park(session, invoice, f"{invoice.number} was {closed} at Stripe, not here.", now=now)


def _is_known(session: Session, invoice: Invoice, found: ProcessorInvoice) -> bool:
    """Tell whether the processor's payment is on record already."""
    payment = card_payment(session, invoice)
    return payment is not None and payment.stripe_payment_intent == found.payment_intent


def _collected_other(session: Session, invoice: Invoice, amount: Money, wanted: Money) -> str:
    came, due = (amount_words(session, invoice, money) for money in (amount, wanted))
    return (
        f"Stripe says that {invoice.number} is paid, but collected {came}, not {due}."
        " Please look at it there."
    )
