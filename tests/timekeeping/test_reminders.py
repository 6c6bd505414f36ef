"""Reminders come to those who asked, at most once a day, never on days off, never late."""

from datetime import date, datetime

import pytest

from tests.builders import a_day_off, an_entry
from tests.races.crowd import CROWD, all_at_once
from tests.timekeeping.firm import Firm, a_firm, at
from timebot.db import Database
from timebot.team.models import Member
from timebot.team.own_settings import REMINDERS, OwnSettings, change_own_settings
from timebot.timekeeping.reminders import (
    EMPTY_DAY,
    NO_TIMER,
    UNSUBMITTED,
    be_off_today,
    due_looks,
    find_due,
    no_more_today,
    remind,
    snooze,
)


def wanting(firm: Firm, *names: str) -> Firm:
    for name in names:
        setattr(firm.robin, name, True)
    firm.session.flush()
    return firm


def beat(firm: Firm, now: datetime) -> list[str]:
    """Do what the heartbeat does at one moment; return the reminders that were sent."""
    before = len(firm.told("reminder"))
    for workspace_id, member_id in due_looks(firm.session, now=now, limit=10):
        remind(firm.session, workspace_id=workspace_id, member_id=member_id, now=now)
    return [one["facts"]["kind"] for one in firm.told("reminder")[before:]]


def test_nobody_is_reminded_who_did_not_ask(firm: Firm) -> None:
    assert beat(firm, at(19)) == []


def test_an_hour_into_the_day_without_a_timer_is_mentioned(firm: Firm) -> None:
    wanting(firm, NO_TIMER)

    assert beat(firm, at(9, 59)) == []
    assert beat(firm, at(10)) == [NO_TIMER]


@pytest.mark.parametrize("recorded", ["runs", "added"])
def test_who_has_recorded_something_is_left_alone(firm: Firm, recorded: str) -> None:
    wanting(firm, NO_TIMER, EMPTY_DAY)
    if recorded == "runs":
        firm.start(at(9))
    else:
        an_entry(firm.session, firm.robin, firm.logo, started_at=at(9))

    assert beat(firm, at(11)) == []
    assert beat(firm, at(18, 30)) == []


def test_an_empty_day_is_mentioned_when_it_ends(firm: Firm) -> None:
    wanting(firm, EMPTY_DAY)

    assert beat(firm, at(17, 59)) == []
    assert beat(firm, at(18)) == [EMPTY_DAY]


def test_one_reminder_a_day_is_the_most(firm: Firm) -> None:
    wanting(firm, *REMINDERS)

    assert beat(firm, at(10)) == [NO_TIMER]
    assert beat(firm, at(10, 1)) == []
    assert beat(firm, at(18)) == []
    assert beat(firm, at(10, day=1)) == [NO_TIMER]


@pytest.mark.parametrize("off", ["weekend", "holiday", "own"])
def test_there_is_none_on_a_day_off(firm: Firm, off: str) -> None:
    wanting(firm, *REMINDERS)
    days = 5 if off == "weekend" else 0
    if off == "holiday":
        a_day_off(firm.session, firm.workspace, at(9).date(), name="Labour Day")
    if off == "own":
        a_day_off(firm.session, firm.workspace, at(9).date(), member=firm.robin)

    assert beat(firm, at(11, day=days)) == []
    assert beat(firm, at(19, day=days)) == []


def test_a_worker_that_comes_late_says_nothing_of_yesterday(firm: Firm) -> None:
    wanting(firm, EMPTY_DAY)

    assert beat(firm, at(0, 30, day=1)) == []


@pytest.mark.parametrize(
    ("day", "hour", "sent"),
    [
        # The period ends with Sunday the 15th, so Friday the 13th is its last working day.
        (10, 17, []),
        (11, 16, []),
        (11, 17, [UNSUBMITTED]),
        (14, 8, []),
        (14, 9, [UNSUBMITTED]),
        (15, 9, []),
    ],
)
def test_open_hours_are_mentioned_before_the_period_closes(
    firm: Firm, day: int, hour: int, sent: list[str]
) -> None:
    wanting(firm, UNSUBMITTED)
    an_entry(firm.session, firm.robin, firm.logo, started_at=at(9, day=1))

    assert beat(firm, at(hour, day=day)) == sent


def test_the_one_reminder_of_a_closing_day_is_not_spent_on_a_timer(firm: Firm) -> None:
    wanting(firm, *REMINDERS)
    an_entry(firm.session, firm.robin, firm.logo, started_at=at(9, day=1))

    assert beat(firm, at(10, day=11)) == []
    assert beat(firm, at(17, day=11)) == [UNSUBMITTED]


def test_without_days_of_grace_nothing_is_said_after_the_period(firm: Firm) -> None:
    firm.workspace.grace_days = 0
    wanting(firm, UNSUBMITTED)
    an_entry(firm.session, firm.robin, firm.logo, started_at=at(9, day=1))

    assert beat(firm, at(9, day=14)) == []


def test_on_a_holiday_between_period_and_run_nobody_is_reminded(firm: Firm) -> None:
    wanting(firm, UNSUBMITTED)
    an_entry(firm.session, firm.robin, firm.logo, started_at=at(9, day=1))
    a_day_off(firm.session, firm.workspace, at(9, day=14).date(), name="Founders' day")

    assert beat(firm, at(9, day=14)) == []
    assert beat(firm, at(9, day=15)) == []


