"""Routes of approval: who is asked, who stands in, and what happens where nobody is left."""

from collections.abc import Sequence

import pytest
from sqlalchemy import select

from tests.builders import a_member, an_entry
from tests.timekeeping.firm import Firm, an_approver, at
from tests.timekeeping.test_approval import handed_in, say_yes
from tests.timekeeping.test_submission import a_route, asked
from timebot.errors import NotAllowed
from timebot.journal.models import AuditDetail, AuditEvent
from timebot.team.models import DayOff, Member
from timebot.team.rights import RoleNotPossible
from timebot.timekeeping.approval import NotYourProject
from timebot.timekeeping.approvers import waits_for_nobody
from timebot.timekeeping.routing import (
    NotAnApprover,
    Scope,
    SubstituteAlone,
    SubstituteAlsoApproves,
    TooManyApprovers,
    find_effective_route,
    list_routes,
    set_route,
)


def an_owner(firm: Firm, name: str = "Olga") -> Member:
    return a_member(firm.session, firm.workspace, name=name, role="owner", profile_at=at(9))


def choose(
    firm: Firm,
    *approvers: Member,
    scope: Scope | None = None,
    substitute: Member | None = None,
    actor: Member | None = None,
) -> bool:
    return set_route(
        firm.session,
        workspace=firm.workspace,
        actor=actor or an_owner(firm),
        scope=scope or Scope(client=firm.acme),
        approvers=approvers,
        substitute=substitute,
        surface="slack",
        now=at(10),
    )


def names(members: Sequence[Member]) -> list[str]:
    return [member.name for member in members]


def test_the_people_of_a_route_are_asked(firm: Firm) -> None:
    lea, max_ = (an_approver(firm.session, firm.workspace, name) for name in ("Lea", "Max"))
    an_entry(firm.session, firm.robin, firm.logo)

    assert choose(firm, lea, max_)

    assert asked(firm) == ["Lea", "Max"]


def test_a_route_that_is_set_again_replaces_the_old_one(firm: Firm) -> None:
    lea, max_ = (an_approver(firm.session, firm.workspace, name) for name in ("Lea", "Max"))
    choose(firm, lea, substitute=max_)

    assert choose(firm, max_)
    assert not choose(firm, max_)

    (route,) = list_routes(firm.session, workspace=firm.workspace)
    assert (names(route.approvers), route.substitute) == (["Max"], None)


def test_a_route_without_people_is_lifted(firm: Firm) -> None:
    lea = an_approver(firm.session, firm.workspace, "Lea")
    an_entry(firm.session, firm.robin, firm.logo)
    choose(firm, lea)

    choose(firm)

    assert list_routes(firm.session, workspace=firm.workspace) == []
    assert asked(firm) == ["Kim", "Lea", "Olga", "Olga"]


def test_setting_a_route_is_written_down_with_before_and_after(firm: Firm) -> None:
    lea = an_approver(firm.session, firm.workspace, "Lea")
    choose(firm, firm.kim, scope=Scope(firm.acme, firm.logo))

    choose(firm, lea, scope=Scope(firm.acme, firm.logo))

    query = (
        select(AuditDetail)
        .join(AuditEvent, AuditEvent.id == AuditDetail.event_id)
        .where(
            AuditEvent.action == "approval_route.changed",
            AuditEvent.subject_kind == "project",
            AuditEvent.subject_id == firm.logo.id,
        )
    )
    changes = [(one.before, one.after) for one in firm.session.scalars(query)]
    of_kim = {"approver_ids": [str(firm.kim.id)], "substitute_id": None}
    of_lea = {"approver_ids": [str(lea.id)], "substitute_id": None}
    assert (None, of_kim) in changes
    assert (of_kim, of_lea) in changes


def test_only_billing_people_and_owners_set_routes(firm: Firm) -> None:
    with pytest.raises(NotAllowed, match="Only billing people and owners may say who approves"):
        choose(firm, firm.kim, actor=firm.kim)


@pytest.mark.parametrize(
    "who",
    [
        {"kind": "guest", "role": "none"},
        {"kind": "bot", "role": "none"},
        {"kind": "external", "role": "none"},
        {"role": "approver", "deactivated_at": at(9)},
    ],
)
@pytest.mark.parametrize("as_substitute", [False, True])
def test_guests_and_such_are_never_set(
    firm: Firm, who: dict[str, object], *, as_substitute: bool
) -> None:
    gwen = a_member(firm.session, firm.workspace, name="Gwen", **who)

    with pytest.raises(RoleNotPossible):
        choose(firm, firm.kim if as_substitute else gwen, substitute=gwen)

    assert list_routes(firm.session, workspace=firm.workspace) == []


def test_who_is_no_approver_is_named_with_what_to_type(firm: Firm) -> None:
    with pytest.raises(NotAnApprover, match="Robin is no approver yet") as refused:
        choose(firm, firm.robin)

    assert refused.value.example == "/billing role @Robin approver"


