"""When somebody works: weekdays, hours over midnight, holidays, days off, clock changes."""

from datetime import UTC, date, datetime

from sqlalchemy.orm import Session

from tests.builders import a_day_off, a_member, a_workspace
from timebot.team.working_time import WorkingTime, firm_working_time, working_time_of

FRIDAY, SATURDAY, MONDAY = date(2026, 3, 6), date(2026, 3, 7), date(2026, 3, 9)
BERLIN = "Europe/Berlin"


def by_day(zone: str = "UTC", *off: date) -> WorkingTime:
    """Nine to six on weekdays."""
    return WorkingTime(zone, "12345", 9 * 60, 18 * 60, frozenset(off))


NIGHTS = WorkingTime("UTC", "12345", 22 * 60, 6 * 60)


def test_working_days_are_counted_over_weekend_and_days_off() -> None:
    assert by_day().add_working_days(FRIDAY, 0) == FRIDAY
    assert by_day().next_working_day(FRIDAY) == MONDAY
    assert by_day("UTC", MONDAY).next_working_day(FRIDAY) == date(2026, 3, 10)
    assert by_day().add_working_days(FRIDAY, 5) == date(2026, 3, 13)


def test_without_any_weekday_every_day_counts() -> None:
    assert WorkingTime("UTC", "", 540, 1080).next_working_day(FRIDAY) == SATURDAY


def test_hours_follow_the_clocks_on_the_wall() -> None:
    before, after = by_day(BERLIN).hours(date(2026, 3, 28)), by_day(BERLIN).hours(date(2026, 3, 29))

    assert before.end_at == datetime(2026, 3, 28, 17, tzinfo=UTC)
    assert after.end_at == datetime(2026, 3, 29, 16, tzinfo=UTC)


def test_a_night_shift_ends_on_the_next_day_and_belongs_to_the_day_of_its_start() -> None:
    hours = NIGHTS.hours(FRIDAY)

    assert hours.start_at == datetime(2026, 3, 6, 22, tzinfo=UTC)
    assert hours.end_at == datetime(2026, 3, 7, 6, tzinfo=UTC)
    assert NIGHTS.day_at(datetime(2026, 3, 7, 5, 59, tzinfo=UTC)) == FRIDAY
    assert NIGHTS.day_at(datetime(2026, 3, 7, 6, tzinfo=UTC)) == SATURDAY


def test_a_night_shift_of_an_autumn_night_is_an_hour_longer() -> None:
    hours = WorkingTime(BERLIN, "1234567", 22 * 60, 6 * 60).hours(date(2026, 10, 24))

    assert (hours.end_at - hours.start_at).total_seconds() == 9 * 3600


def test_who_works_at_a_moment_depends_on_hours_and_days_off() -> None:
    noon, night = datetime(2026, 3, 6, 12, tzinfo=UTC), datetime(2026, 3, 7, 2, tzinfo=UTC)

    assert by_day().is_at_work(noon)
    assert not by_day("UTC", FRIDAY).is_at_work(noon)
    assert not by_day().is_at_work(night)
    assert NIGHTS.is_at_work(night)


def test_the_next_start_and_end_lie_after_the_moment() -> None:
    friday_six = datetime(2026, 3, 6, 18, tzinfo=UTC)

    assert by_day().next_end(friday_six) == datetime(2026, 3, 9, 18, tzinfo=UTC)
    assert by_day().next_start(friday_six) == datetime(2026, 3, 9, 9, tzinfo=UTC)
    assert NIGHTS.next_end(datetime(2026, 3, 7, 1, tzinfo=UTC)).hour == 6


def test_what_a_member_settled_on_counts_before_the_firms(session: Session) -> None:
    workspace = a_workspace(session)
    member = a_member(session, workspace, zone="Asia/Kathmandu")
    member.working_days, member.day_end_minute = "1234", 16 * 60

    working = working_time_of(session, member=member, since=FRIDAY)

    assert not working.is_working_day(FRIDAY)
    assert working.hours(MONDAY).start_at == datetime(2026, 3, 9, 3, 15, tzinfo=UTC)
    assert working.hours(MONDAY).end_at == datetime(2026, 3, 9, 10, 15, tzinfo=UTC)


def test_holidays_are_off_for_all_and_days_off_for_one(session: Session) -> None:
    workspace = a_workspace(session)
    mia, leo = a_member(session, workspace), a_member(session, workspace)
    a_day_off(session, workspace, FRIDAY, name="Founders' day")
    a_day_off(session, workspace, MONDAY, member=mia)

    of_mia = working_time_of(session, member=mia, since=FRIDAY)
    of_leo = working_time_of(session, member=leo, since=FRIDAY)
    of_firm = firm_working_time(session, workspace=workspace, since=FRIDAY)

    assert of_mia.days_off == {FRIDAY, MONDAY}
    assert of_leo.days_off == of_firm.days_off == {FRIDAY}


def test_holidays_of_another_firm_do_not_count(session: Session) -> None:
    other, workspace = a_workspace(session), a_workspace(session)
    a_day_off(session, other, FRIDAY)

    assert firm_working_time(session, workspace=workspace, since=FRIDAY).is_working_day(FRIDAY)
