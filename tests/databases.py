"""Databases for tests: each test gets its own, copied from a template that was migrated once."""

import os
import shutil
import signal
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol
from uuid import uuid4

import psycopg
from filelock import FileLock, Timeout
from psycopg.sql import SQL, Identifier
from sqlalchemy import URL, make_url

from tests.postgresql import server_url, start_postgresql
from timebot.db import Database
from timebot.migrations import upgrade


@dataclass(frozen=True)
class Run:
    """One test run; all its workers share a folder.

    Attributes:
        folder: what the run leaves on disk, gone when it ends.
        given_url: a PostgreSQL server that was named to us; None to start our own.
    """

    folder: Path
    given_url: str | None
    # Held while the run lives. The system releases it even after kill -9, so that the next run
    # can tell a dead one by its free lock.
    alive: FileLock | None = field(default=None, compare=False)

    @property
    def database_prefix(self) -> str:
        """How the names of this run's PostgreSQL databases begin."""
        return f"timebot_test_{self.folder.name}"


def begin_run(given_url: str | None) -> Run:
    """Make the folder of a new run, and clear away what runs that were killed have left."""
    # The name is the same for all runs of one person, so that they find each other's leftovers.
    parent = Path(tempfile.gettempdir()) / f"timebot-tests-{os.getuid()}"
    parent.mkdir(exist_ok=True)
    with FileLock(parent / "begin.lock"):
        for folder in parent.iterdir():
            if folder.is_dir():
                _clear_if_dead(folder, given_url)
        folder = parent / uuid4().hex[:8]
        folder.mkdir()
        alive = FileLock(folder / "alive.lock")
        alive.acquire()
    return Run(folder, given_url, alive)


def end_run(run: Run) -> None:
    """Stop the run's PostgreSQL server, if it has one, and remove everything it made."""
    _clear(run)
    if run.alive is not None:
        run.alive.release()


def _clear_if_dead(folder: Path, given_url: str | None) -> None:
    lock = FileLock(folder / "alive.lock")
    with suppress(Timeout), lock.acquire(timeout=0):
        _clear(Run(folder, given_url))


def _clear(run: Run) -> None:
    _stop_server(run.folder)
    if run.given_url is not None and (run.folder / "postgresql.url").exists():
        _drop_all(run.given_url, run.database_prefix)
    shutil.rmtree(run.folder, ignore_errors=True)


def _stop_server(folder: Path) -> None:
    """Stop the PostgreSQL server in a run's folder at once; its data is not wanted any more."""
    data = folder / "data"
    # Only a server that answers is ours: after a restart its number may belong to somebody else.
    with suppress(FileNotFoundError, ProcessLookupError, psycopg.OperationalError):
        _connect(make_url(server_url(data))).close()
        number = int((data / "postmaster.pid").read_text().splitlines()[0])
        os.kill(number, signal.SIGQUIT)
        for _ in range(250):
            os.kill(number, 0)
            time.sleep(0.02)


class Databases(Protocol):
    """Makes databases of one kind."""

    def create(self, *, migrated: bool = True) -> str:
        """Make a database and return its URL."""

    def drop(self, url: str) -> None:
        """Remove it."""

    def copy(self, url: str) -> str:
        """Make a database like another one, which nobody has open, and return its URL."""


class SqliteDatabases:
    """SQLite files; a new one is a copy of the template file."""

    def __init__(self, run: Run) -> None:
        self._folder = run.folder
        self._template = run.folder / "template.db"
        with FileLock(run.folder / "sqlite.lock"):
            if not self._template.exists():
                unfinished = run.folder / "unfinished.db"
                upgrade(f"sqlite:///{unfinished}")
                _fold_wal(unfinished)
                unfinished.rename(self._template)

    def create(self, *, migrated: bool = True) -> str:
        """Make a file, a copy of the template or none at all, and return its URL."""
        path = self._folder / f"{uuid4().hex}.db"
        if migrated:
            shutil.copyfile(self._template, path)
        return f"sqlite:///{path}"

    def copy(self, url: str) -> str:
        """Copy the file and return the URL of the copy."""
        original = Path(make_url(url).database or "")
        _fold_wal(original)
        path = self._folder / f"{uuid4().hex}.db"
        shutil.copyfile(original, path)
        return f"sqlite:///{path}"

    def drop(self, url: str) -> None:
        """Remove the file and what SQLite keeps beside it."""
        path = Path(make_url(url).database or "")
        for leftover in path.parent.glob(f"{path.name}*"):
            leftover.unlink()


def _fold_wal(path: Path) -> None:
    """Bring everything into the file itself, so that copying it copies all."""
    database = Database(f"sqlite:///{path}")
    with database.engine.connect() as connection:
        raw = connection.connection.driver_connection
        if raw is None:  # an open SQLAlchemy connection has one
            raise RuntimeError("no driver connection")
        raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    database.dispose()


