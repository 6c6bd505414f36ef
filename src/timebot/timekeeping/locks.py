"""Locks what was worked in a billing period, some days after the period has ended.

A period locks by plain dates: on the day that lies `lock_after_days` after its end, in the
workspace's zone. Without an anchor date, or without that setting, nothing ever locks.
"""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from timebot.errors import WayOut
from timebot.team.days import day_in_words, day_of
from timebot.team.models import Member, Workspace
from timebot.team.rights import may
from timebot.timekeeping.models import PeriodReopening, TimeEntry
from timebot.timekeeping.moments import DayRange
from timebot.timekeeping.periods import billing_period
from timebot.timekeeping.unchanged import StaysAsItIs


class PeriodLocked(StaysAsItIs):
    """Time of a billing period that is closed for corrections.

    Attributes:
        period: the period.
    """

    def __init__(self, period: DayRange, locked_on: date, *, may_open: bool) -> None:
        self.period = period
        first, last = day_in_words(period.start), day_in_words(period.end - timedelta(days=1))
        who = "You can open it again." if may_open else "Somebody in billing can open it again."
        label, action = ("Open it again", "period.open_form") if may_open else _ASK
        super().__init__(
            f"The billing period from {first} to {last} was locked on {day_in_words(locked_on)}, so"
            " time in it stays as it is.",
            who,
            ways_out=[WayOut(label, action, period.start.isoformat())],
        )


_ASK = ("Ask billing to open it", "period.ask")


def ensure_unlocked(
    session: Session,
    *,
    actor: Member,
    days: Iterable[date],
    now: datetime,
    kept_open: date | None = None,
) -> None:
    """Make sure that no day of work lies in a locked period.

    Everything that changes when, for what, as what or in which words somebody worked asks here
    first, for the days it takes time from and the days it puts time on. What does not ask is what
    brings hours to their end: stopping a timer, confirming an end, submitting, withdrawing and
    settling, so that a lock never leaves anybody stuck with hours that nobody can finish.

    Args:
        session: the open transaction.
        actor: who wants to change something; billing roles are offered to open the period.
        days: the days of work that would be touched.
        now: the present instant.
        kept_open: the day of an entry that `stays_open`; its own period is open to it.

    Raises:
        PeriodLocked: if one of them is locked; a way out asks for it to be opened.
    """
    workspace = session.get_one(Workspace, actor.workspace_id)
    own = None if kept_open is None else billing_period(workspace, kept_open)
    for day in sorted(set(days)):
        period = locked_period(session, workspace=workspace, day=day, now=now)
        if period is not None and period != own:
            locked_on = locks_on(workspace, period) or period.end
            raise PeriodLocked(period, locked_on, may_open=may(actor, "billing"))


def stays_open(entry: TimeEntry) -> bool:
    """Tell whether an entry can be corrected although its period is locked.

    A rejected entry was sent back to be changed, an unconfirmed one waits for its end, and one
    without a project cannot be handed in before it has one; all of them, and whatever is handed in
    together with them, would be stuck for ever if they could not be put right.
    """
    is_rejected = entry.state == "draft" and entry.rejected_at is not None
    return is_rejected or not entry.is_confirmed or entry.project_id is None


def locked_period(
    session: Session, *, workspace: Workspace, day: date, now: datetime
) -> DayRange | None:
    """Return the period of the day if it is locked now, else None."""
    period = billing_period(workspace, day)
    if period is None:
        return None
    locked_on = locks_on(workspace, period)
    if locked_on is None or day_of(now, workspace.zone) < locked_on:
        return None
    return None if open_until(session, workspace=workspace, period=period, now=now) else period


def locks_on(workspace: Workspace, period: DayRange) -> date | None:
    """Return the first day on which the period is locked, or None where periods never lock."""
    if workspace.lock_after_days is None:
        return None
    return period.end + timedelta(days=workspace.lock_after_days)


def open_until(
    session: Session, *, workspace: Workspace, period: DayRange, now: datetime
) -> datetime | None:
    """Return when a period that was opened again locks again, or None if it is not open now."""
    return session.scalar(
        select(func.max(PeriodReopening.until_at)).where(
            PeriodReopening.workspace_id == workspace.id,
            PeriodReopening.period_start == period.start,
            PeriodReopening.until_at > now,
        )
    )
