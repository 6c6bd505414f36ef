from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.timekeeping.firm import BERLIN, at
from timebot.errors import Refusal
from timebot.timekeeping.moments import DayInFuture, NotADay, NotAMoment
from timebot.timekeeping.phrases import (
    AddPhrase,
    ClockSpan,
    DurationUnclear,
    NothingToAdd,
    SaidTwice,
    StartPhrase,
    StopPhrase,
    Ticket,
    clean_text,
    read_add,
    read_start,
    read_stop,
)

NOON = at(12)
TODAY = date(2026, 3, 2)  # a Monday


@pytest.mark.parametrize(
    ("text", "phrase"),
    [
        ("", StartPhrase("")),
        ("Acme logo", StartPhrase("Acme logo")),
        ("Acme logo @-20m", StartPhrase("Acme logo", at(11, 40))),
        ("Acme logo @9:15 nb", StartPhrase("Acme logo", at(9, 15), "internal")),
        ("Acme logo at 9:15", StartPhrase("Acme logo", at(9, 15))),
        ("@9:15 Acme logo NC", StartPhrase("Acme logo", at(9, 15), "no_charge")),
        ("Acme @ 9:15 logo", StartPhrase("Acme logo", at(9, 15))),
        ("Acme #abc-1", StartPhrase("Acme", ticket=Ticket("ABC-1"))),
        ("Acme fix #1 today", StartPhrase("Acme fix #1 today", ticket=Ticket("1"))),
        ("Acme call @ana at the office", StartPhrase("Acme call @ana at the office")),
        ("Acme dinner at 5 tables", StartPhrase("Acme dinner at 5 tables")),
        ("Acme nb nc", StartPhrase("Acme nb", billable="no_charge")),
    ],
)
def test_what_stands_after_start_is_taken_apart(text: str, phrase: StartPhrase) -> None:
    assert read_start(text, now=NOON, zone=BERLIN) == phrase


def test_a_link_before_the_client_is_the_ticket() -> None:
    link = "https://github.com/acme/site/issues/12"

    phrase = read_start(clean_text(f"<{link}> Acme"), now=NOON, zone=BERLIN)

    assert phrase == StartPhrase("Acme", ticket=Ticket("acme/site#12", link))


def test_a_link_inside_the_text_becomes_the_name_of_the_ticket() -> None:
    link = "https://linear.app/acme/issue/ENG-4/title"

    phrase = read_start(f"Acme see {link} again", now=NOON, zone=BERLIN)

    assert phrase == StartPhrase("Acme see ENG-4 again", ticket=Ticket("ENG-4", link))


def test_two_times_are_refused() -> None:
    with pytest.raises(SaidTwice):
        read_start("Acme @9:00 @10:00", now=NOON, zone=BERLIN)


@pytest.mark.parametrize("text", ["Acme @25:00", "Acme @9:99", "Acme @-soon"])
def test_a_word_that_begins_like_a_time_is_never_taken_for_text(text: str) -> None:
    with pytest.raises(NotAMoment):
        read_start(text, now=NOON, zone=BERLIN)


@pytest.mark.parametrize(
    ("text", "phrase"),
    [
        ("", StopPhrase()),
        ("at 11:30", StopPhrase(at(11, 30))),
        ("At 11:30 Final version", StopPhrase(at(11, 30), "Final version")),
        ("at 11", StopPhrase(at(11))),
        ("@-10m", StopPhrase(at(11, 50))),
        ("at the office", StopPhrase(None, "at the office")),
        ("Final version", StopPhrase(None, "Final version")),
        ("11:30", StopPhrase(at(11, 30))),
        ("9am Final version", StopPhrase(at(9), "Final version")),
        ("3 drafts", StopPhrase(None, "3 drafts")),
    ],
)
def test_what_stands_after_stop_is_taken_apart(text: str, phrase: StopPhrase) -> None:
    assert read_stop(text, now=NOON, zone=BERLIN) == phrase


@pytest.mark.parametrize(
    "text", ["at 1530", "at half past three", "at 25:00", "25:10 x", "at noon"]
)
def test_a_time_that_cannot_be_read_never_becomes_the_text(text: str) -> None:
    with pytest.raises(NotAMoment):
        read_stop(text, now=NOON, zone=BERLIN)


@pytest.mark.parametrize("day", ["18 Feb", "Feb 18", "1st march", "28/02", "3.3.", "-1d"])
def test_a_day_that_cannot_be_read_never_becomes_the_text(day: str) -> None:
    with pytest.raises(NotADay):
        read_add(f"15m Acme logo thing {day} nc", today=TODAY)


