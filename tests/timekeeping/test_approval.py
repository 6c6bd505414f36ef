from collections.abc import Collection
from datetime import date, datetime
from uuid import UUID

import pytest
from sqlalchemy.orm import Session

from tests.builders import a_member, an_entry
from tests.timekeeping.firm import Firm, a_firm, an_approver, at
from tests.timekeeping.test_submission import a_route
from timebot.errors import NotAllowed
from timebot.team.models import Member
from timebot.timekeeping.approval import (
    AlreadySettled,
    ChangedSince,
    NothingToTakeBack,
    NothingWaits,
    NotYourProject,
    OwnHours,
    ReasonMissing,
    Settled,
    approve,
    reject,
    unapprove,
)
from timebot.timekeeping.editing import EntryChanges, edit_entry
from timebot.timekeeping.models import Submission, TimeEntry
from timebot.timekeeping.submission import shown_digest, submit, withdraw
from timebot.timekeeping.submitted import SubmissionUnknown, entry_digest


def handed_in(
    firm: Firm, count: int = 1, *, actor: Member | None = None
) -> tuple[Submission, list[TimeEntry]]:
    entries = [
        an_entry(firm.session, firm.robin, firm.logo, started_at=at(9 + nth))
        for nth in range(count)
    ]
    submission = submit(
        firm.session,
        workspace=firm.workspace,
        member=firm.robin,
        start=date(2026, 3, 2),
        end=date(2026, 3, 3),
        now=at(18),
        surface="slack",
        actor=actor,
    )
    return submission, entries


def say_yes(
    firm: Firm,
    submission: Submission,
    *,
    approver: Member | None = None,
    entry_ids: Collection[UUID] | None = None,
    digest: str | None = None,
    now: datetime | None = None,
) -> Settled:
    return approve(
        firm.session,
        workspace=firm.workspace,
        approver=approver or firm.kim,
        submission_id=submission.id,
        entry_ids=entry_ids,
        digest=digest,
        now=now or at(19),
        surface="slack",
    )


def say_no(
    firm: Firm,
    submission: Submission,
    reason: str = "Too long",
    *,
    approver: Member | None = None,
    entry_ids: Collection[UUID] | None = None,
    now: datetime | None = None,
) -> Settled:
    return reject(
        firm.session,
        workspace=firm.workspace,
        approver=approver or firm.kim,
        submission_id=submission.id,
        entry_ids=entry_ids,
        reason=reason,
        digest=None,
        now=now or at(19),
        surface="slack",
    )


def take_back(firm: Firm, submission: Submission) -> Settled:
    return unapprove(
        firm.session,
        workspace=firm.workspace,
        approver=firm.kim,
        submission_id=submission.id,
        entry_ids=None,
        now=at(20),
        surface="slack",
    )


def test_approving_all_records_who_when_and_what_was_shown(firm: Firm) -> None:
    submission, entries = handed_in(firm, 2)

    settled = say_yes(firm, submission, digest=submission.digest)

    assert (settled.by, len(settled.entries), settled.left) == (firm.kim, 2, 0)
    for entry in entries:
        assert (entry.state, entry.approved_by, entry.approved_at) == (
            "approved",
            firm.kim.id,
            at(19),
        )
        assert entry.approval_digest == entry_digest(entry)
        assert not entry.self_approval
        assert firm.audited(entry) == ["time_entry.submitted", "time_entry.approved"]
    assert submission.settled_at == at(19)


def test_the_author_is_told_once(firm: Firm) -> None:
    submission, entries = handed_in(firm, 2)

    say_yes(firm, submission)

    (notice,) = firm.told("entries_approved")
    assert notice["recipient"] == firm.robin.slack_user_id
    assert notice["facts"] == {
        "entry_ids": [str(entry.id) for entry in entries],
        "by_member_id": str(firm.kim.id),
    }


def test_some_are_approved_and_the_rest_waits(firm: Firm) -> None:
    submission, (first, second) = handed_in(firm, 2)

    settled = say_yes(firm, submission, entry_ids=[first.id])

    assert (first.state, second.state, settled.left) == ("approved", "pending_review", 1)
    assert submission.settled_at is None
    assert submission.digest == shown_digest(firm.session, submission)


