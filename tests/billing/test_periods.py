"""Periods: fourteen days from the anchor, and when their runs are due."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from timebot.billing.periods import Period, due_at, ended_periods, period_of
from timebot.team.working_time import WorkingTime

ANCHOR = date(2026, 1, 5)
DAYS = st.dates(date(2020, 1, 1), date(2035, 1, 1))
BERLIN = "Europe/Berlin"


def working(
    zone: str, weekdays: str = "12345", *, off: frozenset[date] = frozenset()
) -> WorkingTime:
    return WorkingTime(zone, weekdays, 540, 1080, off)


@given(DAYS, DAYS)
def test_each_day_is_in_exactly_one_period(anchor: date, day: date) -> None:
    period = period_of(anchor, day)

    assert period.start <= day < period.end
    assert (period.start - anchor).days % 14 == 0
    assert period.end - period.start == timedelta(days=14)


def test_the_run_waits_one_working_day_after_the_end() -> None:
    period = period_of(ANCHOR, ANCHOR)

    due = due_at(period, working=working(BERLIN), send_minute=540, grace_days=1)

    assert period == Period(date(2026, 1, 5), date(2026, 1, 19))
    assert due == datetime(2026, 1, 20, 8, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("grace", "local_day"), [(0, 17), (1, 19), (2, 20)], ids=["none", "one", "two"]
)
def test_days_off_do_not_count_as_grace(grace: int, local_day: int) -> None:
    ends_on_saturday = Period(date(2026, 1, 3), date(2026, 1, 17))

    due = due_at(ends_on_saturday, working=working("UTC"), send_minute=540, grace_days=grace)

    assert due == datetime(2026, 1, local_day, 9, 0, tzinfo=UTC)


def test_a_holiday_of_the_firm_does_not_count_as_grace() -> None:
    christmas = Period(date(2026, 12, 10), date(2026, 12, 24))
    off = frozenset({date(2026, 12, 25), date(2026, 12, 28)})

    due = due_at(christmas, working=working("UTC", off=off), send_minute=540, grace_days=1)

    assert due == datetime(2026, 12, 29, 9, 0, tzinfo=UTC)


def test_a_firm_without_working_days_still_gets_its_run() -> None:
    due = due_at(period_of(ANCHOR, ANCHOR), working=working("UTC", ""), send_minute=0, grace_days=1)

    assert due == datetime(2026, 1, 20, 0, 0, tzinfo=UTC)


def test_a_send_time_that_the_clock_change_skips_moves_forward() -> None:
    period = Period(date(2026, 3, 15), date(2026, 3, 29))

    due = due_at(period, working=working(BERLIN), send_minute=150, grace_days=0)

    assert due == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)  # 03:30 by the new clock


def test_a_send_time_that_comes_twice_is_the_first() -> None:
    period = Period(date(2026, 10, 11), date(2026, 10, 25))

    due = due_at(period, working=working(BERLIN), send_minute=150, grace_days=0)

    assert due == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


def test_ended_periods_come_oldest_first_and_only_since_a_day() -> None:
    periods = list(ended_periods(ANCHOR, since=date(2026, 1, 20), today=date(2026, 2, 16)))

    assert [period.start for period in periods] == [date(2026, 1, 19), date(2026, 2, 2)]


def test_nothing_has_ended_before_the_anchor() -> None:
    assert list(ended_periods(ANCHOR, since=date(2025, 1, 1), today=ANCHOR)) == []
