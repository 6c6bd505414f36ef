"""Inserting what may be there already: the database decides, in one statement."""

from collections.abc import Mapping, Sequence

from sqlalchemy import literal
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from timebot.db import Base


def insert_unless_there(
    session: Session,
    table: type[Base],
    values: Mapping[str, object],
    *,
    key: Sequence[str],
) -> bool:
    """Insert a row unless one with the same key exists; return whether it was inserted.

    A concurrent insert of the same key is waited for, so that its outcome is known.

    Args:
        session: an open transaction.
        table: the mapped class.
        values: its columns; defaults of the model fill the rest.
        key: the columns of the unique constraint that decides.
    """
    insert = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    # RETURNING, because psycopg's row count is -1 here (a green SQLite suite would hide it).
    statement = (
        insert(table)
        .values(**values)
        .on_conflict_do_nothing(index_elements=list(key))
        .returning(literal(1))
    )
    return session.execute(statement).first() is not None
