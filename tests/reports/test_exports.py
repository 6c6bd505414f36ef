"""Exports: spreadsheets that add up and run nothing."""

import csv
import io
import json
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from tests.billing.firm import DUE, Firm, a_firm
from tests.builders import a_payment, an_entry
from timebot.billing.detail_file import detail_csv
from timebot.billing.spreadsheet import csv_text
from timebot.errors import NotAllowed
from timebot.reports.exports import invoices_csv, payments_csv, report_csv, report_json
from timebot.reports.hours_and_money import Report, make_report
from timebot.team.models import Member

MARCH = {"start": date(2026, 3, 1), "end": date(2026, 4, 1)}


def rows_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def report_of(firm: Firm, member: Member) -> Report:
    return make_report(
        firm.session,
        workspace=firm.workspace,
        member=member,
        grouped_by="client",
        start=MARCH["start"],
        end=MARCH["end"],
    )


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx", "  =1", "\n=1"])
def test_no_text_becomes_a_formula(text: str) -> None:
    assert rows_of(csv_text(["a"], [[text]])) == [{"a": f"'{text}"}]


@given(st.text(alphabet=st.characters(codec="utf-8", exclude_characters="\x00\r\n")))
def test_any_text_comes_back_but_for_the_apostrophe(text: str) -> None:
    (row,) = rows_of(csv_text(["a", "b"], [[text, 1]]))

    assert row["a"] in {text, f"'{text}"}


def test_the_invoices_of_a_period_are_listed_for_the_accountant(session: Session) -> None:
    firm = a_firm(session, tax_ppm=190_000)
    firm.client.name = "=Acme"
    firm.approved()
    firm.release(firm.run())

    text = invoices_csv(session, workspace=firm.workspace, member=firm.owner, now=DUE, **MARCH)

    (row,) = rows_of(text)
    assert (row["number"], row["client"], row["total"], row["status"]) == (
        "INV-2026-0001",
        "'=Acme",
        "113.05",
        "sent",
    )
    assert (row["period_start"], row["period_last"]) == ("2026-03-02", "2026-03-15")


def test_payments_are_listed_with_their_invoice(session: Session) -> None:
    firm = a_firm(session)
    firm.approved()
    invoice = firm.release(firm.run())
    a_payment(session, invoice, created_at=DUE, card_label="visa 4242")

    text = payments_csv(session, workspace=firm.workspace, member=firm.owner, now=DUE, **MARCH)

    (row,) = rows_of(text)
    assert (row["invoice"], row["amount"], row["state"]) == ("INV-2026-0001", "95.00", "pending")


def test_exports_are_for_billing_people(session: Session) -> None:
    firm = a_firm(session)

    for export in (invoices_csv, payments_csv):
        with pytest.raises(NotAllowed):
            export(session, workspace=firm.workspace, member=firm.ada, now=DUE, **MARCH)


def test_a_report_is_a_table_and_a_json_value(session: Session) -> None:
    firm = a_firm(session)
    firm.approved(hours=0.9)
    firm.release(firm.run())
    an_entry(session, firm.ada, firm.project, started_at=DUE - timedelta(days=3))
    made = report_of(firm, firm.owner)

    (row,) = rows_of(report_csv(made))
    value = json.loads(json.dumps(report_json(made)))

    assert row == {
        "client": "Acme",
        "worked_hours": "1.9000",
        "approved_hours": "0.9000",
        "billed_hours": "1.0000",
        "unbilled_hours": "1.0000",
        "currency": "EUR",
        "billed_money": "95.00",
        "unbilled_money": "95.00",
    }
    assert value["rows"][0]["billed"] == [{"minor": 9_500, "currency": "EUR"}]


def test_a_member_s_report_has_no_money_in_it(session: Session) -> None:
    firm = a_firm(session)
    firm.approved()
    made = report_of(firm, firm.ada)

    assert "money" not in report_csv(made)
    assert "billed" not in report_json(made)["rows"][0]


def test_the_detail_beside_an_invoice_has_ticket_and_address(session: Session) -> None:
    firm = a_firm(session)
    address = "https://tickets.example/browse/ABC-1"
    firm.approved(ticket_ref="ABC-1", ticket_url=address)

    (row,) = rows_of(detail_csv(session, firm.release(firm.run())))

    assert (row["ticket"], row["ticket_link"]) == ("ABC-1", address)


def test_the_detail_beside_an_invoice_sums_to_it(session: Session) -> None:
    firm = a_firm(session)
    firm.client.line_grouping = "project"
    for day in range(3):
        firm.approved(days=day, hours=0.3)
    invoice = firm.release(firm.run())

    rows = rows_of(detail_csv(session, invoice))

    assert [row["line"] for row in rows] == ["1", "1", "1"]
    assert sum(round(float(row["amount"]) * 100) for row in rows) == invoice.subtotal_minor
