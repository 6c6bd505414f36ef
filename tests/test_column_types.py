"""What is stored comes back as it was, on both databases."""

from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Column, MetaData, Table, func, insert, select
from sqlalchemy.exc import StatementError

from tests.builders import MONDAY_NINE
from timebot.db import (
    Database,
    Day,
    Document,
    Flag,
    Instant,
    Key,
    Whole,
)

SCRATCH = Table(
    "scratch",
    MetaData(),
    Column("instant", Instant()),
    Column("day", Day()),
    Column("flag", Flag()),
    Column("whole", Whole()),
    Column("key", Key()),
    Column("document", Document()),
    sqlite_strict=True,
)


@pytest.fixture
def scratch(database: Database) -> Database:
    """A database with a table of one column of each of our types."""
    with database.transaction() as session:
        SCRATCH.create(session.connection())
    return database


def round_trip(database: Database, **values: object) -> dict[str, Any]:
    with database.transaction() as session:
        session.execute(SCRATCH.delete())
        session.execute(insert(SCRATCH).values(**values))
    with database.read_only() as session:
        return dict(session.execute(select(SCRATCH)).mappings().one())


MOMENTS = st.datetimes(datetime(1970, 1, 1), datetime(2200, 1, 1), timezones=st.timezones())  # noqa: DTZ001 - Hypothesis wants naive bounds

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("abcü", max_size=3), inner),
    max_leaves=8,
)

same_database = settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25, deadline=None
)


@same_database
@given(moment=MOMENTS)
def test_a_moment_comes_back_as_the_same_moment_in_utc(scratch: Database, moment: datetime) -> None:
    back = round_trip(scratch, instant=moment)["instant"]

    assert back == moment.astimezone(UTC)
    assert back.tzinfo is UTC


@pytest.mark.parametrize("zone", ["America/New_York", "Asia/Kathmandu", "Europe/Berlin"])
def test_the_hour_that_comes_twice_is_told_apart(scratch: Database, zone: str) -> None:
    first = datetime(2026, 10, 25, 2, 30, tzinfo=ZoneInfo(zone))

    assert round_trip(scratch, instant=first)["instant"] == first.astimezone(UTC)
    second = first.replace(fold=1)
    assert round_trip(scratch, instant=second)["instant"] == second.astimezone(UTC)


def test_a_moment_without_a_zone_is_refused(scratch: Database) -> None:
    with pytest.raises(StatementError, match="has no time zone"):
        round_trip(scratch, instant=datetime(2026, 3, 2, 9))  # noqa: DTZ001 - naive on purpose


def test_a_moment_is_refused_where_a_date_is_meant(scratch: Database) -> None:
    with pytest.raises(StatementError, match="is a moment, not a date"):
        round_trip(scratch, day=MONDAY_NINE)


def test_moments_of_all_zones_are_sorted_by_time(scratch: Database) -> None:
    east, west = timezone(timedelta(hours=14)), timezone(timedelta(hours=-12))
    moments = [
        datetime(2026, 3, 2, 23, 0, tzinfo=east),
        datetime(2026, 3, 2, 9, 0, 0, 1, tzinfo=UTC),
        datetime(2026, 3, 1, 22, 0, tzinfo=west),
        datetime(2026, 3, 2, 9, 0, tzinfo=UTC),
    ]
    with scratch.transaction() as session:
        session.execute(insert(SCRATCH), [{"instant": moment} for moment in moments])

    with scratch.read_only() as session:
        found = session.scalars(select(SCRATCH.c.instant).order_by(SCRATCH.c.instant)).all()
        after = session.scalars(
            select(SCRATCH.c.instant).where(SCRATCH.c.instant > MONDAY_NINE)
        ).all()
    assert list(found) == sorted(moments)
    assert len(after) == 2


@same_database
@given(day=st.dates(date(1, 1, 1), date(9999, 12, 31)))
def test_a_date_comes_back(scratch: Database, day: date) -> None:
    assert round_trip(scratch, day=day)["day"] == day


@same_database
@given(document=JSON)
def test_a_document_comes_back(scratch: Database, document: object) -> None:
    assert round_trip(scratch, document=document)["document"] == document


@pytest.mark.parametrize("flag", [True, False, None])
def test_yes_and_no_come_back_as_such(scratch: Database, flag: bool | None) -> None:  # noqa: FBT001 - a case
    assert round_trip(scratch, flag=flag)["flag"] is flag


@pytest.mark.parametrize("number", [0, -1, 2**63 - 1, -(2**63)])
def test_whole_numbers_have_64_bits(scratch: Database, number: int) -> None:
    assert round_trip(scratch, whole=number)["whole"] == number


def test_an_id_comes_back(scratch: Database) -> None:
    key = uuid4()

    assert round_trip(scratch, key=key)["key"] == key
    assert isinstance(round_trip(scratch, key=key)["key"], UUID)


def test_nothing_comes_back_as_nothing(scratch: Database) -> None:
    assert set(round_trip(scratch, whole=None).values()) == {None}


def test_a_query_finds_by_each_type(scratch: Database) -> None:
    values = {"instant": MONDAY_NINE, "day": date(2026, 3, 2), "flag": True, "key": uuid4()}
    round_trip(scratch, **values)

    with scratch.read_only() as session:
        for name, value in values.items():
            assert session.scalar(select(func.count()).where(SCRATCH.c[name] == value)) == 1
