"""Home is drawn again after every change of what it shows, for everybody who sees it."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import delete, select

from tests.builders import a_member
from tests.timekeeping.firm import NINE, Firm, at
from timebot.clients.catalogue import archive_client, change_client
from timebot.clients.projects import change_project, set_project_state
from timebot.journal.models import OutboxMessage
from timebot.journal.posted import note_home
from timebot.team.members import Profile, deactivate_member, meet_member
from timebot.team.models import Member
from timebot.team.rights import grant_role
from timebot.timekeeping.approval import approve, reject, unapprove
from timebot.timekeeping.editing import EntryChanges, confirm_entry, delete_entry, edit_entry
from timebot.timekeeping.limits import Span
from timebot.timekeeping.manual import add_entry
from timebot.timekeeping.models import Submission, TimeEntry
from timebot.timekeeping.submission import submit, withdraw
from timebot.timekeeping.timer import resume_timer, stop_timer_of_leaver
from timebot.timekeeping.undo import undo_last

BY: dict[str, Any] = {"now": at(18), "surface": "slack"}
Act = Callable[[Firm], object]


def nothing(_firm: Firm) -> None:
    """Need nothing before."""


def run(firm: Firm) -> None:
    firm.start(at(9))


def work(firm: Firm) -> None:
    firm.start(at(9))
    firm.stop(at(10))


def hand_in(firm: Firm) -> None:
    work(firm)
    days: dict[str, Any] = {"start": NINE.date(), "end": at(9, day=1).date()}
    submit(firm.session, workspace=firm.workspace, member=firm.robin, **days, **BY)


def leave(firm: Firm) -> None:
    firm.robin.deactivated_at = at(12)
    firm.session.flush()
    stop_timer_of_leaver(firm.session, member=firm.robin, **BY)


def settle(firm: Firm, how: Callable[..., object], **more: object) -> None:
    submission = firm.session.scalars(select(Submission)).one()
    named: dict[str, Any] = {
        "approver": firm.kim,
        "submission_id": submission.id,
        "entry_ids": None,
    }
    how(firm.session, workspace=firm.workspace, **named, **more, **BY)


def give_approval(firm: Firm) -> None:
    settle(firm, approve, digest=None)


def be_approved(firm: Firm) -> None:
    hand_in(firm)
    give_approval(firm)


def entry(firm: Firm) -> TimeEntry:
    return firm.session.scalars(select(TimeEntry)).one()


def owner(firm: Firm) -> Member:
    workspace = firm.workspace
    return a_member(firm.session, workspace, name="Ana", role="owner", profile_at=BY["now"])


def add(firm: Firm) -> None:
    more: dict[str, Any] = {"project": firm.logo, "span": Span(at(9), at(10)), "text": ""}
    add_entry(firm.session, workspace=firm.workspace, member=firm.robin, **more, **BY)


def edit(firm: Firm) -> None:
    changes = EntryChanges(text="Final")
    edit_entry(firm.session, actor=firm.robin, entry=entry(firm), changes=changes, **BY)


def doubt(firm: Firm) -> None:
    work(firm)
    entry(firm).is_confirmed = False


def be_met(firm: Firm, *, zone: str = "Europe/Berlin", leaves: bool = False) -> None:
    profile = Profile("Robin", zone, "person", is_workspace_admin=False, is_deleted=leaves)
    known: dict[str, Any] = {"slack_user_id": firm.robin.slack_user_id, "profile": profile}
    meet_member(firm.session, workspace=firm.workspace, **known, owner_hint=None, now=BY["now"])


def project_state(firm: Firm, state: str) -> None:
    project: dict[str, Any] = {"project": firm.logo, "state": state, "has_open_time": False}
    set_project_state(firm.session, actor=owner(firm), **project, **BY)


def end_client(firm: Firm) -> None:
    open_time: dict[str, Any] = {"has_running": False, "has_unbilled": False}
    archive_client(firm.session, actor=owner(firm), client=firm.acme, **open_time, **BY)


AUTHOR, APPROVER, BOTH = {"Robin"}, {"Kim"}, {"Robin", "Kim"}

CHANGES: dict[str, tuple[Act, Act, set[str]]] = {
    "start": (nothing, run, AUTHOR),
    "stop": (run, lambda firm: firm.stop(at(10)), AUTHOR),
    "switch": (run, lambda firm: firm.start(at(10), firm.site), AUTHOR),
    "resume": (
        work,
        lambda firm: resume_timer(firm.session, workspace=firm.workspace, member=firm.robin, **BY),
        AUTHOR,
    ),
    "add": (nothing, add, AUTHOR),
    "edit": (work, edit, AUTHOR),
    "edit of what waits": (hand_in, edit, BOTH),
    "delete": (
        work,
        lambda firm: delete_entry(firm.session, actor=firm.robin, entry=entry(firm), **BY),
        AUTHOR,
    ),
    "undo": (
        work,
        lambda firm: undo_last(firm.session, member=firm.robin, now=at(10, 5), surface="slack"),
        AUTHOR,
    ),
    "confirm": (
        doubt,
        lambda firm: confirm_entry(firm.session, actor=firm.robin, entry=entry(firm), **BY),
        AUTHOR,
    ),
    "submit": (nothing, hand_in, BOTH),
    "withdraw": (
        hand_in,
        lambda firm: withdraw(firm.session, member=firm.robin, **BY),
        BOTH,
    ),
    "approve": (hand_in, give_approval, BOTH),
    "reject": (
        hand_in,
        lambda firm: settle(firm, reject, digest=None, reason="Which one?"),
        BOTH,
    ),
    "unapprove": (be_approved, lambda firm: settle(firm, unapprove), BOTH),
    "role": (
        nothing,
        lambda firm: grant_role(
            firm.session, actor=owner(firm), member=firm.robin, role="approver", **BY
        ),
        BOTH,
    ),
    "zone": (nothing, lambda firm: be_met(firm, zone="America/New_York"), AUTHOR),
    "departure": (nothing, lambda firm: be_met(firm, leaves=True), APPROVER),
    "departure by hand": (
        nothing,
        lambda firm: deactivate_member(firm.session, member=firm.robin, actor=owner(firm), **BY),
        APPROVER,
    ),
    "timer of a leaver": (
        run,
        leave,
        AUTHOR,
    ),
    "new name of a project": (
        nothing,
        lambda firm: change_project(
            firm.session,
            actor=owner(firm),
            project=firm.logo,
            changes={"name": "Brand"},
            **BY,
        ),
        BOTH,
    ),
    "new name of a client": (
        nothing,
        lambda firm: change_client(
            firm.session,
            actor=owner(firm),
            client=firm.acme,
            changes={"name": "Apex"},
            has_unbilled=False,
            **BY,
        ),
        BOTH,
    ),
    "end of a project": (nothing, lambda firm: project_state(firm, "completed"), BOTH),
    "end of a client": (nothing, end_client, BOTH),
}


@pytest.mark.parametrize("change", CHANGES)
def test_every_change_is_shown_on_the_homes_it_concerns(firm: Firm, change: str) -> None:
    before, act, concerned = CHANGES[change]
    for member in (firm.robin, firm.kim):
        stand(firm, member)
    before(firm)
    firm.session.execute(delete(OutboxMessage))

    act(firm)

    assert concerned <= drawn_again(firm)


def test_a_home_that_nobody_has_opened_is_not_drawn_for_the_changes_of_others(firm: Firm) -> None:
    hand_in(firm)

    assert drawn_again(firm) == {"Robin"}


def stand(firm: Firm, member: Member) -> None:
    """Let a Home stand for the member."""
    note_home(
        firm.session,
        workspace_id=member.workspace_id,
        member_id=member.id,
        recipient=member.slack_user_id,
        view_id="V1",
        view_hash="1.a",
        now=NINE,
    )


def drawn_again(firm: Firm) -> set[str]:
    """Return whose Homes wait to be published."""
    ids = [UUID(one["member_id"]) for one in firm.outbox("slack.home")]
    return {firm.session.get_one(Member, (firm.workspace.id, each)).name for each in ids}
