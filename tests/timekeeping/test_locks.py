"""Which days are locked, what a lock refuses, and that nothing is forgotten."""

import importlib
import inspect
import pkgutil
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime

import pytest
from sqlalchemy.orm import Session

from tests.builders import an_entry
from tests.timekeeping.firm import Firm, a_firm, an_approver, at
from tests.timekeeping.locked_acts import (
    ANCHOR,
    LOCKED,
    add,
    an_old,
    change,
    delete,
    edit_into_the_period,
    edit_out_of_the_period,
    edit_text,
    restore,
    split,
    start_then,
    trim_a_later,
    trim_an_earlier,
    undo,
)
from tests.timekeeping.settled import submitted
from timebot import timekeeping
from timebot.timekeeping.approval import approve
from timebot.timekeeping.editing import confirm_entry
from timebot.timekeeping.locks import PeriodLocked, locked_period
from timebot.timekeeping.reopening import reopen_period
from timebot.timekeeping.splitting import split_entry
from timebot.timekeeping.submission import withdraw
from timebot.timekeeping.timer import find_running, stop_timer, switch_timer
from timebot.timekeeping.trimming import trim_later


@pytest.fixture
def agency(session: Session) -> Firm:
    return a_firm(session, anchor_on=ANCHOR, lock_after_days=14)


REFUSED: dict[str, list[Callable[[Firm], None]]] = {
    "edit_entry": [edit_text, edit_into_the_period, edit_out_of_the_period],
    "delete_entry": [delete],
    "split_entry": [split],
    "trim_earlier": [trim_an_earlier],
    "trim_later": [trim_a_later],
    "add_entry": [add],
    "start_timer": [start_then],
    "restore_entry": [restore],
    "undo_last": [undo],
}
"""What a lock refuses, by use case."""

SAME_WAY = {
    "add_as_wished": "add_entry",
    "start_as_wished": "start_timer",
    "switch_timer": "start_timer",
    "stop_as_wished": "stop_timer",
}
"""Use cases that only hand on to another one."""

ALLOWED = {
    "open_entry": "asks by itself",
    "resume_timer": "starts now, and no period of today is locked",
    "stop_timer": "a timer that ran into the lock can always be stopped",
    "stop_timer_of_leaver": "the same, for somebody who left",
    "see_off": "the same, and asks for what they left behind",
    "let_run_on": "a timer that ran into the lock runs on, and can always be stopped",
    "settle_end": "an unconfirmed entry stays open until its end is known",
    "confirm_entry": "an end must be confirmed before hours can be handed in",
    "submit": "settles hours and changes none",
    "withdraw": "settles hours and changes none",
    "settle": "settles hours and changes none",
    "approve": "settles hours and changes none",
    "reject": "settles hours and changes none",
    "unapprove": "settles hours and changes none",
    "open_desk": "settles hours and changes none",
    "reopen_period": "opens the period",
}
"""What a lock lets pass, and why."""


@pytest.mark.parametrize(
    "act", [one for found in REFUSED.values() for one in found], ids=lambda act: act.__name__
)
def test_time_in_a_locked_period_stays_as_it_is(agency: Firm, act: Callable[[Firm], None]) -> None:
    with pytest.raises(PeriodLocked) as refused:
        act(agency)

    assert "from 2 Mar 2026 to 15 Mar 2026 was locked on 30 Mar 2026" in refused.value.sentence
    (way,) = refused.value.ways_out
    assert (way.label, way.value) == ("Ask billing to open it", "2026-03-02")


def test_no_use_case_was_forgotten() -> None:
    known = {*REFUSED, *SAME_WAY, *ALLOWED}

    assert {name for name, _ in _use_cases()} - known == set()


@pytest.mark.parametrize(
    "act",
    [one for found in REFUSED.values() for one in found if one is not undo],
    ids=lambda act: act.__name__,
)
def test_a_period_that_was_opened_again_can_be_corrected(
    agency: Firm, act: Callable[[Firm], None]
) -> None:
    billing = an_approver(agency.session, agency.workspace, "Bo")
    billing.role, billing.profile_at = "billing", LOCKED
    reopen_period(
        agency.session, actor=billing, day=ANCHOR, reason="Late", now=LOCKED, surface="slack"
    )

    act(agency)


@pytest.mark.parametrize(
    ("days", "now", "is_locked"),
    [
        (14, datetime(2026, 3, 29, 21, 59, 59, tzinfo=UTC), False),
        # Midnight in Berlin, which has summer time since the day before.
        (14, datetime(2026, 3, 29, 22, 0, tzinfo=UTC), True),
        (0, datetime(2026, 3, 15, 22, 59, 59, tzinfo=UTC), False),
        (0, datetime(2026, 3, 15, 23, 0, tzinfo=UTC), True),
        (None, at(9, day=300), False),
    ],
)
def test_a_period_locks_at_a_midnight_of_the_workspace(
    session: Session,
    days: int | None,
    now: datetime,
    is_locked: bool,  # noqa: FBT001 - a fact, not a switch
) -> None:
    firm = a_firm(session, anchor_on=ANCHOR)
    firm.workspace.lock_after_days = days
    session.flush()

    found = locked_period(session, workspace=firm.workspace, day=ANCHOR, now=now)

    assert (found is not None) is is_locked


def test_without_an_anchor_nothing_ever_locks(session: Session) -> None:
    firm = a_firm(session, anchor_on=None, lock_after_days=0)

    change(firm, an_old(firm), text="Call")


def test_periods_before_the_anchor_lock_too(agency: Firm) -> None:
    entry = an_old(agency, started_at=at(9, day=-20))

    with pytest.raises(PeriodLocked, match="from 2 Feb 2026 to 15 Feb 2026"):
        change(agency, entry, text="Call")


