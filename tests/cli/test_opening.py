"""What a command opens to read can only be read."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from timebot.cli.opening import opened_for_doctor
from timebot.db import Database
from timebot.settings import read_settings


def test_what_is_opened_to_read_refuses_every_write(database: Database) -> None:
    settings = read_settings({"DATABASE_URL": database.url})

    with (
        opened_for_doctor(settings) as opened,
        pytest.raises(DBAPIError, match=r"(?i)read-?only"),
        opened.transaction() as session,
    ):
        session.execute(text("DELETE FROM workspace"))
