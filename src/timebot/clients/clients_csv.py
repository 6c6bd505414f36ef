"""The CSV of clients, projects and rates: from a spreadsheet's bytes to rows of known columns."""

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass

from timebot.clients.names import loose_key, name_key
from timebot.errors import Refusal

MOST_BYTES = 5_000_000
MOST_ROWS = 10_000
_MOST_SHOWN = 50

_HEADERS = {
    "client": "client, client name, company, firm, customer, name",
    "emails": "email, emails, e-mail, client email, billing email, invoice email, mail",
    "currency": "currency, client currency",
    "rate": "rate, client rate, hourly rate, rate per hour, price per hour",
    "project": "project, project name, matter",
    "project_rate": "project rate, matter rate",
    "budget": "budget, project budget",
    "billable": "billable, kind, billable kind",
    "address": "address, billing address, client address",
    "tax_id": "tax id, vat id, vat number, vat, tax number, vatin",
    "tax_ppm": "tax rate, tax percent, vat rate, tax",
    "tax_note": "tax note",
    "purchase_order": "po, po number, purchase order, purchase order number",
    "terms_days": "terms, payment terms, terms days, days",
    "locale": "locale, language",
    "aliases": "aliases, alias, also known as, short name, code",
    "collection": "collection, collect, charge or send",
    "is_retainer": "retainer, is retainer",
    "external_ref": "reference, ref, project reference, external ref",
}
"""The columns that are known, and what they may be called."""


class ImportFaulty(Refusal):
    """The file cannot be imported as it is; nothing was changed.

    Attributes:
        faults: every fault, with the number of its row.
    """

    def __init__(self, faults: Sequence[str]) -> None:
        self.faults = list(faults)
        more = len(self.faults) - _MOST_SHOWN
        shown = self.faults[:_MOST_SHOWN] + ([f"And {more} more."] if more > 0 else [])
        super().__init__("\n".join(("Nothing was imported.", *shown)))


@dataclass(frozen=True)
class ImportRow:
    """One row of the file.

    Attributes:
        number: its number as a spreadsheet shows it; the header is row 1.
        cells: what it says, by known column; empty cells are left out.
    """

    number: int
    cells: dict[str, str]


@dataclass(frozen=True)
class ImportPlan:
    """What a file says, before it is compared with what is there.

    Attributes:
        rows: the rows that say something.
        ignored: headers of columns that are not imported.
    """

    rows: tuple[ImportRow, ...]
    ignored: tuple[str, ...]


def read_clients_csv(content: str | bytes) -> ImportPlan:
    """Read a CSV of clients, projects and rates.

    The delimiter (comma, semicolon or tab) and the encoding (UTF-8, UTF-16 with its mark, else
    Windows-1252, as Excel writes it) are recognised; headers may be written in several ways.

    Raises:
        ImportFaulty: if it is no such file; it names every fault with its row.
    """
    lines = _lines(_decoded(content))
    if not lines:
        raise ImportFaulty(["The file is empty. Its first row must name the columns."])
    (_, header), *rest = lines
    columns = _columns(header)
    faults: list[str] = []
    rows = [row for number, cells in rest if (row := _row(number, cells, columns, faults))]
    if len(rows) > MOST_ROWS:
        faults.append(f"The file has {len(rows)} rows; at most {MOST_ROWS} go at once.")
    if not rows and not faults:
        faults.append("The file has a header and no rows.")
    if faults:
        raise ImportFaulty(faults)
    known = zip(columns, header, strict=True)
    ignored = tuple(title.strip() for column, title in known if column is None and title.strip())
    return ImportPlan(tuple(rows), ignored)


def _decoded(content: str | bytes) -> str:
    if len(content) > MOST_BYTES:
        raise ImportFaulty([f"The file is larger than {MOST_BYTES // 1_000_000} MB."])
    text = content if isinstance(content, str) else _text(content)
    if "\0" in text:
        raise ImportFaulty(["The file is not text. Save it as CSV and try again."])
    return text.removeprefix("\ufeff")


def _text(content: bytes) -> str:
    is_utf_16 = content[:2] in {b"\xff\xfe", b"\xfe\xff"}
    for encoding in ("utf-16",) if is_utf_16 else ("utf-8", "cp1252"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise ImportFaulty(["The file is not text. Save it as CSV in UTF-8 and try again."])


def _lines(text: str) -> list[tuple[int, list[str]]]:
    """Return the rows that are not blank, with their numbers."""
    found = []
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    number = 0
    try:
        for number, cells in enumerate(reader, start=1):
            if any(cell.strip() for cell in cells):
                found.append((number, cells))
    except csv.Error:
        fault = f"Row {number + 1}: a quotation mark is not closed, or stands in the wrong place."
        raise ImportFaulty([fault]) from None
    return found


def _delimiter(text: str) -> str:
    """Return the mark that separates the header's columns."""
    lines = (line for line in text.splitlines() if line.strip())
    header = re.sub(r'"[^"]*"', "", next(lines, ""))
    return max(";\t,", key=lambda mark: (header.count(mark), mark == ","))


def _columns(header: Sequence[str]) -> list[str | None]:
    """Return the known column of each header, None for the others.

    Raises:
        ImportFaulty: if no column names the client, or two are the same.
    """
    known = {
        _header_key(title): column
        for column, titles in _HEADERS.items()
        for title in (*titles.split(", "), column)
    }
    columns = [known.get(_header_key(title)) for title in header]
    faults = [
        f"Two columns say the {column.replace('_', ' ')}:"
        f" {header[columns.index(column)]} and {title}."
        for position, (column, title) in enumerate(zip(columns, header, strict=True))
        if column is not None and columns.index(column) != position
    ]
    if "client" not in columns:
        faults.append(
            "No column is called client. The first row must name the columns, such as"
            " client, email, currency, rate, project."
        )
    if faults:
        raise ImportFaulty(faults)
    return columns


def _header_key(title: str) -> str:
    return "".join(loose_key(word) for word in re.split(r"[\s_\-./()]+", name_key(title)))


def _row(
    number: int, cells: Sequence[str], columns: Sequence[str | None], faults: list[str]
) -> ImportRow | None:
    """Return what a row says; a fault is noted instead."""
    if any(cell.strip() for cell in cells[len(columns) :]):
        faults.append(f"Row {number}: it has more cells than the header has columns.")
        return None
    said = {
        column: cell.strip()
        for column, cell in zip(columns, cells, strict=False)
        if column is not None and cell.strip()
    }
    if not said:
        return None
    if "client" not in said:
        faults.append(f"Row {number}: the client is missing.")
        return None
    return ImportRow(number, said)
