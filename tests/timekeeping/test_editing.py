from dataclasses import fields
from datetime import UTC, date, datetime

import pytest

from tests.builders import a_member, a_rate, an_entry
from tests.timekeeping.firm import Firm, at
from tests.timekeeping.settled import approved, submitted
from timebot.clients.models import Project
from timebot.errors import NotAllowed
from timebot.money import Money
from timebot.team.models import Member
from timebot.timekeeping.editing import (
    AlreadyBilled,
    EntryChanged,
    EntryChanges,
    EntryGone,
    NotYours,
    StillRunning,
    confirm_entry,
    delete_entry,
    edit_entry,
    get_own_entry,
)
from timebot.timekeeping.limits import EndsBeforeStart, LongTime, TimeInFuture
from timebot.timekeeping.models import TimeEntry
from timebot.timekeeping.moments import DayInFuture
from timebot.timekeeping.tickets import Ticket
from timebot.timekeeping.turns import EntryUnknown

OTHER_DAY = date(2026, 3, 1)


def edit(
    firm: Firm, entry: TimeEntry, changes: EntryChanges, actor: Member | None = None
) -> TimeEntry:
    return edit_entry(
        firm.session,
        actor=actor or firm.robin,
        entry=entry,
        changes=changes,
        now=at(20),
        surface="slack",
    )


def a_draft(firm: Firm, project: Project | None = None) -> TimeEntry:
    firm.start(at(9), project or firm.logo)
    return firm.stop(at(10))


def test_every_part_of_an_entry_can_be_changed(firm: Firm) -> None:
    entry = a_draft(firm)

    edit(
        firm,
        entry,
        EntryChanges(
            text="Call",
            project=firm.site,
            billable="no_charge",
            started_at=at(8),
            ended_at=at(11),
            ticket=Ticket("AB-1"),
        ),
    )

    assert (entry.text, entry.project_id, entry.billable) == ("Call", firm.site.id, "no_charge")
    assert (entry.started_at, entry.ended_at, entry.ticket_ref) == (at(8), at(11), "AB-1")
    assert entry.version == 3
    assert firm.audited(entry)[-1] == "time_entry.edited"


def test_an_edit_that_changes_nothing_leaves_the_version_alone(firm: Firm) -> None:
    entry = a_draft(firm)

    edit(firm, entry, EntryChanges(text="Sketches", project=firm.logo, started_at=at(9)))

    assert entry.version == 2


def test_a_ticket_can_be_dropped(firm: Firm) -> None:
    firm.start(at(9), ticket=Ticket("AB-1"))
    entry = firm.stop(at(10))

    assert edit(firm, entry, EntryChanges(drops_ticket=True)).ticket_ref is None


def test_another_project_brings_its_rate_and_its_kind(firm: Firm) -> None:
    a_rate(firm.session, Money(12_000, "EUR"), project=firm.site)
    firm.site.billable = "no_charge"
    entry = a_draft(firm)

    edit(firm, entry, EntryChanges(project=firm.site))

    assert (entry.rate, entry.billable) == (Money(12_000, "EUR"), "no_charge")


def test_a_kind_that_was_said_stays_with_another_project(firm: Firm) -> None:
    firm.start(at(9), billable="internal")
    entry = firm.stop(at(10))

    assert edit(firm, entry, EntryChanges(project=firm.site)).billable == "internal"


def test_another_text_keeps_the_rate_that_was_captured(firm: Firm) -> None:
    entry = a_draft(firm)
    a_rate(firm.session, Money(12_000, "EUR"), project=firm.logo)

    edit(firm, entry, EntryChanges(text="Call", ended_at=at(11)))

    assert entry.rate == Money(9_500, "EUR")


def test_another_kind_captures_the_rate_again(firm: Firm) -> None:
    entry = a_draft(firm)
    a_rate(firm.session, Money(12_000, "EUR"), project=firm.logo)

    assert edit(firm, entry, EntryChanges(billable="no_charge")).rate == Money(12_000, "EUR")


def test_another_day_moves_the_entry_and_captures_that_days_rate(firm: Firm) -> None:
    a_rate(firm.session, Money(8_000, "EUR"), project=firm.logo, valid_from=OTHER_DAY)
    entry = an_entry(firm.session, firm.robin, firm.logo, started_at=at(9), hours=2)

    edit(firm, entry, EntryChanges(worked_on=OTHER_DAY))

    assert (entry.started_at, entry.ended_at) == (at(9, day=-1), at(11, day=-1))
    assert (entry.worked_on, entry.rate) == (OTHER_DAY, Money(8_000, "EUR"))


