"""`timebot bill`: previews read, runs are opened in an owner's name."""

import csv
import io
import json
from pathlib import Path

import pytest
from sqlalchemy import select

from tests.billing.firm import a_firm
from tests.builders import a_workspace
from tests.cli.conftest import Run, issue
from timebot.billing.models import InvoiceRun
from timebot.db import Database
from timebot.journal.models import AuditEvent
from timebot.team.models import Member, Workspace


@pytest.mark.usefixtures("agency")
def test_a_preview_shows_what_a_run_would_bill_and_opens_none(run: Run, database: Database) -> None:
    result = run("bill", "preview")

    assert result.exit_code == 0
    assert "190.00 EUR" in result.stdout
    with database.read_only() as session:
        assert session.scalars(select(InvoiceRun)).all() == []


@pytest.mark.usefixtures("agency")
def test_a_preview_for_programs_has_amounts_in_minor_units(run: Run) -> None:
    result = run("bill", "preview", "--json")

    (total,) = json.loads(result.stdout)["totals"]
    assert total == {"minor": 19_000, "currency": "EUR", "text": "190.00 EUR"}


@pytest.mark.usefixtures("agency")
def test_a_run_is_opened_in_the_name_of_the_owner(run: Run, database: Database) -> None:
    result = run("bill", "run")

    assert (result.exit_code, result.stderr) == (0, "")
    with database.read_only() as session:
        opened = session.scalars(select(InvoiceRun)).one()
        event = session.scalars(
            select(AuditEvent).where(AuditEvent.action == "invoice_run.opened")
        ).one()
        owner = session.scalars(select(Member).where(Member.role == "owner")).one()
    assert opened.kind == "manual"
    assert (event.actor_id, event.surface) == (owner.id, "cli")


@pytest.mark.usefixtures("agency")
def test_acting_for_the_owner_vouches_for_nobody(run: Run, database: Database) -> None:
    with database.read_only() as session:
        before = session.scalars(select(Member.profile_at)).all()

    run("bill", "run")

    with database.read_only() as session:
        assert session.scalars(select(Member.profile_at)).all() == before


@pytest.mark.usefixtures("agency")
def test_a_second_run_finds_nothing_and_changes_nothing(run: Run, database: Database) -> None:
    run("bill", "run")

    result = run("bill", "run")

    assert result.exit_code == 1
    assert result.stderr.startswith("There are no approved, unbilled hours")
    with database.read_only() as session:
        assert len(session.scalars(select(InvoiceRun)).all()) == 1


@pytest.mark.usefixtures("agency")
def test_an_unknown_client_is_refused(run: Run) -> None:
    result = run("bill", "preview", "--client", "Nobody at all")

    assert result.exit_code == 1
    assert "Nobody at all" in result.stderr


def test_of_several_workspaces_one_must_be_named(run: Run, database: Database) -> None:
    with database.transaction() as session:
        a_firm(session)
        a_workspace(session, slack_team_id="T2", name="Other")

    unnamed = run("bill", "preview")
    named = run("bill", "preview", "--workspace", "T2")
    unknown = run("bill", "preview", "--workspace", "T3")

    assert (unnamed.exit_code, named.exit_code, unknown.exit_code) == (1, 0, 1)
    assert "T2" in unnamed.stderr
    assert "There is no workspace T3" in unknown.stderr


@pytest.mark.usefixtures("agency")
def test_a_workspace_without_an_owner_cannot_open_a_run(run: Run, database: Database) -> None:
    with database.transaction() as session:
        session.scalars(select(Member).where(Member.role == "owner")).one().role = "member"

    result = run("bill", "run")

    assert result.exit_code == 1
    assert "no owner yet" in result.stderr
    with database.read_only() as session:
        assert session.scalars(select(Workspace)).one()


def test_why_lists_every_entry_behind_an_invoice(run: Run, database: Database) -> None:
    number = issue(database)

    result = run("bill", "why", number)

    (row,) = csv.DictReader(io.StringIO(result.stdout))
    assert (result.exit_code, result.stderr) == (0, "")
    assert (row["began"], row["ended"], row["zone"]) == (
        "2026-03-02 09:00:00",
        "2026-03-02 11:00:00",
        "UTC",
    )
    assert (row["approved_by"], row["rounding"], row["minutes_billed"], row["amount"]) == (
        "Kim",
        "up to 15 minutes, per day",
        "120",
        "190.00",
    )


def test_why_writes_a_pdf(run: Run, database: Database, tmp_path: Path) -> None:
    number = issue(database)
    target = tmp_path / "why.pdf"

    result = run("bill", "why", number, "--pdf", str(target))

    assert result.exit_code == 0
    assert target.read_bytes().startswith(b"%PDF")


def test_why_of_an_unknown_number_is_refused(run: Run, database: Database) -> None:
    issue(database)

    assert run("bill", "why", "INV-2026-0099").exit_code == 1
