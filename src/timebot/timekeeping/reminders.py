"""Reminders that people asked for: an empty day, no timer yet, hours that were not handed in.

At most one a day in all, none on a day off. What is due follows the person's own working time; a
worker that comes late says nothing of yesterday.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import func, or_, select, update
from sqlalchemy.orm import Session

from timebot.journal.notices import tell
from timebot.team.days import day_of
from timebot.team.days_off import take_day_off
from timebot.team.models import Member, Workspace
from timebot.team.own_settings import REMINDERS
from timebot.team.rights import may
from timebot.team.working_time import WorkingTime, working_time_of
from timebot.timekeeping.models import TimeEntry
from timebot.timekeeping.moments import DayRange
from timebot.timekeeping.periods import billing_period
from timebot.timekeeping.turns import entries_of, find_running, lock_member

NO_TIMER_AFTER = timedelta(hours=1)
"""How long into the working day nothing may run before somebody is reminded."""

BEFORE_DAY_END = timedelta(hours=1)
"""How long before the last working day of a period ends its open hours are mentioned."""

SNOOZED_FOR = timedelta(hours=1)
EMPTY_DAY, NO_TIMER, UNSUBMITTED = REMINDERS


def list_to_remind(session: Session, *, now: datetime) -> list[tuple[UUID, UUID]]:
    """List workspace and id of everybody who is to be reminded of something now; it only reads."""
    wants = or_(*(getattr(Member, name) for name in REMINDERS))
    found = session.scalars(
        select(Member).where(
            wants,
            Member.deactivated_at.is_(None),
            or_(Member.remind_after.is_(None), Member.remind_after <= now),
            # Nobody's date is ahead of tomorrow's in UTC; the exact day is looked at for each.
            or_(Member.reminded_on.is_(None), Member.reminded_on <= now.date()),
        )
    ).all()
    return [(one.workspace_id, one.id) for one in found if _reminder_for(session, one, now)]


def remind(session: Session, *, workspace_id: UUID, member_id: UUID, now: datetime) -> str | None:
    """Remind a member of what is due, and return which reminder that was; None for nothing."""
    member = lock_member(session, workspace_id=workspace_id, member_id=member_id)
    today = day_of(now, member.zone)
    kind = _reminder_for(session, member, now)
    if kind is None or not _claim(session, member, today):
        return None
    tell(
        session,
        workspace_id=workspace_id,
        notice="reminder",
        recipient=member.slack_user_id,
        facts={"kind": kind, "day": today},
        now=now,
        # After a snooze the same reminder may come again on the same day.
        dedup_key=f"reminder:{member_id}:{now.isoformat()}",
    )
    return kind


def unsubmitted_days(session: Session, *, member: Member, now: datetime) -> DayRange | None:
    """Return the period about to close in which the member has drafts, or None."""
    workspace = session.get_one(Workspace, member.workspace_id)
    today = day_of(now, member.zone)
    for day in (today, today - timedelta(days=14)):
        period = billing_period(workspace, day)
        if period is not None and _drafts_in(session, member, period):
            working = working_time_of(session, member=member, since=period.start)
            if _closes(working, workspace, period, today, now):
                return period
    return None


def snooze(session: Session, *, member: Member, now: datetime) -> datetime:
    """Let the reminder come again in an hour, if it is still true then; return when."""
    locked = lock_member(session, workspace_id=member.workspace_id, member_id=member.id)
    locked.remind_after, locked.reminded_on = now + SNOOZED_FOR, None
    session.flush()
    return locked.remind_after


def no_more_today(session: Session, *, member: Member, now: datetime) -> None:
    """Let no other reminder come today."""
    locked = lock_member(session, workspace_id=member.workspace_id, member_id=member.id)
    locked.remind_after, locked.reminded_on = None, day_of(now, locked.zone)
    session.flush()


def be_off_today(session: Session, *, member: Member, now: datetime, surface: str) -> date:
    """Mark today as the member's day off: nothing more is asked today; return the day."""
    no_more_today(session, member=member, now=now)
    today = day_of(now, member.zone)
    take_day_off(session, member=member, day=today, now=now, surface=surface)
    return today


def _reminder_for(session: Session, member: Member, now: datetime) -> str | None:
    today = day_of(now, member.zone)
    if not may(member, "member") or member.reminded_on == today:
        return None
    if member.remind_after is not None and member.remind_after > now:
        return None
    working = working_time_of(session, member=member, since=today)
    if not working.is_working_day(today):
        return None
    hours = working.hours(today)
    if member.remind_unsubmitted and unsubmitted_days(session, member=member, now=now):
        return UNSUBMITTED
    is_empty = _is_empty(session, member, today)
    if member.remind_empty_day and is_empty and now >= hours.end_at:
        return EMPTY_DAY
    is_late = hours.start_at + NO_TIMER_AFTER <= now < hours.end_at
    return NO_TIMER if member.remind_no_timer and is_empty and is_late else None


def _closes(
    working: WorkingTime, workspace: Workspace, period: DayRange, today: date, now: datetime
) -> bool:
    """Tell whether it is the last working day of the period, or one of the grace days after it."""
    hours = working.hours(today)
    last = period.end - timedelta(days=1)
    while not working.is_working_day(last) and last > period.start:
        last -= timedelta(days=1)
    if today == last:
        return now >= hours.end_at - BEFORE_DAY_END
    grace_ends = working.add_working_days(last, max(1, workspace.grace_days))
    return last < today <= grace_ends and now >= hours.start_at


def _is_empty(session: Session, member: Member, day: date) -> bool:
    if find_running(session, member=member) is not None:
        return False
    return not _count(session, member, DayRange(day, day + timedelta(days=1)), ())


def _drafts_in(session: Session, member: Member, days: DayRange) -> int:
    return _count(session, member, days, ("draft",))


def _count(session: Session, member: Member, days: DayRange, states: Sequence[str]) -> int:
    found = entries_of(member).where(
        TimeEntry.worked_on >= days.start, TimeEntry.worked_on < days.end
    )
    if states:
        found = found.where(TimeEntry.state.in_(states))
    return session.scalar(select(func.count()).select_from(found.subquery())) or 0


def _claim(session: Session, member: Member, today: date) -> bool:
    """Take today's reminder; of two workers the second one finds it taken."""
    claimed = session.execute(
        update(Member)
        .where(
            Member.workspace_id == member.workspace_id,
            Member.id == member.id,
            or_(Member.reminded_on.is_(None), Member.reminded_on != today),
        )
        .values(reminded_on=today, remind_after=None)
        .returning(Member.id)
        .execution_options(synchronize_session="fetch")
    ).one_or_none()
    return claimed is not None
