"""Reminding: clients hear again of invoices that are overdue, on the days that the firm has set."""

from datetime import datetime, timedelta

from sqlalchemy import Select, exists, select
from sqlalchemy.orm import Session

from timebot.billing.delivery import want_first_mail
from timebot.billing.models import Invoice
from timebot.billing.payment_models import Mail
from timebot.billing.receivable import owed
from timebot.team.days import local_instant
from timebot.team.models import Workspace


def remind_of_overdue(session: Session, *, workspace: Workspace, now: datetime) -> int:
    """Ask for the reminders that have become due, each once; return how many.

    After a gap only the latest goes out. Nothing is sent of invoices that people parked, whose
    payment is not clear, or that the client was never mailed.
    """
    days = sorted(int(day) for day in workspace.reminder_days or ())
    if not days or workspace.billing_paused_at is not None:
        return 0
    wanted = 0
    for invoice in session.scalars(_overdue(workspace, now)):
        due = [day for day in days if _moment(workspace, invoice, day) <= now]
        if not due or not owed(session, invoice):
            continue
        if want_first_mail(session, invoice, kind=f"reminder_{due[-1]}", now=now):
            invoice.next_step_at = now
            wanted += 1
    return wanted


def _overdue(workspace: Workspace, now: datetime) -> Select[Invoice]:
    brought = exists().where(
        Mail.workspace_id == Invoice.workspace_id,
        Mail.invoice_id == Invoice.id,
        Mail.kind == "invoice",
        Mail.state.in_(("sent", "delivered")),
    )
    return (
        select(Invoice)
        .where(
            Invoice.workspace_id == workspace.id,
            Invoice.document == "rendered",
            Invoice.collection.in_(("open", "failed")),
            Invoice.uncollected_at.is_(None),
            Invoice.due_on < now.date() + timedelta(days=1),
            brought,
        )
        .order_by(Invoice.due_on, Invoice.id)
        # Whoever holds one is about to change it; the next heartbeat looks again.
        .with_for_update(skip_locked=True)
    )


def _moment(workspace: Workspace, invoice: Invoice, days: int) -> datetime:
    """Return when a reminder is due: so many days after the due date, at the firm's send time."""
    day = (invoice.due_on or invoice.period_end) + timedelta(days=days)
    return local_instant(day, workspace.send_minute, workspace.zone)
