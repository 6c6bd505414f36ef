"""The clock tells an aware instant in UTC."""

from datetime import UTC, timedelta

from timebot.clock import Clock, SystemClock, real_now


def test_the_clock_is_aware_and_in_utc() -> None:
    clock: Clock = SystemClock()

    assert clock.now().tzinfo is UTC
    assert real_now().tzinfo is UTC


def test_the_machine_s_clock_is_real_time() -> None:
    first = real_now()
    second = SystemClock().now()

    assert timedelta(0) <= second - first < timedelta(minutes=1)
