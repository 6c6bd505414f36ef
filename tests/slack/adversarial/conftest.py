"""The agency in which everything is tried that people and networks do to an app."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.databases import SqliteDatabases
from tests.slack.frame.frames import Frame, a_frame
from tests.slack.timer.office import Office, an_office
from timebot.db import Database


@pytest.fixture
def office(tmp_path: Path, sqlite_databases: SqliteDatabases) -> Iterator[Office]:
    """The agency on a Monday at nine, on SQLite: what Slack shows depends on no database."""
    url = sqlite_databases.create()
    with an_office(tmp_path, url) as office:
        yield office
    sqlite_databases.drop(url)


@pytest.fixture
def office_anywhere(tmp_path: Path, database_url: str) -> Iterator[Office]:
    """The same agency, once on SQLite and once on PostgreSQL."""
    with an_office(tmp_path, database_url) as office:
        yield office


@pytest.fixture
def frame(tmp_path: Path, database: Database) -> Iterator[Frame]:
    """The frame with features of the test's own, on SQLite and on PostgreSQL."""
    with a_frame(tmp_path, database) as frame:
        yield frame
