"""What revisions are built of. Old revisions call these, so they are extended, never changed."""

from collections.abc import Iterable, Sequence
from typing import Any

import sqlalchemy as sa
from alembic import op

_OUTCOME = "USING ERRCODE = 'integrity_constraint_violation'"
"""Both databases then raise IntegrityError; without it PostgreSQL raises ProgrammingError."""


def same_workspace(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    """Return a foreign key that a row of another workspace cannot satisfy."""
    return sa.ForeignKeyConstraint(
        ["workspace_id", column],
        [f"{target}.workspace_id", f"{target}.id"],
        name=f"fk_{table}_workspace_id_{column}",
    )


def on_sqlite() -> bool:
    """Whether the revision runs on SQLite."""
    return op.get_bind().dialect.name == "sqlite"


def create_refusing_function() -> None:
    """Create the function behind every trigger of `refuse` (PostgreSQL only)."""
    if on_sqlite():
        return
    op.execute(
        "CREATE FUNCTION timebot_refuse() RETURNS trigger LANGUAGE plpgsql AS $$ "
        f"BEGIN RAISE EXCEPTION '%', TG_ARGV[0] {_OUTCOME}; END $$"
    )


def drop_function(name: str) -> None:
    """Drop a function of ours (PostgreSQL only)."""
    if not on_sqlite():
        op.execute(f"DROP FUNCTION {name}()")


def refuse(event: str, table: str, because: str, *, when: str | None = None) -> None:
    """Create a trigger, named `<table>_no_<event>`, that refuses to change rows.

    Args:
        event: INSERT, UPDATE or DELETE. A table that refuses every DELETE refuses TRUNCATE too.
        table: whose rows.
        because: a sentence without apostrophes, for the log.
        when: SQL over OLD and NEW, without subqueries; only such changes are refused.
    """
    name = f"{table}_no_{event.lower()}"
    only = f"WHEN ({when})" if when else ""
    head = f"CREATE TRIGGER {name} BEFORE {event} ON {table} FOR EACH ROW {only}"
    if on_sqlite():
        op.execute(f"{head} BEGIN SELECT RAISE(ABORT, '{because}'); END")
        return
    op.execute(f"{head} EXECUTE FUNCTION timebot_refuse('{because}')")
    if event == "DELETE":
        op.execute(
            f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table}"
            f" FOR EACH STATEMENT EXECUTE FUNCTION timebot_refuse('{because}')"
        )


def refuse_insert_unless_draft(tables: Iterable[str]) -> None:
    """Create triggers that let rows be added to an invoice only while it is a draft.

    On PostgreSQL the trigger locks the invoice, so that a row cannot slip in while another
    transaction issues it.
    """
    because = "an issued invoice takes no more rows"
    find = (
        "SELECT document FROM invoice WHERE workspace_id = NEW.workspace_id AND id = NEW.invoice_id"
    )
    if not on_sqlite():
        op.execute(
            "CREATE FUNCTION timebot_refuse_unless_draft() RETURNS trigger LANGUAGE plpgsql AS $$ "
            f"BEGIN IF ({find} FOR NO KEY UPDATE) <> 'draft' THEN "
            f"RAISE EXCEPTION '{because}' {_OUTCOME}; END IF; RETURN NEW; END $$"
        )
    for table in tables:
        head = f"CREATE TRIGGER {table}_no_insert BEFORE INSERT ON {table} FOR EACH ROW"
        if on_sqlite():
            body = f"BEGIN SELECT RAISE(ABORT, '{because}'); END"
            op.execute(f"{head} WHEN ({find}) <> 'draft' {body}")
        else:
            op.execute(f"{head} EXECUTE FUNCTION timebot_refuse_unless_draft()")


def changed(columns: Sequence[str]) -> str:
    """Return SQL that is true if an UPDATE changes one of the columns; NULL is a value."""
    differs = "IS NOT" if on_sqlite() else "IS DISTINCT FROM"
    return "(" + " OR ".join(f'OLD."{name}" {differs} NEW."{name}"' for name in columns) + ")"


def add_checked_column(table: str, column: sa.Column[Any], condition: str) -> None:
    """Add a column with a check of its own, named `ck_<table>_<column>`.

    SQLite adds a check only together with its column, and drops both together.
    """
    kind = column.type.compile(op.get_bind().dialect)
    default = _default_of(column)
    null = "" if column.nullable else " NOT NULL"
    check = f"CONSTRAINT ck_{table}_{column.name} CHECK ({condition})"
    op.execute(f"ALTER TABLE {table} ADD COLUMN {column.name} {kind}{default}{null} {check}")


def _default_of(column: sa.Column[Any]) -> str:
    given = column.server_default
    if not isinstance(given, sa.DefaultClause):
        return ""
    return f" DEFAULT '{given.arg}'" if isinstance(given.arg, str) else f" DEFAULT {given.arg}"


def refuse_if(
    name: str, event: str, table: str, because: str, condition: str, *, when: str, lock: str = ""
) -> None:
    """Create a trigger, named `<table>_no_<name>`, that refuses what other rows speak against.

    Args:
        name: what is refused, such as `excess`.
        event: INSERT, UPDATE or DELETE.
        table: whose rows.
        because: a sentence without apostrophes, for the log.
        condition: SQL over NEW, with subqueries; such a change is refused.
        when: SQL over OLD and NEW; other changes are not looked at.
        lock: a SELECT ... FOR NO KEY UPDATE that keeps the other rows still (PostgreSQL only);
            on SQLite the write transaction does.
    """
    trigger = f"{table}_no_{name}"
    head = f"CREATE TRIGGER {trigger} BEFORE {event} ON {table} FOR EACH ROW"
    if on_sqlite():
        body = f"BEGIN SELECT RAISE(ABORT, '{because}'); END"
        op.execute(f"{head} WHEN ({when}) AND ({condition}) {body}")
        return
    locked = f"PERFORM 1 FROM ({lock}) AS held; " if lock else ""
    op.execute(
        f"CREATE FUNCTION timebot_{trigger}() RETURNS trigger LANGUAGE plpgsql AS $$ "
        f"BEGIN IF ({when}) THEN {locked}IF ({condition}) THEN "
        f"RAISE EXCEPTION '{because}' {_OUTCOME}; END IF; END IF; RETURN NEW; END $$"
    )
    op.execute(f"{head} EXECUTE FUNCTION timebot_{trigger}()")


def drop_trigger(table: str, name: str) -> None:
    """Drop a trigger of ours, and nothing of what it calls."""
    suffix = "" if on_sqlite() else f" ON {table}"
    op.execute(f"DROP TRIGGER {name}{suffix}")