def test_tomorrow_has_not_come_yet() -> None:
    with pytest.raises(DayInFuture):
        read_add("15m Acme logo thing tomorrow", today=TODAY)


@pytest.mark.parametrize("text", ["page 3", "version 2.1", "chapter 3/4", "the may sale"])
def test_numbers_in_a_text_are_no_days(text: str) -> None:
    assert read_add(f"15m Acme {text}", today=TODAY).words == f"Acme {text}"


HALF_PAST = timedelta(minutes=90)


@pytest.mark.parametrize(
    ("text", "phrase"),
    [
        ("1h30m Acme logo", AddPhrase(HALF_PAST, "Acme logo")),
        ("1h 30m Acme logo", AddPhrase(HALF_PAST, "Acme logo")),
        ("90 min Acme", AddPhrase(HALF_PAST, "Acme")),
        ("1 h 30 min Acme", AddPhrase(HALF_PAST, "Acme")),
        ("1.5 2025 audit", AddPhrase(HALF_PAST, "2025 audit")),
        ("9:00 - 10:30 Acme", AddPhrase(ClockSpan(540, 630), "Acme")),
        ("9:00\u201310:30 Acme mon", AddPhrase(ClockSpan(540, 630), "Acme", TODAY)),
        ("1:30 Acme yesterday nb", AddPhrase(HALF_PAST, "Acme", date(2026, 3, 1), "internal")),
        ("1:30 Acme nc 2026-02-28", AddPhrase(HALF_PAST, "Acme", date(2026, 2, 28), "no_charge")),
        ("1:30 Acme #AB-1 today", AddPhrase(HALF_PAST, "Acme", TODAY, None, Ticket("AB-1"))),
        ("1:30", AddPhrase(HALF_PAST, "")),
    ],
)
def test_what_stands_after_add_is_taken_apart(text: str, phrase: AddPhrase) -> None:
    assert read_add(clean_text(text), today=TODAY) == phrase


@pytest.mark.parametrize(
    "text",
    [
        "\u201c1h 30m\u201d Acme logo",
        "\u201c1h30m\u201d Acme logo",
        "\u2018 90m \u2019 Acme logo",
        "\u201c1h 30m Acme logo\u201d",
        '"1h 30m" Acme logo',
    ],
)
def test_quotes_around_a_duration_mean_nothing(text: str) -> None:
    assert read_add(clean_text(text), today=TODAY) == AddPhrase(timedelta(minutes=90), "Acme logo")


def test_quotes_around_a_span_mean_nothing() -> None:
    phrase = read_add(clean_text("\u201c9:00 \u2013 10:30\u201d Acme"), today=TODAY)

    assert phrase == AddPhrase(ClockSpan(540, 630), "Acme")


def test_a_quoted_number_is_as_unclear_as_any() -> None:
    with pytest.raises(DurationUnclear) as refusal:
        read_add('"2" Acme logo', today=TODAY)

    assert [way.value for way in refusal.value.ways_out] == ["2m Acme logo", "2h Acme logo"]


@pytest.mark.parametrize("text", ["Acme \u201c@9:15\u201d", "Acme @\u201c9:15\u201d"])
def test_quotes_around_a_start_mean_nothing(text: str) -> None:
    assert read_start(clean_text(text), now=NOON, zone=BERLIN) == StartPhrase("Acme", at(9, 15))


def test_the_buttons_of_an_unclear_number_carry_the_whole_phrase() -> None:
    with pytest.raises(DurationUnclear) as unclear:
        read_add("30 Acme logo yesterday", today=TODAY)

    assert [way.value for way in unclear.value.ways_out] == [
        "30m Acme logo yesterday",
        "30h Acme logo yesterday",
    ]


def test_nothing_to_add_is_refused_with_an_example() -> None:
    with pytest.raises(NothingToAdd) as refused:
        read_add("", today=TODAY)

    assert refused.value.example == "/timer add 1h30m Acme logo"


def test_a_future_day_is_refused() -> None:
    with pytest.raises(DayInFuture):
        read_add("1h Acme 2026-03-03", today=TODAY)


@given(
    st.text()
    | st.lists(st.sampled_from("1h 30 @ at 9:00 nb #1 mon - Acme @-".split())).map(" ".join)
)
def test_any_phrase_is_read_or_refused(text: str) -> None:
    clean = clean_text(text)
    for read in (
        lambda: read_start(clean, now=NOON, zone=BERLIN),
        lambda: read_stop(clean, now=NOON, zone=BERLIN),
        lambda: read_add(clean, today=TODAY),
    ):
        try:
            read()
        except Refusal as refusal:
            assert refusal.sentence  # noqa: PT017 - either outcome is right
