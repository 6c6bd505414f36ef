"""Makes a backup while everything runs: one moment of the database, whole, in one file."""

import gzip
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, MetaData, Table, func, select

from timebot.backup.file_format import BackupWriter, Header, TableHead
from timebot.backup.plain_values import writer_for
from timebot.db import Database
from timebot.errors import Refusal
from timebot.migrations import revision_of

AT_ONCE = 500
"""How many rows are held in memory."""

NOT_OURS = frozenset(("alembic_version",))

Tell = Callable[[int, int], None]
"""Is told how many rows of how many are done."""


class FileThere(Refusal):
    """A file of that name is there already."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"{path} is there already and was not touched. Name another file.")


def make_backup(database: Database, path: Path, *, made_at: datetime, tell: Tell) -> Header:
    """Write everything that the database holds at this moment; writers are not held up.

    The file appears under its name only when it is whole, readable by its owner alone.

    Args:
        database: a migrated one, of either kind.
        path: where to; the folder is made.
        made_at: the present instant, as the file states it.
        tell: is told of the progress.

    Raises:
        FileThere: if there is such a file.
    """
    if path.exists():
        raise FileThere(path)
    with database.read_only() as session:
        connection = session.connection()
        tables = tables_of(connection)
        header = Header(
            revision_of(connection), made_at.isoformat(), [_head(connection, one) for one in tables]
        )
        with _appearing(path) as stream:
            writer = BackupWriter(stream)
            writer.header(header)
            for done, (number, values) in enumerate(rows_in(connection, tables), start=1):
                writer.row(number, values)
                if done % AT_ONCE == 0:
                    tell(done, header.rows)
            writer.end()
    tell(header.rows, header.rows)
    return header


def tables_of(connection: Connection) -> list[Table]:
    """Return the tables as they are, in an order in which they can be filled."""
    found = MetaData()
    found.reflect(connection)
    return [table for table in found.sorted_tables if table.name not in NOT_OURS]


def _head(connection: Connection, table: Table) -> TableHead:
    count = connection.scalar(select(func.count()).select_from(table)) or 0
    return TableHead(table.name, [column.name for column in table.columns], count)


def rows_in(connection: Connection, tables: list[Table]) -> Iterator[tuple[int, list[object]]]:
    """Yield the rows of the tables as a backup holds them: the table's number, the values."""
    for number, table in enumerate(tables):
        writers = [writer_for(column.type) for column in table.columns]
        query = select(table).order_by(*table.primary_key.columns)
        result = connection.execute(query.execution_options(yield_per=AT_ONCE))
        for row in result:
            yield number, [write(value) for write, value in zip(writers, row, strict=True)]


@contextmanager
def _appearing(path: Path) -> Iterator[gzip.GzipFile]:
    """Yield a stream to a file that gets its name when the block ends well."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f".{path.name}.unfinished")
    number = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        # Without a time in its head, equal contents make equal files.
        with os.fdopen(number, "wb") as raw, gzip.GzipFile("", "wb", 6, raw, mtime=0) as stream:
            yield stream
            stream.flush()
            raw.flush()
            os.fsync(raw.fileno())
        unfinished.rename(path)
    finally:
        unfinished.unlink(missing_ok=True)
