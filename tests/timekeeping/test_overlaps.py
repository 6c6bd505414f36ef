from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from tests.builders import an_entry
from tests.races.crowd import all_at_once
from tests.timekeeping.firm import Firm, a_firm, an_approver, at
from tests.timekeeping.settled import approved, submitted
from timebot.db import Database
from timebot.errors import NotAllowed
from timebot.team.models import Member
from timebot.timekeeping.editing import AlreadyBilled, EntryChanges, edit_entry
from timebot.timekeeping.models import OverlapKept, TimeEntry
from timebot.timekeeping.overlaps import (
    HoursOverlap,
    Overlap,
    OverlapGone,
    keep_all,
    keep_both,
    overlaps_of,
)
from timebot.timekeeping.timer import find_running
from timebot.timekeeping.trimming import (
    Trimmed,
    end_of_earlier,
    start_of_later,
    trim_earlier,
    trim_later,
)
from timebot.timekeeping.undo import undo_last

NOW = at(20)


def an(firm: Firm, start: datetime, end: datetime, **columns: object) -> TimeEntry:
    return an_entry(firm.session, firm.robin, firm.logo, started_at=start, ended_at=end, **columns)  # type: ignore[arg-type]  # columns of the table


def found(firm: Firm, *entries: TimeEntry, now: datetime = NOW) -> list[Overlap]:
    return overlaps_of(firm.session, entries=entries, now=now)


def earlier_trimmed(firm: Firm, overlap: Overlap, actor: Member | None = None) -> Trimmed:
    return trim_earlier(
        firm.session,
        actor=actor or firm.robin,
        earlier_id=overlap.earlier.id,
        later_id=overlap.later.id,
        end=end_of_earlier(overlap),
        now=NOW,
        surface="slack",
    )


def later_trimmed(firm: Firm, overlap: Overlap) -> Trimmed:
    return trim_later(
        firm.session,
        actor=firm.robin,
        earlier_id=overlap.earlier.id,
        later_id=overlap.later.id,
        start=start_of_later(overlap, now=NOW),
        now=NOW,
        surface="slack",
    )


def keep(firm: Firm, overlap: Overlap) -> None:
    keep_both(
        firm.session,
        actor=firm.robin,
        earlier_id=overlap.earlier.id,
        later_id=overlap.later.id,
        now=NOW,
    )


def test_shared_time_is_found_from_either_side(firm: Firm) -> None:
    first, second = an(firm, at(9), at(11)), an(firm, at(10), at(12))

    for entry in (first, second):
        (overlap,) = found(firm, entry)
        assert (overlap.earlier, overlap.later) == (first, second)
        assert (overlap.shared_from, overlap.shared_until) == (at(10), at(11))
        assert overlap.seconds == 3_600


@pytest.mark.parametrize(
    ("end", "start", "overlaps"),
    [
        # Half-open: the one ends where the other begins.
        (at(9, 30), at(9, 30), False),
        # Stopped at 9:30:40, and the next one was said to start at 9:30.
        (at(9, 30) + timedelta(seconds=40), at(9, 30), False),
        (at(9, 31), at(9, 30), False),
        (at(9, 31) + timedelta(seconds=1), at(9, 30), True),
        # Shorter than a minute, but over two minutes of the clock: 9:30:50 to 9:31:10.
        (
            at(9, 31) + timedelta(seconds=10),
            at(9, 30) + timedelta(seconds=50),
            True,
        ),
    ],
)
def test_time_within_one_minute_of_the_clock_is_nobodys_overlap(
    firm: Firm,
    end: datetime,
    start: datetime,
    overlaps: bool,  # noqa: FBT001 - a fact, not a switch
) -> None:
    first = an(firm, at(9), end)
    an(firm, start, at(11))

    assert bool(found(firm, first)) is overlaps


def test_a_running_timer_counts_up_to_now(firm: Firm) -> None:
    running = firm.start(at(9)).entry
    added = an(firm, at(10), at(11))

    (overlap,) = found(firm, added, now=at(10, 30))

    assert (overlap.earlier, overlap.shared_until) == (running, at(10, 30))


def test_deleted_entries_and_those_of_others_share_nothing(firm: Firm) -> None:
    entry = an(firm, at(9), at(11))
    an(firm, at(9), at(11), deleted_at=at(12))
    an_entry(firm.session, firm.kim, firm.logo, started_at=at(9))

    assert found(firm, entry) == []


