"""Migrations: bringing a database to the tables that this version of timebot works with."""

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, make_url, text

from timebot.db import Database

# Any number will do, as long as nothing else in the database takes the same advisory lock.
_LOCK = 7_402_318_554

# Alembic keeps what it is working on in module variables.
_one_at_a_time = threading.Lock()

Step = Callable[[Any, MigrationContext], list[Any]]


def upgrade(url: str, *, to: str = "head") -> None:
    """Create or change the tables so that they fit this version of timebot, or a revision of it.

    All revisions run in one transaction and under a lock: either all of them are applied or none,
    and of several processes one does the work while the others wait.
    """
    script = _script()

    def step(revision: Any, _context: MigrationContext) -> list[Any]:  # noqa: ANN401 - Alembic's
        return script._upgrade_revs(to, revision)  # noqa: SLF001 - as Alembic's own command

    _run(url, script, step, to)


def downgrade(url: str, to: str) -> None:
    """Take the tables back to a revision, or to nothing with `base`.

    Data in tables that go is lost.
    """
    script = _script()

    def step(revision: Any, _context: MigrationContext) -> list[Any]:  # noqa: ANN401 - Alembic's
        return script._downgrade_revs(to, revision)  # noqa: SLF001 - as Alembic's own command

    _run(url, script, step, to)


def is_current(database: Database) -> bool:
    """Whether the database has exactly the tables of this version."""
    with database.read_only() as session:
        context = MigrationContext.configure(session.connection())
        return context.get_current_heads() == (head(),)


def is_known(revision: str) -> bool:
    """Whether this version of timebot knows a revision, such as that of a backup."""
    return any(one.revision == revision for one in _script().walk_revisions())


def revision_of(connection: Connection) -> str:
    """Return the revision of the tables behind a connection.

    Raises:
        RuntimeError: if nothing was ever migrated there.
    """
    heads = MigrationContext.configure(connection).get_current_heads()
    if len(heads) != 1:
        raise RuntimeError("the database was never migrated")
    return heads[0]


def head() -> str:
    """Return the newest revision."""
    newest = _script().get_current_head()
    if newest is None:  # there is always a first revision
        raise RuntimeError("no revisions")
    return newest


def _script() -> ScriptDirectory:
    return ScriptDirectory(str(Path(__file__).parent))


def _run(url: str, script: ScriptDirectory, step: Step, destination: str) -> None:
    _make_folder(url)
    database = Database(url)
    environment = EnvironmentContext(Config(), script, fn=step, destination_rev=destination)
    try:
        # On SQLite this is BEGIN IMMEDIATE, a lock in itself.
        with _one_at_a_time, environment, database.engine.begin() as connection:
            _lock(connection)
            environment.configure(connection=connection, transactional_ddl=True)
            environment.run_migrations()
    finally:
        database.dispose()


def _lock(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})


def _make_folder(url: str) -> None:
    """Make the folder that an SQLite file is going to lie in."""
    parts = make_url(url)
    if parts.get_backend_name() == "sqlite" and parts.database:
        Path(parts.database).parent.mkdir(parents=True, exist_ok=True)
