"""Projects: they are added, changed, paused, completed and archived."""

from collections.abc import Mapping
from datetime import datetime
from typing import cast
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from timebot.clients.budget import Budget, budget_columns, parse_budget
from timebot.clients.client_fields import Columns, changed_columns, read_project_fields
from timebot.clients.collisions import NameTaken, check_project_names, project_of
from timebot.clients.models import PROJECT_STATES, Client, Project
from timebot.clients.places import list_places
from timebot.clients.rates import RateTarget, write_rate
from timebot.errors import Refusal
from timebot.journal.audit import Actor, record
from timebot.journal.notices import refresh_homes
from timebot.money import Money
from timebot.team.models import Member, Workspace
from timebot.team.rights import require


class ProjectStateUnknown(Refusal):
    """The word is no state of a project."""

    def __init__(self, word: str) -> None:
        super().__init__(f"A project can be {', '.join(PROJECT_STATES)}; {word} is none of them.")


class ProjectHasOpenTime(Refusal):
    """A project is not archived while work on it goes on or waits to be billed."""

    def __init__(self, project: Project) -> None:
        super().__init__(
            f"{project.name} was not archived, because a timer is running for it or hours are not"
            " billed yet. You can set it to completed: it takes no new time and is still billed."
        )


class BudgetCurrencyDiffers(Refusal):
    """A project's budget is in its client's currency."""

    def __init__(self, budget: Money, client: Client) -> None:
        super().__init__(
            f"{client.name} is billed in {client.currency}, so the budget cannot be in"
            f" {budget.currency}. Write it in {client.currency}, or in hours."
        )


class ProjectOfArchivedClient(Refusal):
    """The client is archived."""

    def __init__(self, client: Client) -> None:
        super().__init__(
            f"{client.name} is archived, so it takes no projects. Choose another client."
        )


def add_project(
    session: Session,
    *,
    workspace: Workspace,
    actor: Member,
    client: Client,
    name: str,
    rate: Money | None = None,
    budget: Budget | str | None = None,
    details: Mapping[str, object] | None = None,
    surface: str,
    now: datetime,
) -> Project:
    """Add a project to a client.

    Args:
        session: an open transaction.
        workspace: whose client it is.
        actor: who adds it.
        client: who pays for it.
        name: its name, which no other project of the client answers to.
        rate: money per hour, or None to use the member's or client's rate.
        budget: time or money, or as typed: `40h`, `5000`.
        details: other fields of `PROJECT_FIELDS`, typed or native.
        surface: where it came from.
        now: the present instant.

    Raises:
        NotAllowed: if the actor has no billing role.
        FieldsRefused: if anything given cannot be used.
        NameTaken: if another project of the client has the name.
        RateCurrencyDiffers: if the rate is not in the client's currency.
        BudgetUnclear: if the budget cannot be read.
        BudgetCurrencyDiffers: if the budget is not in the client's currency.
        ProjectOfArchivedClient: if the client is archived.
    """
    require(session, actor, "billing", to="add projects", now=now)
    given = {**(details or {}), "name": name}
    return write_project(
        session,
        workspace,
        client,
        by=Actor(actor.id, surface),
        given=given,
        rate=rate,
        budget=budget,
        now=now,
    )


def write_project(
    session: Session,
    workspace: Workspace,
    client: Client,
    *,
    by: Actor,
    given: Mapping[str, object],
    rate: Money | None,
    budget: Budget | str | None,
    now: datetime,
) -> Project:
    """Add a project for an actor whose right was checked already; see `add_project`."""
    columns = read_project_fields(given) | _read_budget(budget, client)
    # Its client must not be archived meanwhile.
    session.refresh(client, with_for_update={"key_share": True})
    if client.archived_at is not None:
        raise ProjectOfArchivedClient(client)
    check_project_names(session, client, _names(columns))
    project = Project(
        workspace_id=workspace.id,
        client_id=client.id,
        created_at=now,
        **columns,
    )
    try:
        with session.begin_nested():
            session.add(project)
            session.flush()
    except IntegrityError:
        # The unique index has the last word: somebody added it at the same instant.
        raise NameTaken(str(columns["name"]), project_of(client)) from None
    _note(session, project, by, "project.added", now, after=columns)
    if rate is not None:
        target = RateTarget(project=project)
        write_rate(session, by=by, target=target, amount=rate, valid_from=None, now=now)
    return project


def change_project(
    session: Session,
    *,
    actor: Member,
    project: Project,
    changes: Mapping[str, object],
    surface: str,
    now: datetime,
) -> list[str]:
    """Change fields of a project, all of them or none.

    Args:
        session: an open transaction.
        actor: who asks.
        project: the project.
        changes: fields of `PROJECT_FIELDS`, or `budget` (time, money, as typed, or None).
        surface: where it came from.
        now: the present instant.

    Returns:
        The names of the columns that changed.

    Raises:
        NotAllowed: if the actor has no billing role.
        FieldsRefused: if anything given cannot be used.
        NameTaken: if another project of the client has the name.
        BudgetUnclear: if the budget cannot be read.
        BudgetCurrencyDiffers: if the budget is not in the client's currency.
    """
    require(session, actor, "billing", to="change projects", now=now)
    return write_project_changes(
        session, project, by=Actor(actor.id, surface), changes=changes, now=now
    )