def test_names_that_do_not_fit_are_refused(firm: Firm) -> None:
    many = [an_approver(firm.session, firm.workspace, f"A{each}") for each in range(11)]

    with pytest.raises(SubstituteAlsoApproves):
        choose(firm, firm.kim, substitute=firm.kim)
    with pytest.raises(SubstituteAlone):
        choose(firm, substitute=firm.kim)
    with pytest.raises(TooManyApprovers):
        choose(firm, *many)


def test_the_widest_route_counts_where_no_narrower_one_is_set(firm: Firm) -> None:
    lea = an_approver(firm.session, firm.workspace, "Lea")
    choose(firm, lea, scope=Scope())

    found = find_effective_route(
        firm.session, workspace=firm.workspace, scope=Scope(firm.acme, firm.logo)
    )

    assert found is not None
    assert (found.scope, names(found.approvers)) == (Scope(), ["Lea"])


@pytest.mark.parametrize("lost", [{"role": "member"}, {"deactivated_at": at(9)}])
def test_a_vacant_route_goes_to_the_owners(firm: Firm, lost: dict[str, object]) -> None:
    an_owner(firm)
    gone = an_approver(firm.session, firm.workspace, "Gone")
    a_route(firm, gone, project=firm.logo)
    a_route(firm, firm.kim, client=firm.acme)
    for name, value in lost.items():
        setattr(gone, name, value)
    an_entry(firm.session, firm.robin, firm.logo)

    (route,) = [one for one in list_routes(firm.session, workspace=firm.workspace) if one.is_vacant]
    assert names(route.lost) == ["Gone"]
    assert asked(firm) == ["Olga"]


def test_a_route_to_the_author_goes_to_the_owners(firm: Firm) -> None:
    an_owner(firm)
    firm.robin.role = "approver"
    a_route(firm, firm.robin, project=firm.logo)
    an_entry(firm.session, firm.robin, firm.logo)

    assert asked(firm) == ["Olga"]


def test_where_the_only_owner_is_the_author_a_vacant_route_goes_to_everybody_else(
    firm: Firm,
) -> None:
    firm.robin.role = "owner"
    a_route(firm, firm.robin, project=firm.logo)
    an_entry(firm.session, firm.robin, firm.logo)

    assert asked(firm) == ["Kim"]


def test_on_a_day_off_the_approver_and_the_substitute_are_both_asked(firm: Firm) -> None:
    lea = an_approver(firm.session, firm.workspace, "Lea")
    a_route(firm, firm.kim, project=firm.logo, substitute=lea)
    firm.session.add(
        DayOff(
            workspace_id=firm.workspace.id,
            id=lea.id,
            member_id=firm.kim.id,
            day=at(18).date(),
        )
    )
    an_entry(firm.session, firm.robin, firm.logo)

    assert asked(firm) == ["Kim", "Lea"]


def test_on_a_weekday_that_is_not_theirs_the_substitute_is_asked_too(firm: Firm) -> None:
    lea = an_approver(firm.session, firm.workspace, "Lea")
    a_route(firm, firm.kim, project=firm.logo, substitute=lea)
    firm.kim.working_days = "345"
    an_entry(firm.session, firm.robin, firm.logo)

    assert asked(firm) == ["Kim", "Lea"]


def test_on_a_holiday_of_the_firm_nobody_has_to_stand_in(firm: Firm) -> None:
    lea = an_approver(firm.session, firm.workspace, "Lea")
    a_route(firm, firm.kim, project=firm.logo, substitute=lea)
    firm.session.add(
        DayOff(workspace_id=firm.workspace.id, id=lea.id, member_id=None, day=at(18).date())
    )
    an_entry(firm.session, firm.robin, firm.logo)

    assert asked(firm) == ["Kim"]


def test_a_substitute_may_settle_without_being_asked(firm: Firm) -> None:
    lea = an_approver(firm.session, firm.workspace, "Lea")
    a_route(firm, firm.kim, project=firm.logo, substitute=lea)
    submission, (entry,) = handed_in(firm)

    with pytest.raises(NotYourProject, match="for Kim or Lea to settle"):
        say_yes(firm, submission, approver=an_approver(firm.session, firm.workspace, "Sam"))
    say_yes(firm, submission, approver=lea)

    assert entry.approved_by == lea.id


def test_hours_of_the_only_one_who_may_approve_wait_for_nobody(firm: Firm) -> None:
    firm.kim.role, firm.robin.role = "member", "owner"
    handed_in(firm)

    assert waits_for_nobody(firm.session, workspace=firm.workspace, author=firm.robin, now=at(19))


@pytest.mark.parametrize("what", ["role", "self approval"])
def test_they_wait_for_somebody_once_there_is_one(firm: Firm, what: str) -> None:
    firm.kim.role, firm.robin.role = "member", "owner"
    handed_in(firm)

    if what == "role":
        firm.kim.role = "approver"
    else:
        firm.workspace.self_approval = True
    firm.session.flush()

    assert not waits_for_nobody(
        firm.session, workspace=firm.workspace, author=firm.robin, now=at(19)
    )
