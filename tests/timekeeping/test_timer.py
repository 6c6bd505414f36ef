from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from tests.builders import a_member, a_rate
from tests.timekeeping.firm import Firm, a_firm, at
from timebot.errors import NotAllowed, Refusal
from timebot.money import Money
from timebot.timekeeping.limits import LongTime, ProjectClosed, TimeInFuture
from timebot.timekeeping.tickets import Ticket
from timebot.timekeeping.timer import (
    NothingToResume,
    StartsBeforeRunning,
    TimerRunning,
    resume_timer,
    start_as_wished,
    switch_timer,
)
from timebot.timekeeping.wishes import read_start_wish


def test_a_started_timer_runs_on_the_project_in_the_members_zone(firm: Firm) -> None:
    started = firm.start(at(9))

    entry = started.entry
    assert (entry.state, entry.ended_at, entry.started_at) == ("running", None, at(9))
    assert (entry.number, entry.zone, entry.worked_on) == (1, "Europe/Berlin", date(2026, 3, 2))
    assert (entry.project_id, entry.text) == (firm.logo.id, "Sketches")
    assert entry.rate is None


def test_a_start_is_audited_remembered_and_drawn_on_home(firm: Firm) -> None:
    started = firm.start(at(9))

    assert firm.audited(started.entry) == ["time_entry.started"]
    assert started.action_id is not None
    assert firm.outbox("slack.home") == [{"member_id": str(firm.robin.id)}]


def test_starting_another_one_stops_the_running_timer_at_that_instant(firm: Firm) -> None:
    first = firm.start(at(9)).entry

    started = firm.start(at(10), firm.site)

    assert started.stopped is first
    assert (first.ended_at, first.state) == (at(10), "draft")
    assert (started.entry.number, started.entry.started_at) == (2, at(10))


def test_starting_the_same_again_changes_nothing(firm: Firm) -> None:
    first = firm.start(at(9))

    again = firm.start(at(10), text=" Sketches\u200b ")

    assert again.already
    assert (again.entry, again.stopped, again.action_id) == (first.entry, None, None)
    assert first.entry.version == 1


def test_the_same_project_with_another_text_is_another_timer(firm: Firm) -> None:
    firm.start(at(9))

    assert not firm.start(at(10), text="Call").already


def test_a_workspace_that_refuses_offers_to_stop_and_start(session: Session) -> None:
    firm = a_firm(session, start_policy="refuse")
    firm.start(at(9))

    with pytest.raises(TimerRunning) as refused:
        firm.start(at(10), firm.site, ticket=Ticket("ABC-1"))

    assert refused.value.sentence == (
        "#1 (Acme, Logo) has been running since 9:00. Nothing was changed."
    )
    (way_out,) = refused.value.ways_out
    assert (way_out.label, way_out.action) == ("Stop it and start this", "timer.switch")
    started = start_as_wished(
        session,
        workspace=firm.workspace,
        member=firm.robin,
        wish=read_start_wish(way_out.value),
        switches=True,
        now=at(10, 5),
        surface="slack",
    )
    assert (started.entry.project_id, started.entry.ticket_ref) == (firm.site.id, "ABC-1")


def test_a_switch_stops_and_starts_even_where_a_start_would_be_refused(session: Session) -> None:
    firm = a_firm(session, start_policy="refuse")
    first = firm.start(at(9)).entry

    switched = switch_timer(
        session,
        workspace=firm.workspace,
        member=firm.robin,
        project=firm.site,
        text="",
        now=at(10),
        surface="slack",
    )

    assert (switched.stopped, first.ended_at) == (first, at(10))


def test_a_backdated_start_ends_the_running_timer_at_that_instant(firm: Firm) -> None:
    first = firm.start(at(9)).entry

    started = firm.start(at(12), firm.site, started_at=at(11, 40))

    assert (first.ended_at, started.entry.started_at) == (at(11, 40), at(11, 40))


@pytest.mark.parametrize("minute", [0, -1])
def test_a_backdated_start_not_after_the_running_ones_is_refused(firm: Firm, minute: int) -> None:
    firm.start(at(9))

    with pytest.raises(StartsBeforeRunning) as refused:
        firm.start(at(12), firm.site, started_at=at(9) + timedelta(minutes=minute))

    assert [way.label for way in refused.value.ways_out] == ["Add the time", "Stop it earlier"]


def test_a_start_in_the_future_is_refused(firm: Firm) -> None:
    with pytest.raises(TimeInFuture, match="9:01 has not come yet"):
        firm.start(at(9), started_at=at(9, 1))


def test_a_start_more_than_a_day_ago_is_asked_back_and_then_taken(firm: Firm) -> None:
    with pytest.raises(LongTime) as asked:
        firm.start(at(9, day=1), started_at=at(8))

    wish = read_start_wish(asked.value.ways_out[0].value)
    started = start_as_wished(
        firm.session,
        workspace=firm.workspace,
        member=firm.robin,
        wish=wish,
        switches=False,
        now=at(9, day=1),
        surface="slack",
    )
    assert started.entry.started_at == at(8)


