"""Asks people about timers that still run: after some hours, and when their working day ends."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from timebot.errors import Refusal, WayOut
from timebot.journal.notices import refresh_card, show_card
from timebot.journal.posted import forget_posted
from timebot.team.days import day_of
from timebot.team.models import Member, Workspace
from timebot.team.working_time import working_time_of
from timebot.timekeeping.models import TimeEntry
from timebot.timekeeping.overnight import left_overnight_at, vouched_at
from timebot.timekeeping.turns import take_turn

LONGEST_REST = 24
"""For how many hours at most a timer may be left alone on request."""


class TimerNotRunning(Refusal):
    """The timer that a button was made for has stopped meanwhile."""

    is_stale = True

    def __init__(self) -> None:
        super().__init__(
            "This timer is not running any more. Nothing was changed.",
            ways_out=[WayOut("Today", "timer.today")],
        )


class RestUnclear(Refusal):
    """A number of hours that makes no sense."""

    def __init__(self) -> None:
        super().__init__(f"Choose between 1 and {LONGEST_REST} hours.")


def first_nag_at(
    session: Session,
    *,
    workspace: Workspace,
    member: Member,
    started_at: datetime,
    now: datetime,
) -> datetime:
    """Return when the owner of a timer is asked first.

    That is when it has run for the workspace's number of minutes, at the end of their working day,
    or when it counts as left overnight, whichever comes first.
    """
    patience = timedelta(minutes=workspace.nag_after_minutes)
    due = started_at + patience
    if due <= now:
        # Who has just back-dated a start knows about the timer.
        due = now + patience
    return min(due, _look_ahead(session, workspace, member, since=now, now=now))


def due_nags(session: Session, *, now: datetime, limit: int) -> Sequence[TimeEntry]:
    """List running timers whose owner is to be asked by now, of all workspaces, oldest first."""
    return session.scalars(
        select(TimeEntry)
        .where(
            TimeEntry.ended_at.is_(None),
            TimeEntry.deleted_at.is_(None),
            TimeEntry.next_nag_at <= now,
        )
        .order_by(TimeEntry.next_nag_at)
        .limit(limit)
    ).all()


def ask_about(session: Session, *, entry: TimeEntry, now: datetime) -> bool:
    """Ask the owner of a due timer once, and return whether it was for us to ask.

    The next question comes at the end of a working day that lies ahead. However long nobody was
    there to ask, it is one question. A card goes to the owner with the proposed stop times.
    """
    workspace = session.get_one(Workspace, entry.workspace_id)
    member = session.get_one(Member, (entry.workspace_id, entry.member_id))
    # Two workers may find the same timer; the one that still sees the old instant asks.
    asked = session.execute(
        update(TimeEntry)
        .where(
            TimeEntry.workspace_id == entry.workspace_id,
            TimeEntry.id == entry.id,
            TimeEntry.ended_at.is_(None),
            TimeEntry.deleted_at.is_(None),
            TimeEntry.next_nag_at == entry.next_nag_at,
        )
        .values(
            next_nag_at=_look_ahead(session, workspace, member, since=vouched_at(entry), now=now)
        )
        .returning(TimeEntry.id)
        .execution_options(synchronize_session=False)
    ).one_or_none()
    if asked is None:
        return False
    session.refresh(entry)
    # A question is a new message: repainting an old one would make no sound.
    forget_posted(session, workspace_id=entry.workspace_id, purpose="nag", subject_id=entry.id)
    show_card(
        session,
        workspace_id=entry.workspace_id,
        purpose="nag",
        subject_id=entry.id,
        recipients=[member.slack_user_id],
        now=now,
    )
    return True


def keep_going(
    session: Session, *, member: Member, entry_id: UUID, hours: int, now: datetime
) -> TimeEntry:
    """Leave the member's running timer alone for some hours.

    Raises:
        RestUnclear: if the number of hours is not between 1 and 24.
        TimerNotRunning: if it has stopped, or is not theirs.
    """
    if not 1 <= hours <= LONGEST_REST:
        raise RestUnclear
    take_turn(session, member, to="run timers", now=now)
    entry = session.get(TimeEntry, (member.workspace_id, entry_id), populate_existing=True)
    if entry is None or entry.member_id != member.id or not _runs(entry):
        raise TimerNotRunning
    entry.vouched_at, entry.next_nag_at = now, now + timedelta(hours=hours)
    session.flush()
    refresh_card(
        session, workspace_id=entry.workspace_id, purpose="nag", subject_id=entry.id, now=now
    )
    return entry


def _runs(entry: TimeEntry) -> bool:
    return entry.ended_at is None and entry.deleted_at is None


def _look_ahead(
    session: Session, workspace: Workspace, member: Member, *, since: datetime, now: datetime
) -> datetime:
    """Return when somebody has to look at the timer again, if nothing happens until then.

    Args:
        session: the open transaction.
        workspace: whose rule counts for timers left overnight.
        member: the timer's owner.
        since: until then its owner vouched for it.
        now: the present instant.
    """
    working = working_time_of(session, member=member, since=day_of(since, member.zone))
    asked = working.next_end(now) if member.nag_at_day_end else now + timedelta(days=1)
    if workspace.overnight_rule == "keep":
        return asked
    left = left_overnight_at(working, since=since)
    return min(asked, left) if left > now else asked
