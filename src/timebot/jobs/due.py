"""What the heartbeat asks for: timers to ask about, runs to open, budgets, the audit's chain."""

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from timebot.billing.budgets import tell_crossings
from timebot.billing.cards_to_ask import tell_cards_to_ask
from timebot.billing.reminding import remind_of_overdue
from timebot.billing.runs import auto_release, open_due_runs, tell_forecast
from timebot.db import Database
from timebot.jobs.tasks import Task
from timebot.journal.chain import seal
from timebot.journal.inbox import forget_handled
from timebot.team.models import Workspace
from timebot.timekeeping.escalation import look_after
from timebot.timekeeping.forgotten import attend_to
from timebot.timekeeping.leavers import ask_about_leavers
from timebot.timekeeping.models import TimeEntry
from timebot.timekeeping.nags import due_nags
from timebot.timekeeping.reminders import due_looks, remind
from timebot.timekeeping.shown import forget_shown
from timebot.timekeeping.unconfirmed import ask_again, due_askings

AT_ONCE = 500
"""How many audit events are sealed, and how many timers asked about, in one transaction."""

DELIVERIES_KEPT = timedelta(days=8)
"""Longer than any sender repeats a delivery."""

log = structlog.get_logger(__name__)
Work = Callable[[Session], bool]
ForWorkspace = Callable[[Session, Workspace, datetime], int]


def heartbeat_tasks(database: Database, *, can_charge: bool) -> list[Task]:
    """Return the tasks of the heartbeat, in the order in which they matter."""

    def open_runs(session: Session, workspace: Workspace, now: datetime) -> int:
        return len(open_due_runs(session, workspace=workspace, can_charge=can_charge, now=now))

    def release(session: Session, workspace: Workspace, now: datetime) -> int:
        return len(auto_release(session, workspace=workspace, can_charge=can_charge, now=now))

    def ask_for_cards(session: Session, workspace: Workspace, now: datetime) -> int:
        return int(tell_cards_to_ask(session, workspace=workspace, can_charge=can_charge, now=now))

    return [
        Task("timers.attend", lambda now, _real: _attend_to_timers(database, now)),
        Task("ends.ask", lambda now, _real: _ask_for_ends(database, now)),
        Task("people.remind", lambda now, _real: _remind(database, now)),
        for_each_workspace("approvals.look_after", database, _approvals),
        for_each_workspace("leavers.ask", database, _leavers),
        for_each_workspace("runs.open", database, open_runs),
        for_each_workspace("runs.release", database, release),
        for_each_workspace("runs.forecast", database, _forecast),
        for_each_workspace("cards.ask", database, ask_for_cards),
        for_each_workspace("invoices.remind", database, _reminders),
        for_each_workspace("budgets.tell", database, _budgets),
        for_each_workspace("audit.seal", database, _seal),
        Task("inbox.forget", lambda now, _real: _forget(database, now)),
    ]


def _attend_to_timers(database: Database, now: datetime) -> int:
    with database.read_only() as session:
        entries = due_nags(session, now=now, limit=AT_ONCE)

    def attend(found: TimeEntry) -> Work:
        return lambda session: attend_to(
            session, entry=session.get_one(TimeEntry, (found.workspace_id, found.id)), now=now
        )

    return sum(_alone(database, "timers.attend", attend(one)) for one in entries)


def _ask_for_ends(database: Database, now: datetime) -> int:
    with database.read_only() as session:
        people = due_askings(session, now=now, limit=AT_ONCE)

    def ask(workspace_id: UUID, member_id: UUID) -> Work:
        return lambda session: ask_again(
            session, workspace_id=workspace_id, member_id=member_id, now=now
        )

    return sum(_alone(database, "ends.ask", ask(*person)) for person in people)


def _remind(database: Database, now: datetime) -> int:
    with database.read_only() as session:
        people = due_looks(session, now=now, limit=AT_ONCE)

    def one(workspace_id: UUID, member_id: UUID) -> Work:
        return lambda session: remind(
            session, workspace_id=workspace_id, member_id=member_id, now=now
        )

    return sum(_alone(database, "people.remind", one(*person)) for person in people)


def _alone(database: Database, name: str, work: Work) -> int:
    """Do one person's work in a transaction of its own."""
    try:
        with database.transaction() as session:
            return int(work(session))
    except Exception:
        # The edge between people: what fails for one must not keep the others waiting.
        log.exception("task.failed", task=name)
        return 0


def for_each_workspace(name: str, database: Database, work: ForWorkspace) -> Task:
    """Do something for each workspace, in a transaction of its own: one failing harms no other."""

    def run(now: datetime, _real_now: datetime) -> int:
        return sum(_for_one(name, database, work, one, now) for one in _workspaces(database))

    return Task(name, run)


def _for_one(
    name: str, database: Database, work: ForWorkspace, workspace_id: UUID, now: datetime
) -> int:
    try:
        with database.transaction() as session:
            return work(session, session.get_one(Workspace, workspace_id), now)
    except Exception:
        # The edge between workspaces: logged, and asked for again at the next heartbeat.
        log.exception("task.failed", task=name, workspace_id=str(workspace_id))
        return 0


def _workspaces(database: Database) -> list[UUID]:
    with database.read_only() as session:
        return list(session.scalars(select(Workspace.id)))


def _approvals(session: Session, workspace: Workspace, now: datetime) -> int:
    forget_shown(session, workspace_id=workspace.id, now=now)
    return look_after(session, workspace=workspace, now=now)


def _leavers(session: Session, workspace: Workspace, now: datetime) -> int:
    return ask_about_leavers(session, workspace=workspace, now=now)


def _forecast(session: Session, workspace: Workspace, now: datetime) -> int:
    return int(tell_forecast(session, workspace=workspace, now=now))


def _budgets(session: Session, workspace: Workspace, now: datetime) -> int:
    return len(tell_crossings(session, workspace=workspace, now=now))


def _reminders(session: Session, workspace: Workspace, now: datetime) -> int:
    return remind_of_overdue(session, workspace=workspace, now=now)


def _seal(session: Session, workspace: Workspace, _now: datetime) -> int:
    return seal(session, workspace_id=workspace.id, limit=AT_ONCE)


def _forget(database: Database, now: datetime) -> int:
    with database.transaction() as session:
        return forget_handled(session, before=now - DELIVERIES_KEPT)