def test_a_move_over_the_clock_change_keeps_time_of_day_and_length(firm: Firm) -> None:
    before = datetime(2026, 3, 28, 8, 30, tzinfo=UTC)  # 9:30 in Berlin, the day before
    entry = an_entry(firm.session, firm.robin, firm.logo, started_at=before, hours=2)

    edit_entry(
        firm.session,
        actor=firm.robin,
        entry=entry,
        changes=EntryChanges(worked_on=date(2026, 3, 29)),
        now=datetime(2026, 3, 30, 9, 0, tzinfo=UTC),
        surface="slack",
    )

    assert entry.started_at == datetime(2026, 3, 29, 7, 30, tzinfo=UTC)
    assert entry.seconds(now=before) == 7_200


def test_a_new_start_before_midnight_changes_the_day(firm: Firm) -> None:
    entry = a_draft(firm)

    edit(firm, entry, EntryChanges(started_at=at(23, day=-1)))

    assert entry.worked_on == OTHER_DAY


def test_a_running_timer_can_get_another_start_text_and_project(firm: Firm) -> None:
    entry = firm.start(at(9)).entry

    edit(firm, entry, EntryChanges(text="Call", project=firm.site, started_at=at(8)))

    assert (entry.state, entry.started_at, entry.rate) == ("running", at(8), None)


@pytest.mark.parametrize(
    "changes", [EntryChanges(ended_at=at(10)), EntryChanges(worked_on=OTHER_DAY)]
)
def test_a_running_timer_gets_no_end_and_no_other_day(firm: Firm, changes: EntryChanges) -> None:
    entry = firm.start(at(9)).entry

    with pytest.raises(StillRunning):
        edit(firm, entry, changes)


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        (EntryChanges(started_at=at(10)), EndsBeforeStart),
        (EntryChanges(ended_at=at(20, 1)), TimeInFuture),
        (EntryChanges(started_at=at(9, day=-2)), LongTime),
        (EntryChanges(worked_on=date(2026, 3, 3)), DayInFuture),
    ],
)
def test_impossible_times_are_refused(
    firm: Firm, changes: EntryChanges, refusal: type[Exception]
) -> None:
    entry = a_draft(firm)

    with pytest.raises(refusal):
        edit(firm, entry, changes)


def test_more_than_24_hours_are_taken_once_they_are_meant(firm: Firm) -> None:
    entry = a_draft(firm)

    edit(firm, entry, EntryChanges(started_at=at(9, day=-2), long_is_meant=True))

    assert entry.started_at == at(9, day=-2)


def test_somebody_elses_entry_is_refused(firm: Firm) -> None:
    lea = a_member(firm.session, firm.workspace, name="Lea")

    with pytest.raises(NotAllowed, match="Ask Kim"):
        edit(firm, a_draft(firm), EntryChanges(text="x"), actor=lea)


@pytest.mark.breaks_invariants
def test_a_billed_entry_is_refused(firm: Firm) -> None:
    entry = an_entry(firm.session, firm.robin, firm.logo, state="applied")

    with pytest.raises(AlreadyBilled):
        edit(firm, entry, EntryChanges(text="x"))
    with pytest.raises(AlreadyBilled):
        delete_entry(firm.session, actor=firm.robin, entry=entry, now=at(20), surface="slack")


def test_a_modal_that_is_older_than_the_entry_is_refused(firm: Firm) -> None:
    entry = a_draft(firm)

    with pytest.raises(EntryChanged):
        edit(firm, entry, EntryChanges(text="x", version=entry.version - 1))


def test_editing_what_waits_takes_it_out_of_the_submission(firm: Firm) -> None:
    entry = a_draft(firm)
    submission = submitted(firm, entry)
    old_digest = submission.digest

    edit(firm, entry, EntryChanges(text="Call"))

    assert (entry.state, entry.submission_id) == ("draft", None)
    assert submission.digest != old_digest
    assert submission.settled_at == at(20)


