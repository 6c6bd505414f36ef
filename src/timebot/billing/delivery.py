"""Delivery: which mails an invoice needs, and what became of them."""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import func, or_, select, update
from sqlalchemy.orm import Session

from timebot.billing.models import Invoice
from timebot.billing.payment_models import Mail
from timebot.billing.steps.keys import natural_keys
from timebot.journal.audit import WORKER, Actor, record
from timebot.journal.notices import refresh_card

_WRITTEN_OFF = "it was not wanted any more"
_ORDER = ("none", "sent", "delivered", "bounced")


def want_mail(session: Session, invoice: Invoice, *, kind: str, now: datetime) -> Mail:
    """Note that a mail is wanted; the worker writes and sends it.

    Args:
        session: the transaction that has the reason for it.
        invoice: what it is about, locked.
        kind: see `Mail.kind`.
        now: the present instant.
    """
    attempt = 1 + (
        session.scalar(select(func.max(Mail.attempt)).where(*_of(invoice), Mail.kind == kind)) or 0
    )
    mail = Mail(
        workspace_id=invoice.workspace_id,
        id=uuid4(),
        invoice_id=invoice.id,
        kind=kind,
        attempt=attempt,
        state="waiting",
        message={},
        idempotency_key=natural_keys(session, invoice).key(f"mail-{kind}", attempt),
        created_at=now,
    )
    session.add(mail)
    session.flush()
    return mail


def want_first_mail(session: Session, invoice: Invoice, *, kind: str, now: datetime) -> bool:
    """Note that a mail is wanted, unless there is or was one of the kind; return whether it is."""
    found = select(Mail.id).where(*_of(invoice), Mail.kind == kind)
    if session.scalar(found.limit(1)) is not None:
        return False
    want_mail(session, invoice, kind=kind, now=now)
    return True


def write_off_unwritten(session: Session, invoice: Invoice) -> None:
    """Take back mails that ask for money and were not begun: it is there, or must not be paid."""
    waiting = session.scalars(
        select(Mail).where(
            *_of(invoice),
            or_(Mail.kind == "invoice", Mail.kind.startswith("reminder_")),
            Mail.state == "waiting",
        )
    )
    for mail in waiting:
        if "subject" not in mail.message:
            mail.state, mail.last_error = "unsent", _WRITTEN_OFF


def brought_invoice(session: Session, invoice: Invoice) -> bool:
    """Tell whether a mail has brought the invoice already, or is about to."""
    found = select(Mail.id).where(
        *_of(invoice),
        Mail.kind == "invoice",
        Mail.state.in_(("waiting", "sent", "delivered")),
    )
    return session.scalar(found.limit(1)) is not None


def note_sent(
    session: Session, invoice: Invoice, mail_id: UUID, *, provider_id: str, now: datetime
) -> None:
    """Note that the provider took a mail; a second note changes nothing."""
    moved = session.execute(
        update(Mail)
        .where(
            Mail.workspace_id == invoice.workspace_id, Mail.id == mail_id, Mail.state == "waiting"
        )
        .values(state="sent", provider_id=provider_id, sent_at=now, last_error=None)
        .returning(Mail.kind)
    ).first()
    if moved is None:
        return
    _advance(invoice, "sent")
    _note(session, invoice, mail_id, "mail.sent", {"kind": moved.kind}, now)


def note_delivery(
    session: Session, invoice: Invoice, mail_id: UUID, *, state: str, now: datetime
) -> bool:
    """Note that a sent mail arrived or came back; return whether that is news.

    A bounce outweighs a delivery, whatever order they are heard in.
    """
    before = {"delivered": ("sent",), "bounced": ("sent", "delivered")}[state]
    moved = session.execute(
        update(Mail)
        .where(
            Mail.workspace_id == invoice.workspace_id, Mail.id == mail_id, Mail.state.in_(before)
        )
        .values(state=state, settled_at=now)
        .returning(Mail.kind)
    ).first()
    if moved is None:
        return False
    _advance(invoice, state)
    _note(session, invoice, mail_id, f"mail.{state}", {"kind": moved.kind}, now)
    return True


def show_change(session: Session, invoice: Invoice, *, now: datetime) -> None:
    """Repaint the cards of an invoice and of its run."""
    for purpose, subject_id in (("invoice", invoice.id), ("run", invoice.run_id)):
        refresh_card(
            session,
            workspace_id=invoice.workspace_id,
            purpose=purpose,
            subject_id=subject_id,
            now=now,
        )


def note_invoice(
    session: Session,
    invoice: Invoice,
    *,
    action: str,
    actor: Actor = WORKER,
    at: datetime,
    after: dict[str, Any] | None = None,
    note: str | None = None,
) -> None:
    """Write down in the audit what happened to an invoice."""
    record(
        session,
        workspace_id=invoice.workspace_id,
        actor=actor,
        action=action,
        subject_kind="invoice",
        subject_id=invoice.id,
        at=at,
        after=after,
        note=note,
    )


def _advance(invoice: Invoice, state: str) -> None:
    """Move the invoice's delivery on; a mail that is sent anew after a bounce starts again."""
    is_anew = state == "sent" and invoice.delivery == "bounced"
    if is_anew or _ORDER.index(state) > _ORDER.index(invoice.delivery):
        invoice.delivery = state


def _note(
    session: Session,
    invoice: Invoice,
    mail_id: UUID,
    action: str,
    after: dict[str, Any],
    now: datetime,
) -> None:
    record(
        session,
        workspace_id=invoice.workspace_id,
        actor=WORKER,
        action=action,
        subject_kind="mail",
        subject_id=mail_id,
        at=now,
        after={"invoice_id": invoice.id, **after},
    )
    show_change(session, invoice, now=now)


def _of(invoice: Invoice) -> tuple[Any, ...]:
    return Mail.workspace_id == invoice.workspace_id, Mail.invoice_id == invoice.id
