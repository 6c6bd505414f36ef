"""One dialect of each kind for a whole process: a statement is compiled once, not in every test.

SQLAlchemy keeps what it has compiled with the engine, and each test has an engine of its own.
"""

from typing import Any, ClassVar

from sqlalchemy import Connection, Engine
from sqlalchemy.dialects import registry
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.engine import Dialect


class OnePerProcess(type):
    """The class of a class that has one instance, made with the arguments of the first call."""

    def __init__(cls, name: str, bases: tuple[type, ...], names: dict[str, Any]) -> None:
        super().__init__(name, bases, names)
        cls._instances: list[object] = []

    def __call__(cls, **arguments: object) -> object:
        """Return the instance."""
        if not cls._instances:
            cls._instances.append(super().__call__(**arguments))
        return cls._instances[0]


class Shared(Dialect):
    """What the shared dialects add to SQLAlchemy's own: no question is asked twice."""

    compiled: ClassVar[dict[Any, Any]]
    _is_initialized = False

    @classmethod
    def engine_created(cls, engine: Engine) -> None:
        """Let a new engine look where all the others look."""
        engine.update_execution_options(compiled_cache=cls.compiled)

    def initialize(self, connection: Connection) -> None:
        """Ask the server what it is: all databases of a kind are of one server."""
        if not self._is_initialized:
            super().initialize(connection)
            self._is_initialized = True


class SharedSqlite(Shared, SQLiteDialect_pysqlite, metaclass=OnePerProcess):
    """The dialect of all SQLite files."""

    supports_statement_cache = True
    compiled: ClassVar[dict[Any, Any]] = {}


class SharedPostgresql(Shared, PGDialect_psycopg, metaclass=OnePerProcess):
    """The dialect of all PostgreSQL databases."""

    supports_statement_cache = True
    compiled: ClassVar[dict[Any, Any]] = {}


def share_dialects() -> None:
    """Let the engines that this process makes from now on share their dialects."""
    registry.register("sqlite", __name__, SharedSqlite.__name__)
    registry.register("postgresql.psycopg", __name__, SharedPostgresql.__name__)
