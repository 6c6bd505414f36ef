"""Time that an approver enters or corrects for somebody else."""

import json
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from tests.builders import a_member, a_workspace, an_entry
from tests.timekeeping.firm import Firm, an_approver, at
from tests.timekeeping.settled import approved, submitted
from timebot.errors import NotAllowed
from timebot.journal.models import AuditEvent
from timebot.team.models import Member
from timebot.timekeeping.approval import OwnHours, approve
from timebot.timekeeping.changing import NotYours
from timebot.timekeeping.editing import EntryChanges, confirm_entry, delete_entry, edit_entry
from timebot.timekeeping.limits import Span
from timebot.timekeeping.manual import Added, add_entry
from timebot.timekeeping.models import Submission, TimeEntry
from timebot.timekeeping.on_behalf import HasLeft, NoTimeOfTheirs, NotKnownYet
from timebot.timekeeping.splitting import split_entry
from timebot.timekeeping.submission import submit
from timebot.timekeeping.undo import undo_last

NOW = at(20)


def added(firm: Firm, actor: Member, member: Member | None = None) -> Added:
    return add_entry(
        firm.session,
        workspace=firm.workspace,
        member=member or firm.robin,
        actor=actor,
        project=firm.logo,
        span=Span(at(9), at(11)),
        text="Call",
        now=NOW,
        surface="slack",
    )


def edited(firm: Firm, entry: TimeEntry, actor: Member, **changes: object) -> None:
    edit_entry(
        firm.session,
        actor=actor,
        entry=entry,
        changes=EntryChanges(**changes),  # type: ignore[arg-type]  # named as they are
        now=NOW,
        surface="slack",
    )


def settle(firm: Firm, submission: Submission, approver: Member) -> None:
    approve(
        firm.session,
        workspace=firm.workspace,
        approver=approver,
        submission_id=submission.id,
        entry_ids=None,
        digest=None,
        now=NOW,
        surface="slack",
    )


def leaves(firm: Firm) -> None:
    firm.robin.deactivated_at = at(19)
    firm.session.flush()


def handed_in_for_robin(firm: Firm, actor: Member) -> Submission:
    return submit(
        firm.session,
        workspace=firm.workspace,
        member=firm.robin,
        actor=actor,
        start=at(9).date(),
        end=at(9, day=1).date(),
        now=NOW,
        surface="slack",
    )


def actors(firm: Firm, entry: TimeEntry) -> dict[str, UUID | None]:
    events = firm.session.scalars(select(AuditEvent).where(AuditEvent.subject_id == entry.id))
    return {event.action.removeprefix("time_entry."): event.actor_id for event in events}


def a_draft(firm: Firm) -> TimeEntry:
    firm.start(at(9))
    return firm.stop(at(11))


def test_an_approver_adds_time_and_the_person_is_told(firm: Firm) -> None:
    entry = added(firm, firm.kim).entry

    assert (entry.member_id, entry.number, entry.state) == (firm.robin.id, 1, "draft")
    assert actors(firm, entry) == {"added": firm.kim.id}
    (notice,) = firm.told("entry_corrected")
    assert notice["recipient"] == firm.robin.slack_user_id
    assert (notice["facts"]["what"], notice["facts"]["by_member_id"]) == (
        "added",
        str(firm.kim.id),
    )


def test_what_was_and_what_is_goes_with_the_notice(firm: Firm) -> None:
    entry = a_draft(firm)

    edited(firm, entry, firm.kim, text="Call")

    (notice,) = firm.told("entry_corrected")
    assert json.loads(notice["facts"]["before"])["text"] == "Sketches"
    assert json.loads(notice["facts"]["after"])["text"] == "Call"


def test_a_correction_voids_the_submission_and_nobody_is_told_twice(firm: Firm) -> None:
    entry = a_draft(firm)
    approved(firm, entry)

    edited(firm, entry, firm.kim, ended_at=at(10))

    assert (entry.state, entry.submission_id) == ("draft", None)
    assert len(firm.told("entry_corrected")) == 1
    # Kim had approved it, and knows what Kim has just done.
    assert firm.told("approval_voided") == []


def test_another_approver_who_had_approved_is_told(firm: Firm) -> None:
    entry = a_draft(firm)
    approved(firm, entry)

    edited(firm, entry, an_approver(firm.session, firm.workspace, "Lea"), text="Call")

    (notice,) = firm.told("approval_voided")
    assert notice["recipient"] == firm.kim.slack_user_id


def test_splitting_and_deleting_for_somebody_tell_them_too(firm: Firm) -> None:
    entry = a_draft(firm)
    split_entry(firm.session, actor=firm.kim, entry=entry, at=at(10), now=NOW, surface="slack")
    delete_entry(firm.session, actor=firm.kim, entry=entry, now=NOW, surface="slack")

    assert [one["facts"]["what"] for one in firm.told("entry_corrected")] == ["split", "deleted"]


