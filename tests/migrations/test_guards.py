"""The list of guards agrees with the models, with the database, and notices what is missing."""

import importlib

import pytest
from sqlalchemy import text

from timebot.db import Base, Database
from timebot.migrations.guards import expected_guards, missing_guards

for room in ("journal", "team", "clients", "timekeeping", "billing"):
    importlib.import_module(f"timebot.{room}.models")
importlib.import_module("timebot.billing.payment_models")
importlib.import_module("timebot.billing.credit_models")

TABLES = Base.metadata.tables.values()


def test_a_new_database_has_every_guard(database: Database) -> None:
    with database.read_only() as session:
        assert missing_guards(session) == []


def test_every_unique_index_of_the_models_is_expected() -> None:
    expected = expected_guards(is_sqlite=True)

    assert [
        index.name
        for table in TABLES
        for index in table.indexes
        if index.unique and f"unique index {index.name}" not in expected
    ] == []


def test_every_key_into_the_same_workspace_is_expected() -> None:
    expected = expected_guards(is_sqlite=True)
    columns = [
        (table.name, key.column_keys[1])
        for table in TABLES
        for key in table.foreign_key_constraints
        if len(key.column_keys) == 2
    ]

    assert [
        (table, column)
        for table, column in columns
        if f"foreign key fk_{table}_workspace_id_{column}" not in expected
    ] == []


def test_every_trigger_of_the_database_is_expected(database: Database) -> None:
    with database.read_only() as session:
        query = (
            "SELECT name FROM sqlite_master WHERE type = 'trigger'"
            if database.is_sqlite
            else "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal"
        )
        names = {f"trigger {name}" for name in session.scalars(text(query))}

    assert names <= set(expected_guards(is_sqlite=database.is_sqlite))


@pytest.mark.parametrize(
    ("on_sqlite", "on_postgresql", "named"),
    [
        (
            "DROP INDEX uq_time_entry_running",
            "DROP INDEX uq_time_entry_running",
            "unique index uq_time_entry_running",
        ),
        (
            "DROP TRIGGER invoice_no_update",
            "DROP TRIGGER invoice_no_update ON invoice",
            "trigger invoice_no_update",
        ),
        (
            "DROP TRIGGER audit_event_no_delete",
            "ALTER TABLE audit_event DISABLE TRIGGER audit_event_no_delete",
            "trigger audit_event_no_delete",
        ),
    ],
)
def test_a_guard_that_was_dropped_is_named(
    database: Database, on_sqlite: str, on_postgresql: str, named: str
) -> None:
    with database.transaction() as session:
        session.execute(text(on_sqlite if database.is_sqlite else on_postgresql))

    with database.read_only() as session:
        assert missing_guards(session) == [named]


def test_a_foreign_key_or_a_check_that_was_dropped_is_named(database: Database) -> None:
    if database.is_sqlite:
        return  # SQLite cannot drop one
    with database.transaction() as session:
        session.execute(
            text("ALTER TABLE project DROP CONSTRAINT fk_project_workspace_id_client_id")
        )
        session.execute(text("ALTER TABLE time_entry DROP CONSTRAINT ck_time_entry_span"))

    with database.read_only() as session:
        assert missing_guards(session) == [
            "foreign key fk_project_workspace_id_client_id",
            "check ck_time_entry_span",
        ]
