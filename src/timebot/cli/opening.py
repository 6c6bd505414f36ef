"""Opening: the settings, the database and the workspace that a command works with."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import TypeVar

import click
from sqlalchemy import URL, Connection, event, make_url, select
from sqlalchemy.orm import Session

from timebot.clock import SystemClock
from timebot.db import Database
from timebot.errors import NotFound, Refusal
from timebot.logs import set_up_logs
from timebot.migrations import is_current
from timebot.serving import held_alone, sqlite_path
from timebot.settings import Settings, read_settings
from timebot.team.models import Member, Workspace

Command = TypeVar("Command", bound=Callable[..., object])


class NoDatabase(Refusal):
    """There are no tables to work with yet, or those of another version."""

    def __init__(self, where: str) -> None:
        super().__init__(
            f"The database {where} is not set up for this version. Run: timebot migrate"
        )


class WorkspaceUnclear(Refusal):
    """Several workspaces share the database."""

    def __init__(self, teams: list[str]) -> None:
        super().__init__(
            f"There are several workspaces: {', '.join(teams)}. Name one with --workspace."
        )


class NoOwner(NotFound):
    """Nobody owns the workspace yet."""

    def __init__(self) -> None:
        super().__init__(
            "The workspace has no owner yet. The first Slack owner or admin who types /timer"
            " becomes one."
        )


def workspace_option(command: Command) -> Command:
    """Let a command name the workspace by its Slack id."""
    return click.option(
        "--workspace", "team", metavar="T…", help="Slack id of the workspace, if there are several."
    )(command)


def open_settings() -> Settings:
    """Read the settings and set the logs up.

    Raises:
        SettingsFaulty: naming every missing or malformed one.
    """
    settings = read_settings()
    set_up_logs(settings)
    return settings


def present() -> datetime:
    """Return the present instant."""
    return SystemClock().now()


def shown_url(database_url: str) -> str:
    """Return a database's URL as it may be shown: no password."""
    path = sqlite_path(database_url)
    return str(path) if path else make_url(database_url).render_as_string(hide_password=True)


@contextmanager
def reading(settings: Settings) -> Iterator[Session]:
    """Open the database to read only; a server beside it is not disturbed.

    Raises:
        NoDatabase: if it is not set up.
    """
    with opened_current(settings) as database, database.read_only() as session:
        yield session


@contextmanager
def opened_current(settings: Settings) -> Iterator[Database]:
    """Open the database so that nothing can be written, if it is set up for this version.

    Raises:
        NoDatabase: if it is not set up.
    """
    with opened_for_doctor(settings) as database:
        _refuse_unless_current(database, settings)
        yield database


@contextmanager
def opened_for_doctor(settings: Settings) -> Iterator[Database]:
    """Open the database so that nothing can be written, whatever state it is in.

    Raises:
        NoDatabase: if there is no SQLite file.
    """
    url = settings.effective_database_url
    path = sqlite_path(url)
    if path is not None:
        if not path.exists():
            raise NoDatabase(str(path))
        url = _read_only_url(make_url(url))
    database = Database(url)
    if path is None:
        event.listen(database.engine, "begin", _refuse_writes)
    try:
        yield database
    finally:
        database.dispose()


@contextmanager
def writing(settings: Settings) -> Iterator[Session]:
    """Open a transaction; on SQLite only while no server holds the file.

    Raises:
        FileHeld: if a server holds the SQLite file.
        NoDatabase: if it is not set up.
    """
    url = settings.effective_database_url
    path = sqlite_path(url)
    if path is not None and not path.exists():
        raise NoDatabase(str(path))
    with held_alone(url):
        database = Database(url)
        try:
            _refuse_unless_current(database, settings)
            with database.transaction() as session:
                yield session
        finally:
            database.dispose()


def one_workspace(session: Session, team: str | None) -> Workspace:
    """Return the workspace with that Slack id, or the only one.

    Raises:
        NotFound: if there is none.
        WorkspaceUnclear: if there are several and none was named.
    """
    found = {one.slack_team_id: one for one in session.scalars(select(Workspace))}
    if not found:
        raise NotFound("No Slack workspace has spoken to timebot yet. Type /timer in Slack first.")
    if team is not None:
        if team not in found:
            raise NotFound(
                f"There is no workspace {team}. Name one of these: {', '.join(sorted(found))}."
            )
        return found[team]
    if len(found) > 1:
        raise WorkspaceUnclear(sorted(found))
    return next(iter(found.values()))


def operator(session: Session, workspace: Workspace, now: datetime) -> Member:
    """Return the owner in whose name the operator acts: the one who has been here longest.

    Raises:
        NoOwner: if there is none.
    """
    owner = session.scalar(
        select(Member)
        .where(
            Member.workspace_id == workspace.id,
            Member.role == "owner",
            Member.deactivated_at.is_(None),
        )
        .order_by(Member.created_at, Member.id)
        .limit(1)
    )
    if owner is None:
        raise NoOwner
    # Whoever can run this command holds the database itself, so Slack need not vouch for them
    # again. The copy is cut off from the session: its trust is never written.
    session.expunge(owner)
    owner.profile_at = now
    return owner


def _refuse_unless_current(database: Database, settings: Settings) -> None:
    if not is_current(database):
        raise NoDatabase(shown_url(settings.effective_database_url))


def _refuse_writes(connection: Connection) -> None:
    # https://www.postgresql.org/docs/current/sql-set-transaction.html
    connection.exec_driver_sql("SET TRANSACTION READ ONLY")


def _read_only_url(url: URL) -> str:
    # An SQLite URI: https://sqlite.org/uri.html
    query = {**url.query, "mode": "ro", "uri": "true"}
    return url.set(database=f"file:{url.database}", query=query).render_as_string(
        hide_password=False
    )
