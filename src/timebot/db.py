"""The database: column types, engines for SQLite and PostgreSQL, and transaction()."""

import importlib
import json
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime
from types import ModuleType
from typing import Any, NoReturn
from uuid import UUID, uuid4

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Connection,
    Date,
    DateTime,
    Dialect,
    Engine,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
    Text,
    Uuid,
    create_engine,
    event,
    make_url,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column
from sqlalchemy.types import TypeDecorator, TypeEngine

from timebot.errors import Refusal

STRICT = {"sqlite_strict": True}
"""Table options: SQLite refuses values of another type instead of storing them."""

WRITE_LOCK_SECONDS = 2.0
"""How long a writer waits for another one: less than the three seconds Slack waits."""

_IN_THE_WAY = {"55P03", "40P01"}
"""PostgreSQL's codes for a lock not had in time and for a deadlock, each after rolling back:
https://www.postgresql.org/docs/current/errcodes-appendix.html"""

_BUSY_MILLISECONDS = 30_000
_inside: ContextVar[int] = ContextVar("timebot_open_transactions", default=0)
_reading: ContextVar[int] = ContextVar("timebot_open_readings", default=0)


class Busy(Refusal):
    """Too many people wrote at the same moment."""

    def __init__(self) -> None:
        super().__init__("I am busy just now and nothing was changed. Please try again.")


class _OnSqlite(TypeDecorator[Any]):
    """A type that SQLite's STRICT tables keep as TEXT or INTEGER."""

    # Each subclass repeats it: SQLAlchemy looks for it in the class itself.
    cache_ok = True
    sqlite_type: type[TypeEngine[Any]] = Text

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Choose the column type: plain on SQLite, the native one elsewhere."""
        if dialect.name == "sqlite":
            return dialect.type_descriptor(self.sqlite_type())
        return dialect.type_descriptor(self.native())

    def native(self) -> TypeEngine[Any]:
        """Return the type that PostgreSQL has for it."""
        return self.impl_instance


class Instant(_OnSqlite):
    """A moment: aware in code, UTC in the database. Naive values are refused."""

    cache_ok = True
    impl = DateTime(timezone=True)

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        """Turn an aware moment into UTC; text of one fixed width on SQLite, so that it sorts."""
        if value is None:
            return None
        if value.tzinfo is None:
            message = f"{value!r} has no time zone"
            raise ValueError(message)
        moment = value.astimezone(UTC)
        return moment.isoformat(timespec="microseconds") if dialect.name == "sqlite" else moment

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        """Return the moment, aware and in UTC."""
        if value is None:
            return None
        moment = datetime.fromisoformat(value) if dialect.name == "sqlite" else value
        return moment.astimezone(UTC)


class Day(_OnSqlite):
    """A calendar date without a time."""

    cache_ok = True
    impl = Date

    def process_bind_param(self, value: date | None, dialect: Dialect) -> Any:
        """Refuse a moment where a date is meant."""
        if isinstance(value, datetime):
            message = f"{value!r} is a moment, not a date"
            raise TypeError(message)
        return value.isoformat() if value is not None and dialect.name == "sqlite" else value

    def process_result_value(self, value: Any, dialect: Dialect) -> date | None:
        """Return the date."""
        return date.fromisoformat(value) if value and dialect.name == "sqlite" else value


class Flag(_OnSqlite):
    """Yes or no."""

    cache_ok = True
    impl = Boolean
    sqlite_type = Integer

    def process_bind_param(self, value: bool | None, dialect: Dialect) -> Any:  # noqa: FBT001 - SQLAlchemy's signature
        """Store 0 and 1 on SQLite."""
        return int(value) if value is not None and dialect.name == "sqlite" else value

    def process_result_value(self, value: Any, dialect: Dialect) -> bool | None:  # noqa: ARG002 - SQLAlchemy's signature
        """Return a bool."""
        return None if value is None else bool(value)


class Whole(_OnSqlite):
    """A whole number of 64 bits: money in minor units, seconds, counters."""

    cache_ok = True
    impl = BigInteger
    sqlite_type = Integer


class Key(_OnSqlite):
    """A UUID."""

    cache_ok = True
    impl = Uuid

    def process_bind_param(self, value: UUID | None, dialect: Dialect) -> Any:
        """Store its text on SQLite."""
        return str(value) if value is not None and dialect.name == "sqlite" else value

    def process_result_value(self, value: Any, dialect: Dialect) -> UUID | None:
        """Return the UUID."""
        return UUID(value) if value is not None and dialect.name == "sqlite" else value


class Document(_OnSqlite):
    """A JSON value; keys are sorted, so that equal values are equal bytes on SQLite."""

    cache_ok = True
    impl = JSONB(none_as_null=True)

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        """Write compact JSON on SQLite."""
        if value is None or dialect.name != "sqlite":
            return value
        return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:
        """Return the value."""
        return json.loads(value) if value is not None and dialect.name == "sqlite" else value


class Base(DeclarativeBase):
    """The base of every table."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_N_label)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {  # noqa: RUF012 - SQLAlchemy reads it from the class
        str: Text,
        int: Whole,
        bool: Flag,
        datetime: Instant,
        date: Day,
        UUID: Key,
        dict[str, Any]: Document,
        list[Any]: Document,
        list[str]: Document,
    }


