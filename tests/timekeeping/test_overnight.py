"""When a timer counts as left overnight, and where the rule ends it. Pure."""

from datetime import date, datetime, timedelta

import pytest

from tests.timekeeping.firm import BERLIN, at
from timebot.team.working_time import WorkingTime
from timebot.timekeeping.overnight import Signs, ask_again_at, end_by_rule, left_overnight_at

DAYS = WorkingTime(BERLIN, "12345", 9 * 60, 18 * 60)
NIGHTS = WorkingTime(BERLIN, "12345", 22 * 60, 6 * 60)


@pytest.mark.parametrize(
    ("started", "left"),
    [
        (at(9), at(4, day=1)),
        (at(23), at(4, day=1)),
        # An hour's work before four in the morning is no night.
        (at(23, 1), at(4, day=2)),
        (at(3, 59), at(4, day=1)),
        (at(15, day=4), at(4, day=5)),
    ],
)
def test_a_timer_is_left_overnight_at_four_after_five_hours_untouched(
    started: datetime, left: datetime
) -> None:
    assert left_overnight_at(DAYS, since=started) == left


def test_who_works_nights_has_until_four_hours_after_the_shift() -> None:
    assert left_overnight_at(NIGHTS, since=at(22)) == at(10, day=1)


def test_the_night_of_somebody_who_is_off_is_an_ordinary_night() -> None:
    off = WorkingTime(BERLIN, "12345", 22 * 60, 6 * 60, frozenset({at(9).date()}))

    assert left_overnight_at(off, since=at(22)) == at(4, day=1)


@pytest.mark.parametrize(
    ("evening", "hours"), [(date(2026, 3, 28), 9), (date(2026, 10, 24), 11), (date(2026, 3, 2), 10)]
)
def test_the_night_is_over_by_the_clocks_on_the_wall(evening: date, hours: int) -> None:
    began = DAYS.hours(evening).end_at

    assert left_overnight_at(DAYS, since=began) - began == timedelta(hours=hours)


@pytest.mark.parametrize("zone", ["Asia/Kathmandu", "Pacific/Kiritimati", "Pacific/Pago_Pago"])
def test_the_night_is_that_of_the_owner(zone: str) -> None:
    working = WorkingTime(zone, "12345", 540, 1080)
    began = working.hours(date(2026, 3, 2)).start_at

    assert left_overnight_at(working, since=began) - began == timedelta(hours=19)


def test_the_end_of_the_working_day_counts_where_the_rule_says_so() -> None:
    signs = Signs(vouched_at=at(9), day_end=at(18), last_action=at(14))

    assert end_by_rule("day_end", signs) == at(18)
    assert end_by_rule("last_action", signs) == at(14)


def test_without_a_working_day_the_last_action_counts() -> None:
    signs = Signs(vouched_at=at(20), day_end=None, last_action=at(21))

    assert end_by_rule("day_end", signs) == at(21)


@pytest.mark.parametrize("rule", ["day_end", "last_action"])
def test_where_nothing_is_known_no_minute_is_made_up(rule: str) -> None:
    assert end_by_rule(rule, Signs(at(20), day_end=None, last_action=None)) == at(20)


def test_the_question_is_repeated_on_the_next_working_morning_but_not_the_same() -> None:
    assert ask_again_at(DAYS, now=at(4, day=1)) == at(9, day=2)
    assert ask_again_at(DAYS, now=at(9, day=2)) == at(9, day=3)
    assert ask_again_at(DAYS, now=at(4, day=5)) == at(9, day=7)
    assert ask_again_at(NIGHTS, now=at(9, day=1)) == at(22, day=1)
