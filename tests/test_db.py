"""The database behaves the same on SQLite and PostgreSQL, and never waits without an end."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Column, MetaData, Table, func, insert, select, text
from sqlalchemy.exc import IntegrityError, OperationalError, StatementError
from sqlalchemy.orm import Session

from tests.builders import MONDAY_NINE, a_client, a_member, a_workspace
from timebot.db import (
    WRITE_LOCK_SECONDS,
    Busy,
    Database,
    Day,
    Document,
    Flag,
    Instant,
    Key,
    Whole,
    normal_url,
    refuse_inside_transaction,
    sqlite_library_version,
)
from timebot.team.models import Member, Workspace

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


@contextmanager
def a_writer(database: Database) -> Iterator[None]:
    """Another thread that holds a write transaction open meanwhile."""
    began, done = threading.Event(), threading.Event()

    def write() -> None:
        with database.transaction() as session:
            a_workspace(session, name="Meanwhile")
            began.set()
            done.wait(timeout=30)

    thread = threading.Thread(target=write)
    thread.start()
    began.wait(timeout=30)
    try:
        yield
    finally:
        done.set()
        thread.join()


class Boom(Exception):
    """Something went wrong inside a transaction."""


def write_and_fail(session: Session) -> None:
    a_workspace(session)
    raise Boom


def count(database: Database) -> int:
    with database.read_only() as session:
        return session.scalar(select(func.count()).select_from(Workspace)) or 0


def test_a_transaction_is_committed_at_its_end(database: Database) -> None:
    with database.transaction() as session:
        a_workspace(session)

    assert count(database) == 1


def test_a_transaction_leaves_nothing_behind_when_it_fails(database: Database) -> None:
    with pytest.raises(Boom), database.transaction() as session:
        write_and_fail(session)

    assert count(database) == 0
    with database.transaction() as session:
        a_workspace(session)
    assert count(database) == 1


def test_a_second_transaction_in_the_same_thread_is_refused(database: Database) -> None:
    with (
        database.transaction(),
        pytest.raises(RuntimeError, match="must not start inside a database transaction"),
        database.transaction(),
    ):
        pass


def test_calls_outside_are_refused_inside_a_transaction_only(database: Database) -> None:
    with (
        database.transaction(),
        pytest.raises(RuntimeError, match="a call to Stripe must not start inside"),
    ):
        refuse_inside_transaction("a call to Stripe")

    refuse_inside_transaction("a call to Stripe")
    with database.read_only():
        refuse_inside_transaction("a call to Stripe")


def test_a_transaction_of_another_thread_is_its_own_affair(database: Database) -> None:
    with a_writer(database):
        refuse_inside_transaction("a call to Stripe")


def test_on_sqlite_a_writer_that_waits_too_long_hears_busy(database: Database) -> None:
    if not database.is_sqlite:
        return  # PostgreSQL lets writers of different rows work side by side
    with (
        a_writer(database),
        pytest.raises(Busy, match="nothing was changed"),
        database.transaction(),
    ):
        pass

    assert WRITE_LOCK_SECONDS < 3


def test_on_postgresql_writers_work_side_by_side(database: Database) -> None:
    if database.is_sqlite:
        return  # SQLite knows one writer at a time
    with a_writer(database), database.transaction() as session:
        a_workspace(session)

    assert count(database) == 2


def test_readers_and_a_writer_do_not_wait_for_each_other(database: Database) -> None:
    with a_writer(database):
        assert count(database) == 0
    assert count(database) == 1

    with database.read_only() as reader:
        assert reader.scalar(select(func.count()).select_from(Workspace)) == 1
        with database.transaction() as session:
            a_workspace(session)


def test_a_reader_sees_one_consistent_state(database: Database) -> None:
    with database.read_only() as reader:
        assert reader.scalar(select(func.count()).select_from(Workspace)) == 0
        with database.transaction() as session:
            a_workspace(session)

        assert reader.scalar(select(func.count()).select_from(Workspace)) == 0
    assert count(database) == 1


def test_a_read_only_session_keeps_nothing_that_was_written(database: Database) -> None:
    with database.read_only() as session:
        a_workspace(session)

    assert count(database) == 0


def test_rows_stay_readable_after_their_session(database: Database) -> None:
    with database.transaction() as session:
        a_workspace(session, name="Studio North")
    with database.read_only() as session:
        workspace = session.scalars(select(Workspace)).one()

    assert workspace.name == "Studio North"


def test_a_read_then_write_never_loses_an_update(database: Database) -> None:
    with database.transaction() as session:
        workspace = a_workspace(session, terms_days=0)

    def add_one() -> None:
        for _ in range(20):
            with database.transaction() as session:
                row = session.get_one(Workspace, workspace.id, with_for_update=True)
                row.terms_days += 1

    threads = [threading.Thread(target=add_one) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    with database.read_only() as session:
        assert session.get_one(Workspace, workspace.id).terms_days == 160


@pytest.mark.parametrize(
    ("pragma", "value"),
    [
        ("journal_mode", "wal"),
        ("synchronous", 2),
        ("foreign_keys", 1),
        ("recursive_triggers", 1),
        ("busy_timeout", 30_000),
    ],
)
def test_every_sqlite_connection_is_prepared(
    database: Database, pragma: str, value: object
) -> None:
    if not database.is_sqlite:
        return  # PostgreSQL has no pragmas
    with database.transaction() as session:
        assert session.scalar(text(f"PRAGMA {pragma}")) == value
    with database.read_only() as session:
        assert session.scalar(text(f"PRAGMA {pragma}")) == value


def test_the_sqlite_in_use_has_the_fix_for_its_worst_bug() -> None:
    assert sqlite_library_version() >= (3, 51, 3)


def test_a_write_transaction_of_another_process_shuts_this_one_out_on_sqlite(
    database: Database,
) -> None:
    if not database.is_sqlite:
        return  # PostgreSQL locks rows
    # Another Database stands for another process: it has a write lock of its own.
    other = Database(database.url)
    with a_writer(other), database.engine.connect() as connection:
        connection.rollback()
        raw = connection.connection.driver_connection
        assert raw is not None
        raw.execute("PRAGMA busy_timeout=10")
        with pytest.raises(OperationalError, match="locked"), connection.begin():
            pass
        raw.execute("PRAGMA busy_timeout=30000")
    other.dispose()


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


def test_a_key_starts_with_its_workspace(session: Session) -> None:
    workspace = a_workspace(session)
    member = a_member(session, workspace)

    assert session.get(Member, (workspace.id, member.id)) is member
    assert session.get(Member, (uuid4(), member.id)) is None


def test_defaults_of_the_models_are_filled_in(session: Session) -> None:
    client = a_client(session, a_workspace(session))

    assert client.aliases == []
    assert client.is_retainer is False


def test_a_savepoint_survives_a_constraint(session: Session) -> None:
    workspace = a_workspace(session)

    with pytest.raises(IntegrityError), session.begin_nested():
        a_workspace(session, slack_team_id=workspace.slack_team_id)

    assert a_workspace(session)


@pytest.mark.parametrize(
    ("given_url", "normal"),
    [
        ("postgres://u:p@db/timebot", "postgresql+psycopg://u:p@db/timebot"),
        ("postgresql://db/timebot", "postgresql+psycopg://db/timebot"),
        ("postgresql+psycopg://db/timebot", "postgresql+psycopg://db/timebot"),
        ("sqlite:///timebot.db", "sqlite:///timebot.db"),
    ],
)
def test_an_address_is_read_as_hosts_write_it(given_url: str, normal: str) -> None:
    assert normal_url(given_url) == normal