def test_a_billing_person_is_offered_to_open_the_period(agency: Firm) -> None:
    agency.robin.role = "billing"

    with pytest.raises(PeriodLocked) as refused:
        change(agency, an_old(agency), text="Call")

    assert [way.label for way in refused.value.ways_out] == ["Open it again"]


def test_a_timer_that_ran_into_the_lock_can_be_stopped(agency: Firm) -> None:
    an_entry(agency.session, agency.robin, agency.logo, state="running", started_at=at(9))

    stopped = stop_timer(
        agency.session, member=agency.robin, now=LOCKED, surface="slack", long_is_meant=True
    )

    assert stopped.state == "draft"


def test_it_ends_for_another_one_too(agency: Firm) -> None:
    an_entry(agency.session, agency.robin, agency.logo, state="running", started_at=at(9))

    switched = switch_timer(
        agency.session,
        workspace=agency.workspace,
        member=agency.robin,
        project=agency.site,
        text="",
        now=LOCKED,
        surface="slack",
    )

    assert find_running(agency.session, member=agency.robin) is switched.entry


def test_a_guessed_end_is_confirmed_or_corrected_in_a_locked_period(agency: Firm) -> None:
    right, wrong = an_old(agency, is_confirmed=False), an_old(agency, is_confirmed=False)

    confirm_entry(agency.session, actor=agency.robin, entry=right, now=LOCKED, surface="slack")
    change(agency, wrong, ended_at=at(10))

    assert (right.is_confirmed, wrong.is_confirmed) == (True, True)


def test_a_rejected_entry_is_corrected_in_its_locked_period_until_it_is_handed_in(
    agency: Firm,
) -> None:
    entry = an_old(agency, rejected_by=agency.kim.id, rejected_at=at(9), rejection_reason="Why?")

    change(agency, entry, text="Call with Acme", ended_at=at(11))
    submitted(agency, entry, now=LOCKED)

    with pytest.raises(PeriodLocked):
        change(agency, entry, text="Call")


def test_an_entry_gets_its_missing_project_in_its_locked_period(agency: Firm) -> None:
    entry = an_entry(agency.session, agency.robin, None, started_at=at(9))

    change(agency, entry, project=agency.logo, text="Call")
    submitted(agency, entry, now=LOCKED)

    assert (entry.project_id, entry.state) == (agency.logo.id, "pending_review")


def test_once_it_has_its_project_the_lock_holds(agency: Firm) -> None:
    entry = an_entry(agency.session, agency.robin, None, started_at=at(9))
    change(agency, entry, project=agency.logo)

    with pytest.raises(PeriodLocked):
        change(agency, entry, project=agency.site)


def test_an_entry_without_a_project_does_not_move_to_another_locked_period(agency: Firm) -> None:
    entry = an_entry(agency.session, agency.robin, None, started_at=at(9))

    with pytest.raises(PeriodLocked, match="from 16 Feb 2026"):
        change(agency, entry, project=agency.logo, worked_on=date(2026, 2, 20))


def test_nothing_slips_over_midnight_into_the_next_period_that_is_locked(agency: Firm) -> None:
    much_later = at(9, day=45)
    billing = an_approver(agency.session, agency.workspace, "Bo")
    billing.role, billing.profile_at = "billing", much_later
    reopen_period(
        agency.session, actor=billing, day=ANCHOR, reason="Late", now=much_later, surface="slack"
    )
    first = an_old(agency, started_at=at(22, day=13))
    second = an_old(agency, started_at=at(23, day=13))

    with pytest.raises(PeriodLocked, match="from 16 Mar 2026"):
        split_entry(
            agency.session,
            actor=agency.robin,
            entry=second,
            at=at(0, day=14),
            now=much_later,
            surface="slack",
        )
    with pytest.raises(PeriodLocked, match="from 16 Mar 2026"):
        trim_later(
            agency.session,
            actor=agency.robin,
            earlier_id=first.id,
            later_id=second.id,
            start=at(1, day=14),
            now=much_later,
            surface="slack",
        )


def test_it_does_not_move_to_another_locked_period(agency: Firm) -> None:
    entry = an_old(agency, rejected_by=agency.kim.id, rejected_at=at(9), rejection_reason="Why?")

    with pytest.raises(PeriodLocked, match="from 16 Feb 2026"):
        change(agency, entry, worked_on=date(2026, 2, 20))


def test_hours_of_a_locked_period_are_submitted_withdrawn_and_approved(agency: Firm) -> None:
    entry = an_old(agency)
    submitted(agency, entry, now=LOCKED)
    withdraw(agency.session, member=agency.robin, now=LOCKED, surface="slack")
    submission = submitted(agency, entry, now=LOCKED)
    agency.kim.profile_at = LOCKED

    approve(
        agency.session,
        workspace=agency.workspace,
        approver=agency.kim,
        submission_id=submission.id,
        entry_ids=None,
        digest=None,
        now=LOCKED,
        surface="slack",
    )

    assert entry.state == "approved"


_NOTES = {"note_change", "audit_change", "settle_change", "remove_entry"}
"""A module that changes entries has one of these, because every change is audited."""


def _use_cases() -> Iterator[tuple[str, object]]:
    """Yield every public function that changes entries and is told from where a wish comes."""
    for found in pkgutil.iter_modules(timekeeping.__path__):
        module = importlib.import_module(f"timebot.timekeeping.{found.name}")
        if not _NOTES & vars(module).keys():
            continue
        for name, function in inspect.getmembers(module, inspect.isfunction):
            is_here = function.__module__ == module.__name__ and not name.startswith("_")
            if is_here and "surface" in inspect.signature(function).parameters:
                yield name, function
