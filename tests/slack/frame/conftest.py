"""The frame of the Slack room, on SQLite and on PostgreSQL."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.slack.frame.frames import Frame, a_frame, does_it
from timebot.db import Database
from timebot.playground.slack import Person


@pytest.fixture
def frame(tmp_path: Path, database: Database) -> Iterator[Frame]:
    with a_frame(tmp_path, database) as frame:
        yield frame


@pytest.fixture
def mia(frame: Frame) -> Person:
    """The first person who comes by, an owner of the Slack workspace."""
    return frame.person("mia", is_owner=True)


@pytest.fixture
def known(frame: Frame, mia: Person) -> Person:
    """An owner whom timebot knows."""
    frame.commands["/try"] = does_it
    mia.command("/try")
    return mia
