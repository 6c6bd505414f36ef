from datetime import datetime, timedelta

import pytest

from tests.timekeeping.firm import Firm, at
from timebot.timekeeping.editing import delete_entry
from timebot.timekeeping.models import TimeEntry
from timebot.timekeeping.restoring import (
    NotDeleted,
    Restored,
    TooLateToRestore,
    list_deleted,
    restore_entry,
)
from timebot.timekeeping.turns import EntryUnknown
from timebot.timekeeping.undo import undo_last

MONTH = timedelta(days=30)


def a_deleted(firm: Firm, hour: int = 9) -> TimeEntry:
    firm.start(at(hour))
    entry = firm.stop(at(hour + 1))
    delete_entry(firm.session, actor=firm.robin, entry=entry, now=at(20), surface="slack")
    return entry


def restore(firm: Firm, entry: TimeEntry, now: datetime) -> Restored:
    return restore_entry(
        firm.session, member=firm.robin, entry_id=entry.id, now=now, surface="slack"
    )


def numbers(firm: Firm, now: datetime) -> list[int]:
    return [one.number for one in list_deleted(firm.session, member=firm.robin, now=now)]


def test_a_deleted_entry_is_restored_as_a_draft(firm: Firm) -> None:
    entry = a_deleted(firm)

    restore(firm, entry, at(9, day=20))

    assert (entry.deleted_at, entry.state) == (None, "draft")
    assert firm.audited(entry)[-1] == "time_entry.restored"


def test_a_restored_entry_is_deleted_again_by_undo(firm: Firm) -> None:
    entry = a_deleted(firm)
    restored = restore(firm, entry, at(21))

    undo_last(
        firm.session,
        member=firm.robin,
        now=at(21),
        surface="slack",
        action_id=restored.action_id,
    )

    assert entry.deleted_at == at(21)
    assert numbers(firm, at(22)) == [1]


def test_the_last_deleted_are_listed_for_a_month(firm: Firm) -> None:
    a_deleted(firm)
    a_deleted(firm, hour=11)

    assert numbers(firm, at(21)) == [2, 1]
    assert numbers(firm, at(20) + MONTH) == []


def test_after_a_month_it_is_too_late(firm: Firm) -> None:
    entry = a_deleted(firm)

    with pytest.raises(TooLateToRestore):
        restore(firm, entry, at(20) + MONTH)


def test_what_undo_took_away_is_not_offered(firm: Firm) -> None:
    firm.start(at(9))
    undo_last(firm.session, member=firm.robin, now=at(9, 1), surface="slack")

    assert numbers(firm, at(10)) == []


def test_a_timer_deleted_while_it_ran_is_not_restored(firm: Firm) -> None:
    entry = firm.start(at(9)).entry
    delete_entry(firm.session, actor=firm.robin, entry=entry, now=at(10), surface="slack")

    assert numbers(firm, at(11)) == []
    with pytest.raises(EntryUnknown):
        restore(firm, entry, at(11))


def test_an_entry_that_is_there_is_not_restored(firm: Firm) -> None:
    entry = a_deleted(firm)
    restore(firm, entry, at(21))

    with pytest.raises(NotDeleted):
        restore(firm, entry, at(21))


def test_entries_of_others_are_out_of_reach(firm: Firm) -> None:
    entry = a_deleted(firm)

    with pytest.raises(EntryUnknown):
        restore_entry(firm.session, member=firm.kim, entry_id=entry.id, now=at(21), surface="slack")
