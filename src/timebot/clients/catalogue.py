"""The catalogue: clients are added, changed and archived."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import cast
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from timebot.clients.client_fields import (
    Columns,
    FieldsRefused,
    changed_columns,
    read_client_fields,
)
from timebot.clients.collisions import NameTaken, check_client_names
from timebot.clients.models import Client, Project
from timebot.clients.names import name_key
from timebot.clients.projects import (
    add_project,
    change_project,
    list_projects,
    set_project_state,
    write_project_state,
)
from timebot.clients.rates import RateTarget, write_rate
from timebot.errors import Refusal
from timebot.journal.audit import Actor, record
from timebot.journal.notices import refresh_homes
from timebot.money import Money
from timebot.team.models import Member, Workspace
from timebot.team.rights import require

__all__ = [
    "ClientArchived",
    "ClientHasOpenTime",
    "CurrencyLocked",
    "FieldsRefused",
    "NameTaken",
    "add_client",
    "add_project",
    "archive_client",
    "change_client",
    "change_project",
    "list_clients",
    "list_projects",
    "name_key",
    "set_project_state",
]


class CurrencyLocked(Refusal):
    """A client's currency stays while hours wait to be billed in it."""

    def __init__(self, client: Client) -> None:
        super().__init__(
            f"{client.name} has hours that are not billed yet, so its currency stays"
            f" {client.currency}. Bill them first, or add a second client."
        )


class ClientHasOpenTime(Refusal):
    """A client is not archived while work for it goes on or waits to be billed."""

    def __init__(self, client: Client, *, has_running: bool) -> None:
        why, first = (
            ("a timer is running for it", "Ask for it to be stopped first.")
            if has_running
            else ("it has hours that are not billed yet", "Bill them first.")
        )
        super().__init__(
            f"{client.name} was not archived, because {why}. {first} You can set its projects to"
            " completed: they take no new time, and what is recorded is still billed."
        )


class ClientArchived(Refusal):
    """The client is archived and cannot be changed."""

    def __init__(self, client: Client) -> None:
        super().__init__(
            f"{client.name} is archived, so nothing was changed. Choose another client, or add it"
            " again."
        )


def add_client(
    session: Session,
    *,
    workspace: Workspace,
    actor: Member,
    name: str,
    emails: Sequence[str] | str,
    rate: Money | None,
    currency: str | None = None,
    details: Mapping[str, object] | None = None,
    surface: str,
    now: datetime,
) -> Client:
    """Add a client, with the rate that counts for it where nothing more specific does.

    Args:
        session: an open transaction.
        workspace: whose client it is.
        actor: who adds it.
        name: its name, which no other client answers to.
        emails: where invoices go; the first is the recipient.
        rate: money per hour, or None to set rates later.
        currency: an ISO 4217 code; by default the rate's, else the workspace's.
        details: other fields of `CLIENT_FIELDS`, typed or native.
        surface: where it came from.
        now: the present instant.

    Raises:
        NotAllowed: if the actor has no billing role.
        FieldsRefused: if anything given cannot be used.
        NameTaken: if another client has the name.
        RateCurrencyDiffers: if the rate is in another currency.
    """
    require(session, actor, "billing", to="add clients", now=now)
    given = {
        **(details or {}),
        "name": name,
        "emails": emails,
        "currency": currency or (rate.currency if rate is not None else workspace.currency),
    }
    by = Actor(actor.id, surface)
    return write_client(session, workspace, by=by, given=given, rate=rate, now=now)


def write_client(
    session: Session,
    workspace: Workspace,
    *,
    by: Actor,
    given: Mapping[str, object],
    rate: Money | None,
    now: datetime,
) -> Client:
    """Add a client for an actor whose right was checked already; see `add_client`."""
    columns = read_client_fields(given)
    check_client_names(session, workspace.id, _names(columns))
    columns.setdefault("locale", workspace.locale)
    client = Client(workspace_id=workspace.id, created_at=now, **columns)
    _insert(session, client)
    _note(session, client, by, "client.added", now, after=columns)
    if rate is not None:
        target = RateTarget(client=client)
        write_rate(session, by=by, target=target, amount=rate, valid_from=None, now=now)
    return client