class Database:
    """One database with its two kinds of session.

    Attributes:
        engine: the writing engine; on SQLite each of its transactions is BEGIN IMMEDIATE.
    """

    def __init__(self, url: str) -> None:
        self.url = normal_url(url)
        self.is_sqlite = make_url(self.url).get_backend_name() == "sqlite"
        self.engine = _sqlite_engine(self.url) if self.is_sqlite else _postgres_engine(self.url)
        self._reading = self.engine.execution_options(read_only=True)
        # Spreads waiting evenly and keeps two connections of one process from checkpointing at the
        # same moment, the condition of SQLite's WAL-reset bug (fixed in 3.51.3).
        self._write_lock = threading.Lock() if self.is_sqlite else None

    @contextmanager
    def transaction(self, *, wait_seconds: float = WRITE_LOCK_SECONDS) -> Iterator[Session]:
        """Open a session whose work is committed at the end, or rolled back on any exception.

        Args:
            wait_seconds: how long to wait for others: on SQLite in the queue of this process's
                writers, on PostgreSQL for each row that somebody else has locked.

        Raises:
            Busy: if others kept it waiting too long; nothing was changed then.
            RuntimeError: if this thread already has one open.
        """
        if _inside.get():
            _refuse("a second transaction")
        with (
            self._writers_turn(wait_seconds),
            _marked(_inside),
            _busy_if_locked(),
            Session(self.engine, expire_on_commit=False) as session,
            session.begin(),
        ):
            if not self.is_sqlite:
                milliseconds = max(1, round(wait_seconds * 1000))  # 0 would mean for ever
                session.execute(text(f"SET LOCAL lock_timeout = {milliseconds}"))
            yield session

    @contextmanager
    def read_only(self) -> Iterator[Session]:
        """Open a session that reads one consistent state and never blocks a writer."""
        with _marked(_reading), Session(self._reading, expire_on_commit=False) as session:
            if not self.is_sqlite:
                session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
            # Closing rolls back and, unlike rollback(), leaves what was read readable.
            yield session

    def dispose(self) -> None:
        """Close every pooled connection."""
        self.engine.dispose()

    @contextmanager
    def _writers_turn(self, wait_seconds: float) -> Iterator[None]:
        if self._write_lock is None:
            yield
            return
        if not self._write_lock.acquire(timeout=wait_seconds):
            raise Busy
        try:
            yield
        finally:
            self._write_lock.release()


