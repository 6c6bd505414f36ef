"""Who approves: the most specific route that is set, else everybody with the role."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from timebot.clients.models import Project
from timebot.journal.models import AuditEvent
from timebot.team.models import Member, Workspace
from timebot.team.rights import holders, may
from timebot.team.working_time import firm_working_time, working_time_of
from timebot.timekeeping.models import ApprovalRoute, Submission, TimeEntry


@dataclass(frozen=True)
class Standing:
    """Who settles hours of one project, whose author is left out.

    Attributes:
        asked: who gets the card.
        allowed: who may settle: those who are asked, and substitutes who need not be.
    """

    asked: Sequence[Member]
    allowed: Sequence[Member]


_DECISIONS = ("time_entry.approved", "time_entry.unapproved", "time_entry.rejected")

Approvers = Mapping[UUID, Standing]
"""Who settles hours of each project."""


def approvers_by_project(
    session: Session,
    *,
    workspace: Workspace,
    author_id: UUID,
    project_ids: Collection[UUID],
    now: datetime,
) -> Approvers:
    """Return who settles the author's hours, for each project.

    The most specific route that is set counts: project, client, workspace. A substitute is asked
    where the approver has left, lost the role or is the author; where the approver only has the
    day off, both are. A route that stands nobody leads to the owners. Without a route everybody
    with the role but the author is asked. Nobody gets their own hours, unless the workspace lets
    them (a firm of one).
    """
    holding = holders(session, workspace_id=workspace.id, role="approver")
    able = {one.id: one for one in holding if workspace.self_approval or one.id != author_id}
    routes = _routes(session, workspace.id)
    clients = _clients(session, workspace.id, project_ids)
    away = _away(session, workspace, routes.values(), able, now)
    return {
        project_id: _standing(_route_of(routes, project_id, clients.get(project_id)), able, away)
        for project_id in project_ids
    }


def may_approve(approver: Member, project_id: UUID, approvers: Approvers) -> bool:
    """Tell whether the approver may settle hours of the project; owners always may."""
    return may(approver, "owner") or _is_among(approver, approvers[project_id].allowed)


def is_asked(approver: Member, project_id: UUID, approvers: Approvers) -> bool:
    """Tell whether hours of the project wait for the approver; for owners all do."""
    return may(approver, "owner") or _is_among(approver, approvers[project_id].asked)


def approvers_of(
    session: Session, *, workspace: Workspace, submission: Submission, now: datetime
) -> list[Member]:
    """List who is asked about a submission: each approver of one of its waiting projects once.

    Who had a hand in it is left out; where nobody else would be asked, the owners are.
    """
    projects = session.scalars(
        select(TimeEntry.project_id)
        .where(
            TimeEntry.workspace_id == submission.workspace_id,
            TimeEntry.submission_id == submission.id,
            TimeEntry.state == "pending_review",
        )
        .distinct()
    )
    by_project = approvers_by_project(
        session,
        workspace=workspace,
        author_id=submission.member_id,
        project_ids=[each for each in projects if each is not None],
        now=now,
    )
    unique = {one.id: one for standing in by_project.values() for one in standing.asked}
    barred = hands_in(session, submission)
    if barred.issuperset(unique):
        # Whoever is asked had a hand in it; then it is for the owners, as with a vacant route.
        if not workspace.self_approval:
            barred.add(submission.member_id)
        owners = holders(session, workspace_id=workspace.id, role="owner")
        unique = {one.id: one for one in owners}
    for hand in barred:
        unique.pop(hand, None)
    return sorted(unique.values(), key=lambda member: (member.name, str(member.id)))


def waits_for_nobody(
    session: Session, *, workspace: Workspace, author: Member, now: datetime
) -> bool:
    """Tell whether some of the author's hours wait for an approval that nobody may give."""
    waiting = select(TimeEntry.submission_id).where(
        TimeEntry.workspace_id == workspace.id,
        TimeEntry.member_id == author.id,
        TimeEntry.state == "pending_review",
    )
    submissions = session.scalars(
        select(Submission).where(
            Submission.workspace_id == workspace.id, Submission.id.in_(waiting)
        )
    ).all()
    return any(
        not approvers_of(session, workspace=workspace, submission=one, now=now)
        for one in submissions
    )


