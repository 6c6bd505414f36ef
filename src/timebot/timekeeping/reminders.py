"""Reminders that people asked for: an empty day, no timer yet, hours that were not handed in.

At most one for each of their working days, none on a day off. Whoever asked is looked at when
something can become due by their own hours; that instant stands in their row, so that a heartbeat
is one query over an index, however many people there are. Each reminder has a window: a worker
that comes later says nothing.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import or_, select, text, update
from sqlalchemy.orm import Session

from timebot.journal.notices import tell
from timebot.team.days import day_of
from timebot.team.days_off import take_day_off
from timebot.team.models import REMINDED, Member, Workspace
from timebot.team.own_settings import REMINDERS
from timebot.team.rights import may
from timebot.team.working_time import WorkingTime, firm_working_time, working_time_of
from timebot.timekeeping.models import TimeEntry
from timebot.timekeeping.moments import DayRange
from timebot.timekeeping.periods import billing_period
from timebot.timekeeping.turns import entries_of, lock_member

NO_TIMER_AFTER = timedelta(hours=1)
"""How long into the working day nothing may be recorded before somebody is reminded."""

BEFORE_DAY_END = timedelta(hours=1)
"""How long before the last working day of a period ends its open hours are mentioned."""

LATEST_AFTER_DAY_END = timedelta(hours=3)
"""Later than this after a working day nothing is said of it any more."""

SNOOZED_FOR = timedelta(hours=1)
EMPTY_DAY, NO_TIMER, UNSUBMITTED = REMINDERS


@dataclass(frozen=True)
class Due:
    """A reminder that is true now.

    Attributes:
        kind: one of `REMINDERS`.
        day: the working day that it is about.
        period: the period that closes, for hours that were not handed in.
    """

    kind: str
    day: date
    period: DayRange | None = None


def due_looks(session: Session, *, now: datetime, limit: int) -> list[tuple[UUID, UUID]]:
    """List workspace and id of members to be looked at by now, of all workspaces."""
    found = session.execute(
        select(Member.workspace_id, Member.id)
        .where(text(REMINDED), or_(Member.remind_after.is_(None), Member.remind_after <= now))
        .limit(limit)
    )
    return [(workspace_id, member_id) for workspace_id, member_id in found]


def remind(session: Session, *, workspace_id: UUID, member_id: UUID, now: datetime) -> bool:
    """Look at a member, remind them of what is due, and return whether there was anything."""
    member = lock_member(session, workspace_id=workspace_id, member_id=member_id)
    due = find_due(session, member=member, now=now)
    is_news = due is not None and member.reminded_on != due.day
    # Two workers may find the same person; the one that still sees an instant of the past reminds.
    looked = session.execute(
        update(Member)
        .where(
            Member.workspace_id == workspace_id,
            Member.id == member_id,
            or_(Member.remind_after.is_(None), Member.remind_after <= now),
        )
        .values(
            remind_after=_look_again_at(session, member, now),
            **({"reminded_on": due.day} if due is not None and is_news else {}),
        )
        .returning(Member.id)
        .execution_options(synchronize_session="fetch")
    ).one_or_none()
    if looked is None or due is None or not is_news:
        return False
    tell(
        session,
        workspace_id=workspace_id,
        notice="reminder",
        recipient=member.slack_user_id,
        facts={"kind": due.kind, "day": due.day},
        now=now,
    )
    return True


def find_due(session: Session, *, member: Member, now: datetime) -> Due | None:
    """Return what the member asked to be reminded of and what is true now, or None.

    While hours wait to be handed in before a period closes, nothing else is said: of the one
    reminder a day this is the one that costs money. So on the last day of a period none is spent
    on a timer in the morning.
    """
    working = working_time_of(session, member=member, since=day_of(now, member.zone))
    day = _day_begun(working, now)
    if not may(member, "member") or not working.is_working_day(day):
        return None
    hours = working.hours(day)
    closing = _closing(session, member, working, day) if member.remind_unsubmitted else None
    if closing is not None and _has_drafts(session, member, closing.period):
        is_time = closing.from_at <= now < closing.until_at
        return Due(UNSUBMITTED, day, closing.period) if is_time else None
    is_over = hours.end_at <= now < hours.end_at + LATEST_AFTER_DAY_END
    if member.remind_empty_day and is_over and _is_empty(session, member, working, day):
        return Due(EMPTY_DAY, day)
    is_late = hours.start_at + NO_TIMER_AFTER <= now < hours.end_at
    is_last = closing is not None and closing.period.end > day
    if (
        member.remind_no_timer
        and is_late
        and not is_last
        and _is_empty(session, member, working, day)
    ):
        return Due(NO_TIMER, day)
    return None


def snooze(session: Session, *, member: Member, now: datetime) -> datetime:
    """Let the reminder come again in an hour, if it is still true then; return when."""
    locked = lock_member(session, workspace_id=member.workspace_id, member_id=member.id)
    locked.remind_after, locked.reminded_on = now + SNOOZED_FOR, None
    session.flush()
    return locked.remind_after


def no_more_today(session: Session, *, member: Member, now: datetime) -> date:
    """Let no other reminder come on this working day; return the day."""
    locked = lock_member(session, workspace_id=member.workspace_id, member_id=member.id)
    working = working_time_of(session, member=locked, since=day_of(now, locked.zone))
    # A snooze that is still open is over with it.
    locked.remind_after, locked.reminded_on = None, working.day_at(now)
    session.flush()
    return locked.reminded_on


def be_off_today(session: Session, *, member: Member, now: datetime, surface: str) -> date:
    """Mark this working day as the member's day off: nothing more is asked; return the day."""
    today = no_more_today(session, member=member, now=now)
    take_day_off(session, member=member, day=today, now=now, surface=surface)
    return today


