"""Uplift: an exact ratio, never understated, and a ceiling that it agrees with."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from timebot.billing.uplift import Uplift

SECONDS = st.integers(1, 10**7)
MINUTES = st.integers(0, 10**6)


@pytest.mark.parametrize(
    ("seconds", "minutes", "words"),
    [
        (3_600, 60, "0.0%"),
        (600, 15, "+50.0%"),
        (3_455, 60, "+4.2%"),  # 145 of 3,455 seconds are 4.197 percent
        (3_599, 60, "+0.1%"),
        (3_601, 60, "0.0%"),
        (4_000, 60, "-10.0%"),
        (0, 0, "0.0%"),
        (600, 0, "-100.0%"),
    ],
)
def test_it_is_told_in_tenths_of_a_percent_and_rounded_up(
    seconds: int, minutes: int, words: str
) -> None:
    assert Uplift(seconds, minutes).words == words


@given(SECONDS, MINUTES, st.integers(0, 1_000))
def test_what_is_over_a_ceiling_reads_as_over_it(seconds: int, minutes: int, ceiling: int) -> None:
    uplift = Uplift(seconds, minutes)

    told, tenth = uplift.words.rstrip("%").split(".")

    reads_over = int(told) > ceiling or (int(told) == ceiling and tenth != "0")
    assert uplift.is_over(ceiling) == reads_over == (uplift.percent > ceiling)


@given(SECONDS, MINUTES)
def test_without_a_ceiling_nothing_is_over_it(seconds: int, minutes: int) -> None:
    assert not Uplift(seconds, minutes).is_over(None)


def test_where_nothing_was_worked_nothing_is_over_a_ceiling() -> None:
    assert not Uplift(0, 15).is_over(0)
