"""Worked seconds in SQL are those of Python, fractions included."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.billing.firm import a_firm
from tests.builders import MONDAY_NINE, an_entry
from timebot.billing.worked_seconds import WORKED_SECONDS


@pytest.mark.parametrize(
    ("start", "end"),
    [
        (timedelta(), timedelta(hours=1)),
        (timedelta(microseconds=1), timedelta(seconds=1)),
        (timedelta(milliseconds=999.6), timedelta(seconds=61, milliseconds=999.5)),
        (timedelta(microseconds=999_999), timedelta(seconds=1, microseconds=999_999)),
        (timedelta(), timedelta()),
        (timedelta(), timedelta(days=1, microseconds=5)),
    ],
)
def test_seconds_are_rounded_down_as_in_python(
    session: Session, start: timedelta, end: timedelta
) -> None:
    firm = a_firm(session)
    entry = an_entry(
        session,
        firm.ada,
        firm.project,
        started_at=MONDAY_NINE + start,
        ended_at=MONDAY_NINE + end,
    )

    assert session.scalar(select(WORKED_SECONDS)) == entry.seconds(now=MONDAY_NINE)
