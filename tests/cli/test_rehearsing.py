"""`timebot bill run --rehearse`, as an operator types it."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from tests.billing.firm import a_firm
from tests.cli.conftest import Run
from timebot.billing.models import InvoiceRun
from timebot.clock import SystemClock
from timebot.db import Database
from timebot.serving import held_alone
from timebot.team.days import day_in_words, day_of
from timebot.team.models import Workspace


@pytest.mark.usefixtures("agency")
def test_a_rehearsal_shows_the_run_while_a_server_works_and_opens_none(
    run: Run, database: Database, tmp_path: Path
) -> None:
    with held_alone(database.url):
        result = run("bill", "run", "--rehearse", "--pdfs", str(tmp_path / "pdfs"))

    assert (result.exit_code, result.stderr) == (0, "")
    assert "190.00 EUR" in result.stdout
    assert "Not mailed to billing@acme.example: Invoice INV-" in result.stdout
    assert "Nothing was changed: all " in result.stdout
    (pdf,) = (tmp_path / "pdfs").iterdir()
    assert pdf.name.endswith("-0001 rehearsal.pdf")
    assert pdf.read_bytes().startswith(b"%PDF")
    with database.read_only() as session:
        assert session.scalars(select(InvoiceRun)).all() == []


@pytest.mark.usefixtures("agency")
def test_a_rehearsal_for_programs_has_amounts_in_minor_units(run: Run) -> None:
    result = run("bill", "run", "--rehearse", "--json")

    shown = json.loads(result.stdout)
    (invoice,) = shown["invoices"]
    assert (invoice["due"]["minor"], invoice["outcome"]) == (19_000, "bank")
    assert (shown["changed_tables"], len(shown["sha256"])) == ([], 64)


@pytest.mark.usefixtures("agency")
def test_neither_the_firms_keys_nor_its_proxy_are_used(run: Run) -> None:
    set_up = {
        "SLACK_BOT_TOKEN": "xoxb-real",
        "SLACK_SIGNING_SECRET": "real",
        "STRIPE_API_KEY": "sk_live_real",
        "STRIPE_WEBHOOK_SECRET": "whsec_real",
        "RESEND_API_KEY": "re_real",
        "RESEND_WEBHOOK_SECRET": "whsec_real",
        "TIMEBOT_MAIL_FROM": "Billing <billing@north.example>",
    }
    proxy = dict.fromkeys(("HTTP_PROXY", "https_proxy"), "http://proxy.example:3128")

    result = run("bill", "run", "--rehearse", "--json", **set_up, **proxy)

    assert (result.exit_code, result.stderr) == (0, "")
    shown = json.loads(result.stdout)
    (invoice,) = shown["invoices"]
    assert (invoice["outcome"], [mail["state"] for mail in invoice["mails"]]) == ("link", ["sent"])
    (card,) = shown["slack"]["messages"]
    assert card["to"] == "owner"
    assert card["first_line"].startswith("Extra invoice run, 2 Mar")
    assert shown["slack"]["faults"] == []
    assert shown["refused_calls"] == 0


@pytest.mark.usefixtures("agency")
def test_drafts_of_a_run_that_is_open_already_are_rehearsed_too(run: Run) -> None:
    run("bill", "run")

    result = run("bill", "run", "--rehearse", "--client", "Acme", "--json")

    (invoice,) = json.loads(result.stdout)["invoices"]
    assert (invoice["client"], invoice["total"]["minor"]) == ("Acme", 19_000)


def test_with_nothing_to_bill_a_rehearsal_says_so_in_one_sentence(
    run: Run, database: Database
) -> None:
    with database.transaction() as session:
        a_firm(session)

    result = run("bill", "run", "--rehearse")

    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith("There are no approved, unbilled hours")
    assert len(result.stderr.splitlines()) == 1


@pytest.mark.parametrize("option", [("--pdfs", "pdfs"), ("--as-of", "2031-03-17")])
def test_what_is_meant_for_a_rehearsal_needs_one(run: Run, option: tuple[str, str]) -> None:
    result = run("bill", "run", *option)

    assert result.exit_code == 2
    assert f"{option[0]} goes with --rehearse." in result.stderr


@pytest.mark.usefixtures("agency")
def test_a_rehearsal_as_of_a_day_says_which_run_it_plays(run: Run, database: Database) -> None:
    with database.transaction() as session:
        session.scalars(select(Workspace)).one().anchor_on = None
    tomorrow = day_of(SystemClock().now(), "UTC") + timedelta(days=1)

    result = run("bill", "run", "--rehearse", "--as-of", str(tomorrow))

    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.startswith(
        f"As of {day_in_words(tomorrow)}, with the hours that are approved by now: no run is due,"
        " so one is opened by hand, over 2 Mar"
    )


@pytest.mark.usefixtures("agency")
def test_a_past_day_is_refused_in_one_sentence(run: Run) -> None:
    result = run("bill", "run", "--rehearse", "--as-of", "2026-03-17")

    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith("17 Mar 2026 is over, and a rehearsal plays with the hours as")


@pytest.mark.usefixtures("agency")
def test_a_folder_that_can_hold_no_pdf_is_refused_before_anything_is_played(
    run: Run, tmp_path: Path
) -> None:
    taken = tmp_path / "notes.txt"
    taken.touch()

    result = run("bill", "run", "--rehearse", "--pdfs", str(taken / "pdfs"))

    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == (
        f"No PDF can be written to {taken / 'pdfs'}: {taken} is a file. Nothing was changed. Name"
        " another folder with --pdfs.\n"
    )
