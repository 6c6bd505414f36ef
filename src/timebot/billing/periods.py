"""Billing periods: fourteen days each from an anchor date; pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

PERIOD_DAYS = 14
FORECAST_BEFORE = timedelta(hours=48)
"""How long before a period ends the forecast goes out."""


@dataclass(frozen=True, order=True)
class Period:
    """Fourteen days: [start, end)."""

    start: date
    end: date

    @property
    def last(self) -> date:
        """The last day of it, for people."""
        return self.end - timedelta(days=1)


def period_of(anchor: date, day: date) -> Period:
    """Return the period that a day falls in; there are periods before the anchor too."""
    start = anchor + timedelta(days=(day - anchor).days // PERIOD_DAYS * PERIOD_DAYS)
    return Period(start, start + timedelta(days=PERIOD_DAYS))


def due_at(
    period: Period, *, zone: str, send_minute: int, grace_days: int, working_days: str
) -> datetime:
    """Return the UTC instant at which the period's run is due.

    The period ends with the midnight before `end`. The run waits for so many working days after
    that day, and opens at the local send time. A send time that a clock change skips moves
    forward by what was skipped; one that comes twice is the first.

    Args:
        period: the period.
        zone: the workspace's IANA zone.
        send_minute: minutes after local midnight.
        grace_days: working days to wait; with none the run is due on `end` itself.
        working_days: ISO weekdays as digits, such as `12345`.
    """
    day = period.end
    for _ in range(grace_days):
        day = _next_working_day(day, working_days)
    return local_instant(day, send_minute, zone)


def local_instant(day: date, minute_of_day: int, zone: str) -> datetime:
    """Return the UTC instant of a local time; skipped times move forward, repeats are the first."""
    wall = datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone))
    # fold=0 reads a repeated time as its first, and a skipped one with the offset before the
    # change, which lands after the gap by exactly what was skipped (PEP 495).
    hour, minute = divmod(minute_of_day, 60)
    return wall.replace(hour=hour, minute=minute, fold=0).astimezone(ZoneInfo("UTC"))


def local_day(moment: datetime, zone: str) -> date:
    """Return the date that it is in a zone."""
    return moment.astimezone(ZoneInfo(zone)).date()


def ended_periods(anchor: date, *, since: date, today: date) -> Iterator[Period]:
    """Yield the periods from the one that holds `since` to the last that ended, oldest first.

    Args:
        anchor: the first day of some period.
        since: nothing that ended on or before this day is of interest.
        today: the local date; a period has ended once its `end` is here.
    """
    period = period_of(anchor, max(since, anchor))
    while period.end <= today:
        yield period
        period = Period(period.end, period.end + timedelta(days=PERIOD_DAYS))


def _next_working_day(day: date, working_days: str) -> date:
    """Return the working day after a day; a week without any counts every day."""
    for ahead in range(1, 8):
        candidate = day + timedelta(days=ahead)
        if str(candidate.isoweekday()) in working_days:
            return candidate
    return day + timedelta(days=1)
