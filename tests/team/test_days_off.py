"""Days off and one's own working time: what is typed, kept, and taken back."""

from datetime import date, timedelta

import pytest
from sqlalchemy.orm import Session

from tests.builders import MONDAY_NINE, a_day_off, a_member, a_workspace
from timebot.errors import NotAllowed
from timebot.team.days_off import (
    DaysUnreadable,
    days_off_text,
    give_day_back,
    list_away,
    list_days_off,
    parse_days_off,
    set_days_off,
    set_holidays,
    take_day_off,
)
from timebot.team.own_settings import (
    NoWorkingDays,
    NoWorkingHours,
    OwnSettings,
    change_own_settings,
    is_invited,
    own_settings_of,
    switch_reminder_off,
    welcome_home,
)

TODAY = MONDAY_NINE.date()


@pytest.mark.parametrize(
    ("typed", "days"),
    [
        ("", {}),
        ("2026-12-25 Christmas", {date(2026, 12, 25): "Christmas"}),
        ("2026-12-31 to 2027-01-01", {date(2026, 12, 31): "", date(2027, 1, 1): ""}),
        ("2026-4-3; 2026-4-6", {date(2026, 4, 3): "", date(2026, 4, 6): ""}),
        (
            "2026-04-03 Good Friday, 2026-04-06",
            {date(2026, 4, 3): "Good Friday", date(2026, 4, 6): ""},
        ),
        ("2026-05-01 \u2013 2026-05-02 Off", {date(2026, 5, 1): "Off", date(2026, 5, 2): "Off"}),
    ],
)
def test_dates_and_ranges_are_read(typed: str, days: dict[date, str]) -> None:
    assert parse_days_off(typed) == days


@pytest.mark.parametrize(
    "typed",
    ["tomorrow", "2026-02-30", "2026-05-02 to 2026-05-01", "2026-01-01 to 2028-01-01", "x" * 99],
)
def test_what_is_no_date_is_refused_with_an_example(typed: str) -> None:
    with pytest.raises(DaysUnreadable) as refused:
        parse_days_off(typed)

    assert refused.value.example


def test_days_are_written_as_they_are_read(session: Session) -> None:
    workspace = a_workspace(session)
    for day, name in ((1, "Off"), (2, "Off"), (3, ""), (5, "")):
        a_day_off(session, workspace, date(2026, 5, day), name=name)

    written = days_off_text(list_days_off(session, workspace=workspace, member=None, since=TODAY))

    assert written == "2026-05-01 to 2026-05-02 Off\n2026-05-03\n2026-05-05"
    assert len(parse_days_off(written)) == 4


def test_only_the_coming_days_are_replaced(session: Session) -> None:
    workspace = a_workspace(session)
    member = a_member(session, workspace)
    a_day_off(session, workspace, date(2026, 1, 5), member=member)
    a_day_off(session, workspace, date(2026, 3, 9), member=member)

    changed = set_days_off(
        session,
        member=member,
        days={date(2026, 3, 10): ""},
        today=TODAY,
        now=MONDAY_NINE,
        surface="tests",
    )

    kept = list_days_off(session, workspace=workspace, member=member, since=date.min)
    assert changed
    assert [one.day for one in kept] == [date(2026, 1, 5), date(2026, 3, 10)]


def test_holidays_are_for_owners_to_set(session: Session) -> None:
    workspace = a_workspace(session)
    billing = a_member(session, workspace, role="billing", profile_at=MONDAY_NINE)

    with pytest.raises(NotAllowed):
        set_holidays(
            session,
            workspace=workspace,
            actor=billing,
            days={},
            today=TODAY,
            now=MONDAY_NINE,
            surface="tests",
        )


def test_a_day_off_is_taken_once_and_given_back_once(session: Session) -> None:
    member = a_member(session, a_workspace(session))
    how = {"member": member, "day": TODAY, "now": MONDAY_NINE, "surface": "tests"}

    assert [take_day_off(session, **how), take_day_off(session, **how)] == [True, False]  # type: ignore[arg-type]  # the same words for all
    assert [give_day_back(session, **how), give_day_back(session, **how)] == [True, False]  # type: ignore[arg-type]  # as above


def test_who_is_off_is_listed_with_the_days_and_without_holidays(session: Session) -> None:
    workspace = a_workspace(session)
    zoe, amy = (a_member(session, workspace, name=name) for name in ("Zoe", "Amy"))
    gone = a_member(session, workspace, deactivated_at=MONDAY_NINE)
    tuesday, wednesday = date(2026, 3, 3), date(2026, 3, 4)
    for member, day in ((zoe, wednesday), (zoe, tuesday), (amy, tuesday), (gone, tuesday)):
        a_day_off(session, workspace, day, member=member)
    a_day_off(session, workspace, tuesday, name="Founders' day")
    a_day_off(session, workspace, date(2026, 3, 9), member=amy)

    away = list_away(session, workspace=workspace, since=TODAY, until=date(2026, 3, 9))

    assert away == [(amy, [tuesday]), (zoe, [tuesday, wednesday])]


def test_a_day_that_ends_as_it_begins_is_refused(session: Session) -> None:
    member = a_member(session, a_workspace(session))
    nothing = OwnSettings("12345", 540, 540, nag_at_day_end=True, reminders=frozenset())

    with pytest.raises(NoWorkingHours):
        change_own_settings(
            session, member=member, wanted=nothing, now=MONDAY_NINE, surface="tests"
        )


def test_the_invitation_stands_on_the_first_day_unless_a_reminder_is_on(session: Session) -> None:
    member = a_member(session, a_workspace(session))
    before = is_invited(member, now=MONDAY_NINE)
    welcome_home(member, now=MONDAY_NINE)
    welcome_home(member, now=MONDAY_NINE + timedelta(days=30))

    assert not before
    assert is_invited(member, now=MONDAY_NINE + timedelta(hours=23))
    assert not is_invited(member, now=MONDAY_NINE + timedelta(hours=24))
    member.remind_no_timer = True
    assert not is_invited(member, now=MONDAY_NINE)


def test_what_is_the_firms_anyway_follows_the_firm(session: Session) -> None:
    workspace = a_workspace(session)
    member = a_member(session, workspace)
    wanted = own_settings_of(member, workspace)
    mornings = OwnSettings("123", 8 * 60, 12 * 60, nag_at_day_end=False, reminders=frozenset())

    change_own_settings(session, member=member, wanted=mornings, now=MONDAY_NINE, surface="tests")
    assert own_settings_of(member, workspace) == mornings
    change_own_settings(session, member=member, wanted=wanted, now=MONDAY_NINE, surface="tests")

    assert (member.working_days, member.day_start_minute, member.day_end_minute) == (None,) * 3


def test_a_week_without_a_working_day_is_refused(session: Session) -> None:
    member = a_member(session, a_workspace(session))
    nothing = OwnSettings("", 0, 60, nag_at_day_end=True, reminders=frozenset())

    with pytest.raises(NoWorkingDays):
        change_own_settings(
            session, member=member, wanted=nothing, now=MONDAY_NINE, surface="tests"
        )


def test_one_reminder_is_switched_off_and_the_others_stay(session: Session) -> None:
    member = a_member(session, a_workspace(session), remind_no_timer=True, remind_empty_day=True)

    switch_reminder_off(
        session, member=member, name="remind_no_timer", now=MONDAY_NINE, surface="tests"
    )

    assert (member.remind_no_timer, member.remind_empty_day) == (False, True)
