"""Rounding: every mode, both scopes, shares that add up."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from timebot.billing.rounding import BilledBefore, apportion, round_group, round_seconds
from timebot.team.rounding_rule import RoundingRule

RULES = st.builds(
    RoundingRule,
    increment=st.sampled_from([1, 6, 10, 15, 30, 60]),
    mode=st.sampled_from(["up", "nearest", "down", "none"]),
    minimum=st.sampled_from([0, 6, 15, 30]),
    scope=st.sampled_from(["day", "entry"]),
)
SECONDS = st.integers(min_value=0, max_value=24 * 3600)


@pytest.mark.parametrize(
    ("mode", "seconds", "minutes"),
    [
        ("up", 1, 15),
        ("up", 15 * 60, 15),
        ("up", 15 * 60 + 1, 30),
        ("nearest", 7 * 60 + 29, 0),
        ("nearest", 7 * 60 + 30, 15),
        ("nearest", 22 * 60 + 29, 15),
        ("down", 14 * 60 + 59, 0),
        ("down", 29 * 60 + 59, 15),
        ("none", 29, 0),
        ("none", 30, 1),
        ("none", 89, 1),
    ],
)
def test_each_mode_rounds_as_its_name_says(mode: str, seconds: int, minutes: int) -> None:
    assert round_seconds(seconds, RoundingRule(15, mode, 0, "day")) == minutes


def test_the_minimum_raises_a_little_time_but_never_none() -> None:
    rule = RoundingRule(1, "up", 30, "day")

    assert [round_seconds(seconds, rule) for seconds in (0, 1, 1799, 1801)] == [0, 30, 30, 31]


def test_a_day_of_short_entries_is_rounded_once() -> None:
    group = round_group([240, 240, 240], RoundingRule(15, "up", 0, "day"))

    assert (group.minutes, group.shares) == (15, (5, 5, 5))


def test_equal_remainders_go_to_the_earlier_entry() -> None:
    assert round_group([60, 60], RoundingRule(15, "up", 0, "day")).shares == (8, 7)


def test_a_late_entry_of_a_billed_day_adds_only_what_the_whole_day_adds() -> None:
    group = round_group([60], RoundingRule(15, "up", 0, "day"), BilledBefore(840, 15))

    assert (group.seconds, group.minutes, group.shares) == (900, 15, (0,))


def test_a_kinder_rule_never_bills_less_than_nothing() -> None:
    group = round_group([60], RoundingRule(15, "down", 0, "day"), BilledBefore(840, 15))

    assert group.shares == (0,)


def test_without_weights_the_first_takes_it_all() -> None:
    assert apportion(5, [0, 0]) == [5, 0]


@given(st.lists(SECONDS, min_size=1, max_size=12), RULES, SECONDS)
def test_shares_add_up_to_what_is_billed_now(
    seconds: list[int], rule: RoundingRule, earlier: int
) -> None:
    before = BilledBefore(earlier, round_seconds(earlier, rule))

    group = round_group(seconds, rule, before)

    assert sum(group.shares) == round_seconds(earlier + sum(seconds), rule) - before.minutes
    assert all(share >= 0 for share in group.shares)


@given(SECONDS, SECONDS, RULES)
def test_more_work_is_never_billed_as_less(one: int, more: int, rule: RoundingRule) -> None:
    assert round_seconds(one + more, rule) >= round_seconds(one, rule)


@given(SECONDS, RULES)
def test_rounding_up_and_down_keep_their_side(seconds: int, rule: RoundingRule) -> None:
    minutes = round_seconds(seconds, rule)

    if rule.mode == "up":
        assert minutes * 60 >= seconds
    if rule.mode == "down" and rule.minimum == 0:
        assert minutes * 60 <= seconds
    if rule.minimum == 0 and rule.mode != "none":
        assert minutes % rule.increment == 0


@given(
    st.integers(min_value=0, max_value=10**9),
    st.lists(st.integers(min_value=0, max_value=10**6), min_size=1, max_size=20),
)
def test_apportioned_parts_are_within_one_of_their_exact_share(
    total: int, weights: list[int]
) -> None:
    parts = apportion(total, weights)

    assert sum(parts) == total
    whole = sum(weights)
    if whole:
        assert all(
            abs(part * whole - total * weight) < whole
            for part, weight in zip(parts, weights, strict=True)
        )