def test_what_was_done_for_somebody_is_undone_by_who_did_it(firm: Firm) -> None:
    entry = a_draft(firm)
    edited(firm, entry, firm.kim, text="Call")

    undo_last(firm.session, member=firm.kim, now=NOW, surface="slack")

    assert entry.text == "Sketches"
    assert [one["facts"]["what"] for one in firm.told("entry_corrected")] == ["edited", "undone"]


def test_the_authors_own_undo_does_not_take_it_back(firm: Firm) -> None:
    entry = a_draft(firm)
    edited(firm, entry, firm.kim, text="Call")

    with pytest.raises(Exception, match="was changed since"):
        undo_last(firm.session, member=firm.robin, now=at(11, 5), surface="slack")

    assert entry.text == "Call"


def test_a_member_may_not_and_is_told_who_may(firm: Firm) -> None:
    lea = a_member(firm.session, firm.workspace, name="Lea", profile_at=at(9))

    with pytest.raises(NotAllowed, match=r"Only approvers.*Ask Kim"):
        added(firm, lea)
    with pytest.raises(NotAllowed, match=r"Only approvers.*Ask Kim"):
        edited(firm, a_draft(firm), lea, text="Call")


def test_an_approver_whose_profile_is_old_may_not(firm: Firm) -> None:
    firm.kim.profile_at = NOW - timedelta(days=8)
    firm.session.flush()

    with pytest.raises(NotAllowed, match="could not check your Slack profile"):
        added(firm, firm.kim)


def test_nobody_gets_time_who_records_none(firm: Firm) -> None:
    guest = a_member(
        firm.session, firm.workspace, name="Gus", kind="guest", role="none", profile_at=at(9)
    )
    unknown = a_member(firm.session, firm.workspace, name="New", profile_at=None)
    leaves(firm)

    with pytest.raises(NoTimeOfTheirs):
        added(firm, firm.kim, guest)
    with pytest.raises(NotKnownYet):
        added(firm, firm.kim, unknown)
    with pytest.raises(HasLeft):
        added(firm, firm.kim)


def test_time_of_another_firm_is_out_of_reach(firm: Firm) -> None:
    other = a_workspace(firm.session, name="Other")
    stranger = an_approver(firm.session, other, "Stan")

    with pytest.raises(NotYours):
        edited(firm, a_draft(firm), stranger, text="Call")


def test_an_end_that_only_its_author_can_confirm_stays_unconfirmed(firm: Firm) -> None:
    entry = an_entry(firm.session, firm.robin, firm.logo, started_at=at(9), is_confirmed=False)

    edited(firm, entry, firm.kim, ended_at=at(9, 30))

    assert not entry.is_confirmed


def test_time_of_somebody_who_left_can_be_corrected_and_nobody_is_told(firm: Firm) -> None:
    entry = an_entry(firm.session, firm.robin, firm.logo, started_at=at(9), is_confirmed=False)
    leaves(firm)

    edited(firm, entry, firm.kim, ended_at=at(9, 30))

    assert entry.is_confirmed
    assert firm.told("entry_corrected") == []


def test_an_author_who_hands_in_vouches_for_what_was_entered_for_them(firm: Firm) -> None:
    entry = added(firm, firm.kim).entry

    submission = submitted(firm, entry, now=NOW)
    settle(firm, submission, firm.kim)

    assert entry.state == "approved"


def test_without_an_author_nobody_approves_what_they_changed(firm: Firm) -> None:
    lea = an_approver(firm.session, firm.workspace, "Lea")
    max_ = an_approver(firm.session, firm.workspace, "Max")
    entry = a_draft(firm)
    leaves(firm)
    edited(firm, entry, firm.kim, text="Call")

    submission = handed_in_for_robin(firm, lea)

    for hand in (firm.kim, lea):
        with pytest.raises(OwnHours):
            settle(firm, submission, hand)
    asked = {
        one["recipient"] for one in firm.outbox("slack.card") if "submission" in one["purpose"]
    }
    assert asked == {max_.slack_user_id}
    settle(firm, submission, max_)
    assert entry.state == "approved"


def test_whoever_confirmed_an_end_does_not_approve_it_either(firm: Firm) -> None:
    lea = an_approver(firm.session, firm.workspace, "Lea")
    entry = an_entry(firm.session, firm.robin, firm.logo, started_at=at(9), is_confirmed=False)
    leaves(firm)
    confirm_entry(firm.session, actor=firm.kim, entry=entry, now=NOW, surface="slack")
    submission = handed_in_for_robin(firm, lea)

    with pytest.raises(OwnHours):
        settle(firm, submission, firm.kim)