@dataclass(frozen=True)
class _Closing:
    """A period that closes, and when on this day its open hours are mentioned."""

    period: DayRange
    from_at: datetime
    until_at: datetime


def _day_begun(working: WorkingTime, now: datetime) -> date:
    """Return the latest day whose hours have begun: a night shift that has ended is still it."""
    today = day_of(now, working.zone)
    return today if working.hours(today).start_at <= now else today - timedelta(days=1)


def _look_again_at(session: Session, member: Member, now: datetime) -> datetime:
    """Return when something can become due next, by the clocks alone.

    Days off do not count here: they can be taken back until then.
    """
    working = working_time_of(session, member=member, since=day_of(now, member.zone))
    today = day_of(now, member.zone)
    spans = [working.hours(today + timedelta(days=count)) for count in (-1, 0, 1, 2)]
    moments = [
        moment
        for hours in spans
        for moment in (
            hours.start_at,
            hours.start_at + NO_TIMER_AFTER,
            hours.end_at - BEFORE_DAY_END,
            hours.end_at,
        )
    ]
    return min(moment for moment in moments if moment > now)


def _closing(session: Session, member: Member, working: WorkingTime, day: date) -> _Closing | None:
    """Return the period that closes about this day, or None.

    That is said on their last working day of the period, as it ends, and on the days between the
    period and its run, as they begin.
    """
    workspace = session.get_one(Workspace, member.workspace_id)
    period = billing_period(workspace, day)
    if period is None:
        return None
    hours = working.hours(day)
    if working.next_working_day(day) >= period.end:
        until_at = hours.end_at + LATEST_AFTER_DAY_END
        return _Closing(period, hours.end_at - BEFORE_DAY_END, until_at)
    before = billing_period(workspace, period.start - timedelta(days=1))
    firm = firm_working_time(session, workspace=workspace, since=period.start)
    run_on = firm.add_working_days(period.start, workspace.grace_days)
    if before is not None and day < run_on:
        return _Closing(before, hours.start_at, hours.end_at)
    return None


def _is_empty(session: Session, member: Member, working: WorkingTime, day: date) -> bool:
    """Tell whether nothing runs and nothing was recorded for the working day."""
    began_at = working.hours(day).start_at
    found = entries_of(member).where(
        or_(
            TimeEntry.ended_at.is_(None),
            TimeEntry.worked_on == day,
            # After midnight a night shift is worked on the next date.
            TimeEntry.worked_on == day + timedelta(days=1),
        ),
        or_(
            TimeEntry.ended_at.is_(None),
            TimeEntry.worked_on == day,
            TimeEntry.started_at >= began_at,
        ),
    )
    return session.scalars(found.limit(1)).first() is None


def _has_drafts(session: Session, member: Member, days: DayRange) -> bool:
    """Tell whether some hours of these days were not handed in."""
    found = entries_of(member).where(
        TimeEntry.worked_on >= days.start,
        TimeEntry.worked_on < days.end,
        TimeEntry.state == "draft",
    )
    return session.scalars(found.limit(1)).first() is not None
