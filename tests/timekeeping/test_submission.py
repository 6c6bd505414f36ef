from datetime import date, timedelta

import pytest
from sqlalchemy.orm import Session

from tests.builders import a_client, a_member, a_project, an_entry
from tests.timekeeping.firm import Firm, a_firm, an_approver, at
from timebot.clients.models import Client, Project
from timebot.errors import NotAllowed
from timebot.team.models import Member
from timebot.timekeeping.approvers import approvers_of
from timebot.timekeeping.models import ApprovalRoute, Submission
from timebot.timekeeping.moments import DayRange
from timebot.timekeeping.submission import (
    NoPeriodYet,
    NothingToSubmit,
    NothingToWithdraw,
    NotTheirsToSubmit,
    SubmissionBlocked,
    billing_period,
    days_to_submit,
    shown_digest,
    submit,
    withdraw,
)

MONDAY = date(2026, 3, 2)
TUESDAY = date(2026, 3, 3)


def hand_in(
    firm: Firm,
    start: date = MONDAY,
    end: date = TUESDAY,
    *,
    member: Member | None = None,
    actor: Member | None = None,
) -> Submission:
    return submit(
        firm.session,
        workspace=firm.workspace,
        member=member or firm.robin,
        start=start,
        end=end,
        now=at(18),
        surface="slack",
        actor=actor,
    )


def a_route(
    firm: Firm,
    approver: Member,
    *,
    client: Client | None = None,
    project: Project | None = None,
    substitute: Member | None = None,
) -> None:
    firm.session.add(
        ApprovalRoute(
            workspace_id=firm.workspace.id,
            client_id=client.id if client else None,
            project_id=project.id if project else None,
            approver_id=approver.id,
            substitute_id=substitute.id if substitute else None,
        )
    )
    firm.session.flush()


def asked(firm: Firm) -> list[str]:
    submission = hand_in(firm)
    members = approvers_of(
        firm.session, workspace=firm.workspace, submission=submission, now=at(18)
    )
    return [member.name for member in members]


def test_every_draft_of_the_days_is_handed_in(firm: Firm) -> None:
    inside = an_entry(firm.session, firm.robin, firm.logo, started_at=at(9))
    before = an_entry(firm.session, firm.robin, firm.logo, started_at=at(9, day=-1))
    after = an_entry(firm.session, firm.robin, firm.logo, started_at=at(9, day=1))
    of_kim = an_entry(firm.session, firm.kim, firm.logo, started_at=at(9))

    submission = hand_in(firm)

    assert (inside.state, inside.submission_id, inside.version) == (
        "pending_review",
        submission.id,
        2,
    )
    assert {entry.state for entry in (before, after, of_kim)} == {"draft"}
    assert firm.audited(inside) == ["time_entry.submitted"]


def test_the_submission_remembers_the_digest_of_what_is_shown(firm: Firm) -> None:
    an_entry(firm.session, firm.robin, firm.logo)

    submission = hand_in(firm)

    assert submission.digest == shown_digest(firm.session, submission)
    assert len(submission.digest) == 64


def test_the_approvers_get_one_card_each(firm: Firm) -> None:
    an_entry(firm.session, firm.robin, firm.logo)
    an_entry(firm.session, firm.robin, firm.site, started_at=at(11))
    second = an_approver(firm.session, firm.workspace, "Sam")

    submission = hand_in(firm)

    cards = [one for one in firm.outbox("slack.card") if one["purpose"] == "submission"]
    assert sorted(card["recipient"] for card in cards) == sorted(
        [firm.kim.slack_user_id, second.slack_user_id]
    )
    assert {card["subject_id"] for card in cards} == {str(submission.id)}


def test_an_entry_without_a_rate_is_taken(firm: Firm) -> None:
    entry = an_entry(firm.session, firm.robin, firm.logo, rate=None)

    hand_in(firm)

    assert entry.state == "pending_review"


def test_a_running_timer_is_left_out(firm: Firm) -> None:
    an_entry(firm.session, firm.robin, firm.logo, started_at=at(7))
    running = firm.start(at(9)).entry

    hand_in(firm)

    assert running.state == "running"


