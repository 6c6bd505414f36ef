"""Sets the triggers aside while a database is filled with rows that are frozen already."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, text

_OF_SQLITE = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' ORDER BY name"
_OF_POSTGRESQL = (
    "SELECT DISTINCT tgrelid::regclass::text FROM pg_trigger WHERE NOT tgisinternal ORDER BY 1"
)


@contextmanager
def without_triggers(connection: Connection) -> Iterator[None]:
    """Let everything be written until the block ends; then the triggers guard as before.

    It is part of the transaction: whatever fails, no database is left without them.
    """
    if connection.dialect.name == "sqlite":
        found = connection.execute(text(_OF_SQLITE)).all()
        for name, _ in found:
            connection.exec_driver_sql(f"DROP TRIGGER {name}")
        yield
        for _, sql in found:
            connection.exec_driver_sql(sql)
        return
    tables = connection.scalars(text(_OF_POSTGRESQL)).all()
    for table in tables:
        connection.exec_driver_sql(f"ALTER TABLE {table} DISABLE TRIGGER USER")
    yield
    for table in tables:
        connection.exec_driver_sql(f"ALTER TABLE {table} ENABLE TRIGGER USER")
