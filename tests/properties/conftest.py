from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.billing.charging.world import World, open_world
from timebot.db import Database


@pytest.fixture
def world(database: Database, tmp_path: Path) -> Iterator[World]:
    with open_world(database, tmp_path) as world:
        yield world