def test_the_second_approver_hears_who_was_quicker_and_when(firm: Firm) -> None:
    submission, (entry,) = handed_in(firm)
    say_yes(firm, submission)
    sam = an_approver(firm.session, firm.workspace, "Sam")

    with pytest.raises(AlreadySettled, match="Kim approved this at 19:00") as late:
        say_no(firm, submission, approver=sam, now=at(19, 1))

    assert (late.value.by_name, late.value.at) == ("Kim", at(19))
    assert entry.state == "approved"
    assert len(firm.told("entries_rejected")) == 0


def test_a_double_click_approves_once_and_says_so(firm: Firm) -> None:
    submission, _ = handed_in(firm)
    say_yes(firm, submission, digest=submission.digest)

    with pytest.raises(AlreadySettled, match="You approved this"):
        say_yes(firm, submission, digest=submission.digest)

    assert len(firm.told("entries_approved")) == 1


def test_an_approval_after_a_rejection_hears_of_it(firm: Firm) -> None:
    submission, (entry,) = handed_in(firm)
    say_no(firm, submission)
    sam = an_approver(firm.session, firm.workspace, "Sam")

    with pytest.raises(AlreadySettled, match="Kim rejected this"):
        say_yes(firm, submission, approver=sam, entry_ids=[entry.id])


def test_what_was_changed_since_it_was_shown_asks_again(firm: Firm) -> None:
    submission, (first, second) = handed_in(firm, 2)
    shown = submission.digest
    edit_entry(
        firm.session,
        actor=firm.robin,
        entry=first,
        changes=EntryChanges(text="Call"),
        now=at(18, 30),
        surface="slack",
    )

    with pytest.raises(ChangedSince) as asked:
        say_yes(firm, submission, digest=shown)

    assert second.state == "pending_review"
    assert asked.value.ways_out[0].value == str(submission.id)


def test_a_chosen_entry_that_left_meanwhile_asks_again(firm: Firm) -> None:
    submission, (first, second) = handed_in(firm, 2)
    withdraw(firm.session, member=firm.robin, number=first.number, now=at(18, 1), surface="slack")

    with pytest.raises(ChangedSince):
        say_yes(firm, submission, entry_ids=[first.id, second.id])


def test_withdrawn_hours_wait_no_more(firm: Firm) -> None:
    submission, _ = handed_in(firm)
    withdraw(firm.session, member=firm.robin, now=at(18, 1), surface="slack")

    with pytest.raises(NothingWaits):
        say_yes(firm, submission)


def test_a_rejection_returns_drafts_with_the_reason_and_tells_the_author(firm: Firm) -> None:
    submission, (entry,) = handed_in(firm)

    say_no(firm, submission, " Please\nsplit ")

    assert (entry.state, entry.rejection_reason, entry.rejected_by) == (
        "draft",
        "Please split",
        firm.kim.id,
    )
    assert entry.rejected_at == at(19)
    (notice,) = firm.told("entries_rejected")
    assert notice["facts"]["reason"] == "Please split"


@pytest.mark.parametrize("reason", ["", "  ", "\u200b"])
def test_a_rejection_wants_a_reason(firm: Firm, reason: str) -> None:
    submission, _ = handed_in(firm)

    with pytest.raises(ReasonMissing):
        say_no(firm, submission, reason)


def test_rejected_hours_can_be_handed_in_again_without_the_old_reason(firm: Firm) -> None:
    submission, (entry,) = handed_in(firm)
    say_no(firm, submission)

    again = submit(
        firm.session,
        workspace=firm.workspace,
        member=firm.robin,
        start=date(2026, 3, 2),
        end=date(2026, 3, 3),
        now=at(20),
        surface="slack",
    )

    assert (entry.submission_id, entry.rejection_reason) == (again.id, None)


def test_ones_own_hours_are_refused(firm: Firm) -> None:
    firm.robin.role, firm.robin.profile_at = "owner", at(9)
    submission, (entry,) = handed_in(firm)

    with pytest.raises(OwnHours):
        say_yes(firm, submission, approver=firm.robin)

    assert entry.state == "pending_review"


