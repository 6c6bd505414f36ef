"""People become known, the first owner is found, and rights follow."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.builders import MONDAY_NINE, a_member, a_workspace
from timebot.errors import NotAllowed
from timebot.journal.models import AuditEvent
from timebot.team.members import (
    Kind,
    Profile,
    deactivate_member,
    list_members,
    meet_member,
    needs_profile,
)
from timebot.team.models import Member, Workspace
from timebot.team.rights import (
    LastOwner,
    RoleNotPossible,
    RoleUnknown,
    grant_role,
    may,
    require,
)

ANA = Profile("Ana Ruiz", "Europe/Madrid", "person", is_workspace_admin=False, is_deleted=False)
ADMIN = replace(ANA, is_workspace_admin=True)


@pytest.fixture
def workspace(session: Session) -> Workspace:
    return a_workspace(session, zone="Europe/Berlin")


def meet(
    session: Session,
    workspace: Workspace,
    profile: Profile | None = ANA,
    *,
    who: str = "U1",
    owner_hint: str | None = None,
    days: int = 0,
) -> Member:
    return meet_member(
        session,
        workspace=workspace,
        slack_user_id=who,
        profile=profile,
        owner_hint=owner_hint,
        now=MONDAY_NINE + timedelta(days=days),
    )


def grant(session: Session, actor: Member, member: Member, role: str) -> bool:
    return grant_role(
        session, actor=actor, member=member, role=role, surface="slack", now=MONDAY_NINE
    )


def test_a_person_is_known_from_the_first_command_on(
    session: Session, workspace: Workspace
) -> None:
    member = meet(session, workspace)

    assert (member.name, member.zone, member.role) == ("Ana Ruiz", "Europe/Madrid", "member")
    assert meet(session, workspace) is member


@pytest.mark.parametrize("kind", ["guest", "bot", "external"])
def test_whoever_is_no_person_of_the_firm_gets_no_role(
    session: Session, workspace: Workspace, kind: Kind
) -> None:
    member = meet(session, workspace, replace(ADMIN, kind=kind), owner_hint="U1")

    assert member.role == "none"
    with pytest.raises(NotAllowed, match="not guests, apps or people of other"):
        require(session, member, "member", to="run timers", now=MONDAY_NINE)


def test_a_person_without_a_profile_runs_timers_in_the_workspaces_zone(
    session: Session, workspace: Workspace
) -> None:
    member = meet(session, workspace, None, owner_hint="U1")

    assert (member.zone, member.zone_is_known, member.role) == ("Europe/Berlin", False, "member")
    require(session, member, "member", to="run timers", now=MONDAY_NINE)


def test_a_stale_profile_falls_back_to_the_workspaces_zone_until_slack_answers(
    session: Session, workspace: Workspace
) -> None:
    member = meet(session, workspace)

    meet(session, workspace, None)
    assert member.zone == "Europe/Madrid"
    assert needs_profile(member, MONDAY_NINE + timedelta(days=2))
    meet(session, workspace, None, days=2)
    assert member.zone == "Europe/Berlin"
    meet(session, workspace, days=2)
    assert member.zone == "Europe/Madrid"


def test_the_first_slack_admin_becomes_owner_and_later_ones_gain_nothing(
    session: Session, workspace: Workspace
) -> None:
    assert meet(session, workspace, ANA, who="U1").role == "member"
    assert meet(session, workspace, ADMIN, who="U2").role == "owner"
    assert meet(session, workspace, ADMIN, who="U3").role == "member"


def test_whom_the_operator_names_becomes_owner_and_no_admin_does(
    session: Session, workspace: Workspace
) -> None:
    assert meet(session, workspace, ADMIN, who="U1", owner_hint="U2").role == "member"
    assert meet(session, workspace, ANA, who="U2", owner_hint="U2").role == "owner"
    assert meet(session, workspace, ANA, who="U3", owner_hint="U3").role == "member"


def test_a_role_that_an_owner_gave_survives_the_next_command(
    session: Session, workspace: Workspace
) -> None:
    owner = meet(session, workspace, ADMIN, who="U1")
    member = meet(session, workspace, who="U2")

    assert grant(session, owner, member, "billing")
    assert not grant(session, owner, member, "billing")

    assert meet(session, workspace, ADMIN, who="U2").role == "billing"
    actions = session.scalars(select(AuditEvent.action)).all()
    assert actions.count("member.role_changed") == 2


@pytest.mark.parametrize("role", ["none", "king", "", "Owner"])
def test_a_role_that_does_not_exist_is_refused(
    session: Session, workspace: Workspace, role: str
) -> None:
    owner = a_member(session, workspace, role="owner")

    with pytest.raises(RoleUnknown):
        grant(session, owner, a_member(session, workspace), role)


def test_only_owners_give_roles(session: Session, workspace: Workspace) -> None:
    owner = a_member(session, workspace, name="Kim", role="owner")
    billing = a_member(session, workspace, role="billing")

    with pytest.raises(NotAllowed) as refusal:
        grant(session, billing, billing, "owner")

    assert refusal.value.sentence == "Only owners may change roles. Ask Kim."
    assert may(owner, "billing")


def test_guests_and_those_who_left_get_no_role(session: Session, workspace: Workspace) -> None:
    owner = a_member(session, workspace, role="owner")
    gone = a_member(session, workspace, deactivated_at=MONDAY_NINE)
    guest = a_member(session, workspace, kind="guest", role="none")

    for member in (gone, guest):
        with pytest.raises(RoleNotPossible):
            grant(session, owner, member, "approver")


def test_the_last_owner_can_neither_step_down_nor_be_deactivated(
    session: Session, workspace: Workspace
) -> None:
    owner = a_member(session, workspace, role="owner")
    a_member(session, workspace, role="owner", deactivated_at=MONDAY_NINE)

    with pytest.raises(LastOwner):
        grant(session, owner, owner, "member")
    with pytest.raises(LastOwner):
        deactivate_member(session, member=owner, actor=owner, surface="slack", now=MONDAY_NINE)


def test_an_owner_steps_down_once_there_is_another(session: Session, workspace: Workspace) -> None:
    one = a_member(session, workspace, role="owner")
    two = a_member(session, workspace, role="owner")

    grant(session, one, one, "member")

    assert [
        member.id for member in list_members(session, workspace_id=workspace.id, at_least="owner")
    ] == [two.id]


def test_whoever_slack_deactivated_may_nothing_and_returns_as_a_member(
    session: Session, workspace: Workspace
) -> None:
    meet(session, workspace, ADMIN, who="U1")
    member = meet(session, workspace, who="U2")
    member.role = "billing"

    meet(session, workspace, replace(ANA, is_deleted=True), who="U2")
    assert not may(member, "member")
    meet(session, workspace, who="U2")
    assert (member.role, member.deactivated_at) == ("member", None)


def test_a_person_who_becomes_a_guest_loses_the_role(
    session: Session, workspace: Workspace
) -> None:
    meet(session, workspace, ADMIN, who="U1")
    member = meet(session, workspace, who="U2")
    member.role = "billing"

    meet(session, workspace, replace(ANA, kind="guest"), who="U2")

    assert member.role == "none"


@pytest.mark.parametrize(("days", "is_allowed"), [(7, True), (8, False)])
def test_approving_needs_a_profile_of_the_last_week(
    session: Session,
    workspace: Workspace,
    days: int,
    is_allowed: bool,  # noqa: FBT001 - pytest passes it by name
) -> None:
    member = a_member(session, workspace, role="approver", profile_at=MONDAY_NINE)
    now = MONDAY_NINE + timedelta(days=days)

    require(session, member, "member", to="run timers", now=now)
    if is_allowed:
        require(session, member, "approver", to="approve hours", now=now)
    else:
        with pytest.raises(NotAllowed, match="could not check your Slack profile"):
            require(session, member, "approver", to="approve hours", now=now)


def test_approving_without_any_profile_fails_closed(session: Session, workspace: Workspace) -> None:
    member = a_member(session, workspace, role="owner", profile_at=None)

    with pytest.raises(NotAllowed):
        require(session, member, "approver", to="approve hours", now=MONDAY_NINE)


def test_where_the_last_owner_has_left_it_is_said_how_another_one_is_named(
    session: Session, workspace: Workspace
) -> None:
    a_member(session, workspace, role="owner", deactivated_at=MONDAY_NINE)
    kim = a_member(session, workspace, role="approver")

    with pytest.raises(NotAllowed) as refusal:
        grant(session, kim, kim, "owner")

    assert "The last owner here has left" in refusal.value.sentence
    assert "whoever runs timebot names another one" in refusal.value.sentence


def test_where_nobody_was_an_owner_yet_it_is_said_who_becomes_one(
    session: Session, workspace: Workspace
) -> None:
    kim = a_member(session, workspace)

    with pytest.raises(NotAllowed) as refusal:
        grant(session, kim, kim, "owner")

    assert "The first owner or admin of Slack who types /timer" in refusal.value.sentence
