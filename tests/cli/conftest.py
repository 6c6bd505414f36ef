"""A command line with a database behind it."""

import logging
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import structlog
from click.testing import CliRunner, Result

from tests.billing.firm import Firm, a_firm
from timebot.cli.program import program
from timebot.db import Database

Run = Callable[..., Result]


@pytest.fixture(autouse=True)
def _logs_as_before() -> Iterator[None]:
    """Put the logs back where they went, because every command sets them up."""
    root = logging.getLogger()
    handlers, level, config = list(root.handlers), root.level, structlog.get_config()
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.configure(**config)


@pytest.fixture
def run(database_url: str, tmp_path: Path) -> Run:
    """Run a command on a fresh database."""

    def runs(*arguments: str, **environment: str | None) -> Result:
        given = {"DATABASE_URL": database_url, "TIMEBOT_DATA_DIR": str(tmp_path)}
        return CliRunner().invoke(program, list(arguments), env={**given, **environment})

    return runs


@pytest.fixture
def agency(database: Database) -> None:
    """Two hours of Ada's approved for a client, another entry not submitted."""
    with database.transaction() as session:
        firm = a_firm(session)
        firm.approved(hours=2)


def issue(database: Database) -> str:
    """Let the agency issue an invoice over what is approved, and return its number."""
    with database.transaction() as session:
        firm: Firm = a_firm(session)
        firm.approved(hours=2)
        invoice = firm.release(firm.run())
        assert invoice.number is not None
        return invoice.number