def test_exactly_24_hours_ago_is_not_asked_back(firm: Firm) -> None:
    assert firm.start(at(9, day=1), started_at=at(9)).entry.started_at == at(9)


def test_two_starts_at_the_same_instant_leave_a_first_entry_of_no_length(firm: Firm) -> None:
    first = firm.start(at(9)).entry

    firm.start(at(9) - timedelta(seconds=1), firm.site)

    assert first.ended_at == first.started_at


def test_a_timer_forgotten_for_a_weekend_is_closed_unconfirmed_by_the_next_start(
    firm: Firm,
) -> None:
    first = firm.start(at(17)).entry

    firm.start(at(9, day=3), firm.site)

    assert not first.is_confirmed


@pytest.mark.parametrize("state", ["paused", "completed", "archived"])
def test_a_project_that_takes_no_time_is_refused(firm: Firm, state: str) -> None:
    firm.site.state = state

    with pytest.raises(ProjectClosed, match=f"Acme, Site is {state}"):
        firm.start(at(9), firm.site)


def test_a_project_of_an_archived_client_is_refused(firm: Firm) -> None:
    firm.acme.archived_at = at(8)

    with pytest.raises(ProjectClosed):
        firm.start(at(9))


def test_a_timer_can_run_without_a_project_and_has_no_rate(firm: Firm) -> None:
    switch_timer(
        firm.session,
        workspace=firm.workspace,
        member=firm.robin,
        project=None,
        text="Something",
        now=at(9),
        surface="slack",
    )

    entry = firm.stop(at(10))

    assert (entry.project_id, entry.rate) == (None, None)


def test_an_entry_gets_the_kind_of_its_project_unless_another_is_said(firm: Firm) -> None:
    firm.site.billable = "internal"

    assert firm.start(at(9), firm.site).entry.billable == "internal"
    assert firm.start(at(10), firm.site, text="x", billable="no_charge").entry.billable == (
        "no_charge"
    )


def test_a_rate_is_captured_by_the_day_of_work_not_the_day_of_the_stop(firm: Firm) -> None:
    a_rate(firm.session, Money(20_000, "EUR"), project=firm.logo, valid_from=date(2026, 3, 3))
    firm.start(at(23))

    entry = firm.stop(at(1, day=1))

    assert (entry.worked_on, entry.rate) == (date(2026, 3, 2), Money(9_500, "EUR"))


@pytest.mark.parametrize("kind", ["guest", "bot", "external"])
def test_guests_bots_and_strangers_run_no_timers(firm: Firm, kind: str) -> None:
    guest = a_member(firm.session, firm.workspace, kind=kind, role="none")

    with pytest.raises(NotAllowed):
        firm.start(at(9), member=guest)


def test_timers_of_two_members_do_not_touch_each_other(firm: Firm) -> None:
    mine = firm.start(at(9)).entry

    theirs = firm.start(at(9), member=firm.kim).entry

    assert (mine.ended_at, theirs.number) == (None, 1)


def test_resume_starts_the_last_entry_again_as_a_new_one(firm: Firm) -> None:
    firm.start(at(9), ticket=Ticket("ABC-1", "https://tickets.example/browse/ABC-1"))
    firm.stop(at(10))

    resumed = resume_timer(
        firm.session, workspace=firm.workspace, member=firm.robin, now=at(11), surface="slack"
    ).entry

    assert (resumed.number, resumed.text, resumed.ticket_ref) == (2, "Sketches", "ABC-1")


def test_resume_without_an_earlier_entry_is_refused(firm: Firm) -> None:
    with pytest.raises(NothingToResume):
        resume_timer(
            firm.session, workspace=firm.workspace, member=firm.robin, now=at(9), surface="slack"
        )


def test_kathmandus_day_begins_a_quarter_past_the_hour(firm: Firm) -> None:
    firm.robin.zone = "Asia/Kathmandu"
    firm.session.flush()

    entry = firm.start(datetime(2026, 3, 1, 18, 15, tzinfo=UTC)).entry

    assert (entry.worked_on, entry.zone) == (date(2026, 3, 2), "Asia/Kathmandu")


def test_a_wish_too_long_for_a_button_is_refused_without_one(session: Session) -> None:
    firm = a_firm(session, start_policy="refuse")
    firm.start(at(9))

    with pytest.raises(TimerRunning) as refused:
        firm.start(at(10), firm.site, text='"' * 1_000)

    assert refused.value.ways_out == ()


def test_a_text_that_is_too_long_is_refused(firm: Firm) -> None:
    with pytest.raises(Refusal, match=r"1,001 characters and can have 1,000"):
        firm.start(at(9), text="x" * 1_001)


def test_a_member_who_moved_keeps_the_zone_of_earlier_entries(firm: Firm) -> None:
    first = firm.start(at(9)).entry
    firm.robin.zone = "America/New_York"
    firm.session.flush()

    second = firm.start(at(23), firm.site).entry

    assert (first.zone, second.zone) == ("Europe/Berlin", "America/New_York")
