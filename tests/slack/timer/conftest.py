"""The agency in which the timer side is tried."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.slack.timer.office import Office, an_office


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
