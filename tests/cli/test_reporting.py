"""`timebot report` and `timebot export`: the same figures as anywhere else."""

import csv
import io
import json

import pytest

from tests.cli.conftest import Run, issue
from timebot.db import Database

MARCH = ("--from", "2026-03-01", "--to", "2026-03-31")


@pytest.mark.usefixtures("agency")
@pytest.mark.parametrize("days", [MARCH, ("2026-03",), ("2026-03-01..2026-03-31",)])
def test_hours_and_money_of_a_period_are_shown(run: Run, days: tuple[str, ...]) -> None:
    result = run("report", "client", *days)

    assert (result.exit_code, result.stderr) == (0, "")
    assert "2:00" in result.stdout
    assert "190.00 EUR" in result.stdout


def test_billed_money_is_what_the_invoice_says(run: Run, database: Database) -> None:
    issue(database)

    value = json.loads(run("report", "project", *MARCH, "--json").stdout)

    assert value["total"]["billed"] == [{"minor": 19_000, "currency": "EUR", "text": "190.00 EUR"}]
    assert value["total"]["unbilled"] == []


@pytest.mark.usefixtures("agency")
def test_a_report_for_a_spreadsheet_has_a_head(run: Run) -> None:
    result = run("report", "member", *MARCH, "--csv")

    rows = list(csv.reader(io.StringIO(result.stdout)))
    assert rows[0][0].lstrip("\ufeff") == "member"
    assert len(rows) == 2


@pytest.mark.usefixtures("agency")
def test_a_month_without_work_is_an_empty_report(run: Run) -> None:
    result = run("report", "2026-07")

    assert result.exit_code == 0
    assert "190.00" not in result.stdout


@pytest.mark.usefixtures("agency")
@pytest.mark.parametrize(
    ("words", "exit_code"),
    [
        (("client", "sometime"), 2),
        (("--from", "2026-03-01"), 2),
        (("2026-03", *MARCH), 2),
        (("2026-13",), 1),
        (("--from", "2026-03-31", "--to", "2026-03-01"), 1),
        (("--from", "tomorrow", "--to", "2026-03-01"), 2),
    ],
)
def test_days_that_are_none_are_refused(run: Run, words: tuple[str, ...], exit_code: int) -> None:
    result = run("report", *words)

    assert (result.exit_code, result.stdout) == (exit_code, "")


def test_invoices_are_exported_for_the_accountant(run: Run, database: Database) -> None:
    number = issue(database)

    result = run("export", "invoices", *MARCH)

    assert result.exit_code == 0
    assert number in result.stdout
    assert number not in run("export", "invoices", "2026-01").stdout


def test_an_export_without_rows_is_its_head(run: Run, database: Database) -> None:
    issue(database)

    result = run("export", "payments", *MARCH)

    assert result.exit_code == 0
    assert len(list(csv.reader(io.StringIO(result.stdout)))) == 1