def hands_in(session: Session, submission: Submission) -> set[UUID]:
    """Return who may not settle a submission, because they had a hand in it for its author.

    Nobody approves what they wrote themselves. An author who hands hours in vouches for every one
    of them, whoever else entered or corrected some: a correction makes an entry a draft again, so
    it always comes before. Then only the author is kept out. Where somebody else handed them in,
    because the author has left, nobody vouched, and whoever entered, changed, confirmed or handed
    in any of them leaves the decision to another one.
    """
    handed_in_by = session.scalar(
        select(AuditEvent.actor_id).where(
            AuditEvent.workspace_id == submission.workspace_id,
            AuditEvent.subject_kind == "submission",
            AuditEvent.subject_id == submission.id,
            AuditEvent.action == "submission.opened",
        )
    )
    if handed_in_by is None or handed_in_by == submission.member_id:
        return set()
    entries = select(TimeEntry.id).where(
        TimeEntry.workspace_id == submission.workspace_id,
        TimeEntry.submission_id == submission.id,
    )
    wrote = session.scalars(
        select(AuditEvent.actor_id)
        .where(
            AuditEvent.workspace_id == submission.workspace_id,
            AuditEvent.subject_kind == "time_entry",
            AuditEvent.subject_id.in_(entries),
            AuditEvent.action.not_in(_DECISIONS),
            AuditEvent.actor_id.is_not(None),
        )
        .distinct()
    )
    return {handed_in_by, *(one for one in wrote if one is not None)} - {submission.member_id}


def _standing(
    route: Sequence[ApprovalRoute], able: Mapping[UUID, Member], away: Collection[UUID]
) -> Standing:
    everybody = list(able.values())
    if not route:
        return Standing(everybody, everybody)
    asked: dict[UUID, Member] = {}
    allowed: dict[UUID, Member] = {}
    for step in route:
        approver = able.get(step.approver_id)
        substitute = able.get(step.substitute_id) if step.substitute_id else None
        needs_substitute = approver is None or approver.id in away
        for one in (approver, substitute):
            if one is not None:
                allowed[one.id] = one
        for one in (approver, substitute if needs_substitute else None):
            if one is not None:
                asked[one.id] = one
    if asked:
        return Standing(list(asked.values()), list(allowed.values()))
    # The route is vacant. An author who is the only owner leaves it to everybody else.
    owners = [one for one in everybody if may(one, "owner")] or everybody
    return Standing(owners, owners)


def _route_of(
    routes: Mapping[tuple[UUID | None, UUID | None], Sequence[ApprovalRoute]],
    project_id: UUID,
    client_id: UUID | None,
) -> Sequence[ApprovalRoute]:
    for scope in ((project_id, None), (None, client_id), (None, None)):
        if scope in routes:
            return routes[scope]
    return ()


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


def _away(
    session: Session,
    workspace: Workspace,
    routes: Iterable[Sequence[ApprovalRoute]],
    able: Mapping[UUID, Member],
    now: datetime,
) -> set[UUID]:
    """Return which approvers of routes are off on a day on which the firm works.

    A weekend or a holiday passes for everybody alike, so nobody has to stand in.
    """
    named = {step.approver_id for route in routes for step in route if step.substitute_id}
    firm = firm_working_time(session, workspace=workspace, since=now.date())
    if not named or not firm.is_working_day(firm.day_at(now)):
        return set()
    found = set()
    for one in (able[each] for each in named if each in able):
        own = working_time_of(session, member=one, since=now.date())
        if not own.is_working_day(own.day_at(now)):
            found.add(one.id)
    return found


def _is_among(approver: Member, members: Iterable[Member]) -> bool:
    return any(one.id == approver.id for one in members)
