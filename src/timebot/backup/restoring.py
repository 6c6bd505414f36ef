"""Fills an empty database from a backup, whichever kind of database made it.

Billing stays paused afterwards: what was charged or mailed since the backup is not in it.
"""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, Table, insert, select, update

from timebot.backup.file_format import Header, NotABackup, TableHead, read_header, rows_of
from timebot.backup.making import AT_ONCE, Tell, tables_of
from timebot.backup.plain_values import reader_for
from timebot.db import Database
from timebot.errors import Refusal
from timebot.migrations import is_known, upgrade
from timebot.migrations.triggers import without_triggers
from timebot.team.models import Workspace


class NotEmpty(Refusal):
    """The database holds something already."""

    def __init__(self, where: str) -> None:
        super().__init__(
            f"The database {where} is not empty, and a restore never overwrites anything. Move the"
            " file away, or name an empty database in DATABASE_URL."
        )


class MadeByNewer(Refusal):
    """The backup has tables that this version of timebot does not know."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            f"{path.name} was made by a newer version of timebot. Install that version, then"
            " restore it. Nothing was changed."
        )


def restore_backup(url: str, path: Path, *, where: str, now: datetime, tell: Tell) -> Header:
    """Fill the database from the backup, pause billing, and bring the tables up to date.

    All rows come in one transaction: a restore that is cut off leaves empty tables.

    Args:
        url: of an empty database; its tables are made.
        path: the backup.
        where: the database as it may be shown to people.
        now: the present instant, from which billing is paused.
        tell: is told of the progress.

    Raises:
        NotABackup: if the file is none, was cut off or changed.
        MadeByNewer: if its tables are of a later version.
        NotEmpty: if the database holds a row already.
    """
    header = read_header(path)
    if not is_known(header.revision):
        raise MadeByNewer(path)
    _refuse_unless_empty(url, where)
    upgrade(url, to=header.revision)
    database = Database(url)
    try:
        with database.transaction() as session, without_triggers(session.connection()):
            _fill(session.connection(), header, path, tell)
            session.execute(update(Workspace).values(billing_paused_at=now))
    finally:
        database.dispose()
    upgrade(url)
    return header


def _refuse_unless_empty(url: str, where: str) -> None:
    upgrade_needed = Database(url)
    try:
        with upgrade_needed.read_only() as session:
            connection = session.connection()
            for table in tables_of(connection):
                if connection.execute(select(1).select_from(table).limit(1)).first():
                    raise NotEmpty(where)
    finally:
        upgrade_needed.dispose()


def _fill(connection: Connection, header: Header, path: Path, tell: Tell) -> None:
    tables = {table.name: table for table in tables_of(connection)}
    done = 0
    for number, rows in _in_parts(path):
        head = header.tables[number]
        connection.execute(insert(tables[head.name]), _values(tables[head.name], head, rows))
        done += len(rows)
        tell(done, header.rows)
    if done != header.rows:
        raise NotABackup(path, "it does not hold what it says")


def _values(table: Table, head: TableHead, rows: list[list[object]]) -> list[dict[str, object]]:
    readers = [reader_for(table.columns[name].type) for name in head.columns]
    return [
        {name: read(value) for name, read, value in zip(head.columns, readers, row, strict=True)}
        for row in rows
    ]


def _in_parts(path: Path) -> Iterator[tuple[int, list[list[object]]]]:
    """Yield the rows of one table at a time, no more than are held in memory at once."""
    table, part = 0, list[list[object]]()
    for number, values in rows_of(path):
        if number != table or len(part) == AT_ONCE:
            if part:
                yield table, part
            table, part = number, []
        part.append(values)
    if part:
        yield table, part