def test_three_entries_at_once_are_three_pairs(firm: Firm) -> None:
    entries = [an(firm, at(9), at(12)), an(firm, at(10), at(12)), an(firm, at(11), at(12))]

    assert len(found(firm, *entries)) == 3
    assert len(found(firm, entries[0])) == 2


def test_the_earlier_one_ends_where_the_later_one_starts(firm: Firm) -> None:
    (overlap,) = found(firm, an(firm, at(9), at(11)), an(firm, at(10), at(12)))

    trimmed = earlier_trimmed(firm, overlap)

    assert (trimmed.entry, trimmed.entry.ended_at, trimmed.lost) == (
        overlap.earlier,
        at(10),
        3_600,
    )
    assert found(firm, overlap.earlier, overlap.later) == []
    assert firm.audited(trimmed.entry)[-1] == "time_entry.trimmed"


def test_the_later_one_starts_where_the_earlier_one_ends(firm: Firm) -> None:
    (overlap,) = found(firm, an(firm, at(9), at(11)), an(firm, at(10), at(12)))

    trimmed = later_trimmed(firm, overlap)

    assert (trimmed.entry, trimmed.entry.started_at) == (overlap.later, at(11))
    assert found(firm, overlap.earlier, overlap.later) == []


def test_an_entry_around_another_one_is_cut_where_that_starts(firm: Firm) -> None:
    (overlap,) = found(firm, an(firm, at(9), at(13)), an(firm, at(10), at(11)))

    trimmed = earlier_trimmed(firm, overlap)

    assert (trimmed.entry.ended_at, trimmed.lost) == (at(10), 3 * 3_600)


def test_an_entry_inside_another_one_is_removed_and_comes_back_with_undo(firm: Firm) -> None:
    (overlap,) = found(firm, an(firm, at(9), at(13)), an(firm, at(10), at(11)))
    assert start_of_later(overlap, now=NOW) is None

    trimmed = later_trimmed(firm, overlap)

    assert (trimmed.entry.deleted_at, trimmed.lost) == (NOW, 3_600)
    undo_last(
        firm.session,
        member=firm.robin,
        now=NOW,
        surface="slack",
        action_id=trimmed.action_id,
    )
    assert overlap.later.deleted_at is None


def test_one_undo_takes_back_one_trim(firm: Firm) -> None:
    (overlap,) = found(firm, an(firm, at(9), at(11)), an(firm, at(10), at(12)))
    trimmed = earlier_trimmed(firm, overlap)

    undone = undo_last(
        firm.session,
        member=firm.robin,
        now=NOW,
        surface="slack",
        action_id=trimmed.action_id,
    )

    assert (undone.kind, overlap.earlier.ended_at) == ("trimmed", at(11))


def test_trimming_a_running_timer_stops_it_and_undo_lets_it_run(firm: Firm) -> None:
    running = firm.start(at(9)).entry
    (overlap,) = found(firm, an(firm, at(10), at(11)))

    trimmed = earlier_trimmed(firm, overlap)

    assert (running.state, running.ended_at) == ("draft", at(10))
    undo_last(
        firm.session, member=firm.robin, now=NOW, surface="slack", action_id=trimmed.action_id
    )
    assert find_running(firm.session, member=firm.robin) is running


def test_a_later_start_after_midnight_moves_the_day_of_work(firm: Firm) -> None:
    (overlap,) = found(
        firm,
        an(firm, at(22, day=-1), at(1)),
        an(firm, at(23, day=-1), at(3)),
    )

    trimmed = later_trimmed(firm, overlap)

    assert trimmed.entry.worked_on == at(9).date()


def test_trimming_what_is_approved_voids_it_visibly(firm: Firm) -> None:
    first = an(firm, at(9), at(11))
    approved(firm, first, now=at(12))
    (overlap,) = found(firm, an(firm, at(10), at(12)))

    earlier_trimmed(firm, overlap)

    assert (first.state, first.approved_by) == ("draft", None)
    assert len(firm.told("approval_voided")) == 1


@pytest.mark.breaks_invariants
def test_what_is_on_an_invoice_is_never_trimmed(firm: Firm) -> None:
    an(firm, at(9), at(11), state="applied")
    (overlap,) = found(firm, an(firm, at(10), at(12)))

    with pytest.raises(AlreadyBilled):
        earlier_trimmed(firm, overlap)
    assert later_trimmed(firm, overlap).entry is overlap.later


