"""A firm with an issued invoice behind it, and empty databases of both kinds to restore into."""

from collections.abc import Iterator

import pytest

from tests.billing.firm import a_firm
from tests.databases import Databases, SqliteDatabases
from timebot.db import Database
from timebot.journal.chain import seal


def busy(database: Database) -> Database:
    """Fill a database: an issued invoice, hours that wait to be billed, a sealed audit."""
    with database.transaction() as session:
        firm = a_firm(session)
        firm.approved(hours=2)
        firm.release(firm.run())
        firm.approved(hours=3)
        seal(session, workspace_id=firm.workspace.id, limit=1_000)
    return database


@pytest.fixture
def firm(database: Database) -> Database:
    """A busy database, of each kind."""
    return busy(database)


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request: pytest.FixtureRequest) -> Iterator[str]:
    """The URL of an empty database, of each kind whatever the first one is."""
    makers: Databases = request.getfixturevalue(f"{request.param}_databases")
    url = makers.create(migrated=False)
    yield url
    makers.drop(url)


@pytest.fixture
def small_firm(sqlite_databases: SqliteDatabases) -> Iterator[Database]:
    """A busy SQLite file, where the kind makes no difference."""
    url = sqlite_databases.create()
    database = Database(url)
    yield busy(database)
    database.dispose()
    sqlite_databases.drop(url)


@pytest.fixture
def new_file(sqlite_databases: SqliteDatabases) -> Iterator[str]:
    """The URL of an SQLite file that is not there yet."""
    url = sqlite_databases.create(migrated=False)
    yield url
    sqlite_databases.drop(url)
