"""Why: a line traced back to who, when, who approved it, which rate and which rounding."""

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from tests.billing.firm import DUE, a_firm
from tests.builders import MONDAY_NINE, a_member
from timebot.billing.numbers import InvoiceUnknown, find_invoice
from timebot.billing.outside import mark_paid_outside
from timebot.billing.void import void_invoice
from timebot.billing.why import LineUnknown, NotOnInvoice, explain_line
from timebot.billing.why_entries import GroupPart
from timebot.money import Money
from timebot.timekeeping.editing import EntryChanges, edit_entry


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
    assert (found.seconds_worked, found.group.seconds, found.group.minutes) == (360, 720, 15)
    assert found.group.parts == (GroupPart(1, 360, 8), GroupPart(2, 360, 7))
    assert (found.group.earlier_seconds, found.group.earlier_minutes) == (0, 0)
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
    assert why.settled is None


def test_what_an_earlier_invoice_billed_of_the_day_is_part_of_the_sum(session: Session) -> None:
    firm = a_firm(session)
    firm.approved(hours=0.1)
    firm.release(firm.run())
    late = MONDAY_NINE + timedelta(hours=3)
    firm.approved(started_at=late, hours=0.2, approved_at=DUE + timedelta(days=1))
    later = DUE + timedelta(days=14)
    firm.owner.profile_at = later
    firm.release_all(firm.run(later), digest=None, now=later)

    why = explain_line(
        session, workspace=firm.workspace, member=firm.owner, number="INV-2026-0002", line=1
    )

    group = why.lines[0].entries[0].group
    assert (group.seconds, group.minutes) == (1_080, 30)
    assert (group.earlier_seconds, group.earlier_minutes) == (360, 15)


def test_it_shows_the_hours_as_they_were_when_it_was_issued(session: Session) -> None:
    firm = a_firm(session)
    entry = firm.approved(text="Sketches")
    invoice = firm.release(firm.run())
    void_invoice(
        session,
        workspace=firm.workspace,
        actor=firm.owner,
        invoice_id=invoice.id,
        reason="wrong hours",
        now=DUE + timedelta(hours=1),
    )
    session.refresh(entry)
    edit_entry(
        session,
        actor=firm.owner,
        entry=entry,
        changes=EntryChanges(text="Call", ended_at=MONDAY_NINE + timedelta(minutes=20)),
        now=DUE + timedelta(hours=2),
        surface="slack",
    )

    why = explain_line(
        session, workspace=firm.workspace, member=firm.owner, number="INV-2026-0001", line=None
    )

    (found,) = why.lines[0].entries
    assert (found.text, found.ended_at) == ("Sketches", MONDAY_NINE + timedelta(hours=1))
    assert found.changes == ()
    assert why.settled is not None
    assert (why.settled.void_reason, why.settled.owed) == ("wrong hours", Money(0, "EUR"))


def test_it_says_what_the_lines_came_to_and_what_was_paid(session: Session) -> None:
    firm = a_firm(session)
    firm.client.tax_ppm = 190_000
    firm.approved()
    invoice = firm.release(firm.run())
    mark_paid_outside(
        session,
        workspace=firm.workspace,
        actor=firm.owner,
        invoice_id=invoice.id,
        how="bank transfer",
        paid_on=DUE.date(),
        amount=Money(5_000, "EUR"),
        surface="slack",
        now=DUE,
    )

    settled = explain_line(
        session, workspace=firm.workspace, member=firm.owner, number="1", line=None
    ).settled

    assert settled is not None
    (tax,), (payment,) = settled.taxes, settled.payments
    assert (settled.subtotal, tax.tax_minor, settled.total) == (
        Money(9_500, "EUR"),
        1_805,
        Money(11_305, "EUR"),
    )
    assert (payment.amount, payment.words, payment.came_on, payment.noted_by) == (
        Money(5_000, "EUR"),
        "bank transfer",
        DUE.date(),
        "Olga",
    )
    assert (settled.owed, settled.released_by) == (Money(6_305, "EUR"), "Olga")


def test_instants_in_whole_seconds_differ_by_what_was_worked(session: Session) -> None:
    firm = a_firm(session)
    began = MONDAY_NINE + timedelta(seconds=4, microseconds=700_000)
    ended = MONDAY_NINE + timedelta(minutes=20, seconds=9, microseconds=200_000)
    firm.approved(started_at=began, ended_at=ended)
    firm.release(firm.run())

    why = explain_line(session, workspace=firm.workspace, member=firm.owner, number="1", line=1)

    (found,) = why.lines[0].entries
    start, end = found.whole_seconds
    assert (found.started_at, found.ended_at) == (began, ended)
    assert (end - start).total_seconds() == found.seconds_worked == 1_204


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
