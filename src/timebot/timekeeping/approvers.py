"""Who approves: the route of a project or client, else everybody with the role but the author."""

from collections.abc import Collection, Iterable
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from timebot.clients.models import Project
from timebot.team.models import Member, Workspace
from timebot.team.rights import holders, may
from timebot.timekeeping.models import ApprovalRoute

Approvers = dict[UUID, list[Member]]
"""Who may approve hours of each project."""


def approvers_by_project(
    session: Session, *, workspace: Workspace, author_id: UUID, project_ids: Collection[UUID]
) -> Approvers:
    """Return who may approve the author's hours, for each project.

    The most specific route counts: project, client, workspace. A route's substitute stands in for
    an approver who has left, lost the role or is the author. Where nobody is left, everybody with
    the role but the author may; where there is nobody, the owners are asked.
    """
    everybody = _without(holders(session, workspace_id=workspace.id, role="approver"), author_id)
    if workspace.self_approval:
        everybody = holders(session, workspace_id=workspace.id, role="approver")
    anybody = everybody or holders(session, workspace_id=workspace.id, role="owner")
    allowed = {member.id: member for member in everybody}
    routes = _routes(session, workspace.id)
    clients = _clients(session, workspace.id, project_ids)
    return {
        project_id: _first_that_stands(
            (
                routes.get((project_id, None)),
                routes.get((None, clients.get(project_id))),
                routes.get((None, None)),
            ),
            allowed,
        )
        or anybody
        for project_id in project_ids
    }


def may_approve(approver: Member, project_id: UUID, approvers: Approvers) -> bool:
    """Tell whether the approver may settle hours of the project; owners always may."""
    return may(approver, "owner") or any(one.id == approver.id for one in approvers[project_id])


def _first_that_stands(
    routes: Iterable[list[ApprovalRoute] | None], allowed: dict[UUID, Member]
) -> list[Member]:
    for route in routes:
        found = {}
        for step in route or []:
            stand_in = allowed.get(step.substitute_id) if step.substitute_id else None
            approver = allowed.get(step.approver_id) or stand_in
            if approver is not None and may(approver, "approver"):
                found[approver.id] = approver
        if found:
            return list(found.values())
    return []


def _routes(
    session: Session, workspace_id: UUID
) -> dict[tuple[UUID | None, UUID | None], list[ApprovalRoute]]:
    routes: dict[tuple[UUID | None, UUID | None], list[ApprovalRoute]] = {}
    for route in session.scalars(
        select(ApprovalRoute).where(ApprovalRoute.workspace_id == workspace_id)
    ):
        routes.setdefault((route.project_id, route.client_id), []).append(route)
    return routes


def _clients(
    session: Session, workspace_id: UUID, project_ids: Collection[UUID]
) -> dict[UUID, UUID]:
    rows = session.execute(
        select(Project.id, Project.client_id).where(
            Project.workspace_id == workspace_id, Project.id.in_(project_ids)
        )
    )
    return {project_id: client_id for project_id, client_id in rows}  # noqa: C416 - a Result is no mapping


def _without(members: Iterable[Member], member_id: UUID) -> list[Member]:
    return [member for member in members if member.id != member_id]