def test_a_firm_of_one_approves_its_own_hours_and_they_are_marked(session: Session) -> None:
    firm = a_firm(session, self_approval=True)
    firm.robin.role, firm.robin.profile_at = "owner", at(9)
    submission, (entry,) = handed_in(firm)

    say_yes(firm, submission, approver=firm.robin)

    assert (entry.state, entry.self_approval) == ("approved", True)
    assert firm.told("entries_approved") == []


@pytest.mark.parametrize(
    "change", [{"role": "member"}, {"role": "none", "kind": "guest"}, {"deactivated_at": at(9)}]
)
def test_who_lost_the_role_approves_nothing(firm: Firm, change: dict[str, object]) -> None:
    submission, (entry,) = handed_in(firm)
    for name, value in change.items():
        setattr(firm.kim, name, value)
    firm.session.flush()

    with pytest.raises(NotAllowed):
        say_yes(firm, submission)

    assert entry.state == "pending_review"


def test_hours_of_a_routed_project_are_for_its_approver(firm: Firm) -> None:
    a_route(firm, an_approver(firm.session, firm.workspace, "Lea"), project=firm.logo)
    submission, _ = handed_in(firm)

    with pytest.raises(NotYourProject, match="for Lea to settle"):
        say_yes(firm, submission)


def test_approving_all_settles_only_the_projects_that_are_ones_own(firm: Firm) -> None:
    lea = an_approver(firm.session, firm.workspace, "Lea")
    a_route(firm, lea, project=firm.site)
    site = an_entry(firm.session, firm.robin, firm.site, started_at=at(7))
    submission, (logo,) = handed_in(firm)

    settled = say_yes(firm, submission)

    assert (logo.state, site.state, settled.left) == ("approved", "pending_review", 1)
    with pytest.raises(NotYourProject):
        say_yes(firm, submission, entry_ids=[site.id])


def test_an_owner_may_settle_any_project(firm: Firm) -> None:
    a_route(firm, firm.kim, project=firm.logo)
    olga = a_member(firm.session, firm.workspace, name="Olga", role="owner", profile_at=at(9))
    submission, (entry,) = handed_in(firm)

    say_yes(firm, submission, approver=olga)

    assert entry.approved_by == olga.id


def test_who_handed_hours_in_for_somebody_does_not_approve_them(firm: Firm) -> None:
    firm.robin.deactivated_at = at(12)
    submission, (entry,) = handed_in(firm, actor=firm.kim)
    sam = an_approver(firm.session, firm.workspace, "Sam")

    with pytest.raises(OwnHours, match="handed in some of these hours for Robin"):
        say_yes(firm, submission)
    say_yes(firm, submission, approver=sam)

    assert entry.approved_by == sam.id
    assert firm.told("entries_approved") == []


@pytest.mark.breaks_invariants
def test_an_approval_is_taken_back_until_it_is_billed(firm: Firm) -> None:
    submission, (first, second) = handed_in(firm, 2)
    say_yes(firm, submission)
    second.state = "applied"
    firm.session.flush()

    taken = take_back(firm, submission)

    assert (taken.entries, taken.left) == ([first], 1)
    assert (first.state, first.approved_by, first.submission_id) == (
        "pending_review",
        None,
        submission.id,
    )
    assert submission.settled_at is None
    assert len(firm.told("approval_voided")) == 1


def test_no_approval_to_take_back_is_refused(firm: Firm) -> None:
    submission, _ = handed_in(firm)

    with pytest.raises(NothingToTakeBack):
        take_back(firm, submission)


def test_every_copy_of_the_card_is_repainted(firm: Firm) -> None:
    sam = an_approver(firm.session, firm.workspace, "Sam")
    submission, _ = handed_in(firm)

    say_yes(firm, submission)

    cards = [one for one in firm.outbox("slack.card") if one["subject_id"] == str(submission.id)]
    assert {card["recipient"] for card in cards} == {firm.kim.slack_user_id, sam.slack_user_id}


def test_another_workspaces_approver_finds_nothing(firm: Firm) -> None:
    submission, (entry,) = handed_in(firm)
    other = a_firm(firm.session)

    with pytest.raises(SubmissionUnknown):
        approve(
            firm.session,
            workspace=other.workspace,
            approver=other.kim,
            submission_id=submission.id,
            entry_ids=None,
            digest=None,
            now=at(19),
            surface="slack",
        )

    assert entry.state == "pending_review"
