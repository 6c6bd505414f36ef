"""Hours of somebody who left are corrected, handed in and approved by others."""

from collections.abc import Callable

import pytest

from tests.builders import a_member
from tests.timekeeping.firm import Firm, an_approver, at
from tests.timekeeping.leaving import (
    NOW,
    a_draft,
    an_owner,
    becomes_a_guest,
    hands_in,
    leaves,
    sees_off,
)
from timebot.errors import NotAllowed
from timebot.timekeeping.approval import approve
from timebot.timekeeping.approvers import approvers_of
from timebot.timekeeping.editing import EntryChanges, confirm_entry, edit_entry
from timebot.timekeeping.leavers import NothingLeft, left_for
from timebot.timekeeping.limits import Span
from timebot.timekeeping.manual import add_entry
from timebot.timekeeping.on_behalf import NoTimeOfTheirs
from timebot.timekeeping.routing import Scope, set_route
from timebot.timekeeping.submission import SubmissionBlocked


@pytest.mark.parametrize("goes", [leaves, becomes_a_guest])
def test_what_was_left_is_corrected_confirmed_and_handed_in(
    firm: Firm, goes: Callable[[Firm], None]
) -> None:
    first = firm.start(at(9)).entry
    goes(firm)
    sees_off(firm)

    edit_entry(
        firm.session,
        actor=firm.kim,
        entry=first,
        changes=EntryChanges(text="Call"),
        now=NOW,
        surface="slack",
    )
    confirm_entry(firm.session, actor=firm.kim, entry=first, now=NOW, surface="slack")
    hands_in(firm, firm.kim)

    assert (first.state, first.text, first.is_confirmed) == ("pending_review", "Call", True)
    assert firm.told("entry_corrected") == []


def test_drafts_of_every_day_are_handed_in_at_once(firm: Firm) -> None:
    entries = [a_draft(firm), a_draft(firm, day=20), a_draft(firm, day=40)]
    leaves(firm, at(9, day=50))

    hands_in(firm, firm.kim)

    assert {entry.state for entry in entries} == {"pending_review"}


def test_what_lacks_something_is_named_with_the_way_to_put_it_right(firm: Firm) -> None:
    entry = a_draft(firm)
    entry.project_id = None
    leaves(firm)

    with pytest.raises(SubmissionBlocked) as refused:
        hands_in(firm, firm.kim)

    (way,) = refused.value.ways_out
    assert (way.action, way.value) == ("left.show", str(firm.robin.id))
    assert refused.value.example is None


def test_another_one_approves_what_was_handed_in(firm: Firm) -> None:
    other = an_approver(firm.session, firm.workspace, "Lin")
    a_draft(firm)
    leaves(firm)

    submission = hands_in(firm, firm.kim)

    found = approvers_of(firm.session, workspace=firm.workspace, submission=submission, now=NOW)
    assert found == [other]


def test_the_owners_approve_where_the_only_approver_handed_it_in(firm: Firm) -> None:
    owner = an_owner(firm)
    set_route(
        firm.session,
        workspace=firm.workspace,
        actor=owner,
        scope=Scope(),
        approvers=[firm.kim],
        substitute=None,
        surface="slack",
        now=NOW,
    )
    a_draft(firm)
    leaves(firm)

    submission = hands_in(firm, firm.kim)

    found = approvers_of(firm.session, workspace=firm.workspace, submission=submission, now=NOW)
    assert found == [owner]
    settled = approve(
        firm.session,
        workspace=firm.workspace,
        approver=owner,
        submission_id=submission.id,
        entry_ids=None,
        digest=None,
        now=NOW,
        surface="slack",
    )
    assert settled.left == 0


def test_the_second_one_to_hand_in_is_told_that_nothing_is_left(firm: Firm) -> None:
    a_draft(firm)
    leaves(firm)
    hands_in(firm, firm.kim)

    with pytest.raises(NothingLeft, match="Nothing of Robin is left to hand in"):
        hands_in(firm, firm.kim)


def test_a_member_hands_in_nothing_of_others(firm: Firm) -> None:
    other = a_member(firm.session, firm.workspace, name="Mo", profile_at=at(9))
    a_draft(firm)
    leaves(firm)

    with pytest.raises(NotAllowed, match="may submit time of others"):
        hands_in(firm, other)

    assert left_for(firm.session, workspace=firm.workspace, approver=other, now=NOW) == []


def test_a_guest_gets_no_new_time(firm: Firm) -> None:
    becomes_a_guest(firm)

    with pytest.raises(NoTimeOfTheirs):
        add_entry(
            firm.session,
            workspace=firm.workspace,
            member=firm.robin,
            actor=firm.kim,
            project=firm.logo,
            span=Span(at(9), at(11)),
            text="Call",
            now=NOW,
            surface="slack",
        )
