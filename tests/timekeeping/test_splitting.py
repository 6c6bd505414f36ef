from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from tests.builders import a_rate, an_entry
from tests.timekeeping.firm import Firm, at
from tests.timekeeping.settled import approved, submitted
from timebot.clients.models import Project
from timebot.money import Money
from timebot.timekeeping.editing import AlreadyBilled, EntryChanged
from timebot.timekeeping.limits import ProjectClosed
from timebot.timekeeping.models import TimeEntry
from timebot.timekeeping.splitting import NotInside, Split, split_entry, time_within
from timebot.timekeeping.tickets import Ticket
from timebot.timekeeping.timer import find_running
from timebot.timekeeping.undo import BuiltUpon, undo_last


def split(
    firm: Firm,
    entry: TimeEntry,
    when: datetime,
    *,
    now: datetime | None = None,
    project: Project | None = None,
    text: str | None = None,
    version: int | None = None,
) -> Split:
    return split_entry(
        firm.session,
        actor=firm.robin,
        entry=entry,
        at=when,
        now=now or at(20),
        surface="slack",
        project=project,
        text=text,
        version=version,
    )


def a_draft(firm: Firm) -> TimeEntry:
    firm.start(at(9), ticket=Ticket("AB-1"), permalink="https://example.slack.com/archives/C1/p1")
    return firm.stop(at(12))


def undo(firm: Firm, action_id: UUID | None = None) -> TimeEntry:
    return undo_last(
        firm.session, member=firm.robin, now=at(20, 1), surface="slack", action_id=action_id
    ).entry


def test_both_parts_are_like_the_entry_and_the_second_takes_the_next_number(firm: Firm) -> None:
    entry = a_draft(firm)

    parts = split(firm, entry, at(10))

    first, second = parts.first, parts.second
    assert first is entry
    assert (first.number, first.started_at, first.ended_at) == (1, at(9), at(10))
    assert (second.number, second.started_at, second.ended_at) == (2, at(10), at(12))
    assert (second.project_id, second.text, second.billable) == (
        firm.logo.id,
        "Sketches",
        "billable",
    )
    assert (second.ticket_ref, second.permalink) == ("AB-1", entry.permalink)
    assert (second.state, second.rate, second.source) == ("draft", entry.rate, "timer")


@pytest.mark.parametrize("micros", [0, 1, 345_678, 999_999])
def test_the_seconds_of_both_parts_add_up(firm: Firm, micros: int) -> None:
    began = at(9) + timedelta(microseconds=micros)
    entry = an_entry(
        firm.session,
        firm.robin,
        firm.logo,
        started_at=began,
        ended_at=at(12) + timedelta(seconds=7, microseconds=500_000),
    )
    whole = entry.seconds(now=at(20))

    parts = split(firm, entry, at(10, 30))

    assert parts.first.seconds(now=at(20)) + parts.second.seconds(now=at(20)) == whole
    assert parts.first.ended_at == parts.second.started_at


def test_the_second_part_may_be_for_another_project_at_its_rate_and_kind(firm: Firm) -> None:
    a_rate(firm.session, Money(12_000, "EUR"), project=firm.site)
    firm.site.billable = "no_charge"

    parts = split(firm, a_draft(firm), at(10), project=firm.site, text="Call")

    assert (parts.second.project_id, parts.second.text) == (firm.site.id, "Call")
    assert (parts.second.rate, parts.second.billable) == (Money(12_000, "EUR"), "no_charge")
    assert (parts.first.text, parts.first.rate) == ("Sketches", Money(9_500, "EUR"))


def test_parts_of_one_project_keep_the_rate_that_was_captured(firm: Firm) -> None:
    entry = a_draft(firm)
    a_rate(firm.session, Money(12_000, "EUR"), project=firm.logo)

    parts = split(firm, entry, at(10))

    assert (parts.first.rate, parts.second.rate) == (Money(9_500, "EUR"), Money(9_500, "EUR"))


def test_a_part_after_midnight_belongs_to_the_next_day_at_its_rate(firm: Firm) -> None:
    entry = an_entry(firm.session, firm.robin, firm.logo, started_at=at(22, day=-1), hours=4)
    a_rate(firm.session, Money(12_000, "EUR"), project=firm.logo, valid_from=at(9).date())

    parts = split(firm, entry, at(0, 30))

    assert (parts.first.worked_on, parts.second.worked_on) == (at(9, day=-1).date(), at(9).date())
    assert parts.second.rate == Money(12_000, "EUR")


