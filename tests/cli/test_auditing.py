"""`timebot audit verify` and `timebot doctor`: what is wrong is named."""

import json

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from tests.cli.conftest import Run, issue
from timebot.db import Database
from timebot.journal.chain import seal
from timebot.journal.models import AuditEvent
from timebot.team.models import Workspace


def seal_all(database: Database) -> None:
    with database.transaction() as session:
        seal(session, workspace_id=session.scalars(select(Workspace.id)).one(), limit=100)


def without_guards(session: Session, table: str) -> None:
    """Take a table's triggers away, as somebody with the database in hand could."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER USER"))
        return
    query = "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = :table"
    for name in session.scalars(text(query), {"table": table}).all():
        session.execute(text(f"DROP TRIGGER {name}"))


def test_an_audit_that_nobody_touched_is_in_order(run: Run, database: Database) -> None:
    issue(database)
    seal_all(database)

    result = run("audit", "verify")

    assert (result.exit_code, result.stderr) == (0, "")
    assert "as sealed" in result.stdout


def test_the_first_broken_row_of_the_audit_is_named(run: Run, database: Database) -> None:
    issue(database)
    seal_all(database)
    with database.transaction() as session:
        without_guards(session, "audit_event")
        event = session.scalars(select(AuditEvent.id).order_by(AuditEvent.at)).first()
        session.execute(text("UPDATE audit_event SET surface = 'elsewhere'"))

    result = run("audit", "verify")

    assert result.exit_code == 1
    assert "is broken at position 1" in result.stderr
    assert str(event) in result.stderr or "changed after it was sealed" in result.stderr


def test_a_head_from_a_runs_message_is_compared(run: Run, database: Database) -> None:
    issue(database)
    seal_all(database)
    head = run("audit", "verify").stdout.rsplit(" ", 1)[1].strip(".\n")

    good = run("audit", "verify", "--head", head)
    lost = run("audit", "verify", "--head", "9:" + "0" * 12)

    assert good.exit_code == 0
    assert lost.exit_code == 1
    assert "does not hold the head 9:000000000000 any more" in lost.stderr


def test_the_doctor_finds_nothing_broken_in_a_database_that_works(
    run: Run, database: Database
) -> None:
    issue(database)
    seal_all(database)

    result = run("doctor", "--json")

    found = {finding["check"]: finding["verdict"] for finding in json.loads(result.stdout)}
    assert found["guards"] == "good"
    assert found["money and hours"] == "good"


def test_the_doctor_asks_the_vendors_unless_it_is_told_not_to(run: Run, database: Database) -> None:
    issue(database)
    stripe = {
        "STRIPE_API_KEY": "sk_test_hush",
        "STRIPE_WEBHOOK_SECRET": "whsec_hush",
        # Nobody listens there.
        "STRIPE_API_BASE": "http://127.0.0.1:9",
    }

    asked = run("doctor", **stripe)
    unasked = run("doctor", "--offline", **stripe)

    assert asked.exit_code == 1
    assert "Stripe's answer" in asked.stdout
    assert "Stripe's answer" not in unasked.stdout
    assert "hush" not in asked.output


@pytest.mark.breaks_invariants
def test_the_doctor_names_what_is_broken_and_ends_with_1(run: Run, database: Database) -> None:
    number = issue(database)
    with database.transaction() as session:
        without_guards(session, "invoice_line")
        session.execute(text("UPDATE invoice_line SET amount_minor = amount_minor + 1"))

    result = run("doctor")

    assert result.exit_code == 1
    assert "found something broken" in result.stderr
    assert f"{number}: the lines do not add up" in result.stdout
    assert "The database lacks" in result.stdout


def test_the_doctor_says_that_a_database_has_no_tables(run: Run, empty_database_url: str) -> None:
    result = run("doctor", DATABASE_URL=empty_database_url)

    assert result.exit_code == 1
    assert "Run: timebot migrate" in result.output
