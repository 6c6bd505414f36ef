"""The rounding rule as a value, as text and in words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from timebot.team.rounding_rule import (
    AGENCY,
    LAW,
    MODES,
    SCOPES,
    RoundingRule,
    RoundingUnclear,
    parse_rounding,
)


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("agency", AGENCY),
        ("Law", LAW),
        ("15 up day minimum 30", RoundingRule(15, "up", 30, "day")),
        ("nearest 6 entry", RoundingRule(6, "nearest", 0, "entry")),
        ("10m down per entry, at least 20 minutes", RoundingRule(10, "down", 20, "entry")),
        ("law minimum 12", RoundingRule(6, "up", 12, "day")),
        ("none", RoundingRule(1, "none", 0, "day")),
        ("15", AGENCY),
    ],
)
def test_a_rule_is_read_from_words(text: str, rule: RoundingRule) -> None:
    assert parse_rounding(text) == rule


@pytest.mark.parametrize(
    "text", ["", "x", "15 15", "agency law", "agency 15", "0 up", "-15", "1.5 up", "15 up down"]
)
def test_what_is_no_rule_is_refused(text: str) -> None:
    with pytest.raises(RoundingUnclear):
        parse_rounding(text)


def test_a_rule_is_told_in_words() -> None:
    assert AGENCY.words == "up to 15 minutes, per day"
    assert RoundingRule(15, "up", 30, "entry").words == (
        "up to 15 minutes, per entry, at least 30 minutes"
    )
    assert parse_rounding("none").words == "to the nearest minute, per day"


@given(st.integers(1, 1440), st.sampled_from(MODES), st.integers(0, 1440), st.sampled_from(SCOPES))
def test_what_is_told_can_be_typed(increment: int, mode: str, minimum: int, scope: str) -> None:
    rule = RoundingRule(increment, mode, minimum, scope)

    again = parse_rounding(rule.words)

    assert (again.words, again.minimum, again.scope) == (rule.words, rule.minimum, rule.scope)
    assert parse_rounding(rule.typed) == again
