"""Pricing: sums that agree, and lines that a pocket calculator reproduces."""

from datetime import timedelta
from decimal import ROUND_HALF_UP, Decimal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.billing.works import MONDAY, QUARTERS_A_DAY, QUARTERS_EACH, work
from timebot.billing.document import MOST_PRINTED_LINES
from timebot.billing.pricing import Priced, Work, key_of, line_amount, price
from timebot.billing.rounding import BilledBefore
from timebot.money import exponent
from timebot.team.rounding_rule import RoundingRule

CURRENCIES = ["EUR", "JPY", "KWD"]
WORKS = st.lists(
    st.builds(
        lambda number, seconds, member, project, day, kind, rate, rule: work(
            number,
            seconds=seconds,
            member=member,
            project=project,
            day=MONDAY + timedelta(days=day),
            kind=kind,
            rate=rate if kind == "billable" else 0,
            rule=rule,
            tax_ppm=190_000,
        ),
        number=st.integers(1, 10**6),
        seconds=st.integers(0, 14 * 3600),
        member=st.sampled_from(["Ada", "Ben"]),
        project=st.sampled_from(["Logo", "Site"]),
        day=st.integers(0, 3),
        kind=st.sampled_from(["billable", "billable", "no_charge"]),
        rate=st.sampled_from([1, 9_500, 12_345, 33_333]),
        rule=st.just(QUARTERS_A_DAY) | st.just(RoundingRule(6, "nearest", 12, "entry")),
    ),
    max_size=25,
    unique_by=lambda one: one.entry_id,
)
GROUPINGS = st.sampled_from(["entry", "day", "person", "project"])


def by_pocket_calculator(minutes: int, rate_minor: int, currency: str) -> Decimal:
    """Hours times rate, rounded half-up to what the currency can be charged in."""
    digits = exponent(currency)
    rate = Decimal(rate_minor).scaleb(-digits)
    smallest = Decimal(1).scaleb(-2 if digits == 3 else -digits)
    return (minutes * rate / 60).quantize(smallest, ROUND_HALF_UP)


@given(st.integers(0, 100_000), st.integers(0, 10**8), st.sampled_from(CURRENCIES))
def test_a_line_is_what_a_pocket_calculator_says(minutes: int, rate: int, currency: str) -> None:
    amount = line_amount(minutes, rate, currency)

    expected = by_pocket_calculator(minutes, rate, currency)
    assert Decimal(amount).scaleb(-exponent(currency)) == expected


@pytest.mark.parametrize(
    ("minutes", "rate", "currency", "amount"),
    [
        (1, 30, "EUR", 1),  # half a cent goes up
        (1, 29, "EUR", 0),
        (20, 10_000, "EUR", 3_333),
        (45, 9_500, "JPY", 7_125),
        (1, 300, "KWD", 10),  # 5 fils go up to a step of 10
        (1, 299, "KWD", 0),
    ],
)
def test_halves_go_up_in_steps_of_the_currency(
    minutes: int, rate: int, currency: str, amount: int
) -> None:
    assert line_amount(minutes, rate, currency) == amount


@given(WORKS, GROUPINGS, st.sampled_from(CURRENCIES))
def test_entries_sum_to_lines_and_lines_to_the_total(
    works: list[Work], grouping: str, currency: str
) -> None:
    priced = price(works, currency=currency, grouping=grouping)

    for line in priced.lines:
        assert sum(share.amount_minor for share in line.shares) == line.amount_minor
        assert sum(share.minutes for share in line.shares) == line.minutes
        assert line.amount_minor == line_amount(line.minutes, line.rate_minor, currency)
    assert priced.subtotal_minor == sum(line.amount_minor for line in priced.lines)
    assert priced.total_minor == priced.subtotal_minor + priced.tax_minor
    assert sorted(entries_of(priced)) == sorted(one.entry_id for one in works)


def entries_of(priced: Priced) -> list[UUID]:
    return [share.work.entry_id for line in priced.lines for share in line.shares]


@given(WORKS, GROUPINGS, GROUPINGS)
def test_the_minutes_do_not_depend_on_how_lines_are_grouped(
    works: list[Work], one: str, other: str
) -> None:
    assert (
        price(works, currency="EUR", grouping=one).minutes
        == price(works, currency="EUR", grouping=other).minutes
    )


@given(WORKS, st.randoms(use_true_random=False), GROUPINGS)
def test_the_order_of_the_entries_does_not_matter(
    works: list[Work], random: object, grouping: str
) -> None:
    shuffled = list(works)
    random.shuffle(shuffled)  # type: ignore[attr-defined] # Hypothesis gives a random.Random

    assert price(shuffled, currency="EUR", grouping=grouping) == price(
        works, currency="EUR", grouping=grouping
    )


def test_scope_day_rounds_a_person_s_day_once_and_scope_entry_each_time() -> None:
    times = [work(number, minutes=5) for number in (1, 2, 3)]
    each = [work(number, minutes=5, rule=QUARTERS_EACH) for number in (1, 2, 3)]

    assert price(times, currency="EUR", grouping="entry").minutes == 15
    assert price(each, currency="EUR", grouping="entry").minutes == 45


def test_two_people_or_two_rates_are_never_rounded_together() -> None:
    works = [work(1, minutes=5), work(2, minutes=5, member="Ben"), work(3, minutes=5, rate=100)]

    assert price(works, currency="EUR", grouping="entry").minutes == 45


def test_tax_is_computed_once_on_the_sum_and_not_per_line() -> None:
    works = [work(n, minutes=1, rate=180, tax_ppm=190_000, rule=QUARTERS_EACH) for n in range(3)]

    priced = price(works, currency="EUR", grouping="entry")

    assert [line.amount_minor for line in priced.lines] == [45, 45, 45]
    assert [(tax.base_minor, tax.tax_minor) for tax in priced.taxes] == [(135, 26)]


def test_each_tax_rate_has_its_own_sum() -> None:
    works = [work(1, minutes=60, tax_ppm=190_000), work(2, minutes=60, tax_ppm=70_000)]

    priced = price(works, currency="EUR", grouping="project")

    assert [(tax.tax_ppm, tax.tax_minor) for tax in priced.taxes] == [
        (70_000, 665),
        (190_000, 1805),
    ]


def test_tax_of_three_decimal_currencies_comes_in_steps_of_ten() -> None:
    works = [work(1, minutes=60, rate=12_340, currency="KWD", tax_ppm=50_000)]

    assert price(works, currency="KWD", grouping="entry").tax_minor == 620


def test_no_charge_is_printed_at_zero() -> None:
    priced = price([work(1, minutes=60, kind="no_charge", rate=0)], currency="EUR", grouping="day")

    assert [(line.minutes, line.amount_minor) for line in priced.lines] == [(60, 0)]


def test_what_was_billed_of_the_day_is_taken_off() -> None:
    late = work(9, minutes=10)
    before = {key_of(late): BilledBefore(seconds=14 * 60, minutes=15)}

    priced = price([late], currency="EUR", grouping="entry", before=before)

    assert [(line.minutes, line.amount_minor) for line in priced.lines] == [(15, 2375)]
    assert priced.lines[0].shares[0].group_minutes == 30


def test_too_many_lines_are_summed_up_per_day_and_project() -> None:
    works = [work(number, seconds=30) for number in range(MOST_PRINTED_LINES + 1)]

    priced = price(works, currency="EUR", grouping="entry")

    assert (len(priced.lines), priced.grouping, priced.has_detail_file) == (1, "day", True)
