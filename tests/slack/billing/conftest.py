"""The firm in which the billing side is tried."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.databases import SqliteDatabases
from tests.slack.billing.firms import Firm, a_firm


@pytest.fixture
def firm(tmp_path: Path, sqlite_databases: SqliteDatabases) -> Iterator[Firm]:
    """The firm on a Monday at nine, on SQLite: what Slack shows depends on no database."""
    url = sqlite_databases.create()
    with a_firm(tmp_path, url) as firm:
        yield firm
    sqlite_databases.drop(url)


@pytest.fixture
def firm_anywhere(tmp_path: Path, database_url: str) -> Iterator[Firm]:
    """The same firm, once on SQLite and once on PostgreSQL."""
    with a_firm(tmp_path, database_url) as firm:
        yield firm
