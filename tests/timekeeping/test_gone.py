from datetime import datetime, timedelta

import pytest

from tests.timekeeping.firm import Firm, at
from timebot.team.models import Member
from timebot.timekeeping.editing import delete_entry, get_own_entry
from timebot.timekeeping.gone import RESTORED_FOR, EntryGone, entry_gone
from timebot.timekeeping.latest import NothingRecorded, get_latest
from timebot.timekeeping.models import TimeEntry
from timebot.timekeeping.turns import EntryUnknown
from timebot.timekeeping.undo import undo_last

NIGHT = at(22)


def delete(firm: Firm, entry: TimeEntry) -> None:
    delete_entry(firm.session, actor=firm.robin, entry=entry, now=at(20), surface="slack")


def gone(firm: Firm, entry: TimeEntry, reader: Member, *, now: datetime = NIGHT) -> EntryGone:
    return entry_gone(firm.session, entry, reader=reader, now=now)


def ways(firm: Firm, entry: TimeEntry, reader: Member) -> list[str]:
    return [way.label for way in gone(firm, entry, reader).ways_out]


def test_a_deleted_entry_leads_its_owner_to_restore(firm: Firm) -> None:
    firm.start(at(9))
    entry = firm.stop(at(10))
    delete(firm, entry)

    assert ways(firm, entry, firm.robin) == ["Deleted entries", "History"]


def test_after_thirty_days_nothing_leads_to_a_list_that_holds_it_no_more(firm: Firm) -> None:
    firm.start(at(9))
    entry = firm.stop(at(10))
    delete(firm, entry)
    last, over = NIGHT + RESTORED_FOR - timedelta(hours=3), NIGHT + RESTORED_FOR

    at_last, after = (gone(firm, entry, firm.robin, now=now) for now in (last, over))

    assert [way.label for way in at_last.ways_out] == ["Deleted entries", "History"]
    assert [way.label for way in after.ways_out] == ["Its day", "History"]
    assert after.sentence == (
        "#1 was deleted, and could be restored until 1 Apr 2026. Nothing was changed. Add the time"
        " by hand."
    )


def test_whoever_only_opened_it_is_not_told_that_nothing_was_changed(firm: Firm) -> None:
    firm.start(at(9))
    entry = firm.stop(at(10))
    delete(firm, entry)

    told = gone(firm, entry, firm.robin)

    assert told.sentence.replace(" Nothing was changed.", "") == told.when_opened
    assert told.when_opened == "#1 was deleted. You can restore it until 1 Apr 2026."


def test_whoever_may_not_restore_it_sees_its_history(firm: Firm) -> None:
    firm.start(at(9))
    entry = firm.stop(at(10))
    delete(firm, entry)

    assert ways(firm, entry, firm.kim) == ["History"]


def test_what_was_undone_leads_to_its_day(firm: Firm) -> None:
    entry = firm.start(at(9)).entry
    undo_last(firm.session, member=firm.robin, now=at(9, 5), surface="slack")

    with pytest.raises(EntryGone, match="#1 was undone") as gone:
        get_own_entry(firm.session, member=firm.robin, number=1, now=at(21))

    assert [way.label for way in gone.value.ways_out] == ["Its day", "History"]
    assert ways(firm, entry, firm.kim) == ["History"]


def test_a_timer_deleted_while_it_ran_is_to_be_added_by_hand(firm: Firm) -> None:
    delete(firm, firm.start(at(9)).entry)

    with pytest.raises(EntryGone, match="Add the time by hand"):
        get_own_entry(firm.session, member=firm.robin, number=1, now=at(21))


def test_the_number_of_somebody_else_is_unknown(firm: Firm) -> None:
    firm.start(at(9))

    with pytest.raises(EntryUnknown):
        get_own_entry(firm.session, member=firm.kim, number=1, now=at(21))


def test_what_runs_is_meant_before_what_ended(firm: Firm) -> None:
    firm.start(at(9))
    firm.stop(at(10))
    running = firm.start(at(8)).entry

    assert get_latest(firm.session, member=firm.robin, now=at(11)) is running


@pytest.mark.parametrize(
    ("ended", "labels"),
    [(True, ["Deleted entries", "Start a timer"]), (False, ["Start a timer"])],
)
def test_without_any_entry_only_what_can_be_restored_is_offered(
    firm: Firm, *, ended: bool, labels: list[str]
) -> None:
    entry = firm.start(at(9)).entry
    delete(firm, firm.stop(at(10)) if ended else entry)

    with pytest.raises(NothingRecorded) as refused:
        get_latest(firm.session, member=firm.robin, now=at(21))

    assert [way.label for way in refused.value.ways_out] == labels
