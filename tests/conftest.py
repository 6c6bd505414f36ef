"""What every test may ask for: a database of each kind, a browser, a clean environment."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from zlib import crc32

import pytest
from hypothesis import settings
from playwright.sync_api import Browser, BrowserContext, expect, sync_playwright
from sqlalchemy.orm import Session

from tests.databases import (
    Databases,
    PostgresqlDatabases,
    Run,
    SqliteDatabases,
    begin_run,
    end_run,
)
from tests.dialects import share_dialects
from tests.postgresql import NoPostgresql
from timebot.db import Database
from timebot.doctor import invariants

SETTINGS = ("TIMEBOT_", "SLACK_", "STRIPE_", "RESEND_", "DATABASE_URL", "PORT", "LOG_")
"""How the names begin that a developer's shell may set and that no test may see."""

NO_CHROMIUM = "no Chromium found (install the chromium package)"
NO_POSTGRESQL = str(NoPostgresql())

CHROMIUM_ARGUMENTS = [
    "--no-sandbox",
    "--headless=new",
    "--disable-gpu",
    "--disable-background-networking",
    "--no-first-run",
    "--disable-component-update",
    "--disable-sync",
]
BROWSER_PATIENCE_MS = 30_000

KINDS = ("sqlite", "postgresql")

# For properties; the ordinary suite takes Hypothesis's own number of examples.
settings.register_profile("thorough", max_examples=3_000, deadline=None)

RUN = pytest.StashKey[Run]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let the tests that take turns run on each database."""
    parser.addoption(
        "--both", action="store_true", help="run on both databases what takes turns between them"
    )


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Give each test that takes turns its database, the same one in every run."""
    if "turn" in metafunc.fixturenames:
        chosen = KINDS[crc32(metafunc.function.__name__.encode()) % len(KINDS)]
        kinds = KINDS if metafunc.config.getoption("both") else (chosen,)
        metafunc.parametrize("turn", kinds)


def pytest_configure(config: pytest.Config) -> None:
    """Begin the run, or join it as one of its workers; take the developer's settings away."""
    given_url = os.environ.get("TIMEBOT_TEST_DATABASE_URL")
    for name in [name for name in os.environ if name.startswith(SETTINGS)]:
        del os.environ[name]
    share_dialects()
    worker: dict[str, Any] | None = getattr(config, "workerinput", None)
    if worker is None:
        config.stash[RUN] = begin_run(given_url)
    else:
        config.stash[RUN] = Run(Path(worker["run_folder"]), worker["given_url"])


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:  # noqa: ANN401 - pytest-xdist's own, untyped
    """Tell a worker which run it belongs to."""
    run = node.config.stash[RUN]
    node.workerinput.update(run_folder=str(run.folder), given_url=run.given_url)


def pytest_unconfigure(config: pytest.Config) -> None:
    """End the run; its workers are gone by now."""
    if RUN in config.stash and not hasattr(config, "workerinput"):
        end_run(config.stash[RUN])


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> Iterator[None]:
    """Say at the end what was left out because this machine lacks something."""
    yield
    skipped = terminalreporter.stats.get("skipped", [])
    reasons = [str(report.longrepr) for report in skipped]
    for what, reason in (("Browser", NO_CHROMIUM), ("PostgreSQL", NO_POSTGRESQL)):
        if any(reason in found for found in reasons):
            terminalreporter.write_line(f"{what} tests were left out: {reason}", yellow=True)


@pytest.fixture(scope="session")
def sqlite_databases(pytestconfig: pytest.Config) -> SqliteDatabases:
    return SqliteDatabases(pytestconfig.stash[RUN])


@pytest.fixture(scope="session")
def postgresql_databases(pytestconfig: pytest.Config) -> Iterator[PostgresqlDatabases]:
    try:
        databases = PostgresqlDatabases(pytestconfig.stash[RUN])
    except NoPostgresql:
        if os.environ.get("CI"):
            raise
        pytest.skip(NO_POSTGRESQL)
    yield databases
    databases.close()


@pytest.fixture(params=KINDS)
def databases(request: pytest.FixtureRequest) -> Databases:
    """The makers of databases: the test runs once for each kind."""
    made: Databases = request.getfixturevalue(f"{request.param}_databases")
    return made


@pytest.fixture
def database_url(databases: Databases) -> Iterator[str]:
    """The URL of a fresh database with all tables, on SQLite and on PostgreSQL."""
    url = databases.create()
    yield url
    databases.drop(url)


@pytest.fixture
def either_database_url(turn: str, request: pytest.FixtureRequest) -> Iterator[str]:
    """The URL of a fresh database with all tables, on SQLite or on PostgreSQL.

    For tests that start the whole app: half of them run on each, and with `--both` all on both.
    """
    databases: Databases = request.getfixturevalue(f"{turn}_databases")
    url = databases.create()
    yield url
    databases.drop(url)


@pytest.fixture
def empty_database_url(databases: Databases) -> Iterator[str]:
    """The URL of a fresh database without any table, on SQLite and on PostgreSQL."""
    url = databases.create(migrated=False)
    yield url
    databases.drop(url)


@pytest.fixture
def database(database_url: str, request: pytest.FixtureRequest) -> Iterator[Database]:
    """A fresh database with all tables, on SQLite and on PostgreSQL.

    What SQL can check of it is checked after the test, unless it is marked `breaks_invariants`.
    """
    database = Database(database_url)
    yield database
    try:
        if request.node.get_closest_marker("breaks_invariants") is None:
            with database.read_only() as session:
                assert invariants(session) == []
    finally:
        database.dispose()


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    """An open transaction in a fresh database, committed when the test has passed."""
    with database.transaction() as session:
        yield session


@pytest.fixture(scope="session")
def chromium_path() -> str:
    """The browser for the tests marked `browser`."""
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if path := shutil.which(name):
            return path
    pytest.skip(NO_CHROMIUM)


@pytest.fixture(scope="session")
def browser(chromium_path: str) -> Iterator[Browser]:
    """One Chromium for all tests of a run."""
    expect.set_options(timeout=BROWSER_PATIENCE_MS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path, args=CHROMIUM_ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """A fresh profile; closed before the server goes, so that no request is left hanging."""
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    context.set_default_timeout(BROWSER_PATIENCE_MS)
    yield context
    context.close()
