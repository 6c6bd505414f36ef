"""Why: a line traced back to who, when, who approved it, which rate and which rounding."""

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from tests.billing.firm import DUE, a_firm
from tests.builders import MONDAY_NINE, a_member
from timebot.billing.numbers import InvoiceUnknown, find_invoice
from timebot.billing.why import LineUnknown, NotOnInvoice, explain_line
from timebot.money import Money


def test_a_line_is_explained_down_to_the_second(session: Session) -> None:
    firm = a_firm(session)
    entry = firm.approved(hours=0.1, text="Sketches", ticket_ref="ABC-1")
    firm.approved(started_at=MONDAY_NINE + timedelta(hours=2), hours=0.1)
    firm.release(firm.run())

    why = explain_line(
        session, workspace=firm.workspace, member=firm.owner, number="inv-2026-1", line=1
    )

    (line,) = why.lines
    (found,) = line.entries
    assert (why.number, line.amount, found.amount) == (
        "INV-2026-0001",
        Money(1267, "EUR"),
        Money(1267, "EUR"),
    )
    assert (found.started_at, found.ended_at) == (entry.started_at, entry.ended_at)
    assert (found.member_name, found.approved_by, found.ticket_ref) == ("Ada", "Kim", "ABC-1")
    assert (found.seconds_worked, found.group_seconds, found.group_minutes) == (360, 720, 15)
    assert (found.minutes_billed, found.rounding) == (8, "up to 15 minutes, per day")
    assert (found.rate, found.rate_source) == (Money(9_500, "EUR"), "client")


def test_members_see_their_own_part_without_money(session: Session) -> None:
    firm = a_firm(session)
    firm.client.line_grouping = "project"
    ben = a_member(session, firm.workspace, name="Ben")
    firm.approved(text="Sketches")
    firm.approved(member=ben, text="Colours")
    firm.release(firm.run())

    why = explain_line(
        session, workspace=firm.workspace, member=ben, number="INV-2026-0001", line=1
    )

    (line,) = why.lines
    assert (line.text, line.minutes_billed, line.amount, line.rate) == ("Colours", 60, None, None)
    assert [(one.member_name, one.amount) for one in line.entries] == [("Ben", None)]


def test_what_is_not_there_is_said_so(session: Session) -> None:
    firm = a_firm(session)
    firm.approved()
    firm.release(firm.run())
    stranger = a_member(session, firm.workspace, name="Cleo")

    with pytest.raises(LineUnknown, match="has one line"):
        explain_line(session, workspace=firm.workspace, member=firm.owner, number="1", line=2)
    with pytest.raises(NotOnInvoice):
        explain_line(session, workspace=firm.workspace, member=stranger, number="1", line=None)
    with pytest.raises(InvoiceUnknown):
        explain_line(session, workspace=firm.workspace, member=firm.owner, number="9", line=None)


@pytest.mark.parametrize(
    "typed", ["INV-2026-0001", "inv-2026-0001", "INV\u20132026\u20130001", " 2026-1", "#1", "0001"]
)
def test_a_number_is_found_however_it_was_typed(session: Session, typed: str) -> None:
    firm = a_firm(session)
    firm.approved()
    invoice = firm.release(firm.run())

    assert find_invoice(session, workspace_id=firm.workspace.id, number=typed) is invoice


def test_a_short_number_that_names_two_finds_none(session: Session) -> None:
    firm = a_firm(session)
    firm.approved()
    firm.release(firm.run())
    firm.client.invoice_series = "ACME"
    firm.approved(days=14, approved_at=DUE)
    later = DUE + timedelta(days=14)
    firm.owner.profile_at = later
    firm.release_all(firm.run(later), digest=None, now=later)

    assert find_invoice(session, workspace_id=firm.workspace.id, number="1") is None
