"""What is still open: runs, drafts of a client, timers, and hours that wait to be billed."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from timebot.billing.models import Invoice, InvoiceRun
from timebot.clients.models import Project
from timebot.timekeeping.models import TimeEntry


@dataclass(frozen=True)
class OpenWork:
    """What stands in the way of archiving.

    Attributes:
        has_running: whether a timer runs.
        has_unbilled: whether closed hours that a client would pay for are not billed yet.
    """

    has_running: bool
    has_unbilled: bool


def has_scheduled_runs(session: Session, *, workspace_id: UUID) -> bool:
    """Tell whether a run has claimed a billing period, so that the anchor date must stay."""
    found = select(InvoiceRun.id).where(
        InvoiceRun.workspace_id == workspace_id, InvoiceRun.kind == "scheduled"
    )
    return session.execute(found.limit(1)).first() is not None


def list_open_runs(session: Session, *, workspace_id: UUID) -> list[InvoiceRun]:
    """List the runs that still have something to decide, the newest first."""
    found = select(InvoiceRun).where(
        InvoiceRun.workspace_id == workspace_id, InvoiceRun.state == "open"
    )
    return list(session.scalars(found.order_by(InvoiceRun.opened_at.desc(), InvoiceRun.id)))


def find_draft(session: Session, *, workspace_id: UUID, client_id: UUID) -> Invoice | None:
    """Return the client's draft in the newest run that has one, or None."""
    found = (
        select(Invoice)
        .join(
            InvoiceRun,
            (InvoiceRun.workspace_id == Invoice.workspace_id) & (InvoiceRun.id == Invoice.run_id),
        )
        .where(
            Invoice.workspace_id == workspace_id,
            Invoice.client_id == client_id,
            Invoice.document == "draft",
        )
        .order_by(InvoiceRun.opened_at.desc())
    )
    return session.scalars(found.limit(1)).first()


def open_work_of(
    session: Session,
    *,
    workspace_id: UUID,
    client_id: UUID | None = None,
    project_id: UUID | None = None,
) -> OpenWork:
    """Return what is open on a client's projects, or on one project; internal hours never wait."""
    found = (
        select(TimeEntry.state)
        .join(
            Project,
            (Project.workspace_id == TimeEntry.workspace_id) & (Project.id == TimeEntry.project_id),
        )
        .where(
            TimeEntry.workspace_id == workspace_id,
            TimeEntry.deleted_at.is_(None),
            TimeEntry.state != "applied",
            (TimeEntry.billable != "internal") | (TimeEntry.state == "running"),
        )
        .distinct()
    )
    if client_id is not None:
        found = found.where(Project.client_id == client_id)
    if project_id is not None:
        found = found.where(TimeEntry.project_id == project_id)
    states = set(session.scalars(found))
    return OpenWork(has_running="running" in states, has_unbilled=bool(states - {"running"}))