def test_editing_what_is_approved_voids_the_approval_and_tells_the_approver(firm: Firm) -> None:
    entry = a_draft(firm)
    approved(firm, entry)

    edit(firm, entry, EntryChanges(text="Call"))

    assert (entry.state, entry.approved_by, entry.approved_at) == ("draft", None, None)
    assert entry.approval_digest is None
    (notice,) = firm.told("approval_voided")
    assert notice["recipient"] == firm.kim.slack_user_id
    assert notice["facts"] == {
        "entry_id": str(entry.id),
        "by_member_id": str(firm.robin.id),
    }


def test_a_deleted_entry_is_gone_but_kept(firm: Firm) -> None:
    entry = a_draft(firm)

    delete_entry(firm.session, actor=firm.robin, entry=entry, now=at(20), surface="slack")

    assert entry.deleted_at == at(20)
    with pytest.raises(EntryGone, match="You can restore it"):
        get_own_entry(firm.session, member=firm.robin, number=entry.number, now=at(20))
    with pytest.raises(EntryGone):
        edit(firm, entry, EntryChanges(text="x"))


def test_deleting_what_is_approved_voids_the_approval(firm: Firm) -> None:
    entry = a_draft(firm)
    approved(firm, entry)

    delete_entry(firm.session, actor=firm.robin, entry=entry, now=at(20), surface="slack")

    assert entry.state == "draft"
    assert len(firm.told("approval_voided")) == 1


def test_a_deleted_timer_leaves_room_for_another_one(firm: Firm) -> None:
    entry = firm.start(at(9)).entry

    delete_entry(firm.session, actor=firm.robin, entry=entry, now=at(10), surface="slack")

    assert firm.start(at(11)).stopped is None


@pytest.mark.parametrize("number", [0, -1, 99, 2**70])
def test_an_entry_that_does_not_exist_is_not_found(firm: Firm, number: int) -> None:
    with pytest.raises(EntryUnknown):
        get_own_entry(firm.session, member=firm.robin, number=number, now=at(20))


def test_the_number_of_somebody_else_names_nothing_of_mine(firm: Firm) -> None:
    a_draft(firm)

    with pytest.raises(EntryUnknown):
        get_own_entry(firm.session, member=firm.kim, number=1, now=at(20))


def test_new_times_confirm_an_entry_whose_end_was_guessed(firm: Firm) -> None:
    entry = an_entry(
        firm.session, firm.robin, firm.logo, started_at=at(9), hours=5, is_confirmed=False
    )

    assert edit(firm, entry, EntryChanges(ended_at=at(10))).is_confirmed


def test_another_text_does_not_confirm_a_guessed_end(firm: Firm) -> None:
    entry = an_entry(firm.session, firm.robin, firm.logo, started_at=at(9), is_confirmed=False)

    assert not edit(firm, entry, EntryChanges(text="Call")).is_confirmed


def test_its_author_confirms_a_guessed_end(firm: Firm) -> None:
    entry = an_entry(firm.session, firm.robin, firm.logo, is_confirmed=False)

    confirm_entry(firm.session, actor=firm.robin, entry=entry, now=at(20), surface="slack")

    assert entry.is_confirmed
    assert firm.audited(entry) == ["time_entry.confirmed"]


def test_an_approver_confirms_for_somebody_who_left_but_not_for_others(firm: Firm) -> None:
    entry = an_entry(firm.session, firm.robin, firm.logo, is_confirmed=False)

    with pytest.raises(NotYours):
        confirm_entry(firm.session, actor=firm.kim, entry=entry, now=at(20), surface="slack")
    firm.robin.deactivated_at = at(12)
    firm.session.flush()
    confirm_entry(firm.session, actor=firm.kim, entry=entry, now=at(20), surface="slack")

    assert entry.is_confirmed


def test_a_plain_member_confirms_nothing_for_somebody_who_left(firm: Firm) -> None:
    entry = an_entry(firm.session, firm.robin, firm.logo, is_confirmed=False)
    firm.robin.deactivated_at = at(12)
    other = a_member(firm.session, firm.workspace, profile_at=at(9))

    with pytest.raises(NotAllowed):
        confirm_entry(firm.session, actor=other, entry=entry, now=at(20), surface="slack")


def test_nothing_said_is_nothing_changed() -> None:
    assert {getattr(EntryChanges(), each.name) for each in fields(EntryChanges)} == {None, False}
