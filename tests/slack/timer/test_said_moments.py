"""Moments explain themselves: which day, which zone, and seconds where minutes do not add up."""

from datetime import datetime, timedelta

import pytest

from tests.slack.timer.office import Office
from tests.worlds import utc
from timebot.slack.time_words import moved_words, span
from timebot.timekeeping.models import TimeEntry

BERLIN = "Europe/Berlin"


def an_entry(started_at: datetime, ended_at: datetime | None) -> TimeEntry:
    return TimeEntry(
        started_at=started_at, ended_at=ended_at, worked_on=started_at.date(), zone=BERLIN
    )


@pytest.mark.parametrize(
    ("start", "end", "shown"),
    [
        (0.0, 0.0, "9:00-18:00"),
        (30.0, 10.0, "9:00:30-18:00:10"),
        (10.0, 30.0, "9:00-18:00"),
        (0.5, 0.0, "9:00:01-18:00:00"),
    ],
)
def test_seconds_are_shown_where_minutes_would_not_add_up(
    start: float, end: float, shown: str
) -> None:
    began, ended = utc(2031, 3, 3, 8), utc(2031, 3, 3, 17)

    entry = an_entry(began + timedelta(seconds=start), ended + timedelta(seconds=end))

    assert span(entry).replace("\u2013", "-") == shown


def test_a_time_that_clocks_skipped_is_named() -> None:
    half_past_three = utc(2031, 3, 30, 1, 30)

    said = moved_words(2 * 60 + 30, half_past_three, BERLIN)

    assert said == "Clocks skipped 2:30 that day, so I took 3:30."
    assert moved_words(3 * 60 + 30, half_past_three, BERLIN) == ""
    assert moved_words(None, half_past_three, BERLIN) == ""


def test_a_start_that_was_said_is_repeated_with_day_and_zone(office: Office) -> None:
    answer = office.mia.command("/timer start Acme logo @11:00")

    assert "Started at 11:00 on Sun 2 Mar 2031 (Europe/Berlin)." in answer.text


def test_a_refused_start_says_which_day_was_meant(office: Office) -> None:
    office.mia.command("/timer start Acme logo")

    refused = office.mia.command("/timer start Globex @11:00")

    assert "so a timer cannot start at 11:00 on 2 Mar 2031." in refused.text


def test_an_added_span_names_the_time_that_clocks_skipped(office: Office) -> None:
    office.wait(days=28)

    answer = office.mia.command("/timer add 2:30-4:00 Acme logo deploy 2031-03-30")

    assert "Clocks skipped 2:30 that day, so I took 3:30." in answer.text
    assert "Added: 30 min" in answer.text


def test_time_that_was_added_for_somebody_is_said_with_day_and_zone(office: Office) -> None:
    office.kim.command(f"/timer add 9:00-10:30 Acme logo yesterday for <@{office.mia.id}|mia>")

    office.kim.submit()
    office.world.settle()

    expected = "9:00-10:30 on Sun 2 Mar 2031, Europe/Berlin"
    for person in (office.kim, office.mia):
        said = person.last_message().text.replace("\u2013", "-")
        assert expected in said


def test_the_card_says_when_in_which_zone_hours_were_handed_in(office: Office) -> None:
    office.mia.command("/timer add 1h Acme logo call")
    office.mia.command("/timer submit")
    office.world.settle()

    card = office.kim.last_message(containing="Hours of mia")

    assert "Handed in Mon 3 Mar 2031, 9:00 (Europe/Berlin)." in card.text


SKIPPED = "Clocks skipped 2:30 that day, so I took 3:30."
"""What is said in the night of 30 March 2031, in which Berlin's clocks go from two to three."""


def test_the_form_of_a_start_names_the_time_that_clocks_skipped(office: Office) -> None:
    office.world.move_to(utc(2031, 3, 30, 3))
    office.mia.shortcut("shortcut.start_timer")
    office.mia.fill("at", "2:30")

    office.mia.submit()
    office.world.settle()

    assert SKIPPED in office.mia.last_message().text


def test_the_form_of_a_stop_names_the_time_that_clocks_skipped(office: Office) -> None:
    office.world.move_to(utc(2031, 3, 29, 23))
    office.mia.command("/timer start Acme logo deploy")
    office.world.move_to(utc(2031, 3, 30, 3))
    refused = office.mia.command("/timer stop @25:00")
    office.mia.click(refused, text="Choose the time")
    office.mia.fill("day", "2031-03-30")
    office.mia.fill("at", "02:30")

    office.mia.submit()
    office.world.settle()

    assert SKIPPED in office.mia.last_message(containing="Stopped: ").text


@pytest.mark.parametrize("field", ["began", "ended"])
def test_the_form_of_an_entry_names_the_time_that_clocks_skipped(
    office: Office, field: str
) -> None:
    office.world.move_to(utc(2031, 3, 30, 6))
    office.mia.command("/timer add 1:00-5:00 Acme logo deploy")
    office.mia.command("/timer edit 1")
    office.mia.fill(field, "02:30")

    office.mia.submit()
    office.world.settle()

    assert SKIPPED in office.mia.last_message(containing="Saved: ").text


def test_the_form_of_an_entry_says_nothing_of_times_as_clocks_show_them(office: Office) -> None:
    office.world.move_to(utc(2031, 3, 30, 6))
    office.mia.command("/timer add 1:00-5:00 Acme logo deploy")
    office.mia.command("/timer edit 1")
    office.mia.fill("began", "03:30")

    office.mia.submit()
    office.world.settle()

    assert "Clocks skipped" not in office.mia.last_message(containing="Saved: ").text


def test_time_of_others_that_is_corrected_names_the_time_that_clocks_skipped(
    office: Office,
) -> None:
    office.world.move_to(utc(2031, 3, 30, 6))
    office.mia.command("/timer add 1:00-5:00 Acme logo deploy")
    office.kim.command(f"/timer edit <@{office.mia.id}|mia>")
    day = office.kim.modal
    assert day is not None
    office.kim.click(day, selected="Edit")
    office.kim.fill("ended", "02:30")

    office.kim.submit()
    office.world.settle()

    assert SKIPPED in office.kim.last_message(containing="Changed: ").text
