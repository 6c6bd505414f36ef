"""The lines at Stripe: their sum is the invoice, to the cent."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from timebot.billing.document import (
    DocumentLine,
    DocumentTax,
    HowToPay,
    InvoiceDocument,
    Party,
)
from timebot.billing.steps.charge_lines import MOST_LINES, charge_lines, spread
from timebot.money import Money, percent_of

DAY = date(2026, 3, 2)


def a_document(
    amounts: list[tuple[str, int, int]], *, credit: int = 0, currency: str = "EUR"
) -> InvoiceDocument:
    """A document with lines of (project, amount, tax rate)."""
    lines = tuple(
        DocumentLine(
            position=position,
            worked_on=DAY,
            member="Robin",
            project=project,
            text="",
            ticket_ref=None,
            ticket_url=None,
            kind="billable",
            seconds_worked=3_600,
            minutes_billed=60,
            rate=Money(amount, currency),
            amount=Money(amount, currency),
            tax_ppm=ppm,
            tax_note=None,
        )
        for position, (project, amount, ppm) in enumerate(amounts, start=1)
    )
    bases = {ppm: sum(a for _, a, p in amounts if p == ppm) for _, _, ppm in amounts}
    step = 10 if currency == "KWD" else 1
    taxes = tuple(
        DocumentTax(
            "VAT",
            ppm,
            None,
            Money(base, currency),
            Money(percent_of(base, ppm, step=step), currency),
        )
        for ppm, base in bases.items()
    )
    subtotal = Money(sum(bases.values()), currency)
    tax = Money(sum(each.amount.minor for each in taxes), currency)
    party = Party("Acme", None, None, None)
    return InvoiceDocument(
        number="INV-2026-0001",
        is_draft=False,
        locale="en_US",
        currency=currency,
        issued_on=DAY,
        due_on=DAY,
        period_start=DAY,
        period_end=date(2026, 3, 16),
        purchase_order=None,
        grouping="entry",
        project_word="project",
        seller=party,
        buyer=party,
        lines=lines,
        taxes=taxes,
        subtotal=subtotal,
        tax=tax,
        total=subtotal + tax,
        credit=Money(credit, currency),
        due=subtotal + tax - Money(credit, currency),
        seconds_worked=0,
        minutes_billed=0,
        rounding=(),
        notes=(),
        how_to_pay=HowToPay("charge", None, None, None),
        annex=(),
        has_detail_file=False,
    )


def sum_of(document: InvoiceDocument) -> int:
    return sum(line.amount.minor + line.tax.minor for line in charge_lines(document))


@given(
    st.lists(
        st.tuples(
            st.sampled_from("ABCDEFG"),
            st.integers(0, 1_000_000),
            st.sampled_from([0, 70_000, 190_000, 210_000]),
        ),
        min_size=1,
        max_size=40,
    )
)
def test_the_lines_add_up_to_what_is_due(amounts: list[tuple[str, int, int]]) -> None:
    document = a_document(amounts)

    assert sum_of(document) == document.due.minor


def test_many_projects_become_one_line_per_tax_rate() -> None:
    amounts = [(f"Project {n}", 333, 190_000) for n in range(MOST_LINES + 1)]
    document = a_document(amounts)

    lines = charge_lines(document)

    assert [line.description for line in lines] == ["Work, 2026-03-02 to 2026-03-15"]
    assert sum_of(document) == document.due.minor


def test_credit_lowers_what_is_charged() -> None:
    document = a_document([("Logo", 10_000, 190_000)], credit=1_900)

    assert sum_of(document) == document.due.minor == 10_000
    assert charge_lines(document)[-1].amount == Money(-1_900, "EUR")


def test_what_is_free_of_charge_is_left_out() -> None:
    document = a_document([("Logo", 10_000, 0), ("Gift", 0, 0)])

    assert [line.amount.minor for line in charge_lines(document)] == [10_000]


def test_three_decimals_are_spread_in_steps_of_ten() -> None:
    document = a_document([("A", 1_000, 50_000), ("B", 2_000, 50_000)], currency="KWD")

    assert [line.tax.minor for line in charge_lines(document)] == [50, 100]
    assert all(line.tax.minor % 10 == 0 for line in charge_lines(document))


def test_a_repetition_finds_the_same_lines_under_the_same_keys() -> None:
    document = a_document([("B", 100, 0), ("A", 200, 190_000), ("B", 50, 0)])
    other_order = replace(document, lines=document.lines[::-1])

    assert charge_lines(document) == charge_lines(other_order)


@given(st.lists(st.integers(1, 10_000), min_size=1, max_size=30), st.integers(0, 100_000))
def test_the_parts_sum_up_and_are_fair(weights: list[int], total: int) -> None:
    parts = spread(total, weights)

    assert sum(parts) == total
    exact = [total * weight / sum(weights) for weight in weights]
    assert all(abs(part - share) < 1 for part, share in zip(parts, exact, strict=True))


def test_what_cannot_be_divided_is_refused() -> None:
    with pytest.raises(ValueError, match="cannot be divided"):
        spread(5, [1, 1], step=10)
    with pytest.raises(ValueError, match="cannot be divided"):
        spread(5, [0, 0])
    assert spread(0, [0]) == [0]
