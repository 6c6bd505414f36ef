"""Hours that wait too long: reminders, owners, and approvers who leave."""

from datetime import datetime

import pytest
from sqlalchemy import select

from tests.builders import a_member
from tests.timekeeping.firm import Firm, an_approver, at
from tests.timekeeping.test_approval import handed_in, say_yes, take_back
from tests.timekeeping.test_submission import a_route
from timebot.journal.models import AuditEvent
from timebot.journal.posted import list_posted
from timebot.team.models import DayOff, Member
from timebot.timekeeping.escalation import hand_over, look_after
from timebot.timekeeping.models import Submission
from timebot.timekeeping.submission import withdraw

# The hours are handed in at 18:00 on Monday; 24 h later the working day is over.
DUE = at(9, day=2)
LATE = at(9, day=4)


def look(firm: Firm, now: datetime) -> int:
    return look_after(firm.session, workspace=firm.workspace, now=now)


def has(firm: Firm, submission: Submission, purpose: str) -> set[str]:
    copies = list_posted(
        firm.session,
        workspace_id=firm.workspace.id,
        purpose=purpose,
        subject_id=submission.id,
    )
    return {copy.recipient for copy in copies}


def an_owner(firm: Firm, name: str = "Olga") -> Member:
    return a_member(firm.session, firm.workspace, name=name, role="owner", profile_at=at(9))


def audited(firm: Firm) -> list[str]:
    return list(
        firm.session.scalars(
            select(AuditEvent.action).where(
                AuditEvent.action.in_(("submission.reminded", "submission.escalated"))
            )
        )
    )


def test_approvers_are_reminded_once_after_the_firms_hours(firm: Firm) -> None:
    submission, _ = handed_in(firm)

    done = [look(firm, at(17, day=1)), look(firm, DUE), look(firm, DUE)]

    assert done == [0, 1, 0]
    assert submission.reminded_at == DUE
    assert has(firm, submission, "submission_reminder") == {firm.kim.slack_user_id}
    assert audited(firm) == ["submission.reminded"]


def test_nobody_is_reminded_outside_working_hours(firm: Firm) -> None:
    handed_in(firm)

    assert [look(firm, at(20, day=1)), look(firm, at(3, day=2))] == [0, 0]


def test_weekends_and_holidays_do_not_count(firm: Firm) -> None:
    submission, _ = handed_in(firm)
    # Tuesday is a holiday, so 24 h have passed at 18:00 on Wednesday.
    firm.session.add(
        DayOff(
            workspace_id=firm.workspace.id,
            id=submission.id,
            member_id=None,
            day=at(9, day=1).date(),
        )
    )
    firm.session.flush()

    done = [look(firm, at(10, day=1)), look(firm, at(17, day=2)), look(firm, at(10, day=3))]

    assert done == [0, 0, 1]


def test_never_is_never(firm: Firm) -> None:
    firm.workspace.approval_remind_hours = firm.workspace.approval_escalate_hours = None
    handed_in(firm)

    assert look(firm, at(9, day=28)) == 0


def test_owners_are_asked_too_once_and_the_author_is_told(firm: Firm) -> None:
    olga = an_owner(firm)
    a_route(firm, firm.kim, project=firm.logo)
    submission, _ = handed_in(firm)

    look(firm, LATE)
    again = look(firm, LATE)

    assert again == 0
    assert submission.escalated_at == LATE
    assert has(firm, submission, "submission") == {firm.kim.slack_user_id, olga.slack_user_id}
    (told,) = firm.told("submission_escalated")
    assert told["recipient"] == firm.robin.slack_user_id
    assert told["facts"]["owner_ids"] == [str(olga.id)]
    assert sorted(audited(firm)) == ["submission.escalated", "submission.reminded"]


def test_an_owner_is_not_asked_about_their_own_hours(firm: Firm) -> None:
    firm.robin.role = "owner"
    submission, _ = handed_in(firm)

    look(firm, LATE)

    assert has(firm, submission, "submission") == {firm.kim.slack_user_id}
    (told,) = firm.told("submission_escalated")
    assert told["facts"]["owner_ids"] == []


@pytest.mark.parametrize("settled", [say_yes, None])
def test_settled_hours_remind_nobody(firm: Firm, settled: object) -> None:
    submission, _ = handed_in(firm)
    if settled:
        say_yes(firm, submission)
    else:
        withdraw(firm.session, member=firm.robin, now=at(18, 1), surface="slack")

    assert look(firm, at(9, day=28)) == 0
    assert has(firm, submission, "submission_reminder") == set()


def test_an_approval_that_is_taken_back_waits_anew(firm: Firm) -> None:
    submission, _ = handed_in(firm)
    look(firm, DUE)
    say_yes(firm, submission, now=at(10, day=2))
    take_back(firm, submission)

    soon = look(firm, submission.waits_since)
    assert (submission.reminded_at, soon) == (None, 0)
    assert look(firm, LATE) == 2


def test_who_leaves_is_replaced_at_once_where_nobody_else_was_asked(firm: Firm) -> None:
    olga = an_owner(firm)
    a_route(firm, firm.kim, project=firm.logo)
    submission, _ = handed_in(firm)
    firm.kim.deactivated_at = at(18, 30)
    firm.session.flush()

    moved = hand_over(firm.session, workspace=firm.workspace, member=firm.kim, now=at(18, 30))

    assert moved == 1
    assert olga.slack_user_id in has(firm, submission, "submission")
    assert look(firm, at(19)) == 0


def test_who_loses_the_role_hands_over_to_the_substitute(firm: Firm) -> None:
    lea = an_approver(firm.session, firm.workspace, "Lea")
    a_route(firm, firm.kim, project=firm.logo, substitute=lea)
    submission, _ = handed_in(firm)
    firm.kim.role = "member"
    firm.session.flush()

    hand_over(firm.session, workspace=firm.workspace, member=firm.kim, now=at(18, 30))

    assert lea.slack_user_id in has(firm, submission, "submission")


def test_where_others_were_asked_nobody_new_is(firm: Firm) -> None:
    lea = an_approver(firm.session, firm.workspace, "Lea")
    a_route(firm, firm.kim, project=firm.logo)
    a_route(firm, lea, project=firm.logo)
    submission, _ = handed_in(firm)
    an_owner(firm)
    firm.kim.role = "member"
    firm.session.flush()

    assert hand_over(firm.session, workspace=firm.workspace, member=firm.kim, now=at(18, 30)) == 0
    assert has(firm, submission, "submission") == {firm.kim.slack_user_id, lea.slack_user_id}


def test_who_still_approves_hands_nothing_over(firm: Firm) -> None:
    handed_in(firm)

    assert hand_over(firm.session, workspace=firm.workspace, member=firm.kim, now=at(18, 30)) == 0


def test_the_first_approver_of_a_firm_is_asked_about_what_waits_already(firm: Firm) -> None:
    firm.kim.role, firm.robin.role = "member", "owner"
    submission, _ = handed_in(firm)
    assert has(firm, submission, "submission") == set()
    firm.kim.role = "approver"
    firm.session.flush()

    look(firm, at(19))

    assert has(firm, submission, "submission") == {firm.kim.slack_user_id}
