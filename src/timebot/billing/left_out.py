"""What a run leaves out, and why: counted per client in one query."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ColumnElement, case, exists, false, null, select, true
from sqlalchemy.orm import Session

from timebot.billing.approved_work import is_drafted, is_held
from timebot.billing.models import DraftEntry, Invoice, InvoiceRun
from timebot.clients.models import Project
from timebot.team.models import Workspace
from timebot.timekeeping.models import TimeEntry

REASONS = {
    "running": "still running",
    "unconfirmed": "not confirmed by the person who worked",
    "unsubmitted": "not submitted",
    "unapproved": "waiting for approval",
    "held": "held back",
    "before_go_live": "before the go-live date",
    "internal": "internal",
    "in_another_draft": "in another draft",
    "approved_later": "approved after the run was opened",
    "not_taken": "not in this run",
}
"""Why work is left out, in the order in which one reason goes before another."""


@dataclass(frozen=True)
class LeftOut:
    """Work that a run does not bill.

    Attributes:
        reason: one of `REASONS`; `words` says it plainly.
        entries: how many time entries.
        seconds: their time; up to now where one is running.
    """

    reason: str
    entries: int
    seconds: int

    @property
    def words(self) -> str:
        """The reason in plain words."""
        return REASONS[self.reason]


def list_left_out(
    session: Session,
    *,
    workspace: Workspace,
    cut_off: date,
    run: InvoiceRun | None,
    now: datetime,
) -> dict[UUID | None, tuple[LeftOut, ...]]:
    """Return by client what was worked before the cut-off and is not billed; None: no project.

    Args:
        session: the open session.
        workspace: whose work.
        cut_off: work of this day and later is not this run's matter.
        run: the run; None for a preview of the next one.
        now: the present instant.
    """
    reason = _reason(workspace, run)
    rows = session.execute(
        select(Project.client_id, reason, TimeEntry.started_at, TimeEntry.ended_at)
        .select_from(TimeEntry)
        .outerjoin(
            Project,
            (Project.workspace_id == TimeEntry.workspace_id) & (Project.id == TimeEntry.project_id),
        )
        .where(
            TimeEntry.workspace_id == workspace.id,
            TimeEntry.state != "applied",
            TimeEntry.deleted_at.is_(None),
            TimeEntry.worked_on < cut_off,
            reason.is_not(None),
        )
    )
    sums: dict[UUID | None, dict[str, list[int]]] = defaultdict(dict)
    for client_id, found_why, started_at, ended_at in rows:
        why = str(found_why)
        counted = sums[client_id].setdefault(why, [0, 0])
        counted[0] += 1
        counted[1] += int(((ended_at or now) - started_at).total_seconds())
    return {
        client_id: tuple(LeftOut(why, *found[why]) for why in REASONS if why in found)
        for client_id, found in sums.items()
    }


def _reason(workspace: Workspace, run: InvoiceRun | None) -> ColumnElement[str | None]:
    """Return SQL that names the first reason that holds; NULL where the run bills the entry."""
    go_live_on = workspace.go_live_on or date.min
    drafted_here = _is_drafted_in(run) if run is not None else false()
    is_later = TimeEntry.approved_at > run.opened_at if run is not None else false()
    return case(
        (TimeEntry.state == "running", "running"),
        (TimeEntry.billable == "internal", "internal"),
        (TimeEntry.worked_on < go_live_on, "before_go_live"),
        (~TimeEntry.is_confirmed, "unconfirmed"),
        (TimeEntry.state == "draft", "unsubmitted"),
        (TimeEntry.state == "pending_review", "unapproved"),
        (is_held(), "held"),
        (drafted_here & is_later, "approved_later"),
        (drafted_here, null()),
        (is_drafted(), "in_another_draft"),
        # A preview takes everything that is free; a run what was approved when it opened.
        *([] if run is None else [(is_later, "approved_later"), (true(), "not_taken")]),
        else_=null(),
    )


def _is_drafted_in(run: InvoiceRun) -> ColumnElement[bool]:
    return exists().where(
        DraftEntry.workspace_id == TimeEntry.workspace_id,
        DraftEntry.time_entry_id == TimeEntry.id,
        Invoice.workspace_id == DraftEntry.workspace_id,
        Invoice.id == DraftEntry.invoice_id,
        Invoice.run_id == run.id,
    )
