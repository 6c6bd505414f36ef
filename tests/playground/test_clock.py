from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from timebot.clock import Clock, real_now
from timebot.playground.clock import MovableClock


@pytest.fixture
def clock(tmp_path: Path) -> Iterator[MovableClock]:
    clock = MovableClock(tmp_path / "world.db")
    yield clock
    clock.close()


def test_an_untouched_clock_shows_real_time(clock: Clock) -> None:
    assert abs(clock.now() - real_now()) < timedelta(seconds=5)


def test_the_clock_advances(clock: MovableClock) -> None:
    clock.advance(timedelta(days=14))

    assert timedelta(days=13, hours=23) < clock.now() - real_now() <= timedelta(days=14)


def test_another_process_sees_the_move_at_once(clock: MovableClock, tmp_path: Path) -> None:
    other = MovableClock(tmp_path / "world.db")
    target = datetime(2100, 1, 1, tzinfo=UTC)

    clock.move_to(target)

    assert timedelta(0) <= other.now() - target < timedelta(seconds=5)
    other.close()


def test_the_clock_never_goes_back(clock: MovableClock) -> None:
    with pytest.raises(ValueError, match="forward only"):
        clock.advance(timedelta(seconds=-1))
    with pytest.raises(ValueError, match="forward only"):
        clock.move_to(real_now() - timedelta(hours=1))


def test_a_naive_instant_is_refused(clock: MovableClock) -> None:
    with pytest.raises(ValueError, match="time zone"):
        clock.move_to(datetime(2100, 1, 1))  # noqa: DTZ001 - that is the point