def write_project_changes(
    session: Session, project: Project, *, by: Actor, changes: Mapping[str, object], now: datetime
) -> list[str]:
    """Change a project for an actor whose right was checked already; see `change_project`."""
    client = session.get_one(Client, (project.workspace_id, project.client_id))
    fields = {name: given for name, given in changes.items() if name != "budget"}
    columns = read_project_fields(fields)
    if "budget" in changes:
        columns |= _read_budget(cast("Budget | str | None", changes["budget"]), client)
    session.refresh(project, with_for_update={"key_share": True})
    changed = changed_columns(project, columns)
    if not changed:
        return []
    check_project_names(session, client, _names(changed), own=project)
    if {"budget_minutes", "budget_minor"} & changed.keys():
        # A new budget is a new promise; what was told about the old one does not count.
        changed["budget_alerted_percent"] = 0
    before = {name: getattr(project, name) for name in changed}
    _update(session, project, client, changed)
    _note(session, project, by, "project.changed", now, before=before, after=changed)
    if "name" in changed:
        refresh_homes(session, workspace_id=project.workspace_id, now=now)
    return sorted(changed)


def set_project_state(
    session: Session,
    *,
    actor: Member,
    project: Project,
    state: str,
    has_open_time: bool,
    surface: str,
    now: datetime,
) -> bool:
    """Make a project active, paused, completed or archived; return whether that changed anything.

    Args:
        session: an open transaction.
        actor: who asks.
        project: the project.
        state: one of `PROJECT_STATES`.
        has_open_time: whether a timer runs on it or hours wait to be billed; the caller has
            looked. Only archiving cares.
        surface: where it came from.
        now: the present instant.

    Raises:
        NotAllowed: if the actor has no billing role.
        ProjectStateUnknown: if there is no such state.
        ProjectHasOpenTime: if it would hide work that goes on or waits to be billed.
        ProjectOfArchivedClient: if it is to return to an archived client.
        NameTaken: if it is to return and another project has its name now.
    """
    require(session, actor, "billing", to="change projects", now=now)
    if state not in PROJECT_STATES:
        raise ProjectStateUnknown(state)
    session.refresh(project, with_for_update={"key_share": True})
    if project.state == state:
        return False
    if state == "archived" and has_open_time:
        raise ProjectHasOpenTime(project)
    if project.state == "archived":
        client = session.get_one(Client, (project.workspace_id, project.client_id))
        if client.archived_at is not None:
            raise ProjectOfArchivedClient(client)
        check_project_names(session, client, [project.name, *project.aliases], own=project)
    write_project_state(session, project, state, by=Actor(actor.id, surface), now=now)
    return True


def write_project_state(
    session: Session, project: Project, state: str, *, by: Actor, now: datetime
) -> None:
    """Write a project's state and the audit; the callers decide whether it may be."""
    before, project.state = project.state, state
    session.flush()
    _note(
        session,
        project,
        by,
        "project.state_changed",
        now,
        before={"state": before},
        after={"state": state},
    )
    refresh_homes(session, workspace_id=project.workspace_id, now=now)


def list_projects(session: Session, *, workspace_id: UUID, takes_time: bool) -> list[Project]:
    """List projects by client and name: those that take new time, or all but archived ones."""
    places = list_places(session, workspace_id=workspace_id, takes_time=takes_time)
    return [place.project for place in places if place.project is not None]


def _read_budget(budget: Budget | str | None, client: Client) -> Columns:
    if isinstance(budget, str):
        budget = parse_budget(budget, client.currency) if budget.strip() else None
    if isinstance(budget, Money) and budget.currency != client.currency:
        raise BudgetCurrencyDiffers(budget, client)
    return dict(budget_columns(budget))


def _names(columns: Columns) -> list[str]:
    """Return the names that are new, the main one and the others."""
    aliases = cast("list[str]", columns.get("aliases") or [])
    return [str(columns["name"]), *aliases] if "name" in columns else list(aliases)


def _update(session: Session, project: Project, client: Client, changed: Columns) -> None:
    name = str(changed.get("name", project.name))
    try:
        with session.begin_nested():
            for column, value in changed.items():
                setattr(project, column, value)
            session.flush()
    except IntegrityError:
        raise NameTaken(name, project_of(client)) from None


def _note(
    session: Session,
    project: Project,
    by: Actor,
    action: str,
    now: datetime,
    *,
    before: Columns | None = None,
    after: Columns | None = None,
) -> None:
    record(
        session,
        workspace_id=project.workspace_id,
        actor=by,
        action=action,
        subject_kind="project",
        subject_id=project.id,
        at=now,
        before=before,
        after=after,
    )