def change_client(
    session: Session,
    *,
    actor: Member,
    client: Client,
    changes: Mapping[str, object],
    surface: str,
    now: datetime,
    has_unbilled: bool = True,
) -> list[str]:
    """Change fields of a client, all of them or none.

    Args:
        session: an open transaction.
        actor: who asks.
        client: the client.
        changes: fields of `CLIENT_FIELDS`, typed or native; None empties an optional one.
        surface: where it came from.
        now: the present instant.
        has_unbilled: whether hours of the client are not billed yet; only a caller who has looked
            may say no, and the currency is locked otherwise.

    Returns:
        The names of the columns that changed.

    Raises:
        NotAllowed: if the actor has no billing role.
        FieldsRefused: if anything given cannot be used.
        NameTaken: if another client has the name.
        CurrencyLocked: if the currency would change under unbilled hours.
        ClientArchived: if the client is archived.
    """
    require(session, actor, "billing", to="change clients", now=now)
    by = Actor(actor.id, surface)
    return write_client_changes(
        session, client, by=by, changes=changes, now=now, has_unbilled=has_unbilled
    )


def write_client_changes(
    session: Session,
    client: Client,
    *,
    by: Actor,
    changes: Mapping[str, object],
    now: datetime,
    has_unbilled: bool,
) -> list[str]:
    """Change a client for an actor whose right was checked already; see `change_client`."""
    columns = read_client_fields(changes)
    session.refresh(client, with_for_update={"key_share": True})
    if client.archived_at is not None:
        raise ClientArchived(client)
    changed = changed_columns(client, columns)
    if "currency" in changed and has_unbilled:
        raise CurrencyLocked(client)
    check_client_names(session, client.workspace_id, _names(changed), own=client)
    if changed:
        before = {name: getattr(client, name) for name in changed}
        _update(session, client, changed)
        _note(session, client, by, "client.changed", now, before=before, after=changed)
    if "name" in changed:
        refresh_homes(session, workspace_id=client.workspace_id, now=now)
    return sorted(changed)


def archive_client(
    session: Session,
    *,
    actor: Member,
    client: Client,
    has_running: bool,
    has_unbilled: bool,
    surface: str,
    now: datetime,
) -> None:
    """Archive a client with its projects: they are hidden, and their names are free again.

    Args:
        session: an open transaction.
        actor: who asks.
        client: the client.
        has_running: whether a timer runs on one of its projects; the caller has looked.
        has_unbilled: whether hours of it wait to be billed; the caller has looked.
        surface: where it came from.
        now: the present instant.

    Raises:
        NotAllowed: if the actor has no billing role.
        ClientHasOpenTime: if work goes on or waits to be billed.
    """
    require(session, actor, "billing", to="archive clients", now=now)
    session.refresh(client, with_for_update={"key_share": True})
    if client.archived_at is not None:
        return
    if has_running or has_unbilled:
        raise ClientHasOpenTime(client, has_running=has_running)
    by = Actor(actor.id, surface)
    projects = select(Project).where(
        Project.workspace_id == client.workspace_id,
        Project.client_id == client.id,
        Project.state != "archived",
    )
    for project in session.scalars(projects.with_for_update(key_share=True)):
        write_project_state(session, project, "archived", by=by, now=now)
    client.archived_at = now
    session.flush()
    _note(session, client, by, "client.archived", now)


def list_clients(
    session: Session, *, workspace_id: UUID, with_archived: bool = False
) -> list[Client]:
    """List the clients by name; archived ones only where asked for."""
    found = select(Client).where(Client.workspace_id == workspace_id).order_by(Client.name_key)
    if not with_archived:
        found = found.where(Client.archived_at.is_(None))
    return list(session.scalars(found))


def _names(columns: Columns) -> list[str]:
    """Return the names that are new, the main one and the others."""
    aliases = cast("list[str]", columns.get("aliases") or [])
    return [str(columns["name"]), *aliases] if "name" in columns else list(aliases)


def _insert(session: Session, client: Client) -> None:
    name = client.name
    try:
        with session.begin_nested():
            session.add(client)
            session.flush()
    except IntegrityError:
        # The unique index has the last word: somebody added it at the same instant.
        raise NameTaken(name, "client") from None


def _update(session: Session, client: Client, changed: Columns) -> None:
    name = str(changed.get("name", client.name))
    try:
        with session.begin_nested():
            for column, value in changed.items():
                setattr(client, column, value)
            session.flush()
    except IntegrityError:
        raise NameTaken(name, "client") from None


def _note(
    session: Session,
    client: Client,
    by: Actor,
    action: str,
    now: datetime,
    *,
    before: Columns | None = None,
    after: Columns | None = None,
) -> None:
    record(
        session,
        workspace_id=client.workspace_id,
        actor=by,
        action=action,
        subject_kind="client",
        subject_id=client.id,
        at=now,
        before=before,
        after=after,
    )
