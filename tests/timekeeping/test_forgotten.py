"""Timers that were left overnight: stopped once by the rule, never confirmed by timebot."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from tests.builders import a_day_off, an_entry
from tests.timekeeping.firm import Firm, at
from timebot.journal.models import AuditEvent
from timebot.timekeeping.forgotten import CannotRunOn, attend_to, let_run_on
from timebot.timekeeping.limits import Span
from timebot.timekeeping.manual import add_entry
from timebot.timekeeping.models import TimeEntry
from timebot.timekeeping.nags import due_nags, keep_going
from timebot.timekeeping.stop_times import stop_times
from timebot.timekeeping.unconfirmed import EndSettled, NoSuchTime, list_unconfirmed, settle_end

TUESDAY_FOUR = at(4, day=1)


def attend(firm: Firm, now: datetime) -> list[TimeEntry]:
    """Do what the heartbeat does at one moment; return what it found."""
    found = list(due_nags(firm.session, now=now, limit=10))
    for entry in found:
        attend_to(firm.session, entry=entry, now=now)
    return found


def forget(firm: Firm, started: datetime) -> TimeEntry:
    """Start a timer, and let the heartbeat find it at each quarter of an hour until it stops."""
    entry = firm.start(started).entry
    now = started
    while entry.ended_at is None:
        now += timedelta(minutes=15)
        attend(firm, now)
    return entry


def cards(firm: Firm) -> list[dict[str, object]]:
    return [one for one in firm.outbox("slack.card") if one["purpose"] == "unconfirmed"]


def test_a_timer_left_overnight_ends_with_the_working_day_unconfirmed(firm: Firm) -> None:
    entry = forget(firm, at(14))

    assert (entry.ended_at, entry.state, entry.is_confirmed) == (at(18), "draft", False)
    (card,) = cards(firm)
    assert card["recipient"] == firm.robin.slack_user_id


def test_it_is_timebot_who_stopped_it(firm: Firm) -> None:
    entry = forget(firm, at(14))

    event = firm.session.scalars(
        select(AuditEvent).where(
            AuditEvent.subject_id == entry.id, AuditEvent.action == "time_entry.stopped"
        )
    ).one()
    assert (event.actor_id, event.surface) == (None, "worker")


def test_a_timer_begun_after_the_working_day_ends_at_the_last_action(firm: Firm) -> None:
    entry = firm.start(at(19)).entry
    add_entry(
        firm.session,
        workspace=firm.workspace,
        member=firm.robin,
        project=firm.site,
        span=Span(at(8), at(9)),
        text="Call",
        now=at(20, 30),
        surface="slack",
    )

    attend(firm, TUESDAY_FOUR)

    assert entry.ended_at == at(20, 30)


def test_without_any_sign_of_life_it_ends_where_it_began(firm: Firm) -> None:
    entry = forget(firm, at(19))

    assert entry.ended_at == entry.started_at
    assert not entry.is_confirmed


def test_a_backdated_start_vouches_for_the_time_until_it_was_typed(firm: Firm) -> None:
    entry = firm.start(at(20), started_at=at(19)).entry

    attend(firm, TUESDAY_FOUR)

    assert entry.ended_at == at(20)


def test_by_the_rule_of_the_last_action_the_working_day_does_not_matter(firm: Firm) -> None:
    firm.workspace.overnight_rule = "last_action"
    entry = firm.start(at(14)).entry
    keep_going(firm.session, member=firm.robin, entry_id=entry.id, hours=1, now=at(15))

    attend(firm, TUESDAY_FOUR)

    assert entry.ended_at == at(15)


def test_where_the_firm_keeps_timers_running_they_are_only_asked_about(firm: Firm) -> None:
    firm.workspace.overnight_rule = "keep"
    entry = firm.start(at(14)).entry

    for day in range(4):
        attend(firm, at(18, day=day))

    assert entry.ended_at is None
    assert cards(firm) == []
    assert entry.next_nag_at == at(18, day=4)


def test_after_days_without_a_worker_there_is_one_stop_dated_by_the_rule(firm: Firm) -> None:
    entry = firm.start(at(14)).entry

    attend(firm, at(12, day=3))

    assert entry.ended_at == at(18)
    assert len(cards(firm)) == 1
    assert attend(firm, at(12, day=4)) == []


def test_what_was_done_days_later_says_nothing_about_the_evening(firm: Firm) -> None:
    firm.workspace.overnight_rule = "last_action"
    entry = firm.start(at(14)).entry
    an_entry(firm.session, firm.kim, firm.logo)
    add_entry(
        firm.session,
        workspace=firm.workspace,
        member=firm.robin,
        project=firm.site,
        span=Span(at(8), at(9)),
        text="Call",
        now=at(10, day=1),
        surface="slack",
    )

    attend(firm, at(12, day=1))

    assert entry.ended_at == at(14)


def test_who_asked_to_be_left_alone_is_until_that_is_over(firm: Firm) -> None:
    entry = firm.start(at(18)).entry
    keep_going(firm.session, member=firm.robin, entry_id=entry.id, hours=9, now=at(22))

    assert attend(firm, TUESDAY_FOUR) == []
    attend(firm, at(7, day=1))

    assert entry.ended_at == at(22)


def test_who_works_nights_is_asked_as_the_shift_ends_and_stopped_later(firm: Firm) -> None:
    firm.robin.day_start_minute, firm.robin.day_end_minute = 22 * 60, 6 * 60
    entry = firm.start(at(22)).entry

    attend(firm, at(6, day=1))
    runs_on = entry.ended_at
    attend(firm, at(10, day=1))

    assert runs_on is None
    assert entry.ended_at == at(6, day=1)


def test_on_a_day_off_the_end_of_the_working_day_says_nothing(firm: Firm) -> None:
    a_day_off(firm.session, firm.workspace, at(9).date(), member=firm.robin)

    assert forget(firm, at(14)).ended_at == at(14)


@pytest.mark.parametrize("day", [27, 234], ids=["spring", "autumn"])
def test_the_nights_of_a_clock_change_are_nights_too(firm: Firm, day: int) -> None:
    # The last Saturdays before Berlin's clocks change in 2026, counted from Monday, 2 March.
    firm.robin.working_days = "1234567"
    evening = at(14, day=day - 1) if day == 27 else at(13, day=day + 2)

    entry = forget(firm, evening)

    assert entry.ended_at is not None
    assert entry.ended_at - evening == timedelta(hours=4)


def test_somebody_who_has_left_is_stopped_when_they_left(firm: Firm) -> None:
    entry = firm.start(at(9)).entry
    firm.robin.deactivated_at = at(10)
    firm.session.flush()

    attend(firm, at(13))

    assert (entry.ended_at, entry.is_confirmed) == (at(10), False)
    assert [one["purpose"] for one in firm.outbox("slack.card")] == ["leaver"]


def test_a_profile_that_is_old_is_looked_up_before_anybody_is_asked(firm: Firm) -> None:
    firm.robin.profile_at = at(9, day=-3)
    firm.start(at(9))

    attend(firm, at(13))

    assert firm.outbox("slack.profile") == [{"slack_user_id": firm.robin.slack_user_id}]


def test_a_timer_that_still_runs_runs_as_if_never_stopped(firm: Firm) -> None:
    entry = forget(firm, at(14))

    let_run_on(
        firm.session, member=firm.robin, entry_id=entry.id, now=at(8, day=1), surface="slack"
    )

    assert (entry.started_at, entry.ended_at, entry.state) == (at(14), None, "running")
    assert entry.next_nag_at == at(12, day=1)


def test_a_timer_that_still_runs_is_not_stopped_again_on_the_same_day(firm: Firm) -> None:
    entry = forget(firm, at(14))
    let_run_on(
        firm.session, member=firm.robin, entry_id=entry.id, now=at(8, day=1), surface="slack"
    )

    attend(firm, at(12, day=1))
    attend(firm, at(18, day=1))
    runs_on = entry.ended_at
    attend(firm, at(4, day=2))

    assert runs_on is None
    assert entry.ended_at == at(18, day=1)


def test_it_cannot_run_on_while_another_timer_runs(firm: Firm) -> None:
    entry = forget(firm, at(14))
    firm.start(at(9, day=1), firm.site)

    with pytest.raises(CannotRunOn) as refused:
        let_run_on(
            firm.session, member=firm.robin, entry_id=entry.id, now=at(10, day=1), surface="slack"
        )

    assert "because #2 (Acme, Site) is running since" in refused.value.sentence
    assert [way.action for way in refused.value.ways_out] == ["end.form"]


def test_it_cannot_run_on_over_newer_time(firm: Firm) -> None:
    entry = forget(firm, at(14))
    firm.start(at(9, day=1), firm.site)
    firm.stop(at(9, 30, day=1))

    with pytest.raises(CannotRunOn):
        let_run_on(
            firm.session, member=firm.robin, entry_id=entry.id, now=at(10, day=1), surface="slack"
        )


def test_the_owner_says_when_it_ended(firm: Firm) -> None:
    entry = forget(firm, at(14))

    settle_end(
        firm.session,
        member=firm.robin,
        entry_id=entry.id,
        ended_at=at(19, 30),
        now=at(8, day=1),
        surface="slack",
    )

    assert (entry.ended_at, entry.is_confirmed) == (at(19, 30), True)
    assert list_unconfirmed(firm.session, member=firm.robin) == []


def test_the_owner_says_that_the_guess_is_right(firm: Firm) -> None:
    entry = forget(firm, at(14))

    settle_end(
        firm.session,
        member=firm.robin,
        entry_id=entry.id,
        ended_at=at(18),
        now=at(8, day=1),
        surface="slack",
    )

    assert (entry.ended_at, entry.is_confirmed) == (at(18), True)
    assert firm.audited(entry)[-1] == "time_entry.confirmed"


def test_what_is_settled_is_not_settled_again(firm: Firm) -> None:
    entry = forget(firm, at(14))
    said: dict[str, Any] = {
        "member": firm.robin,
        "entry_id": entry.id,
        "now": at(8, day=1),
        "surface": "slack",
    }
    settle_end(firm.session, ended_at=at(18), **said)

    with pytest.raises(EndSettled):
        settle_end(firm.session, ended_at=at(19), **said)
    with pytest.raises(EndSettled):
        let_run_on(firm.session, **said)


def test_nobody_settles_the_end_of_others(firm: Firm) -> None:
    entry = forget(firm, at(14))

    with pytest.raises(NoSuchTime):
        settle_end(
            firm.session,
            member=firm.kim,
            entry_id=entry.id,
            ended_at=at(18),
            now=at(8, day=1),
            surface="slack",
        )


def test_what_was_done_the_next_morning_is_not_proposed_for_the_evening(firm: Firm) -> None:
    entry = forget(firm, at(14))
    firm.start(at(9, day=1), firm.site)
    firm.stop(at(9, 30, day=1))

    proposed = stop_times(firm.session, member=firm.robin, entry=entry, now=at(10, day=1))

    assert [one.at for one in proposed] == [at(18)]
