"""Somebody leaves with hours that were not handed in: who is asked about them, and once."""

import pytest

from tests.timekeeping.firm import Firm, an_approver, at
from tests.timekeeping.leaving import (
    NOW,
    a_draft,
    an_owner,
    asked,
    becomes_a_guest,
    delivered,
    hands_in,
    leaves,
    sees_off,
)
from timebot.journal.posted import list_posted
from timebot.timekeeping.approval import reject
from timebot.timekeeping.editing import delete_entry
from timebot.timekeeping.leavers import PURPOSE, ask_about_leavers, find_left, left_for
from timebot.timekeeping.routing import Scope, set_route
from timebot.timekeeping.submission import NotTheirsToSubmit, submit
from timebot.timekeeping.undo import undo_last


def test_drafts_without_a_timer_are_asked_about_when_somebody_leaves(firm: Firm) -> None:
    a_draft(firm)
    leaves(firm)

    sees_off(firm)

    assert asked(firm) == [firm.kim.slack_user_id]


def test_the_timer_stops_and_is_asked_about_with_the_rest(firm: Firm) -> None:
    first = a_draft(firm)
    running = firm.start(at(18)).entry
    leaves(firm, at(19))

    stopped = sees_off(firm)

    left = find_left(firm.session, member=firm.robin)
    assert stopped is running
    assert left is not None
    assert (list(left.entries), list(left.incomplete)) == ([first, running], [running])
    assert asked(firm) == [firm.kim.slack_user_id]


def test_who_became_a_guest_left_as_well(firm: Firm) -> None:
    running = firm.start(at(18)).entry
    becomes_a_guest(firm)

    sees_off(firm)

    assert (running.ended_at, running.is_confirmed) == (NOW, False)
    assert asked(firm) == [firm.kim.slack_user_id]


def test_nobody_is_asked_about_somebody_who_left_nothing(firm: Firm) -> None:
    leaves(firm)

    sees_off(firm)

    assert asked(firm) == []


def test_nobody_is_asked_twice(firm: Firm) -> None:
    a_draft(firm)
    leaves(firm)
    sees_off(firm)
    delivered(firm, NOW)

    sees_off(firm)

    assert ask_about_leavers(firm.session, workspace=firm.workspace, now=NOW) == 0
    assert asked(firm) == []


def test_drafts_that_were_left_long_ago_are_found(firm: Firm) -> None:
    a_draft(firm)
    leaves(firm)

    assert ask_about_leavers(firm.session, workspace=firm.workspace, now=at(9, day=90)) == 1
    assert asked(firm) == [firm.kim.slack_user_id]


def test_who_is_here_is_asked_about_by_nobody(firm: Firm) -> None:
    a_draft(firm)

    assert ask_about_leavers(firm.session, workspace=firm.workspace, now=NOW) == 0


def test_the_route_of_the_project_is_asked(firm: Firm) -> None:
    owner, route = an_owner(firm), an_approver(firm.session, firm.workspace, "Lin")
    set_route(
        firm.session,
        workspace=firm.workspace,
        actor=owner,
        scope=Scope(firm.acme, firm.logo),
        approvers=[route],
        substitute=None,
        surface="slack",
        now=NOW,
    )
    a_draft(firm)
    leaves(firm)

    sees_off(firm)

    assert asked(firm) == [route.slack_user_id]
    for one, count in ((route, 1), (owner, 1), (firm.kim, 0), (firm.robin, 0)):
        found = left_for(firm.session, workspace=firm.workspace, approver=one, now=NOW)
        assert len(found) == count


def test_where_nobody_who_was_asked_is_left_others_are(firm: Firm) -> None:
    a_draft(firm)
    leaves(firm)
    sees_off(firm)
    delivered(firm, NOW)
    other = an_approver(firm.session, firm.workspace, "Lin")
    firm.kim.role = "member"

    ask_about_leavers(firm.session, workspace=firm.workspace, now=NOW)

    assert asked(firm) == [other.slack_user_id]


def test_a_draft_without_a_project_is_for_the_owners(firm: Firm) -> None:
    owner = an_owner(firm)
    a_draft(firm).project_id = None
    leaves(firm)

    sees_off(firm)

    assert asked(firm) == [owner.slack_user_id]


def test_every_copy_follows_what_becomes_of_the_hours(firm: Firm) -> None:
    a_draft(firm, 9)
    entry = a_draft(firm, 11)
    leaves(firm)
    sees_off(firm)

    def deletes() -> None:
        delete_entry(firm.session, actor=firm.kim, entry=entry, now=NOW, surface="slack")

    def takes_it_back() -> None:
        undo_last(firm.session, member=firm.kim, now=NOW, surface="slack")

    for act in (deletes, takes_it_back, lambda: hands_in(firm, firm.kim)):
        delivered(firm, NOW)
        act()
        assert asked(firm) == [firm.kim.slack_user_id]


def test_rejected_hours_of_somebody_who_left_are_asked_about_anew(firm: Firm) -> None:
    other = an_approver(firm.session, firm.workspace, "Lin")
    entry = a_draft(firm)
    leaves(firm)
    sees_off(firm)
    submission = hands_in(firm, firm.kim)
    delivered(firm, NOW)

    reject(
        firm.session,
        workspace=firm.workspace,
        approver=other,
        submission_id=submission.id,
        entry_ids=None,
        reason="Which call?",
        digest=None,
        now=NOW,
        surface="slack",
    )

    assert entry.state == "draft"
    assert asked(firm) == sorted([firm.kim.slack_user_id, other.slack_user_id])
    copies = list_posted(
        firm.session, workspace_id=firm.workspace.id, purpose=PURPOSE, subject_id=firm.robin.id
    )
    # New messages: they stand nowhere yet, so that nobody overlooks a repaint.
    assert [copy.ts for copy in copies] == [None, None]
    assert firm.told("entries_rejected") == []


def test_who_comes_back_hands_in_their_own_hours(firm: Firm) -> None:
    a_draft(firm)
    leaves(firm)
    sees_off(firm)
    delivered(firm, NOW)
    firm.robin.deactivated_at = None

    sees_off(firm)

    assert asked(firm) == [firm.kim.slack_user_id]
    assert find_left(firm.session, member=firm.robin) is None
    with pytest.raises(NotTheirsToSubmit):
        submit(
            firm.session,
            workspace=firm.workspace,
            member=firm.robin,
            actor=firm.kim,
            start=at(9).date(),
            end=at(9, day=1).date(),
            now=NOW,
            surface="slack",
        )


def test_who_leaves_again_is_asked_about_again(firm: Firm) -> None:
    a_draft(firm)
    leaves(firm)
    sees_off(firm)
    delivered(firm, NOW)
    firm.robin.deactivated_at = None
    a_draft(firm, day=3)
    leaves(firm, at(20, day=5))

    sees_off(firm, at(20, day=5))

    (copy,) = list_posted(
        firm.session, workspace_id=firm.workspace.id, purpose=PURPOSE, subject_id=firm.robin.id
    )
    assert copy.ts is None
    assert asked(firm) == [firm.kim.slack_user_id]
