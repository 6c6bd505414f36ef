"""The migrated tables are the tables that the code works with."""

import importlib
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, inspect, text

from timebot import migrations
from timebot.db import Base, Database

for room in ("journal", "team", "clients", "timekeeping", "billing"):
    importlib.import_module(f"timebot.{room}.models")
importlib.import_module("timebot.billing.payment_models")
importlib.import_module("timebot.billing.credit_models")

Reader = Callable[[Engine, str], object]

TABLES = sorted(Base.metadata.tables)


def columns(engine: Engine, table: str) -> dict[str, tuple[str, bool]]:
    found = inspect(engine).get_columns(table)
    return {column["name"]: (str(column["type"]), column["nullable"]) for column in found}


def keys(engine: Engine, table: str) -> list[Any]:
    inspector = inspect(engine)
    foreign = [
        (key["name"], key["constrained_columns"], key["referred_table"], key["referred_columns"])
        for key in inspector.get_foreign_keys(table)
    ]
    unique = [(key["name"], key["column_names"]) for key in inspector.get_unique_constraints(table)]
    primary = inspector.get_pk_constraint(table)
    return [primary["name"], primary["constrained_columns"], sorted(foreign), sorted(unique)]


def indexes(engine: Engine, table: str) -> dict[str, Any]:
    return {
        str(index["name"]): (
            index["column_names"],
            bool(index["unique"]),
            {name: str(value) for name, value in index.get("dialect_options", {}).items()},
        )
        for index in inspect(engine).get_indexes(table)
    }


def checks(engine: Engine, table: str) -> dict[str, str]:
    return {
        str(check["name"]): check["sqltext"]
        for check in inspect(engine).get_check_constraints(table)
    }


@pytest.fixture
def made_from_models(empty_database_url: str) -> Iterator[Engine]:
    """A database whose tables come from the models, without any migration."""
    database = Database(empty_database_url)
    with database.engine.begin() as connection:
        Base.metadata.create_all(connection)
    yield database.engine
    database.dispose()


def test_migrated_tables_are_the_ones_of_the_models(
    database: Database, made_from_models: Engine
) -> None:
    migrated = set(inspect(database.engine).get_table_names()) - {"alembic_version"}

    assert migrated == set(inspect(made_from_models).get_table_names())


@pytest.mark.parametrize("read", [columns, keys, indexes, checks])
def test_every_migrated_table_reads_as_its_model(
    database: Database, made_from_models: Engine, read: Reader
) -> None:
    migrated = {table: read(database.engine, table) for table in TABLES}

    assert migrated == {table: read(made_from_models, table) for table in TABLES}


def test_every_table_is_strict_on_sqlite(database: Database) -> None:
    if not database.is_sqlite:
        return
    with database.read_only() as session:
        loose = session.execute(
            text(
                "SELECT name FROM pragma_table_list WHERE strict = 0 AND schema = 'main'"
                " AND name NOT LIKE 'sqlite_%' AND name <> 'alembic_version'"
            )
        ).all()

    assert loose == []


def test_a_new_database_is_current(database: Database) -> None:
    assert migrations.is_current(database)


def test_an_empty_database_is_not_current(empty_database_url: str) -> None:
    database = Database(empty_database_url)

    assert not migrations.is_current(database)
    database.dispose()


def test_the_way_down_leaves_nothing_and_the_way_up_works_again(database: Database) -> None:
    database.dispose()

    migrations.downgrade(database.url, "base")

    assert inspect(database.engine).get_table_names() == ["alembic_version"]
    migrations.upgrade(database.url)
    assert migrations.is_current(database)


@pytest.mark.breaks_invariants
def test_every_revision_can_be_taken_back_alone(database: Database) -> None:
    database.dispose()

    for revision in ("0005_billing", "0004_timekeeping", "0003_clients", "0002_team"):
        migrations.downgrade(database.url, revision)
        assert not migrations.is_current(database)

    left = inspect(database.engine).get_table_names()
    assert "client" not in left
    assert "member" in left
    migrations.upgrade(database.url)


def test_four_processes_may_migrate_at_once(empty_database_url: str) -> None:
    # Real processes, because threads of one process take turns anyway.
    with ProcessPoolExecutor(4, mp_context=get_context("spawn")) as pool:
        list(pool.map(migrations.upgrade, [empty_database_url] * 4))

    database = Database(empty_database_url)
    assert migrations.is_current(database)
    database.dispose()


def test_a_folder_that_is_missing_is_made(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'var' / 'timebot.db'}"

    migrations.upgrade(url)

    assert (tmp_path / "var" / "timebot.db").exists()
