"""Disputes: a client asks their bank for the money back, and the bank decides.

There can be several about one payment, each over a part of it. While one is open the payment
counts, and nothing about the invoice can be changed. What is lost is gone and owed again; no card
is charged for it, people decide. What is won is as before.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from timebot.billing.amounts import amount_words
from timebot.billing.delivery import note_invoice, show_change
from timebot.billing.models import Invoice
from timebot.billing.payment_models import Payment, PaymentDispute
from timebot.billing.ports import Dispute
from timebot.billing.receivable import card_payment, list_disputes, owed
from timebot.billing.recipients import billing_recipients, tell_billing
from timebot.journal.audit import Actor
from timebot.journal.notices import refresh_card, show_card
from timebot.money import Money
from timebot.team.days import day_in_words, day_of
from timebot.team.models import Workspace

CARDS = ("inquiry", "dispute")
"""Purposes of the messages that ask for an answer; each stage of a dispute has its own."""

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
    if payment is None:
        return
    row = _find(session, invoice, dispute)
    if row is not None and (_is_older(row, dispute) or _says_the_same(row, dispute)):
        return
    known, stage = (row.state, row.is_inquiry) if row is not None else (None, None)
    row = row or _begin(session, payment, dispute, now=now)
    _take_over(row, dispute)
    session.flush()
    if known != row.state:
        _move_money(session, invoice, payment, row, was_lost=known == "lost")
    _move_invoice(session, invoice, payment, now=now)
    invoice.attention = _what_to_do(session, invoice)
    session.flush()
    if (known, stage) != (row.state, row.is_inquiry):
        _tell(session, invoice, row, now=now)
    _repaint(session, row, now=now)
    show_change(session, invoice, now=now)


def list_waiting(session: Session, invoice: Invoice) -> Sequence[PaymentDispute]:
    """List the disputes that wait for an answer, the most urgent first."""
    waiting = [each for each in list_disputes(session, invoice) if each.state == "needs_answer"]
    return sorted(waiting, key=lambda each: (each.answer_by is None, each.answer_by))


def please_answer(session: Session, invoice: Invoice, dispute: PaymentDispute) -> str:
    """Return the sentence that asks people to answer a dispute in time."""
    workspace = session.get_one(Workspace, invoice.workspace_id)
    day = dispute.answer_by and day_in_words(day_of(dispute.answer_by, workspace.zone))
    until = f"by {day}" if day else "soon"
    if dispute.is_inquiry:
        return (
            f"The client's bank asks about the payment of {invoice.number}. It has taken no money"
            f" yet; answer at Stripe {until}, or it may."
        )
    amount = amount_words(session, invoice, dispute.amount)
    return (
        f"The client disputes the payment of {invoice.number}, and the bank has taken"
        f" {amount} back. Answer at Stripe {until}, or it is lost."
    )


def _find(session: Session, invoice: Invoice, dispute: Dispute) -> PaymentDispute | None:
    return session.scalar(
        select(PaymentDispute).where(
            PaymentDispute.workspace_id == invoice.workspace_id,
            PaymentDispute.stripe_id == dispute.id,
        )
    )


def _is_older(row: PaymentDispute, dispute: Dispute) -> bool:
    """Tell whether it was asked for before the end that is known, and is heard after it."""
    return row.state == "won" or (row.state == "lost" and dispute.state not in _OVER)


def _says_the_same(row: PaymentDispute, dispute: Dispute) -> bool:
    known = (row.state, row.is_inquiry, row.amount, row.answer_by, row.page)
    heard = (dispute.state, dispute.is_inquiry, dispute.amount, dispute.answer_by, dispute.page)
    return known == heard


def _begin(
    session: Session, payment: Payment, dispute: Dispute, *, now: datetime
) -> PaymentDispute:
    row = PaymentDispute(
        workspace_id=payment.workspace_id,
        id=uuid4(),
        payment_id=payment.id,
        stripe_id=dispute.id,
        heard_at=now,
        lost_minor=0,
    )
    session.add(row)
    return row


def _take_over(row: PaymentDispute, dispute: Dispute) -> None:
    row.state, row.is_inquiry = dispute.state, dispute.is_inquiry
    row.amount_minor, row.currency = dispute.amount.minor, dispute.amount.currency
    row.answer_by, row.page = dispute.answer_by, dispute.page


def _move_money(
    session: Session, invoice: Invoice, payment: Payment, row: PaymentDispute, *, was_lost: bool
) -> None:
    """Note how much of the payment is gone, or came back although it was lost before."""
    others = sum(each.lost_minor for each in list_disputes(session, invoice) if each is not row)
    if row.state == "lost":
        is_like = row.currency == payment.currency
        amount = row.amount_minor if is_like else payment.amount_minor
        row.lost_minor = min(amount, payment.amount_minor - others)
    elif was_lost and owed(session, invoice).minor >= row.lost_minor:
        # Otherwise the client paid another way meanwhile, and the money is there twice.
        row.lost_minor = 0
    payment.lost_minor = others + row.lost_minor
    session.flush()


def _move_invoice(session: Session, invoice: Invoice, payment: Payment, *, now: datetime) -> None:
    """Let the invoice wait while a dispute is open; after the last one it is paid or it is not."""
    if _is_one_open(session, invoice):
        if invoice.collection in {"paid", "failed"}:
            invoice.collection, invoice.uncollected_at = "disputed", None
    elif owed(session, invoice):
        if invoice.collection in {"paid", "disputed"}:
            invoice.collection, invoice.uncollected_at = "failed", now
            invoice.paid_at = invoice.paid_how = None
    elif invoice.collection in {"disputed", "failed"}:
        invoice.collection, invoice.uncollected_at = "paid", None
        invoice.paid_at = invoice.paid_at or payment.settled_at or now
        invoice.paid_how = invoice.paid_how or payment.note


def _is_one_open(session: Session, invoice: Invoice) -> bool:
    return any(each.state not in _OVER for each in list_disputes(session, invoice))


def _what_to_do(session: Session, invoice: Invoice) -> str | None:
    """Return what people have to do about the disputes, None where there is nothing."""
    waiting = list_waiting(session, invoice)
    if waiting:
        more = " Another dispute about it waits for an answer, too." if len(waiting) > 1 else ""
        return f"{please_answer(session, invoice, waiting[0])}{more}"
    if _is_one_open(session, invoice):
        return None
    known = list_disputes(session, invoice)
    twice = sum(each.lost_minor for each in known if each.state == "won")
    if twice:
        return _came_twice(session, invoice, twice)
    lost = [each.lost_minor for each in known if each.lost_minor]
    if lost and owed(session, invoice):
        return (
            f"{_went_back(session, invoice, lost)} Write a credit note if you give it up, or mark"
            " it paid once it comes another way."
        )
    return None


def _repaint(session: Session, row: PaymentDispute, *, now: datetime) -> None:
    """Repaint the messages that asked for an answer, so that none is asked for after the end."""
    for purpose in CARDS:
        refresh_card(
            session, workspace_id=row.workspace_id, purpose=purpose, subject_id=row.id, now=now
        )


def _tell(session: Session, invoice: Invoice, row: PaymentDispute, *, now: datetime) -> None:
    note_invoice(
        session,
        invoice,
        action=f"invoice.dispute_{row.state}",
        actor=_STRIPE,
        at=now,
        after={"dispute": row.stripe_id, "amount_minor": row.amount_minor},
    )
    workspace = session.get_one(Workspace, invoice.workspace_id)
    if row.state == "needs_answer":
        show_card(
            session,
            workspace_id=row.workspace_id,
            purpose="inquiry" if row.is_inquiry else "dispute",
            subject_id=row.id,
            recipients=billing_recipients(session, workspace),
            now=now,
        )
        return
    sentence = _how_it_went(session, invoice, row)
    tell_billing(
        session,
        workspace=workspace,
        notice="dispute",
        facts={"invoice_id": invoice.id, "state": row.state, "sentence": sentence},
        key=f"dispute:{row.stripe_id}:{row.state}",
        now=now,
    )


def _how_it_went(session: Session, invoice: Invoice, row: PaymentDispute) -> str:
    """Return what is told of a dispute that needs no answer any more; empty where that is plain."""
    if row.state == "won" and row.lost_minor:
        return _came_twice(session, invoice, row.lost_minor)
    if row.state != "lost":
        return ""
    if _is_one_open(session, invoice):
        told = _went_back(session, invoice, [row.lost_minor])
        return f"{told} Another dispute about it is still open; decide once that is over, too."
    return _what_to_do(session, invoice) or ""


def _went_back(session: Session, invoice: Invoice, lost: Sequence[int]) -> str:
    amount = amount_words(session, invoice, Money(sum(lost), invoice.currency))
    what = "The dispute was" if len(lost) == 1 else "The disputes were"
    return f"{what} lost: {amount} of {invoice.number} went back to the client."


def _came_twice(session: Session, invoice: Invoice, minor: int) -> str:
    amount = amount_words(session, invoice, Money(minor, invoice.currency))
    return (
        f"The dispute was won after {invoice.number} was paid another way, so {amount}"
        " came twice. Please give it back."
    )
