"""The firm in which the billing side is tried."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.slack.billing.firms import Firm, a_firm


@pytest.fixture
def firm(tmp_path: Path, either_database_url: str) -> Iterator[Firm]:
    """The firm on a Monday at nine; the tests take turns between the databases."""
    with a_firm(tmp_path, either_database_url) as firm:
        yield firm


@pytest.fixture
def firm_anywhere(tmp_path: Path, database_url: str) -> Iterator[Firm]:
    """The same firm, once on SQLite and once on PostgreSQL."""
    with a_firm(tmp_path, database_url) as firm:
        yield firm
