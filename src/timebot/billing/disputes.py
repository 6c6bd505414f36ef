"""Disputes: a client asks their bank for the money back, and the bank decides.

While it is open the payment counts, and nothing about the invoice can be changed. Lost, the money
is gone and owed again; no card is charged for it, people decide. Won, all is as before.
"""

from datetime import datetime

from sqlalchemy.orm import Session

from timebot.billing.amounts import amount_words
from timebot.billing.budgets import billing_recipients
from timebot.billing.delivery import note_invoice, show_change
from timebot.billing.models import Invoice
from timebot.billing.payment_models import Payment
from timebot.billing.ports import Dispute
from timebot.billing.receivable import card_payment, owed
from timebot.journal.audit import Actor
from timebot.journal.notices import tell
from timebot.locales import money_words
from timebot.team.days import day_in_words, day_of
from timebot.team.models import Workspace

_STRIPE = Actor(None, "stripe")
_OVER = ("lost", "won")


def settle_dispute(session: Session, invoice: Invoice, dispute: Dispute, *, now: datetime) -> None:
    """Take over how a dispute stands at the processor, once; its end is never taken back.

    Args:
        session: the transaction.
        invoice: locked.
        dispute: as it stands now, of the payment that is on record for the invoice.
        now: the present instant.
    """
    payment = card_payment(session, invoice)
    if payment is None or _waits_for_another(payment, dispute):
        return
    known = payment.dispute_state if payment.dispute_id == dispute.id else None
    if known == "won" or (known == "lost" and dispute.state not in _OVER):
        # It was asked for before the end that is known, and is heard after it.
        return
    payment.dispute_id, payment.dispute_state = dispute.id, dispute.state
    payment.dispute_page = dispute.page
    if known != dispute.state:
        _move_money(session, invoice, payment, dispute, was_lost=known == "lost")
    session.flush()
    _move_invoice(session, invoice, payment, dispute, now=now)
    sentence = _sentence(session, invoice, payment, dispute)
    if known == dispute.state and sentence == invoice.attention:
        return
    invoice.attention = sentence
    session.flush()
    _note(session, invoice, dispute, is_news=known != dispute.state, now=now)


def _waits_for_another(payment: Payment, dispute: Dispute) -> bool:
    """Tell whether another dispute of the payment is still open; the two would be mixed up."""
    is_other = payment.dispute_id not in {None, dispute.id}
    return is_other and payment.dispute_state not in _OVER


def _move_money(
    session: Session, invoice: Invoice, payment: Payment, dispute: Dispute, *, was_lost: bool
) -> None:
    """Note how much of the payment is gone, or came back although it was lost before."""
    is_like = dispute.amount.currency == payment.currency
    amount = dispute.amount.minor if is_like else payment.amount_minor
    if dispute.state == "lost":
        payment.lost_minor = min(payment.amount_minor, payment.lost_minor + amount)
    elif was_lost and owed(session, invoice).minor >= amount:
        # Otherwise the client paid another way meanwhile, and the money is there twice.
        payment.lost_minor = max(0, payment.lost_minor - amount)


def _move_invoice(
    session: Session, invoice: Invoice, payment: Payment, dispute: Dispute, *, now: datetime
) -> None:
    left = owed(session, invoice)
    if dispute.state == "lost":
        if left and invoice.collection in {"paid", "disputed"}:
            invoice.collection, invoice.uncollected_at = "failed", now
            invoice.paid_at = invoice.paid_how = None
    elif dispute.state != "won":
        if invoice.collection == "paid":
            invoice.collection = "disputed"
    elif not left and invoice.collection in {"disputed", "failed"}:
        invoice.collection, invoice.uncollected_at = "paid", None
        invoice.paid_at = invoice.paid_at or payment.settled_at or now
        invoice.paid_how = invoice.paid_how or payment.note


def _sentence(session: Session, invoice: Invoice, payment: Payment, dispute: Dispute) -> str | None:
    """Return what people have to do about a dispute, None where there is nothing."""
    if dispute.state == "needs_answer":
        return _please_answer(session, invoice, dispute)
    amount = amount_words(session, invoice, dispute.amount)
    if dispute.state == "lost":
        return (
            f"The dispute was lost: {amount} of {invoice.number} went back to the client."
            " Write a credit note if you give it up, or mark it paid once it comes another way."
        )
    if dispute.state == "won" and payment.lost_minor:
        return (
            f"The dispute was won after {invoice.number} was paid another way, so {amount}"
            " came twice. Please give it back."
        )
    return None


def _please_answer(session: Session, invoice: Invoice, dispute: Dispute) -> str:
    workspace = session.get_one(Workspace, invoice.workspace_id)
    day = dispute.answer_by and day_in_words(day_of(dispute.answer_by, workspace.zone))
    until = f"by {day}" if day else "soon"
    if dispute.is_inquiry:
        return (
            f"The client's bank asks about the payment of {invoice.number}. It has taken no money"
            f" yet; answer at Stripe {until}, or it may."
        )
    amount = money_words(dispute.amount, workspace.locale)
    return (
        f"The client disputes the payment of {invoice.number}, and the bank has taken"
        f" {amount} back. Answer at Stripe {until}, or it is lost."
    )


def _note(
    session: Session, invoice: Invoice, dispute: Dispute, *, is_news: bool, now: datetime
) -> None:
    if is_news:
        action = f"invoice.dispute_{dispute.state}"
        facts = {"dispute": dispute.id, "amount_minor": dispute.amount.minor}
        note_invoice(session, invoice, action=action, actor=_STRIPE, at=now, after=facts)
    workspace = session.get_one(Workspace, invoice.workspace_id)
    for recipient in billing_recipients(session, workspace):
        tell(
            session,
            workspace_id=invoice.workspace_id,
            notice="dispute",
            recipient=recipient,
            facts={
                "invoice_id": invoice.id,
                "state": dispute.state,
                "sentence": invoice.attention or "",
                "page": dispute.page,
            },
            dedup_key=f"dispute:{dispute.id}:{dispute.state}:{dispute.is_inquiry}:{recipient}",
            now=now,
        )
    show_change(session, invoice, now=now)
