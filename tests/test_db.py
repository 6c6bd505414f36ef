"""The database behaves the same on SQLite and PostgreSQL, and never waits without an end."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from uuid import uuid4

import pytest
from sqlalchemy import func, select, text, update
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm import Session

from tests.builders import a_client, a_member, a_workspace
from timebot.db import (
    WRITE_LOCK_SECONDS,
    Busy,
    Database,
    normal_url,
    refuse_inside_transaction,
    sqlite_library_version,
)
from timebot.team.models import Member, Workspace


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


def rename(session: Session, old: str, new: str) -> None:
    session.execute(update(Workspace).where(Workspace.name == old).values(name=new))


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


@pytest.mark.parametrize("way", ["transaction", "read_only"])
def test_calls_outside_are_refused_while_a_session_is_open_only(
    database: Database, way: str
) -> None:
    opened = {"transaction": database.transaction, "read_only": database.read_only}[way]
    with opened(), pytest.raises(RuntimeError, match="a call to Stripe must not start inside"):
        refuse_inside_transaction("a call to Stripe")

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


def test_on_postgresql_a_writer_gives_way_to_one_who_holds_the_row_too_long(
    database: Database,
) -> None:
    if database.is_sqlite:
        return  # there writers wait for each other before they reach a row
    with database.transaction() as session:
        a_workspace(session, name="Contested")

    def rename_at_once() -> None:
        with database.transaction(wait_seconds=0.05) as session:
            rename(session, "Contested", "Other")

    with database.transaction() as holder, ThreadPoolExecutor(1) as others:
        rename(holder, "Contested", "Held")
        with pytest.raises(Busy, match="nothing was changed"):
            others.submit(rename_at_once).result(timeout=30)

    with database.read_only() as session:
        assert session.scalars(select(Workspace.name)).all() == ["Held"]


def test_on_postgresql_one_of_two_who_block_each_other_is_told_to_try_again(
    database: Database,
) -> None:
    if database.is_sqlite:
        return  # there only one writes at a time
    with database.transaction() as session:
        for name in ("First", "Second"):
            a_workspace(session, name=name)
    both_hold_one = threading.Barrier(2)

    def take_both(first: str, second: str) -> str:
        try:
            with database.transaction(wait_seconds=20) as session:
                rename(session, first, f"{first} of {first}")
                both_hold_one.wait(timeout=30)
                rename(session, second, f"{second} of {first}")
        except Busy:
            return "busy"
        return "done"

    with ThreadPoolExecutor(2) as pool:
        ends = list(pool.map(take_both, ("First", "Second"), ("Second", "First")))

    assert sorted(ends) == ["busy", "done"]


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