def test_days_off_of_ones_own_do_not_put_the_run_off(firm: Firm) -> None:
    wanting(firm, UNSUBMITTED)
    firm.workspace.grace_days = 2
    an_entry(firm.session, firm.robin, firm.logo, started_at=at(9, day=1))
    a_day_off(firm.session, firm.workspace, at(9, day=14).date(), member=firm.robin)

    assert beat(firm, at(9, day=14)) == []
    assert beat(firm, at(9, day=15)) == [UNSUBMITTED]


def test_hours_that_are_handed_in_are_not_mentioned(firm: Firm) -> None:
    wanting(firm, UNSUBMITTED)
    an_entry(firm.session, firm.robin, firm.logo, started_at=at(9, day=1), state="pending_review")

    assert beat(firm, at(17, day=11)) == []


def test_after_a_night_shift_the_empty_day_is_that_of_its_beginning(firm: Firm) -> None:
    wanting(firm, EMPTY_DAY)
    firm.robin.day_start_minute, firm.robin.day_end_minute = 22 * 60, 6 * 60
    an_entry(firm.session, firm.robin, firm.logo, started_at=at(2, day=2))

    assert beat(firm, at(5, 59, day=1)) == []
    assert beat(firm, at(6, day=1)) == [EMPTY_DAY]
    # The next shift has an hour after midnight.
    assert beat(firm, at(6, day=2)) == []


def test_a_reminder_that_waits_in_slack_is_true_or_not_said(firm: Firm) -> None:
    wanting(firm, EMPTY_DAY)
    beat(firm, at(18))

    assert find_due(firm.session, member=firm.robin, now=at(20)) is not None
    assert find_due(firm.session, member=firm.robin, now=at(21)) is None
    assert find_due(firm.session, member=firm.robin, now=at(8, day=1)) is None


def test_who_was_looked_at_is_left_in_peace_until_something_can_be_due(firm: Firm) -> None:
    wanting(firm, *REMINDERS)

    beat(firm, at(8))

    assert firm.robin.remind_after == at(9)
    assert due_looks(firm.session, now=at(8, 59), limit=10) == []


def test_nobody_is_reminded_in_the_hour_after_they_asked_for_it(firm: Firm) -> None:
    wanted = OwnSettings("12345", 540, 1080, nag_at_day_end=True, reminders=frozenset([NO_TIMER]))
    change_own_settings(firm.session, member=firm.robin, wanted=wanted, now=at(11), surface="slack")

    assert beat(firm, at(11, 59)) == []
    assert beat(firm, at(12)) == [NO_TIMER]


def test_a_snoozed_reminder_comes_again_in_an_hour_if_it_is_still_true(firm: Firm) -> None:
    wanting(firm, NO_TIMER)
    beat(firm, at(10))

    again = snooze(firm.session, member=firm.robin, now=at(10, 5))

    assert again == at(11, 5)
    assert beat(firm, at(11)) == []
    assert beat(firm, at(11, 5)) == [NO_TIMER]


def test_a_snoozed_reminder_stays_away_once_something_runs(firm: Firm) -> None:
    wanting(firm, NO_TIMER)
    beat(firm, at(10))
    snooze(firm.session, member=firm.robin, now=at(10, 5))
    firm.start(at(10, 30))

    assert beat(firm, at(11, 30)) == []


def test_not_today_means_not_today(firm: Firm) -> None:
    wanting(firm, *REMINDERS)
    no_more_today(firm.session, member=firm.robin, now=at(9, 30))

    assert beat(firm, at(11)) == []
    assert beat(firm, at(11, day=1)) == [NO_TIMER]


def test_who_is_off_is_asked_nothing_more_today(firm: Firm) -> None:
    wanting(firm, *REMINDERS)

    day = be_off_today(firm.session, member=firm.robin, now=at(10), surface="slack")

    assert day == date(2026, 3, 2)
    assert beat(firm, at(18)) == []


def test_a_persons_own_zone_and_hours_count(firm: Firm) -> None:
    wanting(firm, NO_TIMER)
    firm.robin.zone = "Asia/Kathmandu"
    firm.robin.day_start_minute, firm.robin.day_end_minute = 8 * 60, 16 * 60

    # Nine in Kathmandu is 4:15 in Berlin.
    assert beat(firm, at(4, 14)) == []
    assert beat(firm, at(4, 15)) == [NO_TIMER]


def test_of_many_workers_one_reminds(database: Database) -> None:
    with database.transaction() as session:
        firm = wanting(a_firm(session), NO_TIMER)
        workspace_id, member_id = firm.workspace.id, firm.robin.id

    def work(_number: int) -> bool:
        with database.transaction(wait_seconds=60) as session:
            return remind(session, workspace_id=workspace_id, member_id=member_id, now=at(10))

    sent = all_at_once(work).won

    assert (sent.count(True), len(sent)) == (1, CROWD)


def test_being_off_from_many_windows_is_one_day_off(database: Database) -> None:
    with database.transaction() as session:
        firm = a_firm(session)
        key = (firm.workspace.id, firm.robin.id)

    def work(_number: int) -> date:
        with database.transaction(wait_seconds=60) as session:
            member = session.get_one(Member, key)
            return be_off_today(session, member=member, now=at(10), surface="slack")

    assert set(all_at_once(work).won) == {at(10).date()}
