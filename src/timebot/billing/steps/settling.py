"""Settling: moves the collection of a locked invoice forward, once, whoever brings the news.

The worker, webhooks and buttons all end here. Each function looks at what is known already, so
that the same news heard twice, late or in another order changes nothing.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import uuid4

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from timebot.billing.budgets import billing_recipients
from timebot.billing.delivery import (
    note_invoice,
    show_change,
    want_first_mail,
    write_off_unwritten,
)
from timebot.billing.models import Invoice
from timebot.billing.payment_models import Payment
from timebot.billing.ports import Declined, NeedsAction, ProcessorInvoice
from timebot.billing.steps.plan import open_payment, was_paid_outside
from timebot.journal.audit import WORKER, Actor, record
from timebot.journal.notices import show_card
from timebot.money import Money
from timebot.team.models import Workspace

FIRST_CHECKS = (timedelta(minutes=5), timedelta(hours=1))
LATER_CHECK = timedelta(days=1)
"""When an unknown outcome is asked about (reliability reference 1.1, as Kill Bill does)."""


def decide(session: Session, invoice: Invoice, sentence: str, *, now: datetime) -> None:
    """Put an invoice before the billing people, with the sentence that says why."""
    invoice.attention = sentence
    workspace = session.get_one(Workspace, invoice.workspace_id)
    show_card(
        session,
        workspace_id=invoice.workspace_id,
        purpose="invoice",
        subject_id=invoice.id,
        recipients=billing_recipients(session, workspace),
        now=now,
    )
    show_change(session, invoice, now=now)


def park(session: Session, invoice: Invoice, sentence: str, *, now: datetime) -> None:
    """Stop collecting until a person decides; nothing is charged meanwhile."""
    if invoice.uncollected_at is not None and invoice.attention == sentence:
        return
    invoice.uncollected_at = now
    write_off_unwritten(session, invoice)
    note_invoice(session, invoice, action="invoice.parked", at=now, note=sentence)
    decide(session, invoice, sentence, now=now)


def absorb(session: Session, invoice: Invoice, found: ProcessorInvoice, *, now: datetime) -> None:
    """Take over what the processor says about its invoice; it only ever moves ours forward."""
    if invoice.stripe_invoice_id not in {None, found.id}:
        return
    invoice.stripe_invoice_id = found.id
    if _rank(found.status) > _rank(invoice.stripe_status):
        invoice.stripe_status = found.status
    invoice.pay_url = found.pay_url or invoice.pay_url
    if found.status == "paid":
        _absorb_paid(session, invoice, found, now)
    elif found.status in {"void", "uncollectible"}:
        _absorb_closed(session, invoice, found.status, now)
    elif found.status == "open" and _is_up_for_link(invoice):
        want_first_mail(session, invoice, kind="invoice", now=now)
        show_change(session, invoice, now=now)


def differs(invoice: Invoice, found: ProcessorInvoice) -> str | None:
    """Return why the processor's figures are not ours, or None if they agree to the cent."""
    ours = invoice.due
    for name, theirs in (("total", found.total), ("amount due", found.amount_due)):
        if theirs != ours:
            return (
                f"Stripe's {name} is {theirs}, but invoice {invoice.number} asks for {ours}."
                " Nothing was charged."
            )
    return None


def settle_paid(
    session: Session,
    invoice: Invoice,
    *,
    how: str,
    words: str,
    paid_at: datetime,
    payment_intent: str | None,
    actor: Actor = WORKER,
    now: datetime,
) -> None:
    """Note that an invoice is paid, once.

    Args:
        session: the transaction.
        invoice: locked.
        how: card, link or outside.
        words: how it was paid, for people.
        paid_at: when the money came.
        payment_intent: the processor's id of the payment.
        actor: who says so.
        now: the present instant.
    """
    payment = open_payment(session, invoice)
    if payment is None:
        payment = _late_payment(session, invoice, how, now)
    payment.state, payment.settled_at = "succeeded", now
    payment.stripe_payment_intent = payment_intent or payment.stripe_payment_intent
    payment.next_check_at, payment.message = None, None
    invoice.collection, invoice.paid_at, invoice.paid_how = "paid", paid_at, words
    invoice.attention = invoice.uncollected_at = None
    session.flush()
    write_off_unwritten(session, invoice)
    want_first_mail(session, invoice, kind="receipt", now=now)
    facts = {"amount_minor": payment.amount_minor, "currency": payment.currency, "how": payment.how}
    _note_payment(session, payment, "payment.succeeded", facts, actor, now)
    note_invoice(session, invoice, action="invoice.paid", actor=actor, at=now, after=facts)
    show_change(session, invoice, now=now)


