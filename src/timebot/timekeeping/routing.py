"""Routes of approval: who is asked about hours of a project, of a client, or of the whole firm."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, delete, select
from sqlalchemy.orm import Session

from timebot.clients.models import Client, Project
from timebot.errors import Refusal
from timebot.journal.audit import Actor, record
from timebot.team.models import Member, Workspace
from timebot.team.rights import RoleNotPossible, lock_roles, may, require
from timebot.timekeeping.models import ApprovalRoute

MOST_APPROVERS = 10
"""How many people one route names at most."""


class NotAnApprover(Refusal):
    """Somebody without the role was named."""

    def __init__(self, member: Member) -> None:
        super().__init__(
            f"{member.name} is no approver yet, so nothing was changed."
            " Give the role first, then set the route.",
            example=f"/billing role @{member.name} approver",
        )


class SubstituteAlsoApproves(Refusal):
    """The same person was named as approver and as substitute."""

    def __init__(self, member: Member) -> None:
        super().__init__(
            f"{member.name} cannot stand in for themselves."
            " Choose somebody else as substitute, or none."
        )


class SubstituteAlone(Refusal):
    """A substitute was named, but nobody to stand in for."""

    def __init__(self) -> None:
        super().__init__("Choose who approves first; a substitute stands in for somebody.")


class TooManyApprovers(Refusal):
    """More people than one route takes."""

    def __init__(self) -> None:
        super().__init__(f"Choose at most {MOST_APPROVERS} people.")


@dataclass(frozen=True)
class Scope:
    """What a route is for: one project, else one client, else the whole firm."""

    client: Client | None = None
    project: Project | None = None

    @property
    def name(self) -> str:
        """Its place as people type it, such as `Acme Logo`; empty for the whole firm."""
        return " ".join(each.name for each in (self.client, self.project) if each)

    @property
    def client_id(self) -> UUID | None:
        """The client, where the route is not for one project."""
        return self.client.id if self.client and not self.project else None

    @property
    def project_id(self) -> UUID | None:
        """The project."""
        return self.project.id if self.project else None


@dataclass(frozen=True)
class Route:
    """A route that is set.

    Attributes:
        scope: what it is for.
        approvers: whom it names, by name.
        substitute: who stands in for them, or None.
    """

    scope: Scope
    approvers: Sequence[Member]
    substitute: Member | None

    @property
    def lost(self) -> Sequence[Member]:
        """List those it names who are no approvers any more."""
        named = [*self.approvers, *([self.substitute] if self.substitute else [])]
        return [one for one in named if not may(one, "approver")]

    @property
    def is_vacant(self) -> bool:
        """Tell whether nobody whom it names approves any more, so that the owners are asked."""
        return len(self.lost) == len(self.approvers) + (self.substitute is not None)


def set_route(
    session: Session,
    *,
    workspace: Workspace,
    actor: Member,
    scope: Scope,
    approvers: Sequence[Member],
    substitute: Member | None,
    surface: str,
    now: datetime,
) -> bool:
    """Say who approves hours of the scope, and return whether that changed anything.

    Args:
        session: the open transaction.
        workspace: the firm.
        actor: a billing person or an owner.
        scope: what the route is for.
        approvers: who is asked; nobody lifts the route.
        substitute: who stands in for any of them, or None.
        surface: where the wish comes from.
        now: the present instant.

    Raises:
        NotAllowed: if the actor is not in billing.
        RoleNotPossible: if a guest, a bot, somebody from elsewhere or who has left is named.
        NotAnApprover: if somebody without the role is named.
        SubstituteAlsoApproves, SubstituteAlone, TooManyApprovers: if the names do not fit.
    """
    require(session, actor, "billing", to="say who approves hours", now=now)
    # Roles change under the same lock, so nobody who is named loses theirs at this moment.
    lock_roles(session, workspace.id)
    named = list({one.id: one for one in approvers}.values())
    _check(session, named, substitute)
    before = find_route(session, workspace=workspace, scope=scope)
    if _names(before) == _people(named, substitute):
        return False
    session.execute(delete(ApprovalRoute).where(*_of_scope(workspace.id, scope)))
    for one in named:
        session.add(_row(workspace.id, scope, one, substitute))
    session.flush()
    _audit(session, workspace, Actor(actor.id, surface), scope, before, named, substitute, now)
    return True


def find_route(session: Session, *, workspace: Workspace, scope: Scope) -> Route | None:
    """Return the route that is set for exactly this scope, or None."""
    found = select(ApprovalRoute).where(*_of_scope(workspace.id, scope))
    rows = session.scalars(found).all()
    return _route(session, scope, rows) if rows else None


def find_effective_route(session: Session, *, workspace: Workspace, scope: Scope) -> Route | None:
    """Return the route that counts for the scope: its own, else a wider one, else None."""
    wider = [scope, Scope(client=scope.client), Scope()]
    for one in wider:
        route = find_route(session, workspace=workspace, scope=one)
        if route is not None:
            return route
    return None


def list_routes(session: Session, *, workspace: Workspace) -> list[Route]:
    """List every route that is set: the firm's, then by client and project."""
    by_scope: dict[tuple[UUID | None, UUID | None], list[ApprovalRoute]] = {}
    for row in session.scalars(
        select(ApprovalRoute).where(ApprovalRoute.workspace_id == workspace.id)
    ):
        by_scope.setdefault((row.client_id, row.project_id), []).append(row)
    routes = [_route(session, _scope(session, rows[0]), rows) for rows in by_scope.values()]
    return sorted(routes, key=lambda route: _order(route.scope))


