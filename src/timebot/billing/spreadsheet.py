"""CSV for spreadsheets: no cell can become a formula."""

import csv
import io
from collections.abc import Iterable, Sequence

_DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n")
"""A cell that begins so is a formula to some spreadsheet (owasp.org, CSV Injection)."""


def csv_text(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Return rows as CSV (RFC 4180), with a header; None is an empty cell.

    Texts that a spreadsheet would run are given an apostrophe in front. Numbers are ours and stay
    as they are, a minus included.
    """
    sheet = io.StringIO()
    writer = csv.writer(sheet)
    writer.writerow(header)
    writer.writerows([[_cell(value) for value in row] for row in rows])
    return sheet.getvalue()


def _cell(value: object) -> object:
    if value is None:
        return ""
    if isinstance(value, str) and value.lstrip(" ").startswith(_DANGEROUS):
        return f"'{value}"
    return value