def refuse_inside_transaction(what: str) -> None:
    """Refuse to do something outside the database while this thread writes or reads in it.

    What only reads holds a connection too, and keeps PostgreSQL from tidying up.

    Raises:
        RuntimeError: if a session is open. It is a fault of ours, never of the person.
    """
    if _inside.get() or _reading.get():
        _refuse(what)


def normal_url(url: str) -> str:
    """Return the URL as SQLAlchemy wants it: `postgres://` means psycopg 3 too."""
    for old in ("postgres://", "postgresql://"):
        if url.startswith(old):
            return "postgresql+psycopg://" + url.removeprefix(old)
    return url


def sqlite_library_version() -> tuple[int, ...]:
    """Return the version of the SQLite library in use."""
    module = _sqlite_module()
    return tuple(int(part) for part in module.sqlite_version.split("."))


@contextmanager
def _busy_if_locked() -> Iterator[None]:
    try:
        yield
    except OperationalError as error:
        if getattr(error.orig, "sqlstate", None) in _IN_THE_WAY:
            raise Busy from error
        raise


def _refuse(what: str) -> NoReturn:
    message = f"{what} must not start inside a database transaction"
    raise RuntimeError(message)


@contextmanager
def _marked(opened: ContextVar[int]) -> Iterator[None]:
    opened.set(opened.get() + 1)
    try:
        yield
    finally:
        opened.set(opened.get() - 1)


def _sqlite_module() -> ModuleType:
    """Prefer the bundled SQLite, which has the WAL-reset fix, over an older one of the system."""
    if sqlite3.sqlite_version_info >= (3, 51, 3):
        return importlib.import_module("sqlite3.dbapi2")
    try:
        return importlib.import_module("pysqlite3.dbapi2")
    except ImportError:  # no wheel for this platform; `timebot doctor` warns
        return importlib.import_module("sqlite3.dbapi2")


def _sqlite_engine(url: str) -> Engine:
    engine = create_engine(
        url,
        hide_parameters=True,  # an error is logged, and its values are people's
        module=_sqlite_module(),
        pool_size=10,
        max_overflow=20,
        connect_args={"timeout": _BUSY_MILLISECONDS / 1000, "check_same_thread": False},
    )
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: Any, _record: object) -> None:
    # The driver must emit no BEGIN of its own, so that ours decides.
    connection.isolation_level = None
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        # 64 MB: a large release touches many pages, and a small office never fills it.
        "cache_size=-65536",
        "recursive_triggers=ON",  # else INSERT OR REPLACE would slip past DELETE triggers
        f"busy_timeout={_BUSY_MILLISECONDS}",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    read_only = connection.get_execution_options().get("read_only", False)
    # A deferred transaction that read first cannot upgrade once another one has written.
    connection.exec_driver_sql("BEGIN" if read_only else "BEGIN IMMEDIATE")


def _postgres_engine(url: str) -> Engine:
    return create_engine(
        url, hide_parameters=True, pool_size=10, max_overflow=30, pool_pre_ping=True
    )


class InWorkspace:
    """A row of one workspace: its key starts with the workspace, so that no query can forget it."""

    workspace_id: Mapped[UUID] = mapped_column(primary_key=True, sort_order=-2)
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4, sort_order=-1)


def same_workspace(column: str, table: str) -> ForeignKeyConstraint:
    """Return a foreign key that a row of another workspace cannot satisfy."""
    return ForeignKeyConstraint(["workspace_id", column], [f"{table}.workspace_id", f"{table}.id"])


def one_of(column: str, *values: str) -> CheckConstraint:
    """Return a check that the column holds one of the values."""
    listed = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} IN ({listed})", name=column)


def unique_where(name: str, *columns: str, where: str) -> Index:
    """Return a unique index over the rows that satisfy a condition, on both databases."""
    condition = text(where)
    return Index(name, *columns, unique=True, sqlite_where=condition, postgresql_where=condition)
