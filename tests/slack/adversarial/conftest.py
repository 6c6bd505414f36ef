"""The agency in which everything is tried that people and networks do to an app."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.slack.frame.frames import Frame, a_frame
from tests.slack.timer.office import Office, an_office
from timebot.db import Database


@pytest.fixture
def office(tmp_path: Path, either_database_url: str) -> Iterator[Office]:
    """The agency on a Monday at nine; the tests take turns between the databases."""
    with an_office(tmp_path, either_database_url) as office:
        yield office


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
