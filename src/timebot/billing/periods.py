"""Billing periods: fourteen days each from an anchor date; pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from timebot.team.days import local_instant
from timebot.team.working_time import WorkingTime

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


def due_at(period: Period, *, working: WorkingTime, send_minute: int, grace_days: int) -> datetime:
    """Return the UTC instant at which the period's run is due.

    The period ends with the midnight before `end`. The run waits for so many working days after
    that day, and opens at the local send time. A send time that a clock change skips moves
    forward by what was skipped; one that comes twice is the first.

    Args:
        period: the period.
        working: when the firm works, so that weekends and holidays do not count as grace.
        send_minute: minutes after local midnight.
        grace_days: working days to wait; with none the run is due on `end` itself.
    """
    day = working.add_working_days(period.end, grace_days)
    return local_instant(day, send_minute, working.zone)


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
