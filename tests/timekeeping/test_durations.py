from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from timebot.errors import Refusal, WayOut
from timebot.timekeeping.durations import (
    ClockSpan,
    DurationUnclear,
    MuchTooLong,
    NotADuration,
    NoTimeAtAll,
    clock_words,
    duration_words,
    format_duration,
    parse_clock,
    parse_duration,
)


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("1h30m", 90),
        ("1h30", 90),
        ("1h 30m", 90),
        ("1:30", 90),
        ("0:05", 5),
        ("90m", 90),
        ("90 min", 90),
        ("1.5h", 90),
        ("1,5h", 90),
        (".5h", 30),
        ("0.1", 6),
        ("0,1", 6),
        ("2h", 120),
        ("2 hours", 120),
        ("1H30M", 90),
        ("\uff11\uff48\uff13\uff10\uff4d", 90),
    ],
)
def test_every_form_of_a_duration_is_read(text: str, minutes: int) -> None:
    assert parse_duration(text) == timedelta(minutes=minutes)


def test_decimal_hours_are_exact_to_the_second() -> None:
    assert parse_duration("0.33h") == timedelta(seconds=1_188)


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("9:00-10:30", 540, 630),
        ("9:00\u201310:30", 540, 630),
        ("9:00 - 10:30", 540, 630),
        ("9am-5pm", 540, 1_020),
        ("12am-12pm", 0, 720),
        ("9 to 17", 540, 1_020),
        ("22:00-2:00", 1_320, 120),
    ],
)
def test_every_form_of_a_span_is_read(text: str, start: int, end: int) -> None:
    assert parse_duration(text) == ClockSpan(start, end)


def test_a_bare_number_is_answered_with_both_readings() -> None:
    with pytest.raises(DurationUnclear) as unclear:
        parse_duration("30")

    assert unclear.value.ways_out == (
        WayOut("30 minutes", "timer.add", "30m"),
        WayOut("30 hours", "timer.add", "30h"),
    )


def test_one_is_read_in_the_singular() -> None:
    with pytest.raises(DurationUnclear) as unclear:
        parse_duration("1")

    assert [way.label for way in unclear.value.ways_out] == ["1 minute", "1 hour"]


def test_a_bare_number_offers_no_reading_that_would_be_refused() -> None:
    assert DurationUnclear(0).ways_out == ()
    assert [way.label for way in DurationUnclear(1_000).ways_out] == ["1000 minutes"]


@pytest.mark.parametrize("text", ["0", "0m", "0:00", "0.0", "0h0m", "9:00-9:00"])
def test_no_time_at_all_is_refused(text: str) -> None:
    with pytest.raises(NoTimeAtAll):
        parse_duration(text)


@pytest.mark.parametrize("text", ["745h", "9999:59", "999999999h"])
def test_more_than_a_month_is_refused(text: str) -> None:
    with pytest.raises(MuchTooLong):
        parse_duration(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "-2",
        "-2h",
        "1e9",
        "abc",
        "1:75",
        "25:00-26:00",
        "1h-2h",
        "h",
        "1..5h",
        "9:00-",
        "∞",
    ],
)
def test_what_is_no_duration_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(NotADuration) as refused:
        parse_duration(text)

    assert refused.value.example


def test_a_long_word_is_cut_in_the_answer() -> None:
    assert len(NotADuration("x" * 4_000).sentence) < 200


@pytest.mark.parametrize(
    ("text", "minute"),
    [("17:30", 1_050), ("5pm", 1_020), ("9", 540), ("0:00", 0), ("12am", 0), ("9.15", 555)],
)
def test_times_of_the_day_are_read(text: str, minute: int) -> None:
    assert parse_clock(text) == minute


@pytest.mark.parametrize("text", ["24:00", "9:60", "13pm", "0am", "", "9:5", "noon"])
def test_what_is_no_time_of_the_day_is_not_read(text: str) -> None:
    assert parse_clock(text) is None


def test_durations_are_told_without_seconds_unless_there_is_less_than_a_minute() -> None:
    assert [duration_words(each) for each in (0, 59, 60, 3_600, 5_459)] == [
        "0 s",
        "59 s",
        "1 min",
        "1 h",
        "1 h 30 min",
    ]


@given(st.integers(min_value=1, max_value=31 * 86_400))
def test_a_duration_that_is_written_is_read_back_to_the_second(seconds: int) -> None:
    length = timedelta(seconds=seconds)

    assert parse_duration(format_duration(length)) == length


@given(st.integers(0, 1_439), st.integers(0, 1_439))
def test_a_span_that_is_written_is_read_back(start: int, end: int) -> None:
    if start != end:
        assert parse_duration(str(ClockSpan(start, end))) == ClockSpan(start, end)


@given(st.integers(0, 1_439))
def test_a_time_that_is_written_is_read_back(minute: int) -> None:
    assert parse_clock(clock_words(minute)) == minute


@given(st.text() | st.from_regex(r"[0-9hms:.,\- ]{1,12}", fullmatch=True))
def test_any_text_is_a_duration_or_is_refused(text: str) -> None:
    try:
        length = parse_duration(text)
    except Refusal as refusal:
        assert refusal.sentence  # noqa: PT017 - either outcome is right
    else:
        assert isinstance(length, ClockSpan) or length > timedelta()
