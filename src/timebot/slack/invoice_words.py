"""How an invoice stands, in plain words, and who may see such words; user text is not escaped."""

from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from timebot.billing.models import Invoice
from timebot.billing.payment_models import Payment
from timebot.billing.refused_cards import trouble_of
from timebot.billing.statuses import status_of
from timebot.slack.blocks import plain
from timebot.slack.desk import Drawn, Viewer
from timebot.slack.words import started
from timebot.team.days import day_in_words, day_of
from timebot.team.models import Workspace
from timebot.team.rights import may

_MODE = {"charge": "charging the card", "link": "with a pay link", "bank": "with bank details"}
_MAIL = {"sent": "mailed", "delivered": "delivered", "bounced": "the mail came back"}


def state_words(session: Session, invoice: Invoice, *, today: date) -> str:
    """Return how an invoice stands: paid on 3 Mar 2031 by Visa, or declined and why."""
    if invoice.document == "draft":
        return "held back" if invoice.hold == "held" else "not released yet"
    if invoice.document == "void":
        return f"cancelled: {invoice.void_reason}" if invoice.void_reason else "cancelled"
    if invoice.collection == "paid":
        when = f" on {_day(session, invoice, invoice.paid_at)}" if invoice.paid_at else ""
        return f"paid{when}" + (f" ({invoice.paid_how})" if invoice.paid_how else "")
    if invoice.collection in {"disputed", "credited"}:
        return {"disputed": "disputed at the bank", "credited": "credited in full"}[
            invoice.collection
        ]
    if invoice.collection == "unknown":
        return "not known yet whether the card was charged"
    words = _refused(session, invoice) if invoice.collection == "failed" else _open(invoice)
    if invoice.uncollected_at is not None:
        words = f"parked, nothing is charged ({words})"
    if status_of(invoice, today=today) == "overdue":
        words = f"overdue, {words}"
    return words


def delivery_words(invoice: Invoice, *, can_mail: bool) -> str:
    """Return what became of the mail."""
    if invoice.delivery == "none" and not can_mail:
        return "not sent, no mail is set up; download the PDF"
    if invoice.delivery == "none":
        # With no step to come, as while it is parked or after a refusal, nothing goes out.
        return "not sent" if invoice.next_step_at is None else "on its way"
    return _MAIL[invoice.delivery]


def last_payment(session: Session, invoice: Invoice) -> Payment | None:
    """Return the last attempt to receive the money."""
    found = select(Payment).where(
        Payment.workspace_id == invoice.workspace_id, Payment.invoice_id == invoice.id
    )
    return session.scalars(found.order_by(Payment.attempt.desc()).limit(1)).first()


def says_attention(session: Session, invoice: Invoice) -> bool:
    """Tell whether the state's words say already what a person has to decide about."""
    payment = last_payment(session, invoice)
    if invoice.collection != "failed" or payment is None or not payment.message:
        return False
    return payment.message in (invoice.attention or "")


def sees_money(viewer: Viewer) -> bool:
    """Tell whether amounts may be drawn for whoever will see the message."""
    if viewer.member is not None:
        return may(viewer.member, "billing")
    return viewer.recipient == viewer.workspace.billing_channel


def without_money(what: str) -> Drawn:
    """Return what takes the place of a card for somebody who may not see it any more."""
    text = f"{started(what)} is shown to billing people and owners only."
    return Drawn(text=text, blocks=[{"type": "section", "text": plain(text)}])


def today_at(viewer: Viewer) -> date:
    """Return the day it is for the workspace."""
    return day_of(viewer.now, viewer.workspace.zone)


def _day(session: Session, invoice: Invoice, moment: datetime) -> str:
    workspace = session.get_one(Workspace, invoice.workspace_id)
    return day_in_words(day_of(moment, workspace.zone))


def _open(invoice: Invoice) -> str:
    if invoice.charge_mode == "charge":
        return _MODE["charge"]
    due = f", due {day_in_words(invoice.due_on)}" if invoice.due_on else ""
    sent = "sent" if invoice.delivery in {"sent", "delivered"} else "issued"
    return f"{sent} {_MODE[invoice.charge_mode]}{due}"


def _refused(session: Session, invoice: Invoice) -> str:
    payment = last_payment(session, invoice)
    if payment is None or payment.state == "succeeded":
        return "not paid, a dispute was lost" if payment and payment.lost_minor else "not paid"
    return trouble_of(payment).words
