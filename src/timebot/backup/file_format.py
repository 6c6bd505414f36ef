"""The file of a backup: compressed lines of JSON, with a first line that says what is in it.

The first line is the header, then come the rows, each a list that begins with the number of its
table, and the last line carries the SHA-256 of all lines before it. A file that was cut off or
changed is noticed before anything is taken from it.
"""

import gzip
import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from timebot.errors import Refusal

FORMAT = 1
_NAME = "timebot backup"


class NotABackup(Refusal):
    """A file that timebot did not write, or not to its end."""

    def __init__(self, path: Path, why: str) -> None:
        super().__init__(
            f"{path.name} cannot be restored: {why}. Nothing was changed. Name a file that"
            " timebot backup wrote."
        )


@dataclass(frozen=True)
class TableHead:
    """A table as the backup holds it.

    Attributes:
        name: the table's name.
        columns: the names of its columns, in the order of the values.
        rows: how many rows follow.
    """

    name: str
    columns: list[str]
    rows: int


@dataclass(frozen=True)
class Header:
    """What a backup says of itself.

    Attributes:
        revision: the migration that its tables are of.
        made_at: the instant it shows, in UTC.
        tables: in an order in which they can be filled.
    """

    revision: str
    made_at: str
    tables: list[TableHead]

    @property
    def rows(self) -> int:
        """How many rows there are in all."""
        return sum(table.rows for table in self.tables)


class BackupWriter:
    """Writes the lines of one backup."""

    def __init__(self, stream: gzip.GzipFile) -> None:
        self._stream = stream
        self._digest = hashlib.sha256()

    def header(self, header: Header) -> None:
        """Write the first line."""
        self._line({"name": _NAME, "format": FORMAT, **asdict(header)})

    def row(self, table: int, values: list[Any]) -> None:
        """Write one row of the table with this number."""
        self._line([table, *values])

    def end(self) -> None:
        """Write the last line; without it the file is not whole."""
        self._write(json.dumps({"sha256": self._digest.hexdigest()}))

    def _line(self, value: object) -> None:
        text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
        self._digest.update(self._write(text))

    def _write(self, text: str) -> bytes:
        line = f"{text}\n".encode()
        self._stream.write(line)
        return line


@contextmanager
def reading_lines(path: Path) -> Iterator[Iterator[bytes]]:
    """Open a backup and yield its lines.

    Raises:
        NotABackup: as soon as it cannot be read on.
    """
    try:
        with gzip.open(path, "rb") as stream:
            yield iter(stream)
    except FileNotFoundError:
        raise NotABackup(path, "there is no such file") from None
    except (OSError, EOFError, ValueError) as error:
        raise NotABackup(path, "it is damaged, or no backup of timebot") from error


def read_header(path: Path) -> Header:
    """Return what the backup says of itself, after every line was read and the sum checked.

    Raises:
        NotABackup: if it is none, was cut off, or was changed.
    """
    digest, first, last = hashlib.sha256(), b"", b""
    with reading_lines(path) as lines:
        for line in lines:
            first = first or line
            digest.update(last)
            last = line
        header = json.loads(first or b"{}")
        ending = json.loads(last or b"{}")
    if not isinstance(header, dict) or header.get("name") != _NAME:
        raise NotABackup(path, "it is no backup of timebot")
    if header.get("format") != FORMAT:
        raise NotABackup(path, "a newer version of timebot wrote it")
    if not isinstance(ending, dict) or ending.get("sha256") != digest.hexdigest():
        raise NotABackup(path, "it was cut off or changed")
    return Header(
        header["revision"], header["made_at"], [TableHead(**each) for each in header["tables"]]
    )


def rows_of(path: Path) -> Iterator[tuple[int, list[Any]]]:
    """Yield the rows of a backup that `read_header` has checked: the table's number, the values."""
    with reading_lines(path) as lines:
        next(lines)
        for line in lines:
            value = json.loads(line)
            if isinstance(value, list):
                yield value[0], value[1:]