class PostgresqlDatabases:
    """Databases of a PostgreSQL server, cloned from the template database, emptied and used again.

    Raises:
        NoPostgresql: if no server is named and none can be started.
    """

    def __init__(self, run: Run) -> None:
        self._prefix = run.database_prefix
        self._template = f"{self._prefix}_template"
        # Copying files is four times as fast as the default, but only without fsync.
        self._strategy = SQL("" if run.given_url else " STRATEGY file_copy")
        self._free: list[str] = []
        self._migrated: dict[str, Wiper] = {}
        with FileLock(run.folder / "postgresql.lock"):
            self._server = make_url(_address(run))
            self._connection = _connect(self._server)
            try:
                self._make_template()
            except BaseException:
                self._connection.close()
                raise

    def create(self, *, migrated: bool = True) -> str:
        """Return the URL of a database without a row, with all tables or with none."""
        if migrated and self._free:
            return self._free.pop()
        url = self._clone(self._template if migrated else "template1")
        if migrated:
            name = make_url(url).database or ""
            self._migrated[url] = Wiper(_connect(self._server.set(database=name)))
        return url

    def copy(self, url: str) -> str:
        """Clone the database, rows and all, and return the URL of the clone."""
        return self._clone(make_url(url).database or "")

    def drop(self, url: str) -> None:
        """Empty the database for the next test; remove it where that is not possible."""
        wiper = self._migrated.get(url)
        if wiper is not None and wiper.wipe():
            self._free.append(url)
            return
        if wiper is not None:
            del self._migrated[url]
            wiper.close()
        name = make_url(url).database or ""
        self._connection.execute(SQL("DROP DATABASE {} WITH (FORCE)").format(Identifier(name)))

    def close(self) -> None:
        """Hang up."""
        for wiper in self._migrated.values():
            wiper.close()
        self._connection.close()

    def _make_template(self) -> None:
        if self._template in _names(self._connection, self._prefix):
            return
        unfinished, finished = f"{self._prefix}_unfinished", self._template
        execute = self._connection.execute
        execute(SQL("DROP DATABASE IF EXISTS {}").format(Identifier(unfinished)))
        execute(SQL("CREATE DATABASE {}").format(Identifier(unfinished)))
        upgrade(self._url(unfinished))
        execute(
            SQL("ALTER DATABASE {} RENAME TO {}").format(
                Identifier(unfinished), Identifier(finished)
            )
        )

    def _clone(self, template: str) -> str:
        name = f"{self._prefix}_{uuid4().hex[:12]}"
        self._connection.execute(
            SQL("CREATE DATABASE {} TEMPLATE {}{}").format(
                Identifier(name), Identifier(template), self._strategy
            )
        )
        return self._url(name)

    def _url(self, name: str) -> str:
        url = self._server.set(drivername="postgresql+psycopg", database=name)
        return url.render_as_string(hide_password=False)


class Wiper:
    """Empties one migrated database: a few milliseconds, where cloning takes a hundred."""

    _EVERYTHING = """
        SELECT md5(string_agg(line, ',' ORDER BY line)) FROM (
            SELECT c.relname || c.relkind::text || coalesce(a.attname, '') ||
                   coalesce(a.atttypid::text, '') || coalesce(a.attnotnull::text, '') AS line
            FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
            LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0
            WHERE n.nspname = 'public'
            UNION ALL SELECT tgname || tgenabled::text FROM pg_trigger WHERE NOT tgisinternal
            UNION ALL SELECT conname || pg_get_constraintdef(oid) FROM pg_constraint
                WHERE connamespace = 'public'::regnamespace
        ) AS lines
    """

    def __init__(self, connection: psycopg.Connection) -> None:
        self._connection = connection
        self._schema = self._fingerprint()
        rows = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        self._tables = [name for (name,) in rows if name != "alembic_version"]

    def wipe(self) -> bool:
        """Delete every row; say no where the test changed the schema or we may not."""
        try:
            self._hang_up_others()
            if self._fingerprint() != self._schema:
                return False
            self._delete()
        except psycopg.Error:
            return False
        return True

    def close(self) -> None:
        """Hang up."""
        self._connection.close()

    def _hang_up_others(self) -> None:
        self._connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )

    def _delete(self) -> None:
        looks = [SQL("SELECT {} WHERE EXISTS (SELECT FROM {})").format(name, Identifier(name))
                 for name in self._tables]  # fmt: skip
        filled = self._connection.execute(SQL(" UNION ALL ").join(looks)).fetchall()
        if not filled:
            return
        with self._connection.transaction():
            # Triggers protect the audit and the invoices from everybody else.
            self._connection.execute("SET LOCAL session_replication_role = replica")
            for (name,) in filled:
                self._connection.execute(SQL("DELETE FROM {}").format(Identifier(name)))

    def _fingerprint(self) -> str:
        row = self._connection.execute(self._EVERYTHING).fetchone()
        return str(row[0]) if row else ""


def _address(run: Run) -> str:
    """Return the URL of the run's server; the first worker who asks starts it."""
    file = run.folder / "postgresql.url"
    if not file.exists():
        file.write_text(run.given_url or start_postgresql(run.folder))
    return file.read_text()


def _connect(server: URL) -> psycopg.Connection:
    address = server.set(drivername="postgresql").render_as_string(hide_password=False)
    return psycopg.connect(address, autocommit=True)


def _drop_all(given_url: str, prefix: str) -> None:
    with _connect(make_url(given_url)) as connection:
        for name in _names(connection, prefix):
            connection.execute(SQL("DROP DATABASE {} WITH (FORCE)").format(Identifier(name)))


def _names(connection: psycopg.Connection, prefix: str) -> Iterator[str]:
    rows = connection.execute("SELECT datname FROM pg_database").fetchall()
    return (name for (name,) in rows if name.startswith(prefix))
