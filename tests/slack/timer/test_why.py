"""Why a line of an invoice is as it is: money for billing people, minutes for the others."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from tests.slack.timer.office import Office
from timebot.billing.models import InvoiceTax
from timebot.billing.why import Explanation, WhyLine
from timebot.billing.why_entries import GroupPart, WhyEntry, WhyGroup
from timebot.billing.why_settled import WhyAttempt, WhyPayment, WhySettled
from timebot.money import Money
from timebot.slack.answer import Answer
from timebot.slack.why_command import draw_explanation
from timebot.timekeeping.entry_story import Replaced, Step

RATE = Money(9_500, "EUR")
TOTAL = Money(11_305, "EUR")
NOTHING = Money(0, "EUR")
EIGHT = datetime(2031, 3, 3, 8, tzinfo=UTC)

CHANGE = Step(
    at=EIGHT + timedelta(hours=3),
    by="Kim",
    is_for_author=True,
    surface="slack",
    verb="edited",
    is_undo=False,
    replaced=[Replaced("started_at", "2031-03-03T07:30:00+00:00", "2031-03-03T08:00:00+00:00")],
    state_before="approved",
    zone="Europe/Berlin",
    note=None,
    is_erased=False,
)
ENTRY = WhyEntry(
    entry_id=UUID(int=12),
    entry_number=12,
    member_name="Mia",
    worked_on=date(2031, 3, 3),
    started_at=EIGHT,
    ended_at=EIGHT + timedelta(minutes=50),
    zone="Europe/Berlin",
    text="sketches <!channel>",
    ticket_ref="ABC-1",
    ticket_url="https://tickets.example/browse/ABC-1",
    permalink=None,
    source="timer",
    approved_by="Kim",
    approved_at=datetime(2031, 3, 4, 9, tzinfo=UTC),
    changes=(),
    seconds_worked=3_000,
    minutes_billed=60,
    group=WhyGroup((GroupPart(12, 3_000, 60),), 3_000, 60),
    rounding="up to 15 minutes, per day",
    rate=RATE,
    rate_source="project rate since 1 Nov 2030",
    amount=RATE,
)
LINE = WhyLine(
    position=1,
    project_name="Logo",
    text="sketches",
    kind="billable",
    tax_ppm=190_000,
    seconds_worked=3_000,
    minutes_billed=60,
    rate=RATE,
    amount=RATE,
    entries=(ENTRY,),
)
SETTLED = WhySettled(
    subtotal=RATE,
    taxes=(
        InvoiceTax(
            position=1, name="VAT", tax_ppm=190_000, note=None, base_minor=9_500, tax_minor=1_805
        ),
    ),
    total=TOTAL,
    credit=Money(1_000, "EUR"),
    due=Money(10_305, "EUR"),
    released_at=datetime(2031, 3, 17, 8, tzinfo=UTC),
    released_by="Olga",
    payments=(
        WhyPayment(
            number=2,
            amount=Money(10_305, "EUR"),
            came_on=date(2031, 3, 18),
            how="card",
            words="Visa ending in 4242",
            reference="pi_123",
            noted_by="",
            lost=NOTHING,
            dispute=None,
        ),
    ),
    attempts=(
        WhyAttempt(
            number=1,
            amount=Money(10_305, "EUR"),
            tried_on=date(2031, 3, 17),
            card="Visa ending in 4242",
            outcome="card declined: the bank gave no reason",
            reached_bank=True,
        ),
    ),
    notes=(),
    owed=NOTHING,
    voided_at=None,
    void_reason=None,
    zone="Europe/Berlin",
)
TOLD = Explanation(
    UUID(int=7),
    "INV-2031-0001",
    date(2031, 3, 17),
    shows_money=True,
    lines=(LINE,),
    settled=SETTLED,
)


def drawn(explanation: Explanation) -> Answer:
    return draw_explanation(explanation, command="/timer", locale="en_US")


def of(*entries: WhyEntry) -> Explanation:
    return replace(TOLD, lines=(replace(LINE, entries=entries),))


def test_billing_people_see_entries_approver_rate_and_rounding() -> None:
    answer = drawn(TOLD)

    assert "Line 1: Logo" in answer.text
    assert "worked 50 min, billed 1 h at €95.00 per hour: €95.00" in answer.text
    assert "60 min \N{MULTIPLICATION SIGN} €95.00 ÷ 60 = €95.00, rounded half up" in answer.text
    assert "9:00\N{EN DASH}9:50 (Europe/Berlin)" in answer.text
    assert "approved by Kim, 4 Mar 2031, 10:00" in answer.text
    assert "(up to 15 minutes, per day)" in answer.text
    assert "€95.00 per hour, the project rate since 1 Nov 2030" in answer.text
    assert "<!channel>" not in answer.text


def test_what_the_lines_came_to_and_what_was_paid_stands_below() -> None:
    answer = drawn(TOLD)

    for wanted in (
        "All lines together: €95.00",
        "VAT 19% of €95.00: €18.05",
        "Total: €113.05",
        "Credit used: €10.00",
        "To pay after credit: €103.05",
        "Released by Olga, Mon 17 Mar 2031, 9:00 (Europe/Berlin)",
        "€103.05 came on 18 Mar 2031, by Visa ending in 4242",
        "Still to pay: nothing",
    ):
        assert wanted in answer.text
    # As code, so that a copy of it is the processor's own.
    assert "at Stripe `pi_123`" in str(answer.blocks)


def test_attempts_stand_before_the_payment_that_followed_and_disputes_beside_it() -> None:
    assert TOLD.settled is not None
    payment = replace(TOLD.settled.payments[0], dispute="with_bank")
    disputed = replace(TOLD, settled=replace(TOLD.settled, payments=(payment,)))

    text = drawn(disputed).text

    tried = "€103.05 was tried on 17 Mar 2031 with Visa ending in 4242: card declined"
    came = "*€103.05* came on 18 Mar 2031"
    assert 0 < text.index(tried) < text.replace("*", "").index(came.replace("*", ""))
    assert "the client disputes it, and the bank decides" in text


def test_a_change_says_who_made_it_for_whom_and_what_it_replaced() -> None:
    answer = drawn(of(replace(ENTRY, changes=(CHANGE,))))

    assert "• Kim for Mia, 3 Mar 2031, 12:00: changed it." in answer.text
    assert "From: 9:00 instead of 8:30 · The approval no longer counted." in answer.text
    assert "History" not in str(answer.blocks)


def test_many_changes_are_counted_and_a_button_has_them_all() -> None:
    answer = drawn(of(replace(ENTRY, changes=(CHANGE,) * 5)))

    assert answer.text.count("• Kim") == 3
    assert "… 2 earlier changes" in answer.text
    assert f'{{"entry":"{ENTRY.entry_id}"}}' in str(answer.blocks)


def test_rounding_together_is_shown_step_by_step() -> None:
    parts = (GroupPart(12, 370, 8), GroupPart(13, 355, 7))
    group = WhyGroup(parts, seconds=1_085, minutes=30)
    entry = replace(ENTRY, seconds_worked=370, minutes_billed=8, group=group)

    answer = drawn(of(entry))

    assert (
        "worked 6 min 10 s, billed 8 min; rounded together: 6 min billed earlier + #12 6 min 10 s"
        " + #13 5 min 55 s = 18 min 5 s, up to 15 minutes, per day: 30 min, less 15 min billed"
        " earlier" in answer.text
    )


def test_a_night_shows_both_days_and_seconds_where_there_are_any() -> None:
    began = datetime(2031, 3, 3, 22, 30, 5, tzinfo=UTC)
    entry = replace(ENTRY, started_at=began, ended_at=began + timedelta(hours=1))

    answer = drawn(of(entry))

    assert "23:30:05\N{EN DASH}0:30:05 on 4 Mar 2031 (Europe/Berlin)" in answer.text


def test_three_decimals_are_rounded_to_ten_of_the_smallest_unit() -> None:
    line = replace(LINE, rate=Money(31_000, "KWD"), amount=Money(31_000, "KWD"))

    answer = drawn(replace(TOLD, lines=(line,)))

    assert "rounded half up to KWD\u00a00.010" in answer.text


def test_what_does_not_fit_is_counted_and_the_sums_are_shown_all_the_same() -> None:
    lines = tuple(replace(LINE, position=number, entries=(ENTRY,) * 3) for number in range(1, 60))

    answer = drawn(replace(TOLD, lines=lines))

    assert len(answer.blocks) <= 50
    assert "… and 146 more entries" in str(answer.blocks)
    assert "/timer why INV-2031-0001 1" in str(answer.blocks)
    assert "Total: €113.05" in answer.text
    assert "Still to pay: nothing" in answer.text


def test_members_see_minutes_only() -> None:
    own = replace(ENTRY, rate=None, rate_source=None, amount=None)
    line = replace(LINE, rate=None, amount=None, entries=(own,))

    answer = drawn(replace(TOLD, shows_money=False, lines=(line,), settled=None))

    assert "€" not in answer.text
    assert "billed 1 h" in answer.text


def test_an_unknown_invoice_and_a_missing_number_are_refused(office: Office) -> None:
    assert "Please name the invoice" in office.mia.command("/timer why").text
    assert office.mia.command("/timer why INV-2031-0009 1").text
    assert "Please name the invoice" in office.mia.command("/timer why INV-2031-0009 first").text