def test_a_running_timer_is_split_and_its_second_part_runs_on(firm: Firm) -> None:
    entry = firm.start(at(9)).entry

    parts = split(firm, entry, at(10), now=at(11))

    assert (parts.first.state, parts.first.ended_at) == ("draft", at(10))
    assert parts.first.rate == Money(9_500, "EUR")
    assert find_running(firm.session, member=firm.robin) is parts.second
    assert parts.second.next_nag_at is not None
    assert firm.stop(at(12)) is parts.second


@pytest.mark.parametrize(("hour", "minute"), [(9, 0), (12, 0), (8, 59), (13, 0)])
def test_a_time_outside_of_the_entry_is_refused(firm: Firm, hour: int, minute: int) -> None:
    entry = a_draft(firm)

    with pytest.raises(NotInside, match="from 9:00 to 12:00"):
        split(firm, entry, at(hour, minute))

    assert entry.ended_at == at(12)


def test_a_running_timer_is_not_split_in_the_future(firm: Firm) -> None:
    with pytest.raises(NotInside):
        split(firm, firm.start(at(9)).entry, at(12), now=at(11))


def test_a_closed_project_takes_no_second_part(firm: Firm) -> None:
    firm.site.state = "archived"

    with pytest.raises(ProjectClosed):
        split(firm, a_draft(firm), at(10), project=firm.site)


@pytest.mark.breaks_invariants
def test_a_billed_entry_is_not_split(firm: Firm) -> None:
    entry = an_entry(firm.session, firm.robin, firm.logo, started_at=at(9), state="applied")

    with pytest.raises(AlreadyBilled):
        split(firm, entry, at(9, 30))


def test_a_modal_that_is_older_than_the_entry_is_refused(firm: Firm) -> None:
    entry = a_draft(firm)

    with pytest.raises(EntryChanged):
        split(firm, entry, at(10), version=entry.version - 1)


def test_splitting_what_waits_takes_both_parts_out_of_the_submission(firm: Firm) -> None:
    entry = a_draft(firm)
    submission = submitted(firm, entry)

    parts = split(firm, entry, at(10))

    assert (parts.first.state, parts.second.state) == ("draft", "draft")
    assert (parts.first.submission_id, parts.second.submission_id) == (None, None)
    assert submission.settled_at == at(20)


def test_splitting_what_is_approved_tells_the_approver(firm: Firm) -> None:
    entry = a_draft(firm)
    approved(firm, entry)

    split(firm, entry, at(10))

    assert [notice["recipient"] for notice in firm.told("approval_voided")] == [
        firm.kim.slack_user_id
    ]


def test_naming_the_time_confirms_the_first_part_of_a_guessed_end_only(firm: Firm) -> None:
    entry = an_entry(
        firm.session, firm.robin, firm.logo, started_at=at(9), hours=5, is_confirmed=False
    )

    parts = split(firm, entry, at(10))

    assert (parts.first.is_confirmed, parts.second.is_confirmed) == (True, False)


def test_undo_joins_the_parts_again(firm: Firm) -> None:
    entry = a_draft(firm)
    parts = split(firm, entry, at(10), project=firm.site)

    undone = undo(firm, parts.action_id)

    assert (undone, undone.started_at, undone.ended_at) == (entry, at(9), at(12))
    assert parts.second.deleted_at is not None
    assert firm.audited(entry)[-2:] == ["time_entry.split", "time_entry.joined"]


def test_undo_of_a_split_timer_lets_it_run_as_one_again(firm: Firm) -> None:
    entry = firm.start(at(9)).entry
    split(firm, entry, at(10), now=at(20))

    undo(firm)

    assert find_running(firm.session, member=firm.robin) is entry
    assert (entry.started_at, entry.rate, entry.next_nag_at is not None) == (at(9), None, True)


def test_parts_are_not_joined_once_the_second_was_submitted(firm: Firm) -> None:
    parts = split(firm, a_draft(firm), at(10))
    submitted(firm, parts.second, now=at(20))

    with pytest.raises(BuiltUpon):
        undo(firm, parts.action_id)


def test_a_time_of_the_day_means_its_first_moment_after_the_start(firm: Firm) -> None:
    night = an_entry(firm.session, firm.robin, firm.logo, started_at=at(22), hours=4)

    assert time_within(night, 23 * 60) == at(23)
    assert time_within(night, 60) == at(1, day=1)


def test_a_time_that_the_clocks_show_twice_means_the_first(firm: Firm) -> None:
    # In Berlin the clocks show 2:30 twice in the night of 25 October 2026.
    began = datetime(2026, 10, 24, 22, 0, tzinfo=UTC)
    night = an_entry(firm.session, firm.robin, firm.logo, started_at=began, hours=6)

    parts = split(firm, night, time_within(night, 150), now=began + timedelta(days=1))

    assert parts.second.started_at == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert [one.seconds(now=began) for one in (parts.first, parts.second)] == [9_000, 12_600]
