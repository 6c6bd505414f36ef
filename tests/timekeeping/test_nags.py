from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from tests.builders import a_day_off, an_entry
from tests.timekeeping.firm import Firm, a_firm, at
from timebot.timekeeping.models import TimeEntry
from timebot.timekeeping.nags import (
    RestUnclear,
    TimerNotRunning,
    ask_about,
    due_nags,
    keep_going,
)
from timebot.timekeeping.stop_times import stop_times


def due(firm: Firm, now: datetime) -> list[TimeEntry]:
    return list(due_nags(firm.session, now=now, limit=10))


def test_a_timer_is_asked_about_after_the_workspaces_hours(firm: Firm) -> None:
    entry = firm.start(at(9)).entry

    assert entry.next_nag_at == at(13)
    assert due(firm, at(12, 59)) == []
    assert due(firm, at(13)) == [entry]


def test_the_end_of_the_working_day_comes_first_where_it_lies_ahead(firm: Firm) -> None:
    assert firm.start(at(15)).entry.next_nag_at == at(18)


def test_after_the_working_day_only_the_hours_count(firm: Firm) -> None:
    assert firm.start(at(19)).entry.next_nag_at == at(23)


def test_on_a_day_off_only_the_hours_count(firm: Firm) -> None:
    assert firm.start(at(15, day=-1)).entry.next_nag_at == at(19, day=-1)


def test_on_a_holiday_of_the_firm_only_the_hours_count(firm: Firm) -> None:
    a_day_off(firm.session, firm.workspace, at(9).date(), name="Founders' day")

    assert firm.start(at(15)).entry.next_nag_at == at(19)


def test_who_wants_no_question_at_the_end_of_the_day_gets_none(firm: Firm) -> None:
    firm.robin.nag_at_day_end = False
    firm.session.flush()

    assert firm.start(at(15)).entry.next_nag_at == at(19)


def test_a_members_own_working_day_counts_in_their_own_zone(firm: Firm) -> None:
    firm.robin.zone, firm.robin.day_end_minute = "Asia/Kathmandu", 17 * 60
    firm.session.flush()

    entry = firm.start(datetime(2026, 3, 2, 9, 0, tzinfo=UTC)).entry

    assert entry.next_nag_at == datetime(2026, 3, 2, 11, 15, tzinfo=UTC)


def test_the_working_day_ends_by_the_wall_clock_on_the_day_of_the_change(
    session: Session,
) -> None:
    firm = a_firm(session, working_days="1234567", nag_after_minutes=600)

    entry = firm.start(datetime(2026, 10, 25, 8, 0, tzinfo=UTC)).entry

    # Berlin is one hour ahead of UTC again since that night.
    assert entry.next_nag_at == datetime(2026, 10, 25, 17, 0, tzinfo=UTC)


def test_a_start_backdated_beyond_the_hours_is_asked_about_later(firm: Firm) -> None:
    assert firm.start(at(12), started_at=at(6)).entry.next_nag_at == at(16)


def test_asking_sends_one_card_and_sets_the_next_question(firm: Firm) -> None:
    entry = firm.start(at(9)).entry

    assert ask_about(firm.session, entry=entry, now=at(13))

    (card,) = [one for one in firm.outbox("slack.card") if one["purpose"] == "nag"]
    assert (card["subject_id"], card["recipient"]) == (
        str(entry.id),
        firm.robin.slack_user_id,
    )
    assert entry.next_nag_at == at(18)
    assert entry.version == 1


def test_after_days_without_anybody_asking_there_is_one_question(firm: Firm) -> None:
    entry = firm.start(at(9)).entry
    wednesday = at(12, day=2)

    ask_about(firm.session, entry=entry, now=wednesday)

    assert entry.next_nag_at == at(18, day=2)
    assert due(firm, wednesday) == []


def test_on_friday_evening_the_next_question_is_mondays(firm: Firm) -> None:
    firm.workspace.overnight_rule = "keep"
    entry = firm.start(at(17, day=4)).entry

    ask_about(firm.session, entry=entry, now=at(18, day=4))

    assert entry.next_nag_at == at(18, day=7)


def test_after_the_question_of_the_evening_the_timer_is_looked_at_in_the_night(
    firm: Firm,
) -> None:
    entry = firm.start(at(17)).entry

    ask_about(firm.session, entry=entry, now=at(18))

    assert entry.next_nag_at == at(4, day=1)


def test_of_two_workers_one_asks(firm: Firm) -> None:
    entry = firm.start(at(9)).entry
    seen_by_other = TimeEntry(
        workspace_id=entry.workspace_id,
        id=entry.id,
        member_id=entry.member_id,
        started_at=entry.started_at,
        created_at=entry.created_at,
        next_nag_at=entry.next_nag_at,
    )

    assert ask_about(firm.session, entry=entry, now=at(13))
    assert not ask_about(firm.session, entry=seen_by_other, now=at(13))


def test_a_stopped_timer_is_not_asked_about(firm: Firm) -> None:
    firm.start(at(9))
    entry = firm.stop(at(10))

    assert due(firm, at(23)) == []
    assert not ask_about(firm.session, entry=entry, now=at(23))


def test_a_timer_that_keeps_going_is_left_alone_for_so_long(firm: Firm) -> None:
    entry = firm.start(at(9)).entry

    keep_going(firm.session, member=firm.robin, entry_id=entry.id, hours=2, now=at(13))

    assert entry.next_nag_at == at(15)


@pytest.mark.parametrize("hours", [0, -1, 25])
def test_a_rest_of_no_or_too_many_hours_is_refused(firm: Firm, hours: int) -> None:
    entry = firm.start(at(9)).entry

    with pytest.raises(RestUnclear):
        keep_going(firm.session, member=firm.robin, entry_id=entry.id, hours=hours, now=at(13))


def test_an_old_button_for_a_stopped_timer_is_refused(firm: Firm) -> None:
    entry = firm.start(at(9)).entry
    firm.stop(at(10))

    with pytest.raises(TimerNotRunning):
        keep_going(firm.session, member=firm.robin, entry_id=entry.id, hours=2, now=at(13))


def test_nobody_keeps_the_timer_of_others_going(firm: Firm) -> None:
    entry = firm.start(at(9)).entry

    with pytest.raises(TimerNotRunning):
        keep_going(firm.session, member=firm.kim, entry_id=entry.id, hours=2, now=at(13))


def test_the_end_of_the_day_and_the_last_action_are_proposed_as_ends(firm: Firm) -> None:
    firm.start(at(9))
    firm.stop(at(10))
    entry = an_entry(firm.session, firm.robin, firm.logo, state="running", started_at=at(9, 30))

    proposed = stop_times(
        firm.session,
        member=firm.robin,
        entry=entry,
        now=at(9, day=1),
    )

    assert [(one.at, one.why) for one in proposed] == [
        (at(10), "last thing you did here"),
        (at(18), "end of your working day"),
    ]


def test_no_end_is_proposed_before_the_start_or_after_now(firm: Firm) -> None:
    entry = firm.start(at(9)).entry

    assert (
        stop_times(
            firm.session,
            member=firm.robin,
            entry=entry,
            now=at(9) + timedelta(hours=4),
        )
        == []
    )