def _check(session: Session, approvers: Sequence[Member], substitute: Member | None) -> None:
    if len(approvers) > MOST_APPROVERS:
        raise TooManyApprovers
    if substitute is not None and not approvers:
        raise SubstituteAlone
    for one in (*approvers, *([substitute] if substitute else [])):
        session.refresh(one)
        if one.kind != "person" or one.deactivated_at is not None:
            raise RoleNotPossible(one.name)
        if not may(one, "approver"):
            raise NotAnApprover(one)
    if substitute is not None and substitute.id in {one.id for one in approvers}:
        raise SubstituteAlsoApproves(substitute)


def _route(session: Session, scope: Scope, rows: Sequence[ApprovalRoute]) -> Route:
    workspace_id = rows[0].workspace_id
    people = [session.get_one(Member, (workspace_id, row.approver_id)) for row in rows]
    substitute_id = rows[0].substitute_id
    substitute = session.get_one(Member, (workspace_id, substitute_id)) if substitute_id else None
    return Route(scope, sorted(people, key=lambda one: one.name), substitute)


def _scope(session: Session, row: ApprovalRoute) -> Scope:
    project = (
        session.get_one(Project, (row.workspace_id, row.project_id)) if row.project_id else None
    )
    client_id = project.client_id if project else row.client_id
    client = session.get_one(Client, (row.workspace_id, client_id)) if client_id else None
    return Scope(client, project)


def _row(
    workspace_id: UUID, scope: Scope, approver: Member, substitute: Member | None
) -> ApprovalRoute:
    return ApprovalRoute(
        workspace_id=workspace_id,
        id=uuid4(),
        client_id=scope.client_id,
        project_id=scope.project_id,
        approver_id=approver.id,
        substitute_id=substitute.id if substitute else None,
    )


def _of_scope(workspace_id: UUID, scope: Scope) -> tuple[ColumnElement[bool], ...]:
    return (
        ApprovalRoute.workspace_id == workspace_id,
        ApprovalRoute.client_id == scope.client_id
        if scope.client_id
        else ApprovalRoute.client_id.is_(None),
        ApprovalRoute.project_id == scope.project_id
        if scope.project_id
        else ApprovalRoute.project_id.is_(None),
    )


def _names(route: Route | None) -> tuple[frozenset[UUID], UUID | None]:
    return _people(route.approvers, route.substitute) if route else (frozenset(), None)


def _people(
    approvers: Sequence[Member], substitute: Member | None
) -> tuple[frozenset[UUID], UUID | None]:
    return frozenset(one.id for one in approvers), substitute.id if substitute else None


def _order(scope: Scope) -> tuple[str, str]:
    client = scope.client.name if scope.client else ""
    return client, scope.project.name if scope.project else ""


def _audit(
    session: Session,
    workspace: Workspace,
    actor: Actor,
    scope: Scope,
    before: Route | None,
    approvers: Sequence[Member],
    substitute: Member | None,
    now: datetime,
) -> None:
    def facts(people: Sequence[Member], stand_in: Member | None) -> dict[str, object]:
        return {
            "approver_ids": sorted(str(one.id) for one in people),
            "substitute_id": str(stand_in.id) if stand_in else None,
        }

    subject = scope.project or scope.client
    record(
        session,
        workspace_id=workspace.id,
        actor=actor,
        action="approval_route.changed",
        subject_kind="project" if scope.project else "client" if scope.client else "workspace",
        subject_id=subject.id if subject else workspace.id,
        at=now,
        before=facts(before.approvers, before.substitute) if before else None,
        after=facts(approvers, substitute) if approvers else None,
    )