def test_nothing_to_hand_in_is_refused_and_a_running_timer_is_named(firm: Firm) -> None:
    firm.start(at(9))

    with pytest.raises(NothingToSubmit, match="#1 is still running"):
        hand_in(firm)


def test_what_blocks_is_named_and_nothing_is_handed_in(firm: Firm) -> None:
    good = an_entry(firm.session, firm.robin, firm.logo)
    an_entry(firm.session, firm.robin, None)
    an_entry(firm.session, firm.robin, firm.logo, is_confirmed=False)
    an_entry(firm.session, firm.robin, firm.logo, is_confirmed=False)

    with pytest.raises(SubmissionBlocked) as blocked:
        hand_in(firm)

    assert blocked.value.sentence == (
        "Nothing was submitted, because #2 has no project,"
        " and #3 and #4 have an end that nobody confirmed."
    )
    assert [one.action for one in blocked.value.ways_out] == ["end.form", "entry.edit"]
    assert blocked.value.ways_out[1].value == "2"
    assert good.state == "draft"


def test_a_second_submission_of_the_same_days_finds_nothing(firm: Firm) -> None:
    an_entry(firm.session, firm.robin, firm.logo)
    hand_in(firm)

    with pytest.raises(NothingToSubmit):
        hand_in(firm)


def test_the_last_submission_is_withdrawn(firm: Firm) -> None:
    entry = an_entry(firm.session, firm.robin, firm.logo)
    submission = hand_in(firm)

    taken = withdraw(firm.session, member=firm.robin, now=at(19), surface="slack")

    assert (taken.entries, taken.submission_ids) == ([entry], [submission.id])
    assert (entry.state, entry.submission_id, entry.version) == ("draft", None, 3)
    assert submission.settled_at == at(19)
    assert firm.audited(entry)[-1] == "time_entry.withdrawn"


def test_one_entry_is_withdrawn_by_its_number(firm: Firm) -> None:
    stays = an_entry(firm.session, firm.robin, firm.logo)
    goes = an_entry(firm.session, firm.robin, firm.logo, started_at=at(11))
    submission = hand_in(firm)

    withdraw(firm.session, member=firm.robin, number=goes.number, now=at(19), surface="slack")

    assert (stays.state, goes.state) == ("pending_review", "draft")
    assert submission.settled_at is None
    assert submission.digest == shown_digest(firm.session, submission)


def test_nothing_to_withdraw_is_refused(firm: Firm) -> None:
    an_entry(firm.session, firm.robin, firm.logo, state="approved")

    with pytest.raises(NothingToWithdraw):
        withdraw(firm.session, member=firm.robin, now=at(19), surface="slack")


def test_nobody_withdraws_the_hours_of_others(firm: Firm) -> None:
    an_entry(firm.session, firm.robin, firm.logo)
    submission = hand_in(firm)

    with pytest.raises(NothingToWithdraw):
        withdraw(
            firm.session,
            member=firm.kim,
            submission_id=submission.id,
            now=at(19),
            surface="slack",
        )


def test_withdrawn_hours_can_be_handed_in_again(firm: Firm) -> None:
    entry = an_entry(firm.session, firm.robin, firm.logo)
    first = hand_in(firm)
    withdraw(firm.session, member=firm.robin, now=at(18, 1), surface="slack")

    second = hand_in(firm)

    assert entry.submission_id == second.id != first.id


def test_without_a_route_everybody_with_the_role_but_the_author_is_asked(firm: Firm) -> None:
    a_member(firm.session, firm.workspace, name="Olga", role="owner")
    a_member(firm.session, firm.workspace, name="Gone", role="owner", deactivated_at=at(9))
    firm.robin.role = "approver"
    an_entry(firm.session, firm.robin, firm.logo)

    assert asked(firm) == ["Kim", "Olga"]


def test_the_route_of_a_project_comes_before_that_of_its_client(firm: Firm) -> None:
    lea, max_ = (an_approver(firm.session, firm.workspace, name) for name in ("Lea", "Max"))
    a_route(firm, lea, project=firm.logo)
    a_route(firm, max_, client=firm.acme)
    an_entry(firm.session, firm.robin, firm.logo)

    assert asked(firm) == ["Lea"]