def test_a_button_that_shows_another_time_changes_nothing(firm: Firm) -> None:
    (overlap,) = found(firm, an(firm, at(9), at(11)), an(firm, at(10), at(12)))
    edit_entry(
        firm.session,
        actor=firm.robin,
        entry=overlap.later,
        changes=EntryChanges(started_at=at(10, 30)),
        now=NOW,
        surface="slack",
    )

    with pytest.raises(OverlapGone):
        trim_earlier(
            firm.session,
            actor=firm.robin,
            earlier_id=overlap.earlier.id,
            later_id=overlap.later.id,
            end=at(10),
            now=NOW,
            surface="slack",
        )

    assert overlap.earlier.ended_at == at(11)


def test_a_kept_overlap_is_not_asked_about_again(firm: Firm) -> None:
    (overlap,) = found(firm, an(firm, at(9), at(11)), an(firm, at(10), at(12)))

    keep(firm, overlap)

    assert found(firm, overlap.earlier, overlap.later) == []
    assert submitted(firm, overlap.earlier, now=NOW).settled_at is None


def test_it_is_asked_about_again_once_other_time_is_shared(firm: Firm) -> None:
    (overlap,) = found(firm, an(firm, at(9), at(11)), an(firm, at(10), at(12)))
    keep(firm, overlap)

    overlap.earlier.ended_at = at(11, 30)
    firm.session.flush()
    (again,) = found(firm, overlap.earlier)

    assert again.shared_until == at(11, 30)
    keep(firm, again)
    assert found(firm, overlap.earlier) == []


def test_keeping_survives_which_of_both_begins_first(firm: Firm) -> None:
    (overlap,) = found(firm, an(firm, at(9), at(11)), an(firm, at(10), at(12)))
    keep(firm, overlap)

    overlap.later.started_at = at(8)
    firm.session.flush()
    (again,) = found(firm, overlap.earlier)
    keep(firm, again)

    assert len(firm.session.scalars(select(OverlapKept)).all()) == 1


def test_hours_that_overlap_are_asked_back_before_they_are_handed_in(firm: Firm) -> None:
    first, second = an(firm, at(9), at(11)), an(firm, at(10), at(12))

    with pytest.raises(HoursOverlap, match="#1 and #2 share some time") as asked:
        submitted(firm, first, now=NOW)

    assert first.state == "draft"
    keep_all(firm.session, overlaps=asked.value.overlaps, now=NOW)
    submitted(firm, first, now=NOW)
    assert (first.state, second.state) == ("pending_review", "pending_review")


def test_a_draft_beside_what_was_approved_is_asked_about_too(firm: Firm) -> None:
    approved(firm, an(firm, at(9), at(11)), now=at(12))

    with pytest.raises(HoursOverlap):
        submitted(firm, an(firm, at(10), at(12)), now=NOW)


def test_only_those_who_may_change_the_time_repair_it(firm: Firm) -> None:
    (overlap,) = found(firm, an(firm, at(9), at(11)), an(firm, at(10), at(12)))
    lea = an_approver(firm.session, firm.workspace, "Lea")
    lea.role = "member"

    with pytest.raises(NotAllowed):
        earlier_trimmed(firm, overlap, actor=lea)

    assert earlier_trimmed(firm, overlap, actor=firm.kim).entry is overlap.earlier


def test_of_many_clicks_one_trims(database: Database) -> None:
    with database.transaction() as session:
        firm = a_firm(session)
        (overlap,) = found(firm, an(firm, at(9), at(11)), an(firm, at(10), at(12)))
        ids = (overlap.earlier.id, overlap.later.id)
        key = (firm.workspace.id, firm.robin.id)

    def click(number: int) -> str:
        with database.transaction() as session:
            robin = session.get_one(Member, key)
            given = {"actor": robin, "earlier_id": ids[0], "later_id": ids[1]}
            try:
                if number % 2:
                    trim_earlier(session, **given, end=at(10), now=NOW, surface="slack")  # type: ignore[arg-type]  # named above
                else:
                    trim_later(session, **given, start=at(11), now=NOW, surface="slack")  # type: ignore[arg-type]  # named above
            except OverlapGone:
                return "gone"
            return "trimmed"

    assert all_at_once(click).won.count("trimmed") == 1
