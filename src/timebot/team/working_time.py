"""When somebody works: weekdays, hours, the firm's holidays and their own days off.

Everything that asks whether a day counts asks here: nags, reminders, timers left overnight, the
grace between a period and its run.
"""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from timebot.team.days import day_of, local_instant
from timebot.team.models import DayOff, Member, Workspace

_ALL_WEEKDAYS = "1234567"
_DAY_MINUTES = 1440


@dataclass(frozen=True)
class WorkingHours:
    """The working hours of one day, as instants."""

    start_at: datetime
    end_at: datetime


@dataclass(frozen=True)
class WorkingTime:
    """When a person, or the firm as a whole, works. Pure.

    Attributes:
        zone: IANA name; days and hours are counted in it.
        weekdays: ISO weekdays as digits, such as `12345`; with none of them every day counts.
        start_minute, end_minute: minutes after local midnight. Hours that end no later than they
            start run over midnight and belong to the day on which they start.
        days_off: dates that do not count, whatever their weekday.
    """

    zone: str
    weekdays: str
    start_minute: int
    end_minute: int
    days_off: AbstractSet[date] = frozenset()

    def is_working_day(self, day: date) -> bool:
        """Tell whether work is expected on the day."""
        return str(day.isoweekday()) in (self.weekdays or _ALL_WEEKDAYS) and (
            day not in self.days_off
        )

    def add_working_days(self, day: date, count: int) -> date:
        """Return the date that is so many working days after the day; the day itself for 0."""
        while count > 0:
            day += timedelta(days=1)
            count -= self.is_working_day(day)
        return day

    def next_working_day(self, day: date) -> date:
        """Return the first working day after the day."""
        return self.add_working_days(day, 1)

    def hours(self, day: date) -> WorkingHours:
        """Return the working hours that the day has, or would have if it is off."""
        crosses_midnight = self.end_minute <= self.start_minute
        end = self.end_minute + (_DAY_MINUTES if crosses_midnight else 0)
        return WorkingHours(
            local_instant(day, self.start_minute, self.zone), local_instant(day, end, self.zone)
        )

    def day_at(self, moment: datetime) -> date:
        """Return the day that a moment belongs to: after midnight of a night shift, the one before.

        That is the local date, unless the hours of the working day before still last.
        """
        today = day_of(moment, self.zone)
        before = today - timedelta(days=1)
        still_lasts = self.is_working_day(before) and moment < self.hours(before).end_at
        return before if still_lasts else today

    def is_at_work(self, moment: datetime) -> bool:
        """Tell whether the moment lies in the hours of a working day."""
        day = self.day_at(moment)
        hours = self.hours(day)
        return self.is_working_day(day) and hours.start_at <= moment < hours.end_at

    def next_start(self, after: datetime) -> datetime:
        """Return when the first working day begins that begins after a moment."""
        day = day_of(after, self.zone) - timedelta(days=1)
        while (start := self.hours(day).start_at) <= after or not self.is_working_day(day):
            day += timedelta(days=1)
        return start

    def next_end(self, after: datetime) -> datetime:
        """Return when the first working day ends that ends after a moment."""
        day = day_of(after, self.zone) - timedelta(days=1)
        while (end := self.hours(day).end_at) <= after or not self.is_working_day(day):
            day += timedelta(days=1)
        return end


def working_time_of(session: Session, *, member: Member, since: date) -> WorkingTime:
    """Return when the member works: what they settled on, the firm's where they said nothing.

    Args:
        session: an open transaction.
        member: who.
        since: days off from the day before this one on are known to the answer.
    """
    workspace = session.get_one(Workspace, member.workspace_id)
    own_start, own_end = member.day_start_minute, member.day_end_minute
    return WorkingTime(
        zone=member.zone,
        weekdays=member.working_days or workspace.working_days,
        start_minute=workspace.day_start_minute if own_start is None else own_start,
        end_minute=workspace.day_end_minute if own_end is None else own_end,
        days_off=_days_off(session, workspace, member, since),
    )


def firm_working_time(session: Session, *, workspace: Workspace, since: date) -> WorkingTime:
    """Return when the firm as a whole works: only its own holidays are off.

    Args:
        session: an open transaction.
        workspace: the firm.
        since: holidays from the day before this one on are known to the answer.
    """
    return WorkingTime(
        zone=workspace.zone,
        weekdays=workspace.working_days,
        start_minute=workspace.day_start_minute,
        end_minute=workspace.day_end_minute,
        days_off=_days_off(session, workspace, None, since),
    )


def _days_off(
    session: Session, workspace: Workspace, member: Member | None, since: date
) -> frozenset[date]:
    of_firm = DayOff.member_id.is_(None)
    counts = of_firm if member is None else or_(of_firm, DayOff.member_id == member.id)
    return frozenset(
        session.scalars(
            select(DayOff.day).where(
                DayOff.workspace_id == workspace.id,
                DayOff.day >= since - timedelta(days=1),
                counts,
            )
        )
    )
