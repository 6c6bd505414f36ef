"""A firm on the morning it bills, and the folder in which a rehearsal makes its own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.rehearsal.firm import BillingMorning, a_billing_morning


@pytest.fixture
def morning(database_url: str, tmp_path: Path) -> Iterator[BillingMorning]:
    with a_billing_morning(tmp_path / "world", database_url) as morning:
        yield morning


@pytest.fixture
def room(tmp_path: Path) -> Path:
    """The folder in which a rehearsal makes its own."""
    room = tmp_path / "room"
    room.mkdir()
    return room
