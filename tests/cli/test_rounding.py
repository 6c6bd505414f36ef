"""`timebot bill rounding`: what other rules give, exact for programs and legible for people."""

import json

import pytest

from tests.billing.firm import Firm, a_firm
from tests.builders import a_client
from tests.cli.conftest import Run
from timebot.db import Database


@pytest.fixture
def billed(database: Database) -> None:
    """Acme's invoice over ten minutes at 95.00, billed as a quarter; Zeta has none."""
    with database.transaction() as session:
        firm: Firm = a_firm(session)
        firm.approved(hours=1 / 6)
        firm.release(firm.run())
        firm.client.uplift_ceiling_percent = 20
        a_client(session, firm.workspace, name="Zeta")


@pytest.mark.usefixtures("billed")
def test_a_client_s_invoice_is_shown_under_each_rule(run: Run) -> None:
    result = run("bill", "rounding", "acme")

    assert (result.exit_code, result.stderr) == (0, "")
    said = [" ".join(line.split()) for line in result.stdout.splitlines()]
    assert said[:2] == [
        "Acme: up to 15 minutes, per day now; rounding may add 20%.",
        "INV-2026-0001 of 2026-03-17",
    ]
    assert "INV-2026-0001 as billed 0:10 0:15 +50.0% 23.75 EUR would wait" in said
    assert "none day 0:10 0:10 0.0% 15.83 EUR" in said
    assert "6 up day 0:10 0:12 +20.0% 19.00 EUR" in said
    assert "15 up day (now) 0:10 0:15 +50.0% 23.75 EUR would wait" in said
    assert "together as billed 0:10 0:15 +50.0% 23.75 EUR 1 of 1 would wait" in said


@pytest.mark.usefixtures("billed")
def test_without_a_client_every_client_s_totals_are_shown(run: Run) -> None:
    result = run("bill", "rounding")

    said = [" ".join(line.split()) for line in result.stdout.splitlines()]
    assert "Acme as billed 0:10 0:15 +50.0% 23.75 EUR 1 of 1 would wait" in said
    assert said[-1] == "1 client has no invoice to compare yet."


@pytest.mark.usefixtures("billed")
def test_programs_read_the_exact_ratio_of_each_invoice(run: Run) -> None:
    result = run("bill", "rounding", "Acme", "--json")

    (client,) = json.loads(result.stdout)["clients"]
    assert (client["rule_now"], client["ceiling_percent"]) == ("15 up day", 20)
    billed, *tried = client["rules"]
    assert [rule["rule"] for rule in tried if rule["is_now"]] == ["15 up day"]
    assert billed["invoices"] == [
        {
            "number": "INV-2026-0001",
            "minutes_billed": 15,
            "seconds_worked": 600,
            "seconds_added": 300,
            "uplift": "+50.0%",
            "net": {"minor": 2_375, "currency": "EUR", "text": "23.75 EUR"},
            "waits": True,
        }
    ]


@pytest.mark.usefixtures("billed")
def test_a_client_without_invoices_and_an_unknown_one_are_told(run: Run) -> None:
    without = run("bill", "rounding", "Zeta")
    unknown = run("bill", "rounding", "Nobody at all")

    assert "There is no invoice to compare yet." in without.stdout
    assert (unknown.exit_code, "Nobody at all" in unknown.stderr) == (1, True)
