from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.timekeeping.firm import BERLIN, at
from timebot.errors import Refusal
from timebot.timekeeping.moments import (
    DayInFuture,
    DayRange,
    NotADay,
    NotAMoment,
    latest_at,
    parse_day,
    parse_days,
    parse_moment,
)

TODAY = date(2026, 3, 4)  # a Wednesday


@pytest.mark.parametrize("text", ["@-20m", "-20m", "@ -20m", "@-0:20"])
def test_a_while_ago_is_counted_back_from_now(text: str) -> None:
    assert parse_moment(text, now=at(10), zone=BERLIN) == at(9, 40)


@pytest.mark.parametrize("text", ["@9:15", "at 9:15", "9:15", "AT 9:15", "9:15am"])
def test_a_time_of_the_day_is_todays_where_it_has_passed(text: str) -> None:
    assert parse_moment(text, now=at(10), zone=BERLIN) == at(9, 15)


def test_a_time_that_has_not_come_yet_is_yesterdays() -> None:
    assert parse_moment("at 17:30", now=at(9), zone=BERLIN) == at(17, 30, day=-1)


def test_this_very_minute_is_not_in_the_future() -> None:
    assert parse_moment("9:00", now=at(9), zone=BERLIN) == at(9)


def test_now_is_now() -> None:
    assert parse_moment("now", now=at(9), zone=BERLIN) == at(9)


@pytest.mark.parametrize("text", ["", "@", "25:00", "-", "-20", "-9:00-10:00", "soon", "@@9:00"])
def test_what_is_no_moment_is_refused(text: str) -> None:
    with pytest.raises(NotAMoment):
        parse_moment(text, now=at(9), zone=BERLIN)


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        # On 25 October 2026 Berlin shows 2:00 to 3:00 twice; the second one begins at 1:00 UTC.
        (datetime(2026, 10, 25, 1, 29, tzinfo=UTC), datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
        (datetime(2026, 10, 25, 1, 30, tzinfo=UTC), datetime(2026, 10, 25, 1, 30, tzinfo=UTC)),
        (datetime(2026, 10, 25, 9, 0, tzinfo=UTC), datetime(2026, 10, 25, 1, 30, tzinfo=UTC)),
        # On 29 March 2026 it skips 2:00 to 3:00; what was meant is an hour later on the wall.
        (datetime(2026, 3, 29, 9, 0, tzinfo=UTC), datetime(2026, 3, 29, 1, 30, tzinfo=UTC)),
    ],
)
def test_half_past_two_in_the_nights_of_the_clock_change(now: datetime, expected: datetime) -> None:
    assert latest_at(150, now=now, zone=BERLIN) == expected


@given(
    st.integers(0, 1_439),
    st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 - Hypothesis adds the zone
    st.sampled_from([BERLIN, "Asia/Kathmandu", "America/New_York", "Australia/Lord_Howe"]),
)
def test_the_latest_time_is_never_in_the_future_and_at_most_a_day_and_an_hour_ago(
    minute: int, now: datetime, zone: str
) -> None:
    ago = now - latest_at(minute, now=now, zone=zone)

    assert timedelta() <= ago <= timedelta(hours=26)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("today", TODAY),
        ("yesterday", date(2026, 3, 3)),
        ("Mon", date(2026, 3, 2)),
        ("wednesday", TODAY),
        ("thu", date(2026, 2, 26)),
        ("2026-02-28", date(2026, 2, 28)),
        ("2026-3-1", date(2026, 3, 1)),
    ],
)
def test_days_are_the_latest_that_the_word_can_mean(text: str, day: date) -> None:
    assert parse_day(text, today=TODAY) == day


@pytest.mark.parametrize("text", ["2026-02-30", "2025-02-29", "1.3.", "", "2026-13-01"])
def test_what_is_no_day_is_refused(text: str) -> None:
    with pytest.raises(NotADay):
        parse_day(text, today=TODAY)


def test_a_day_that_has_not_come_yet_is_refused() -> None:
    with pytest.raises(DayInFuture, match="2026-03-05 has not come yet"):
        parse_day("2026-03-05", today=TODAY)


def test_a_leap_day_is_a_day() -> None:
    assert parse_day("2024-02-29", today=TODAY) == date(2024, 2, 29)


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("", date.min, date(2026, 3, 5)),
        ("today", TODAY, date(2026, 3, 5)),
        ("week", date(2026, 3, 2), date(2026, 3, 9)),
        ("last week", date(2026, 2, 23), date(2026, 3, 2)),
        ("2026-02-28..2026-03-02", date(2026, 2, 28), date(2026, 3, 3)),
        ("mon to wed", date(2026, 3, 2), date(2026, 3, 5)),
        ("mon..2026-03-31", date(2026, 3, 2), date(2026, 4, 1)),
    ],
)
def test_ranges_of_days_hold_both_ends(text: str, start: date, end: date) -> None:
    assert parse_days(text, today=TODAY) == DayRange(start, end)


@pytest.mark.parametrize("text", ["mon..tue..wed", "2026-03-03..2026-03-01", "soon", "mon..soon"])
def test_what_is_no_range_is_refused(text: str) -> None:
    with pytest.raises(NotADay):
        parse_days(text, today=TODAY)


@given(st.text())
def test_any_text_is_a_moment_a_day_or_refused(text: str) -> None:
    for read in (
        lambda: parse_moment(text, now=at(9), zone=BERLIN),
        lambda: parse_day(text, today=TODAY),
        lambda: parse_days(text, today=TODAY),
    ):
        try:
            read()
        except Refusal as refusal:
            assert refusal.sentence  # noqa: PT017 - either outcome is right
