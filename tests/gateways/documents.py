"""Invoice documents for tests: sensible in every field, whatever a test does not care about."""

from dataclasses import replace
from datetime import date
from typing import Any

from timebot.billing.document import (
    AnnexRow,
    DocumentLine,
    DocumentTax,
    HowToPay,
    InvoiceDocument,
    Party,
)
from timebot.billing.printed_moment import Moment
from timebot.billing.why_document import PrintedAttempt, PrintedPayment, WhyDocument
from timebot.billing.why_entries import GroupPart, WhyGroup
from timebot.billing.why_printed import PrintedChange, PrintedEntry, PrintedLine
from timebot.money import Money


def a_line(position: int = 1, **fields: Any) -> DocumentLine:  # noqa: ANN401 - any field
    """A line of 1 h 45 min at 95 an hour."""
    line = DocumentLine(
        position=position,
        worked_on=date(2026, 11, 2),
        member="Mia Berg",
        project="Logo",
        text="Sketches",
        ticket_ref=None,
        ticket_url=None,
        kind="billable",
        seconds_worked=6_000,
        minutes_billed=105,
        rate=Money(9_500, "EUR"),
        amount=Money(16_625, "EUR"),
        tax_ppm=190_000,
        tax_note=None,
    )
    return replace(line, **fields)


def an_annex_row(**fields: Any) -> AnnexRow:  # noqa: ANN401 - any field
    """One entry, worked beside billed."""
    row = AnnexRow(
        worked_on=date(2026, 11, 2),
        member="Mia Berg",
        project="Logo",
        text="Sketches",
        ticket_ref=None,
        kind="billable",
        seconds_worked=6_000,
        minutes_billed=105,
        began=Moment(date(2026, 11, 2), "23:40:05"),
        ended=Moment(date(2026, 11, 3), "1:20:05"),
        zone="Europe/Berlin",
    )
    return replace(row, **fields)


def a_document(**fields: Any) -> InvoiceDocument:  # noqa: ANN401 - any field
    """An invoice with one line and 19 % tax, to be paid by transfer."""
    euro = "EUR"
    document = InvoiceDocument(
        number="INV-2026-0001",
        is_draft=False,
        locale="en_GB",
        currency=euro,
        issued_on=date(2026, 11, 17),
        due_on=date(2026, 12, 1),
        period_start=date(2026, 11, 2),
        period_end=date(2026, 11, 16),
        purchase_order=None,
        grouping="entry",
        project_word="project",
        seller=Party("Studio North", "Harbour Street 12\n20457 Hamburg", "DE 000", "b@n.example"),
        buyer=Party("Acme", "Main Street 1\n10115 Berlin", "DE 111", "accounts@acme.example"),
        lines=(a_line(),),
        taxes=(DocumentTax("VAT", 190_000, None, Money(16_625, euro), Money(3_159, euro)),),
        subtotal=Money(16_625, euro),
        tax=Money(3_159, euro),
        total=Money(19_784, euro),
        credit=Money(0, euro),
        due=Money(19_784, euro),
        seconds_worked=6_000,
        minutes_billed=105,
        rounding=("Time is rounded up to 15 minutes, per person, project and day.",),
        notes=(),
        how_to_pay=HowToPay("bank", None, None, "IBAN DE00 0000"),
        annex=(),
        has_detail_file=False,
    )
    return replace(document, **fields)


def a_why_document() -> WhyDocument:
    """The invoice, explained: one entry across midnight, changed once, and half of it paid."""
    euro, monday, tuesday = "EUR", date(2026, 11, 2), date(2026, 11, 3)
    change = PrintedChange(
        at=Moment(monday, "11:30:00"),
        by="Kim",
        is_for_author=True,
        deed="changed it",
        outcomes=("From: 9:00 instead of 8:30", "The approval no longer counted."),
    )
    entry = PrintedEntry(
        number=1,
        member="Mia Berg",
        worked_on=monday,
        began=Moment(monday, "23:40:05"),
        ended=Moment(tuesday, "0:50:15"),
        zone="Europe/Berlin",
        text="Sketches",
        ticket_ref="ABC-1",
        ticket_url=None,
        source="timer",
        approved_by="Kim",
        approved=Moment(tuesday, "10:00:12"),
        changes=(change,),
        seconds_worked=4_210,
        minutes_billed=60,
        group=WhyGroup((GroupPart(1, 4_210, 60), GroupPart(2, 355, 15)), 4_565, 90),
        rounding="up to 15 minutes, per day",
        rate_source="project rate since 1 Nov 2026",
        amount=Money(16_625, euro),
    )
    line = PrintedLine(
        position=1,
        project="Logo",
        text="Sketches",
        kind="billable",
        tax_ppm=190_000,
        seconds_worked=6_000,
        minutes_billed=105,
        rate=Money(9_500, euro),
        amount=Money(16_625, euro),
        entries=(entry,),
        taken_back=(),
    )
    paid = PrintedPayment(
        date(2026, 11, 20),
        "Visa ending in 4242",
        Money(10_000, euro),
        Money(0, euro),
        is_disputed=False,
    )
    return WhyDocument(
        invoice=a_document(),
        lines=(line,),
        as_of=date(2026, 12, 4),
        is_cancelled=False,
        payments=(paid,),
        attempts=(PrintedAttempt(date(2026, 11, 19), "Visa ending in 0341", Money(10_000, euro)),),
        notes=(),
        owed=Money(9_784, euro),
    )
