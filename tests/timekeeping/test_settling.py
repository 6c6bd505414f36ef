"""Settling submissions at once: everything with exceptions, all of it or nothing."""

from collections.abc import Mapping, Sequence
from uuid import UUID

import pytest

from tests.builders import a_member, an_entry
from tests.timekeeping.firm import Firm, an_approver, at
from tests.timekeeping.test_approval import handed_in, say_yes
from tests.timekeeping.test_submission import a_route, hand_in
from timebot.timekeeping.approval import (
    AlreadySettled,
    ChangedSince,
    NotYourProject,
    OwnHours,
    ReasonMissing,
    Ruling,
    Verdict,
    settle,
)
from timebot.timekeeping.models import Submission
from timebot.timekeeping.overview import waiting_for
from timebot.timekeeping.submission import withdraw
from timebot.timekeeping.waiting import (
    QueueChanged,
    approve_waiting,
    lately_settled,
    queue_digest,
)


def rule(firm: Firm, *verdicts: Verdict) -> Sequence[Ruling]:
    return settle(
        firm.session,
        workspace=firm.workspace,
        approver=firm.kim,
        verdicts=verdicts,
        now=at(19),
        surface="slack",
    )


def verdict(submission: Submission, exceptions: Mapping[UUID, str] | None = None) -> Verdict:
    return Verdict(submission.id, submission.digest, exceptions or {})


def listed_digest(firm: Firm) -> str:
    return queue_digest(
        waiting_for(firm.session, workspace=firm.workspace, approver=firm.kim, now=at(19))
    )


def approve_queue(firm: Firm, digest: str) -> Sequence[Ruling]:
    return approve_waiting(
        firm.session,
        workspace=firm.workspace,
        approver=firm.kim,
        digest=digest,
        now=at(19),
        surface="slack",
    )


def test_some_are_rejected_with_their_reasons_and_the_rest_is_approved(firm: Firm) -> None:
    submission, (one, two, three) = handed_in(firm, 3)

    (ruling,) = rule(firm, verdict(submission, {one.id: " Too long ", two.id: "Whose call?"}))

    assert (ruling.approved, ruling.rejected, ruling.left) == ([three], [one, two], 0)
    assert [entry.state for entry in (one, two, three)] == ["draft", "draft", "approved"]
    assert [entry.rejection_reason for entry in (one, two)] == ["Too long", "Whose call?"]
    assert submission.settled_at == at(19)
    assert firm.audited(one)[-1] == "time_entry.rejected"
    assert firm.audited(three)[-1] == "time_entry.approved"


def test_the_author_is_told_of_both_in_one_message(firm: Firm) -> None:
    submission, (one, two, three) = handed_in(firm, 3)

    rule(firm, verdict(submission, {one.id: "Too long", two.id: "Whose call?"}))

    (told,) = firm.told("entries_rejected")
    assert told["facts"]["approved_ids"] == [str(three.id)]
    assert told["facts"]["entry_ids"] == [str(one.id), str(two.id)]
    assert told["facts"]["reasons"] == ["Too long", "Whose call?"]
    assert firm.told("entries_approved") == []


def test_nothing_is_settled_where_one_of_the_submissions_has_changed(firm: Firm) -> None:
    submission, (entry,) = handed_in(firm)
    other = a_member(firm.session, firm.workspace, name="Ada")
    an_entry(firm.session, other, firm.logo)
    second = hand_in(firm, member=other)
    stale = Verdict(second.id, "0" * 64)

    with pytest.raises(ChangedSince), firm.session.begin_nested():
        rule(firm, verdict(submission), stale)

    firm.session.refresh(entry)
    assert entry.state == "pending_review"


def test_an_exception_wants_a_reason(firm: Firm) -> None:
    submission, (entry, _) = handed_in(firm, 2)

    with pytest.raises(ReasonMissing):
        rule(firm, verdict(submission, {entry.id: " "}))

    assert entry.state == "pending_review"


def test_an_exception_that_was_taken_back_asks_again(firm: Firm) -> None:
    submission, (entry, other) = handed_in(firm, 2)
    shown = verdict(submission, {entry.id: "Too long"})
    withdraw(firm.session, member=firm.robin, number=entry.number, now=at(18, 1), surface="slack")

    with pytest.raises(ChangedSince):
        rule(firm, shown)

    assert other.state == "pending_review"


def test_an_exception_on_a_project_of_others_is_refused(firm: Firm) -> None:
    a_route(firm, an_approver(firm.session, firm.workspace, "Lea"), project=firm.site)
    site = an_entry(firm.session, firm.robin, firm.site, started_at=at(7))
    submission, (logo,) = handed_in(firm)

    with pytest.raises(NotYourProject, match="for Lea to settle"):
        rule(firm, verdict(submission, {site.id: "Too long"}))

    assert logo.state == "pending_review"


def test_ones_own_hours_among_them_settle_nothing(firm: Firm) -> None:
    an_entry(firm.session, firm.kim, firm.logo)
    own = hand_in(firm, member=firm.kim)
    submission, (entry,) = handed_in(firm)

    with pytest.raises(OwnHours), firm.session.begin_nested():
        rule(firm, verdict(submission), verdict(own))

    firm.session.refresh(entry)
    assert entry.state == "pending_review"


def test_all_that_waits_is_approved_at_once(firm: Firm) -> None:
    _, entries = handed_in(firm, 2)
    other = a_member(firm.session, firm.workspace, name="Ada")
    entry = an_entry(firm.session, other, firm.logo)
    hand_in(firm, member=other)

    rulings = approve_queue(firm, listed_digest(firm))

    assert sorted(ruling.author.name for ruling in rulings) == ["Ada", "Robin"]
    assert {one.state for one in (*entries, entry)} == {"approved"}


def test_a_list_that_is_out_of_date_settles_nothing(firm: Firm) -> None:
    _, (entry,) = handed_in(firm)
    digest = listed_digest(firm)
    other = a_member(firm.session, firm.workspace, name="Ada")
    an_entry(firm.session, other, firm.logo)
    hand_in(firm, member=other)

    with pytest.raises(QueueChanged):
        approve_queue(firm, digest)

    assert entry.state == "pending_review"


def test_a_list_of_nothing_is_out_of_date(firm: Firm) -> None:
    with pytest.raises(QueueChanged):
        approve_queue(firm, listed_digest(firm))


def test_what_was_approved_lately_is_listed_until_it_is_billed_or_old(firm: Firm) -> None:
    submission, entries = handed_in(firm, 2)
    say_yes(firm, submission)

    (one,) = lately_settled(firm.session, approver=firm.kim, now=at(20), limit=5)
    old = lately_settled(firm.session, approver=firm.kim, now=at(20, day=15), limit=5)

    assert (one.submission, one.author, one.seconds) == (submission, firm.robin, 7_200)
    assert (one.entries, old) == (entries, [])


def test_an_approval_after_a_settled_one_hears_who_was_quicker(firm: Firm) -> None:
    submission, _ = handed_in(firm)
    shown = verdict(submission)
    rule(firm, shown)

    with pytest.raises(AlreadySettled, match="You approved this"):
        rule(firm, shown)
