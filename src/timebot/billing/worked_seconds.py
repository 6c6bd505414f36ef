"""Worked seconds: exact whole seconds between two instants, the same in SQL and for people."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from timebot.db import Whole
from timebot.timekeeping.models import TimeEntry


class seconds_between(FunctionElement[int]):  # noqa: N801 - reads as the SQL function that it is
    """Whole seconds from the first instant to the second, rounded down, as in Python."""

    type = Whole()
    inherit_cache = True
    name = "seconds_between"


WORKED_SECONDS = seconds_between(TimeEntry.started_at, TimeEntry.ended_at)
"""The seconds of a closed time entry; NULL while it runs."""


_SECOND = timedelta(seconds=1)


def whole_seconds(started_at: datetime, ended_at: datetime) -> tuple[datetime, datetime]:
    """Return start and end in whole seconds that differ by what was worked; fractions are off."""
    ended = ended_at.replace(microsecond=0)
    return ended - (ended_at - started_at) // _SECOND * _SECOND, ended


@compiles(seconds_between, "sqlite")
def _on_sqlite(element: FunctionElement[int], compiler: SQLCompiler, **options: Any) -> str:  # noqa: ANN401 - SQLAlchemy's signature
    # Instants are text of one fixed width. SQLite's own fractions are floats, so the microseconds
    # are compared as text: a later one borrows a second.
    start, end = (compiler.process(clause, **options) for clause in element.clauses)
    borrowed = f"(substr({end}, 21, 6) < substr({start}, 21, 6))"
    return f"(unixepoch(substr({end}, 1, 19)) - unixepoch(substr({start}, 1, 19)) - {borrowed})"


@compiles(seconds_between, "postgresql")
def _on_postgresql(element: FunctionElement[int], compiler: SQLCompiler, **options: Any) -> str:  # noqa: ANN401 - SQLAlchemy's signature
    start, end = (compiler.process(clause, **options) for clause in element.clauses)
    return f"CAST(floor(extract(epoch FROM ({end} - {start}))) AS BIGINT)"
