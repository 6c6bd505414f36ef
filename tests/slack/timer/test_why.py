"""Why a line of an invoice is as it is: money for billing people, minutes for the others."""

from dataclasses import replace
from datetime import UTC, date, datetime

from tests.slack.timer.office import Office
from timebot.billing.why import Explanation, WhyEntry, WhyLine
from timebot.money import Money
from timebot.slack.why_command import draw_explanation

RATE = Money(9_500, "EUR")

ENTRY = WhyEntry(
    entry_number=12,
    member_name="Mia",
    worked_on=date(2031, 3, 3),
    started_at=datetime(2031, 3, 3, 8, tzinfo=UTC),
    ended_at=datetime(2031, 3, 3, 8, 50, tzinfo=UTC),
    zone="Europe/Berlin",
    text="sketches <!channel>",
    ticket_ref="ABC-1",
    ticket_url="https://tickets.example/browse/ABC-1",
    permalink=None,
    source="timer",
    approved_by="Kim",
    approved_at=datetime(2031, 3, 4, 9, tzinfo=UTC),
    seconds_worked=3_000,
    minutes_billed=60,
    group_seconds=3_000,
    group_minutes=60,
    rounding="up to 15 minutes, per day",
    rate=RATE,
    rate_source="client",
    amount=RATE,
)
LINE = WhyLine(
    position=1,
    project_name="Logo",
    text="sketches",
    kind="billable",
    seconds_worked=3_000,
    minutes_billed=60,
    rate=RATE,
    amount=RATE,
    entries=(ENTRY,),
)
TOLD = Explanation("INV-2031-0001", date(2031, 3, 17), shows_money=True, lines=(LINE,))


def test_billing_people_see_entries_approver_rate_and_rounding() -> None:
    answer = draw_explanation(TOLD, locale="en_US")

    assert "Line 1: Logo" in answer.text
    assert "worked 50 min, billed 1 h at €95.00 per hour: €95.00" in answer.text
    assert "approved by Kim, 4 Mar 2031, 10:00" in answer.text
    assert "(up to 15 minutes, per day)" in answer.text
    assert "<!channel>" not in answer.text


def test_members_see_minutes_only() -> None:
    own = replace(ENTRY, rate=None, rate_source=None, amount=None)
    line = replace(LINE, rate=None, amount=None, entries=(own,))

    answer = draw_explanation(replace(TOLD, shows_money=False, lines=(line,)), locale="en_US")

    assert "€" not in answer.text
    assert "billed 1 h" in answer.text


def test_an_unknown_invoice_and_a_missing_number_are_refused(office: Office) -> None:
    assert "Please name the invoice" in office.mia.command("/timer why").text
    assert office.mia.command("/timer why INV-2031-0009 1").text
    assert "Please name the invoice" in office.mia.command("/timer why INV-2031-0009 first").text
