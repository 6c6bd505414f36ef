"""Compares a database with a backup of it: which tables hold other rows by now."""

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path

from timebot.backup.file_format import Header, rows_of
from timebot.backup.making import AT_ONCE, Tell, rows_in, tables_of
from timebot.db import Database

Digests = Mapping[str, str]
"""Of each table that holds a row, the SHA-256 of all its rows."""


def digests_in(path: Path, header: Header) -> Digests:
    """Return the digests of a backup that `read_header` has checked, or that was just made."""
    return _digests([table.name for table in header.tables], rows_of(path))


def digests_now(database: Database, *, expected_rows: int, tell: Tell) -> Digests:
    """Return the digests of what a database holds at this moment; reads only.

    Args:
        database: a migrated one, of either kind.
        expected_rows: about how many rows there are, for the progress.
        tell: is told of it.
    """
    with database.read_only() as session:
        connection = session.connection()
        tables = tables_of(connection)
        rows = _telling(rows_in(connection, tables), expected_rows, tell)
        return _digests([table.name for table in tables], rows)


def changed_tables(before: Digests, after: Digests) -> list[str]:
    """Return the names of the tables whose rows are not the same, sorted."""
    names = before.keys() | after.keys()
    return sorted(name for name in names if before.get(name) != after.get(name))


def digest_of_all(digests: Digests) -> str:
    """Return one SHA-256 over all tables."""
    lines = "\n".join(f"{name} {digests[name]}" for name in sorted(digests))
    return hashlib.sha256(lines.encode()).hexdigest()


def _digests(names: list[str], rows: Iterable[tuple[int, list[object]]]) -> Digests:
    found: dict[str, hashlib._Hash] = defaultdict(hashlib.sha256)
    for number, values in rows:
        text = json.dumps(values, ensure_ascii=False, separators=(",", ":"))
        found[names[number]].update(f"{text}\n".encode())
    return {name: digest.hexdigest() for name, digest in found.items()}


def _telling(
    rows: Iterable[tuple[int, list[object]]], expected: int, tell: Tell
) -> Iterable[tuple[int, list[object]]]:
    for done, row in enumerate(rows, start=1):
        yield row
        if done % AT_ONCE == 0:
            tell(min(done, expected), expected)
    tell(expected, expected)
