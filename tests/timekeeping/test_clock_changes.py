"""Midnights, clock changes, odd zones, leap days and flights: exact time, on the day it began."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from tests.timekeeping.firm import Firm
from timebot.team.models import Member
from timebot.timekeeping.durations import parse_duration
from timebot.timekeeping.manual import Added, add_entry, place
from timebot.timekeeping.models import TimeEntry
from timebot.timekeeping.overview import today, week
from timebot.timekeeping.phrases import read_start, read_stop

BERLIN, NEW_YORK, KATHMANDU = "Europe/Berlin", "America/New_York", "Asia/Kathmandu"

SPRING_BERLIN, AUTUMN_BERLIN = date(2026, 3, 29), date(2026, 10, 25)
SPRING_NEW_YORK, AUTUMN_NEW_YORK = date(2026, 3, 8), date(2026, 11, 1)


def at(day: date, clock: str, zone: str, *, fold: int = 0) -> datetime:
    """Return when clocks in the zone show that time; `fold` 1 for the second time they do."""
    hour, minute = map(int, clock.split(":"))
    local = datetime(day.year, day.month, day.day, hour, minute, fold=fold, tzinfo=ZoneInfo(zone))
    return local.astimezone(UTC)


def living_in(firm: Firm, zone: str) -> Member:
    firm.robin.zone = zone
    firm.session.flush()
    return firm.robin


def typed_start(firm: Firm, words: str, now: datetime) -> TimeEntry:
    """Start as if the words had been typed after start."""
    phrase = read_start(words, now=now, zone=firm.robin.zone)
    return firm.start(now, text=phrase.words, started_at=phrase.started_at).entry


def typed_stop(firm: Firm, words: str, now: datetime) -> TimeEntry:
    """Stop as if the words had been typed after stop."""
    phrase = read_stop(words, now=now, zone=firm.robin.zone)
    return firm.stop(now, ended_at=phrase.ended_at)


def typed_add(firm: Firm, spoken: str, now: datetime, day: date | None = None) -> Added:
    """Add as if the words had been typed after add."""
    span = place(
        firm.session,
        parse_duration(spoken),
        workspace=firm.workspace,
        member=firm.robin,
        day=day,
        now=now,
    )
    return add_entry(
        firm.session,
        workspace=firm.workspace,
        member=firm.robin,
        project=firm.logo,
        span=span,
        text="",
        now=now,
        surface="slack",
    )


def worked(entry: TimeEntry) -> timedelta:
    assert entry.ended_at is not None
    return entry.ended_at - entry.started_at


NIGHTS = [
    # Clocks jump from 2:00 to 3:00, or from 3:00 back to 2:00 (in New York from 2:00 to 1:00).
    pytest.param(BERLIN, SPRING_BERLIN, timedelta(hours=4), id="spring in Berlin"),
    pytest.param(BERLIN, AUTUMN_BERLIN, timedelta(hours=6), id="autumn in Berlin"),
    pytest.param(NEW_YORK, SPRING_NEW_YORK, timedelta(hours=4), id="spring in New York"),
    pytest.param(NEW_YORK, AUTUMN_NEW_YORK, timedelta(hours=6), id="autumn in New York"),
]


@pytest.mark.parametrize(("zone", "night", "length"), NIGHTS)
def test_a_timer_across_midnight_and_a_clock_change_counts_what_has_passed(
    firm: Firm, zone: str, night: date, length: timedelta
) -> None:
    living_in(firm, zone)
    eve = night - timedelta(days=1)
    firm.start(at(eve, "23:00", zone))

    entry = firm.stop(at(night, "4:00", zone))

    assert worked(entry) == length
    assert (entry.worked_on, entry.zone) == (eve, zone)


@pytest.mark.parametrize(("zone", "night", "length"), NIGHTS)
def test_a_span_across_a_clock_change_is_added_as_long_as_it_was(
    firm: Firm, zone: str, night: date, length: timedelta
) -> None:
    living_in(firm, zone)
    eve = night - timedelta(days=1)

    added = typed_add(firm, "23:00-4:00", at(night, "9:00", zone), day=eve)

    assert worked(added.entry) == length
    assert added.entry.worked_on == eve


@pytest.mark.parametrize(("zone", "night", "length"), NIGHTS)
def test_a_start_some_minutes_ago_is_exact_over_a_clock_change(
    firm: Firm, zone: str, night: date, length: timedelta
) -> None:
    living_in(firm, zone)
    now = at(night, "4:00", zone)

    entry = typed_start(firm, f"sketches @-{length.seconds // 3600}h", now)

    assert entry.started_at == at(night - timedelta(days=1), "23:00", zone)


@pytest.mark.parametrize(
    ("zone", "night", "clock"),
    [(BERLIN, AUTUMN_BERLIN, "2:30"), (NEW_YORK, AUTUMN_NEW_YORK, "1:30")],
)
def test_of_an_hour_that_comes_twice_the_latest_is_meant_that_has_passed(
    firm: Firm, zone: str, night: date, clock: str
) -> None:
    living_in(firm, zone)
    first, second = at(night, clock, zone), at(night, clock, zone, fold=1)
    typed_start(firm, f"sketches @{clock}", first + timedelta(minutes=10))

    entry = typed_stop(firm, f"at {clock}", second + timedelta(minutes=10))

    assert (entry.started_at, entry.ended_at) == (first, second)
    assert worked(entry) == timedelta(hours=1)


@pytest.mark.parametrize(("zone", "night"), [(BERLIN, SPRING_BERLIN), (NEW_YORK, SPRING_NEW_YORK)])
def test_an_hour_that_never_came_is_read_with_the_clock_moved_forward(
    firm: Firm, zone: str, night: date
) -> None:
    living_in(firm, zone)

    added = typed_add(firm, "2:15-2:45", at(night, "9:00", zone), day=night)

    assert added.entry.started_at == at(night, "3:15", zone)
    assert worked(added.entry) == timedelta(minutes=30)


@pytest.mark.parametrize(("night", "hours"), [(SPRING_BERLIN, 23), (AUTUMN_BERLIN, 25)])
def test_a_day_of_a_clock_change_is_shown_with_all_its_hours(
    firm: Firm, night: date, hours: int
) -> None:
    noon = at(night, "12:00", BERLIN)
    firm.start(at(night, "0:00", BERLIN), long_is_meant=True)
    firm.stop(at(night + timedelta(days=1), "0:00", BERLIN), long_is_meant=True)

    shown = today(firm.session, member=firm.robin, now=noon)

    assert shown.today.seconds == hours * 3_600


def test_in_kathmandu_a_day_begins_at_a_quarter_past_six_in_the_evening_utc(firm: Firm) -> None:
    living_in(firm, KATHMANDU)
    midnight = datetime(2026, 3, 2, 18, 15, tzinfo=UTC)
    firm.start(midnight - timedelta(minutes=10))
    before = firm.stop(midnight)
    firm.start(midnight, firm.site)
    after = firm.stop(midnight + timedelta(minutes=20))

    shown = today(firm.session, member=firm.robin, now=midnight + timedelta(hours=1))

    assert (before.worked_on, after.worked_on) == (date(2026, 3, 2), date(2026, 3, 3))
    assert [one.entry.id for one in shown.today.entries] == [after.id]


def test_times_are_read_and_placed_to_the_quarter_hour_in_kathmandu(firm: Firm) -> None:
    living_in(firm, KATHMANDU)
    now = datetime(2026, 3, 2, 5, 0, tzinfo=UTC)

    entry = typed_start(firm, "sketches @9:15", now)
    stopped = typed_stop(firm, "at 10:30", now)

    assert entry.started_at == datetime(2026, 3, 2, 3, 30, tzinfo=UTC)
    assert worked(stopped) == timedelta(hours=1, minutes=15)


def test_the_leap_day_takes_time_and_stands_in_its_week(firm: Firm) -> None:
    leap_day = date(2028, 2, 29)
    firm.robin.profile_at = firm.kim.profile_at = at(leap_day, "9:00", BERLIN)
    now = at(date(2028, 3, 1), "9:00", BERLIN)
    firm.start(at(leap_day, "23:30", BERLIN))
    over_midnight = firm.stop(at(date(2028, 3, 1), "0:30", BERLIN))

    added = typed_add(firm, "1h", now, day=leap_day)

    assert {over_midnight.worked_on, added.entry.worked_on} == {leap_day}
    days = {day.day: day.seconds for day in week(firm.session, member=firm.robin, now=now).days}
    assert days[leap_day] == 2 * 3_600


def test_a_timer_that_flies_from_berlin_to_new_york_stays_on_the_day_it_began(firm: Firm) -> None:
    day = date(2026, 3, 2)
    firm.start(at(day, "22:00", BERLIN))
    living_in(firm, NEW_YORK)
    landed = at(day, "21:00", NEW_YORK)

    entry = firm.stop(landed)

    assert worked(entry) == timedelta(hours=5)
    assert (entry.worked_on, entry.zone) == (day, BERLIN)


def test_after_the_flight_times_are_read_on_the_clocks_of_new_york(firm: Firm) -> None:
    day = date(2026, 3, 2)
    firm.start(at(day, "22:00", BERLIN))
    living_in(firm, NEW_YORK)
    landed = at(day, "21:00", NEW_YORK)

    stopped = typed_stop(firm, "at 20:30", landed)
    started = typed_start(firm, "notes @20:45", landed)

    assert stopped.ended_at == at(day, "20:30", NEW_YORK)
    assert (started.started_at, started.zone) == (at(day, "20:45", NEW_YORK), NEW_YORK)
    assert started.worked_on == day


def test_a_flight_over_the_date_line_of_a_day_shows_each_entry_on_its_own_day(firm: Firm) -> None:
    day = date(2026, 3, 3)
    firm.start(at(day, "0:30", BERLIN))
    in_berlin = firm.stop(at(day, "1:30", BERLIN))
    living_in(firm, NEW_YORK)
    now = at(date(2026, 3, 2), "23:00", NEW_YORK)
    firm.start(at(date(2026, 3, 2), "22:00", NEW_YORK), firm.site)
    in_new_york = firm.stop(now)

    shown = today(firm.session, member=firm.robin, now=now)

    # For somebody in New York it is still Monday; what was done in Berlin belongs to Tuesday.
    assert (in_berlin.worked_on, in_new_york.worked_on) == (day, date(2026, 3, 2))
    assert [one.entry.id for one in shown.today.entries] == [in_new_york.id]


def test_a_backdated_start_before_midnight_belongs_to_the_day_before(firm: Firm) -> None:
    now = at(date(2026, 3, 3), "0:10", BERLIN)

    by_minutes = typed_start(firm, "sketches @-20m", now)

    assert by_minutes.worked_on == date(2026, 3, 2)
    assert by_minutes.started_at == at(date(2026, 3, 2), "23:50", BERLIN)


def test_a_stop_at_a_time_of_the_evening_before_is_no_stop_in_the_future(firm: Firm) -> None:
    firm.start(at(date(2026, 3, 2), "21:00", BERLIN))

    entry = typed_stop(firm, "at 23:30", at(date(2026, 3, 3), "0:10", BERLIN))

    assert worked(entry) == timedelta(hours=2, minutes=30)
