"""What happens once a night: the books are compared with the card processor's."""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

import structlog
from sqlalchemy import select

from timebot.billing.ports import OutcomeUnknown, Rejected, TryLater
from timebot.billing.reconciling import reconcile_due
from timebot.db import Database
from timebot.jobs.tasks import Task
from timebot.team.models import Workspace

log = structlog.get_logger(__name__)
Reconcile = Callable[[UUID, datetime], object]
"""Compares the books of one workspace; it asks the processor, so no transaction may be open."""


def reconcile_task(database: Database, reconcile: Reconcile) -> Task:
    """Return the task that compares the books of each workspace, one failing harms no other."""

    def run(now: datetime, _real_now: datetime) -> int:
        with database.read_only() as session:
            due = [
                workspace.id
                for workspace in session.scalars(select(Workspace))
                if reconcile_due(session, workspace=workspace, now=now)
            ]
        return sum(_reconcile(reconcile, workspace_id, now) for workspace_id in due)

    return Task("books.reconcile", run)


def _reconcile(reconcile: Reconcile, workspace_id: UUID, now: datetime) -> int:
    try:
        reconcile(workspace_id, now)
    except (TryLater, OutcomeUnknown, Rejected) as trouble:
        log.warning(
            "books.not_compared", workspace_id=str(workspace_id), trouble=type(trouble).__name__
        )
        return 0
    except Exception:
        # The edge between workspaces: logged, and asked for again at the next heartbeat.
        log.exception("task.failed", task="books.reconcile", workspace_id=str(workspace_id))
        return 0
    return 1
