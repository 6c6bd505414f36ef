"""Days and zones, on ordinary days and on those of a clock change."""

from datetime import UTC, date, datetime

import pytest

from timebot.team.days import (
    ZoneUnknown,
    day_of,
    day_span,
    get_zone,
    local_instant,
)

SPRING, AUTUMN = date(2026, 3, 29), date(2026, 10, 25)


def test_the_day_is_that_of_the_zone() -> None:
    late = datetime(2026, 3, 2, 23, 30, tzinfo=UTC)

    assert day_of(late, "UTC") == date(2026, 3, 2)
    assert day_of(late, "Europe/Berlin") == date(2026, 3, 3)
    assert day_of(late, "America/New_York") == date(2026, 3, 2)


def test_a_time_that_the_clocks_skip_is_moved_forward() -> None:
    skipped = local_instant(SPRING, 2 * 60 + 30, "Europe/Berlin")

    assert skipped == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)


def test_of_a_time_shown_twice_the_first_is_meant() -> None:
    repeated = local_instant(AUTUMN, 2 * 60 + 30, "Europe/Berlin")

    assert repeated == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


@pytest.mark.parametrize(("day", "hours"), [(SPRING, 23), (AUTUMN, 25), (date(2026, 3, 2), 24)])
def test_a_day_is_as_long_as_the_zone_makes_it(day: date, hours: int) -> None:
    start, end = day_span(day, "Europe/Berlin")

    assert (end - start).total_seconds() == hours * 3600


def test_a_zone_is_known_whatever_its_case() -> None:
    assert get_zone(" europe/berlin ") == "Europe/Berlin"
    assert get_zone("america/new york") == "America/New_York"


@pytest.mark.parametrize("words", ["Berlin", "", "../etc/passwd", "CEST+2", "\0"])
def test_an_unknown_zone_is_refused_with_an_example(words: str) -> None:
    with pytest.raises(ZoneUnknown) as refusal:
        get_zone(words)

    assert refusal.value.example == "/billing settings zone Europe/Berlin"