def settle_refused(
    session: Session, invoice: Invoice, answer: Declined | NeedsAction, *, now: datetime
) -> None:
    """Note that the open attempt at the card was refused, once; people decide what follows."""
    payment = open_payment(session, invoice)
    if payment is None:
        return
    is_declined = isinstance(answer, Declined)
    payment.state = "declined" if is_declined else "needs_action"
    payment.decline_code = answer.code if isinstance(answer, Declined) else None
    payment.message, payment.settled_at, payment.next_check_at = answer.message, now, None
    payment.stripe_payment_intent = answer.payment_intent
    if invoice.collection in {"open", "unknown"}:
        invoice.collection = "failed"
    session.flush()
    want_first_mail(session, invoice, kind="invoice", now=now)
    facts = {"invoice_id": invoice.id, "decline_code": payment.decline_code}
    action = "payment.declined" if is_declined else "payment.needs_action"
    _note_payment(session, payment, action, facts, WORKER, now)
    what = "The card was declined" if is_declined else "The card needs the client's confirmation"
    decide(session, invoice, f"{what}: {answer.message}", now=now)


def settle_unknown(session: Session, invoice: Invoice, *, now: datetime) -> None:
    """Note that nobody knows whether the card was charged, and when to ask again."""
    payment = open_payment(session, invoice)
    if payment is None or invoice.collection not in {"open", "unknown"}:
        return
    is_news = payment.state == "pending"
    payment.state = invoice.collection = "unknown"
    wait = FIRST_CHECKS[payment.checks] if payment.checks < len(FIRST_CHECKS) else LATER_CHECK
    payment.checks, payment.next_check_at = payment.checks + 1, now + wait
    session.flush()
    if is_news:
        _note_payment(session, payment, "payment.unknown", {"invoice_id": invoice.id}, WORKER, now)
        sentence = (
            "Stripe's answer got lost, so I do not know yet whether the card was charged."
            " I will ask again; nothing is charged twice."
        )
        decide(session, invoice, sentence, now=now)


def try_again_unsent(session: Session, invoice: Invoice, *, now: datetime) -> None:
    """Let an attempt that never arrived be made after all, under its own key."""
    payment = open_payment(session, invoice)
    if payment is None or invoice.collection != "unknown":
        return
    payment.state, payment.next_check_at = "pending", None
    invoice.collection, invoice.attention = "open", None
    session.flush()
    show_change(session, invoice, now=now)


def next_attempt(session: Session, invoice: Invoice) -> int:
    """Return the number of the next attempt to receive the money."""
    last = session.scalar(
        select(func.max(Payment.attempt)).where(
            Payment.workspace_id == invoice.workspace_id, Payment.invoice_id == invoice.id
        )
    )
    return (last or 0) + 1


def _rank(status: str | None) -> int:
    """Order what is heard of the processor's invoice: an older view never wins."""
    order = (None, "draft", "lined", "open", "uncollectible", "unclosed", "void", "paid")
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
        sentence = f"{invoice.number} was cancelled, but Stripe collected {found.amount_paid}."
        decide(session, invoice, f"{sentence} Please refund it there.", now=now)
    elif invoice.collection in {"open", "failed", "unknown"}:
        if found.amount_paid != invoice.due:
            park(session, invoice, _collected_other(invoice, found.amount_paid), now=now)
            return
        payment = open_payment(session, invoice)
        label = payment.card_label if payment is not None else None
        settle_paid(
            session,
            invoice,
            how="link" if payment is None else payment.how,
            words=label or ("card" if payment is not None else "the payment page"),
            paid_at=now,
            payment_intent=found.payment_intent,
            now=now,
        )
    elif found.payment_intent is not None and was_paid_outside(session, invoice):
        sentence = f"{invoice.number} was paid twice: outside, and {found.amount_paid} at Stripe."
        decide(session, invoice, f"{sentence} Please refund one of them.", now=now)


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


def _collected_other(invoice: Invoice, amount: Money) -> str:
    return (
        f"Stripe says that {invoice.number} is paid, but collected {amount}, not {invoice.due}."
        " Please look at it there."
    )


def _late_payment(session: Session, invoice: Invoice, how: str, now: datetime) -> Payment:
    attempt = next_attempt(session, invoice)
    payment = Payment(
        workspace_id=invoice.workspace_id,
        id=uuid4(),
        invoice_id=invoice.id,
        attempt=attempt,
        how=how,
        state="succeeded",
        amount_minor=invoice.due_minor,
        currency=invoice.currency,
        idempotency_key=f"{how}/{invoice.id}/{attempt}",
        created_at=now,
        checks=0,
    )
    session.add(payment)
    return payment


def _note_payment(
    session: Session,
    payment: Payment,
    action: str,
    facts: Mapping[str, object],
    actor: Actor,
    now: datetime,
) -> None:
    record(
        session,
        workspace_id=payment.workspace_id,
        actor=actor,
        action=action,
        subject_kind="payment",
        subject_id=payment.id,
        at=now,
        after=facts,
    )
