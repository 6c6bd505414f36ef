"""Opening: the runs that a rehearsal plays are opened on the copy, and found with those before."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from timebot.billing.models import Invoice, InvoiceRun
from timebot.billing.refusals import NothingToRun
from timebot.billing.runs import go_ahead, open_manual_run
from timebot.clients.models import Client
from timebot.db import Database
from timebot.rehearsal.account import PlayedRun
from timebot.rehearsal.plan import Plan
from timebot.team.models import Workspace

SURFACE = "cli"


def open_runs(database: Database, plan: Plan, *, now: datetime) -> tuple[PlayedRun, ...]:
    """Open what is due by the day of the plan, as the scheduler does, else a run by hand.

    Returns:
        What was opened; nothing where all there is to bill waits in runs from before.

    Raises:
        NothingToRun: if there is nothing to bill there either.
    """
    if plan.as_of is not None:
        with database.transaction() as session:
            due = _told(_open_due(session, plan, now))
        if due:
            return due
    try:
        with database.transaction() as session:
            return _told([_open_by_hand(session, plan, now)])
    except NothingToRun:
        with database.read_only() as session:
            if not runs_with_drafts(session, plan):
                raise
        return ()


def runs_with_drafts(session: Session, plan: Plan) -> list[UUID]:
    """Return the runs in which something waits to be released, also from before, oldest first."""
    drafts = select(Invoice.run_id).where(
        Invoice.workspace_id == plan.workspace_id, Invoice.document == "draft"
    )
    if plan.client_id is not None:
        drafts = drafts.where(Invoice.client_id == plan.client_id)
    found = select(InvoiceRun.id).where(
        InvoiceRun.workspace_id == plan.workspace_id, InvoiceRun.id.in_(drafts)
    )
    return list(session.scalars(found.order_by(InvoiceRun.opened_at, InvoiceRun.id)))


def _open_due(session: Session, plan: Plan, now: datetime) -> list[InvoiceRun]:
    """Open all that are due: where several were missed, a person has said so by then."""
    workspace = session.get_one(Workspace, plan.workspace_id)
    return go_ahead(
        session,
        workspace=workspace,
        actor=plan.act_as(session, workspace, now),
        can_charge=plan.means.can_charge,
        surface=SURFACE,
        now=now,
    )


def _open_by_hand(session: Session, plan: Plan, now: datetime) -> InvoiceRun:
    workspace = session.get_one(Workspace, plan.workspace_id)
    return open_manual_run(
        session,
        workspace=workspace,
        actor=plan.act_as(session, workspace, now),
        client=_client(session, plan),
        can_charge=plan.means.can_charge,
        surface=SURFACE,
        now=now,
    )


def _client(session: Session, plan: Plan) -> Client | None:
    if plan.client_id is None:
        return None
    return session.get_one(Client, (plan.workspace_id, plan.client_id))


def _told(runs: Iterable[InvoiceRun]) -> tuple[PlayedRun, ...]:
    return tuple(
        PlayedRun(run.kind, run.period_start, run.period_end - timedelta(days=1)) for run in runs
    )
