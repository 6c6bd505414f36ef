from datetime import date, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from tests.builders import a_rate
from tests.timekeeping.firm import Firm, at
from timebot.money import Money
from timebot.timekeeping.editing import EntryChanges, delete_entry, edit_entry
from timebot.timekeeping.limits import Span
from timebot.timekeeping.manual import add_entry
from timebot.timekeeping.models import MemberAction, TimeEntry
from timebot.timekeeping.submission import submit
from timebot.timekeeping.timer import Started, find_running
from timebot.timekeeping.undo import (
    AlreadyUndone,
    BuiltUpon,
    NothingToUndo,
    NotTheLast,
    TooLateToUndo,
    Undone,
    undo_last,
)


def undo(firm: Firm, now: datetime, action_id: UUID | None = None) -> Undone:
    return undo_last(firm.session, member=firm.robin, now=now, surface="slack", action_id=action_id)


def a_switch(firm: Firm) -> tuple[TimeEntry, Started]:
    old = firm.start(at(9)).entry
    return old, firm.start(at(10), firm.site)


def edit(firm: Firm, entry: TimeEntry, changes: EntryChanges, now: datetime) -> None:
    edit_entry(
        firm.session, actor=firm.robin, entry=entry, changes=changes, now=now, surface="slack"
    )


def test_undoing_a_start_removes_the_timer(firm: Firm) -> None:
    entry = firm.start(at(9)).entry

    undone = undo(firm, at(9, 1))

    assert (undone.kind, undone.entry, undone.running) == ("started", entry, None)
    assert find_running(firm.session, member=firm.robin) is None


def test_undoing_a_switch_lets_the_old_timer_run_again(firm: Firm) -> None:
    old, switched = a_switch(firm)

    undone = undo(firm, at(10, 5), switched.action_id)

    assert (undone.kind, undone.running) == ("switched", old)
    assert (old.state, old.ended_at, old.started_at, old.rate) == ("running", None, at(9), None)
    assert old.next_nag_at is not None
    assert switched.entry.deleted_at == at(10, 5)
    assert find_running(firm.session, member=firm.robin) is old


def test_a_switch_is_not_undone_once_its_timer_was_stopped(firm: Firm) -> None:
    _, switched = a_switch(firm)
    firm.stop(at(10, 5))

    with pytest.raises(NotTheLast):
        undo(firm, at(10, 6), switched.action_id)


def test_a_switch_is_not_undone_once_the_old_entry_was_submitted(firm: Firm) -> None:
    _, switched = a_switch(firm)
    submit(
        firm.session,
        workspace=firm.workspace,
        member=firm.robin,
        start=date(2026, 3, 2),
        end=date(2026, 3, 3),
        now=at(10, 2),
        surface="slack",
    )

    with pytest.raises(BuiltUpon, match="#1 was submitted since"):
        undo(firm, at(10, 5), switched.action_id)

    assert switched.entry.deleted_at is None


def test_undoing_a_stop_brings_the_timer_and_its_text_back(firm: Firm) -> None:
    firm.start(at(9))
    entry = firm.stop(at(10), text="Final")

    undone = undo(firm, at(10, 15))

    assert (undone.running, entry.text, entry.ended_at) == (entry, "Sketches", None)


def test_undo_ends_after_15_minutes(firm: Firm) -> None:
    firm.start(at(9))

    with pytest.raises(TooLateToUndo):
        undo(firm, at(9, 15) + timedelta(seconds=1))


def test_undoing_added_time_removes_it(firm: Firm) -> None:
    entry = add_entry(
        firm.session,
        workspace=firm.workspace,
        member=firm.robin,
        project=firm.logo,
        span=Span(at(9), at(10)),
        text="",
        now=at(12),
        surface="slack",
    ).entry

    undo(firm, at(12))

    assert entry.deleted_at == at(12)


def test_undoing_an_edit_restores_every_part(firm: Firm) -> None:
    firm.start(at(9))
    entry = firm.stop(at(10))
    changes = EntryChanges(
        text="Call", project=firm.site, billable="internal", worked_on=date(2026, 3, 1)
    )
    edit(firm, entry, changes, at(11))

    undo(firm, at(11, 1))

    assert (entry.text, entry.project_id, entry.billable) == (
        "Sketches",
        firm.logo.id,
        "billable",
    )
    assert (entry.started_at, entry.ended_at) == (at(9), at(10))
    assert (entry.worked_on, entry.rate) == (date(2026, 3, 2), Money(9_500, "EUR"))


def test_undoing_a_change_of_text_keeps_the_rate_that_was_captured(firm: Firm) -> None:
    firm.start(at(9))
    entry = firm.stop(at(10))
    edit(firm, entry, EntryChanges(text="Call"), at(11))
    a_rate(firm.session, project=firm.logo, amount=Money(12_000, "EUR"))

    undo(firm, at(11, 1))

    assert (entry.text, entry.rate) == ("Sketches", Money(9_500, "EUR"))


def test_undoing_a_deletion_restores_the_entry(firm: Firm) -> None:
    firm.start(at(9))
    entry = firm.stop(at(10))
    delete_entry(firm.session, actor=firm.robin, entry=entry, now=at(11), surface="slack")

    undo(firm, at(11, 1))

    assert (entry.deleted_at, entry.state) == (None, "draft")
    assert firm.audited(entry)[-1] == "time_entry.restored"


def test_a_deleted_timer_runs_again(firm: Firm) -> None:
    entry = firm.start(at(9)).entry
    delete_entry(firm.session, actor=firm.robin, entry=entry, now=at(10), surface="slack")

    assert undo(firm, at(10, 1)).running is entry


def test_undo_twice_undoes_once(firm: Firm) -> None:
    firm.start(at(9))
    firm.stop(at(9, 10))
    undo(firm, at(9, 11))

    with pytest.raises(AlreadyUndone):
        undo(firm, at(9, 12))

    assert find_running(firm.session, member=firm.robin) is not None


def test_nothing_to_undo_is_refused(firm: Firm) -> None:
    with pytest.raises(NothingToUndo):
        undo(firm, at(9))


def test_the_actions_of_others_are_not_mine_to_undo(firm: Firm) -> None:
    firm.start(at(9), member=firm.kim)

    with pytest.raises(NothingToUndo):
        undo(firm, at(9, 1))


def test_a_button_of_an_unknown_action_is_refused(firm: Firm) -> None:
    firm.start(at(9))

    with pytest.raises(NotTheLast):
        undo(firm, at(9, 1), uuid4())


def test_a_stop_is_not_undone_after_it_was_submitted(firm: Firm) -> None:
    firm.start(at(9))
    entry = firm.stop(at(10))
    submit(
        firm.session,
        workspace=firm.workspace,
        member=firm.robin,
        start=entry.worked_on,
        end=date(2026, 3, 3),
        now=at(10, 1),
        surface="slack",
    )

    with pytest.raises(BuiltUpon, match="was submitted since"):
        undo(firm, at(10, 2))


def test_actions_of_one_instant_keep_their_order(firm: Firm) -> None:
    firm.start(at(9))
    firm.stop(at(9))
    firm.start(at(9), firm.site)

    actions = firm.session.scalars(select(MemberAction).order_by(MemberAction.at)).all()

    assert [action.kind for action in actions] == ["started", "stopped", "started"]
    assert len({action.at for action in actions}) == 3