def test_each_project_of_a_submission_brings_its_approvers(firm: Firm) -> None:
    lea, max_ = (an_approver(firm.session, firm.workspace, name) for name in ("Lea", "Max"))
    other = a_project(firm.session, a_client(firm.session, firm.workspace, name="Zen"))
    a_route(firm, lea, project=firm.logo)
    a_route(firm, max_, client=firm.acme)
    for hour, project in enumerate((firm.logo, firm.site, other), start=9):
        an_entry(firm.session, firm.robin, project, started_at=at(hour))

    assert asked(firm) == ["Kim", "Lea", "Max"]


def test_the_route_of_the_workspace_is_the_last_resort_of_routes(firm: Firm) -> None:
    a_route(firm, an_approver(firm.session, firm.workspace, "Lea"))
    an_entry(firm.session, firm.robin, firm.logo)

    assert asked(firm) == ["Lea"]


def test_a_substitute_stands_in_for_an_approver_who_left(firm: Firm) -> None:
    gone = an_approver(firm.session, firm.workspace, "Gone")
    gone.deactivated_at = at(9)
    lea = an_approver(firm.session, firm.workspace, "Lea")
    a_route(firm, gone, project=firm.logo, substitute=lea)
    an_entry(firm.session, firm.robin, firm.logo)

    assert asked(firm) == ["Lea"]


def test_where_nobody_but_the_author_approves_nobody_is_asked(firm: Firm) -> None:
    firm.kim.role, firm.robin.role = "member", "owner"
    an_entry(firm.session, firm.robin, firm.logo)

    assert asked(firm) == []


def test_a_firm_of_one_asks_its_author(session: Session) -> None:
    firm = a_firm(session, self_approval=True)
    firm.kim.role, firm.robin.role = "member", "owner"
    an_entry(session, firm.robin, firm.logo)

    assert asked(firm) == ["Robin"]


def test_an_approver_hands_in_for_somebody_who_left(firm: Firm) -> None:
    entry = an_entry(firm.session, firm.robin, firm.logo)
    firm.robin.deactivated_at = at(12)

    hand_in(firm, actor=firm.kim)

    assert entry.state == "pending_review"


def test_nobody_hands_in_for_somebody_who_is_here(firm: Firm) -> None:
    an_entry(firm.session, firm.robin, firm.logo)

    with pytest.raises(NotTheirsToSubmit):
        hand_in(firm, actor=firm.kim)


def test_somebody_who_left_hands_in_nothing(firm: Firm) -> None:
    an_entry(firm.session, firm.robin, firm.logo)
    firm.robin.deactivated_at = at(12)
    firm.session.flush()

    with pytest.raises(NotAllowed):
        hand_in(firm)


def test_a_billing_period_is_14_days_from_the_anchor_on(firm: Firm) -> None:
    anchor = MONDAY

    for day in (anchor, anchor + timedelta(days=13)):
        assert billing_period(firm.workspace, day) == DayRange(anchor, date(2026, 3, 16))
    assert billing_period(firm.workspace, anchor - timedelta(days=1)) == DayRange(
        date(2026, 2, 16), anchor
    )


def test_without_an_anchor_there_is_no_period(session: Session) -> None:
    firm = a_firm(session, anchor_on=None)

    assert billing_period(firm.workspace, MONDAY) is None


def test_the_period_can_be_submitted_by_name(firm: Firm) -> None:
    asked_for = days_to_submit("Period", workspace=firm.workspace, today=TUESDAY)

    assert asked_for == DayRange(MONDAY, date(2026, 3, 16))
    assert days_to_submit("today", workspace=firm.workspace, today=MONDAY) == DayRange(
        MONDAY, TUESDAY
    )


def test_a_period_without_an_anchor_is_refused(session: Session) -> None:
    firm = a_firm(session, anchor_on=None)

    with pytest.raises(NoPeriodYet):
        days_to_submit("period", workspace=firm.workspace, today=MONDAY)


def test_submitting_without_days_takes_everything_up_to_today(firm: Firm) -> None:
    old = an_entry(firm.session, firm.robin, firm.logo, started_at=at(9, day=-400))
    days = days_to_submit("", workspace=firm.workspace, today=MONDAY)

    hand_in(firm, days.start, days.end)

    assert old.state == "pending_review"
