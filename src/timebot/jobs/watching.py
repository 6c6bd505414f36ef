"""What is watched before anything is billed: whether the database was put back."""

from datetime import datetime
from uuid import UUID

import structlog
from sqlalchemy import select

from timebot.billing.ports import OutcomeUnknown, Rejected, TryLater
from timebot.billing.restore_watch import RestoreWatch
from timebot.db import Database
from timebot.jobs.tasks import Task
from timebot.team.models import Workspace

log = structlog.get_logger(__name__)


def restore_watch_task(database: Database, watch: RestoreWatch) -> Task:
    """Return the task that looks for each workspace, one failing harms no other."""

    def run(now: datetime, _real_now: datetime) -> int:
        with database.read_only() as session:
            due = [
                workspace.id
                for workspace in session.scalars(select(Workspace))
                if watch.is_due(session, workspace=workspace, now=now)
            ]
        return sum(_look(watch, workspace_id, now) for workspace_id in due)

    return Task("books.watch", run)


def _look(watch: RestoreWatch, workspace_id: UUID, now: datetime) -> int:
    try:
        return len(watch.look(workspace_id, now=now))
    except (TryLater, OutcomeUnknown, Rejected) as trouble:
        # Nothing is charged while Stripe does not answer; the next heartbeat asks again.
        log.warning(
            "books.not_watched", workspace_id=str(workspace_id), trouble=type(trouble).__name__
        )
        return 0
    except Exception:
        # The edge between workspaces: logged, and asked for again at the next heartbeat.
        log.exception("task.failed", task="books.watch", workspace_id=str(workspace_id))
        return 0
