from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.timekeeping.firm import at
from timebot.timekeeping.limits import Span
from timebot.timekeeping.tickets import Ticket
from timebot.timekeeping.wishes import (
    AddWish,
    StartWish,
    StopWish,
    WishUnreadable,
    read_add_wish,
    read_start_wish,
    read_stop_wish,
)


def test_a_start_travels_in_a_button() -> None:
    ticket = Ticket("A-1", "https://tickets.example/browse/A-1")
    wish = StartWish(uuid4(), 'Say "hi" \u00e4', at(9), "internal", ticket, "https://x.example")

    assert read_start_wish(wish.as_value() or "") == wish
    assert read_start_wish(StartWish(None).as_value() or "") == StartWish(None)


def test_a_stop_travels_in_a_button() -> None:
    wish = StopWish(uuid4(), at(9), "Done", long_is_meant=True)

    assert read_stop_wish(wish.as_value() or "") == wish


def test_an_added_span_travels_in_a_button() -> None:
    wish = AddWish(uuid4(), "Sketches", Span(at(9), at(10)), "no_charge", Ticket("A-1"))

    assert read_add_wish(wish.as_value() or "") == wish


def test_a_wish_that_is_too_long_for_a_button_has_no_value() -> None:
    assert StartWish(None, '"' * 1_000).as_value() is None


@pytest.mark.parametrize(
    "value", ["", "{}", "[]", "null", "7", '{"entry":"x"}', '{"project":"x","text":"","at":null}']
)
def test_a_button_of_another_version_is_refused(value: str) -> None:
    for read in (read_start_wish, read_stop_wish, read_add_wish):
        with pytest.raises(WishUnreadable):
            read(value)


def test_a_moment_without_a_zone_is_refused() -> None:
    value = (StopWish(uuid4(), at(9)).as_value() or "").replace("+00:00", "")

    with pytest.raises(WishUnreadable):
        read_stop_wish(value)


@given(st.text(max_size=1_000))
def test_any_text_travels_or_is_left_out(text: str) -> None:
    value = StartWish(None, text).as_value()

    assert value is None or read_start_wish(value).text == text
