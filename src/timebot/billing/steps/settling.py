"""Settling: moves the collection of a locked invoice forward, once, whoever brings the news.

The worker, webhooks and buttons all end here. Each function looks at what is known already, so
that the same news heard twice, late or in another order changes nothing.
"""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from uuid import uuid4

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from timebot.billing.cards_to_ask import repaint_cards_to_ask
from timebot.billing.deciding import CustomerDeleted, number_of
from timebot.billing.delivery import (
    note_invoice,
    show_change,
    want_first_mail,
    write_off_unwritten,
)
from timebot.billing.models import Invoice
from timebot.billing.payment_models import Payment
from timebot.billing.ports import Declined, NeedsAction
from timebot.billing.receivable import credited, is_touched, owed, received
from timebot.billing.recipients import billing_recipients
from timebot.billing.refused_cards import note_trouble, trouble_of
from timebot.billing.steps.plan import CUSTOMER_GONE, open_payment
from timebot.journal.audit import WORKER, Actor, record
from timebot.journal.notices import show_card
from timebot.money import Money
from timebot.team.models import Workspace

FIRST_CHECKS = (timedelta(minutes=5), timedelta(hours=1))
LATER_CHECK = timedelta(days=1)
"""When an unknown outcome is asked about (reliability reference 1.1, as Kill Bill does)."""

MOST_CHECKS = 7
"""After five days of asking daily a person must look; news from Stripe still settles it."""


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


def desert(session: Session, invoice: Invoice, *, now: datetime) -> None:
    """Note that an invoice stands at the processor under a customer who was deleted; park it.

    An attempt that is under way is refused first, and the invoice is parked with that.
    """
    invoice.stripe_status = CUSTOMER_GONE
    if open_payment(session, invoice) is not None:
        return
    invoice.collection = "failed"
    session.flush()
    gone = CustomerDeleted(number_of(invoice), is_touched=is_touched(session, invoice))
    park(session, invoice, gone.sentence, now=now)


def park_uncharged(session: Session, invoice: Invoice, sentence: str, *, now: datetime) -> None:
    """Park before a bank was asked: an attempt that somebody wished for is over with it."""
    payment = open_payment(session, invoice)
    if payment is not None and payment.state == "pending":
        payment.state, payment.decline_code = "declined", "rejected"
        payment.message, payment.settled_at = sentence, now
        session.flush()
    park(session, invoice, sentence, now=now)


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
        payment = _late_payment(session, invoice, how, now, amount=owed(session, invoice))
    payment.state, payment.settled_at = "succeeded", now
    payment.stripe_payment_intent = payment_intent or payment.stripe_payment_intent
    payment.next_check_at, payment.message = None, None
    payment.note = words
    invoice.collection, invoice.paid_at, invoice.paid_how = "paid", paid_at, words
    invoice.attention = invoice.uncollected_at = None
    session.flush()
    if payment.how == "card":
        _note_trouble(session, invoice, None, now=now)
    write_off_unwritten(session, invoice)
    want_first_mail(session, invoice, kind="receipt", now=now)
    facts = {"amount_minor": payment.amount_minor, "currency": payment.currency, "how": payment.how}
    _note_payment(session, payment, "payment.succeeded", facts, actor, now)
    note_invoice(session, invoice, action="invoice.paid", actor=actor, at=now, after=facts)
    show_change(session, invoice, now=now)


def settle_part(
    session: Session,
    invoice: Invoice,
    *,
    amount: Money,
    words: str,
    paid_on: date,
    paid_at: datetime,
    actor: Actor,
    now: datetime,
) -> Payment:
    """Note that some of the money came outside; the last part makes the invoice paid.

    Args:
        session: the transaction.
        invoice: locked, with no attempt open.
        amount: what came; the database refuses more than is owed.
        words: how it came, for people.
        paid_on: the day, and `paid_at` its instant.
        paid_at: when the money came.
        actor: who says so.
        now: the present instant.
    """
    payment = _late_payment(session, invoice, "outside", now, amount=amount)
    payment.settled_at, payment.paid_on, payment.note = now, paid_on, words
    payment.created_by = actor.member_id
    session.flush()
    facts = {"amount_minor": amount.minor, "currency": amount.currency, "how": "outside"}
    _note_payment(session, payment, "payment.succeeded", facts, actor, now)
    settle_if_nothing_is_owed(
        session, invoice, actor=actor, now=now, paid_at=paid_at, paid_how=words
    )
    return payment


def settle_if_nothing_is_owed(
    session: Session,
    invoice: Invoice,
    *,
    actor: Actor,
    now: datetime,
    paid_at: datetime | None = None,
    paid_how: str | None = None,
) -> None:
    """Make an invoice credited or paid once payments and credit notes cover it; repaint it.

    Args:
        session: the transaction.
        invoice: locked; its new payment or credit note is written.
        actor: who wrote it.
        now: the present instant.
        paid_at: when the last money came, None where it was a credit note.
        paid_how: how it came, for people.
    """
    is_open = invoice.collection in {"open", "failed"}
    if credited(session, invoice) == invoice.total:
        invoice.collection, invoice.attention, invoice.uncollected_at = "credited", None, None
        session.flush()
        write_off_unwritten(session, invoice)
    elif is_open and not owed(session, invoice):
        invoice.collection, invoice.paid_at = "paid", paid_at or now
        invoice.paid_how = paid_how or "with a credit note"
        invoice.attention = invoice.uncollected_at = None
        session.flush()
        write_off_unwritten(session, invoice)
        if received(session, invoice):
            want_first_mail(session, invoice, kind="receipt", now=now)
        note_invoice(session, invoice, action="invoice.paid", actor=actor, at=now)
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
    trouble = trouble_of(payment)
    _note_trouble(session, invoice, trouble.kind, now=now)
    want_first_mail(session, invoice, kind="invoice", now=now)
    facts = {"invoice_id": invoice.id, "decline_code": payment.decline_code}
    action = "payment.declined" if is_declined else "payment.needs_action"
    _note_payment(session, payment, action, facts, WORKER, now)
    if invoice.stripe_status == CUSTOMER_GONE:
        desert(session, invoice, now=now)
    else:
        decide(session, invoice, trouble.advice, now=now)


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
    if payment.checks > MOST_CHECKS:
        sentence = (
            f"Stripe has not said for days whether the card was charged for {invoice.number}."
            " Please look at it there; nothing is charged meanwhile."
        )
        park(session, invoice, sentence, now=now)
        return
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


def _note_trouble(session: Session, invoice: Invoice, kind: str | None, *, now: datetime) -> None:
    if note_trouble(session, invoice, kind):
        repaint_cards_to_ask(session, workspace_id=invoice.workspace_id, now=now)


def _late_payment(
    session: Session, invoice: Invoice, how: str, now: datetime, *, amount: Money
) -> Payment:
    attempt = next_attempt(session, invoice)
    payment = Payment(
        workspace_id=invoice.workspace_id,
        id=uuid4(),
        invoice_id=invoice.id,
        attempt=attempt,
        how=how,
        state="succeeded",
        amount_minor=amount.minor,
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
