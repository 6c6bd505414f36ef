"""Money is whole minor units of one currency, and nothing is lost in between."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from timebot.money import (
    AmountUnclear,
    CurrencyMismatch,
    Money,
    UnknownCurrency,
    billing_step,
    card_minimum,
    currency_code,
    exponent,
    from_stripe_amount,
    percent_of,
    round_half_up,
    stripe_amount,
)

CURRENCIES = st.sampled_from(["EUR", "USD", "JPY", "KRW", "KWD", "BHD", "CHF", "MGA", "ISK", "UGX"])
AMOUNTS = st.integers(-(10**13), 10**13)


@pytest.mark.parametrize(
    ("code", "decimals"),
    [("EUR", 2), ("USD", 2), ("JPY", 0), ("KWD", 3), ("TND", 3), ("ISK", 0), ("MGA", 2)],
)
def test_each_currency_has_its_decimals(code: str, decimals: int) -> None:
    assert exponent(code) == decimals


@pytest.mark.parametrize("typed", ["eur", " EUR ", "Eur"])
def test_a_currency_is_read_however_it_is_typed(typed: str) -> None:
    assert currency_code(typed) == "EUR"


@pytest.mark.parametrize("typed", ["", "EURO", "XXX", "BTC", "€"])
def test_letters_that_are_no_currency_are_refused_with_an_example(typed: str) -> None:
    with pytest.raises(UnknownCurrency) as refused:
        currency_code(typed)

    assert "is not a currency I know" in refused.value.sentence
    assert refused.value.example is not None


def test_money_of_no_known_currency_does_not_exist() -> None:
    with pytest.raises(UnknownCurrency):
        Money(1, "eur")


@pytest.mark.parametrize("minor", [1.0, True, Decimal(1), "1", None])
def test_an_amount_is_a_whole_number_and_nothing_else(minor: object) -> None:
    with pytest.raises(TypeError, match="whole number of minor units"):
        Money(minor, "EUR")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("typed", "currency", "minor"),
    [
        ("95", "EUR", 9_500),
        ("95.5", "EUR", 9_550),
        ("95.50", "EUR", 9_550),
        ("95,50", "EUR", 9_550),
        ("0.05", "EUR", 5),
        ("1,234.50", "USD", 123_450),
        ("1.234,50", "EUR", 123_450),
        ("1,234", "USD", 123_400),
        ("1,234,567", "USD", 123_456_700),
        ("0,125", "KWD", 125),
        ("1 234.50", "EUR", 123_450),
        ("1\u202f234,50", "EUR", 123_450),
        ("1'234.50", "CHF", 123_450),
        ("1\u2019234.50", "CHF", 123_450),
        ("95", "JPY", 95),
        ("95.125", "KWD", 95_125),
        (" 95 ", "EUR", 9_500),
        ("0", "EUR", 0),
    ],
)
def test_an_amount_is_read_as_people_write_it(typed: str, currency: str, minor: int) -> None:
    assert Money.parse(typed, currency) == Money(minor, currency)


@pytest.mark.parametrize(
    ("typed", "currency"),
    [
        ("", "EUR"),
        ("abc", "EUR"),
        ("95 EUR", "EUR"),
        ("-95", "EUR"),
        ("+95", "EUR"),
        ("95.555", "EUR"),
        ("9.5", "JPY"),
        ("1e3", "EUR"),
        ("NaN", "EUR"),
        ("Infinity", "EUR"),
        ("1.2.3", "EUR"),
        (".", "EUR"),
        ("1000000000000", "EUR"),
        ("\u0661\u0662", "EUR"),
    ],
)
def test_an_amount_that_is_unclear_is_refused_with_an_example(typed: str, currency: str) -> None:
    with pytest.raises(AmountUnclear, match=r"Write 95"):
        Money.parse(typed, currency)


@given(st.integers(0, 10**13), CURRENCIES)
def test_what_is_printed_can_be_read_again(minor: int, currency: str) -> None:
    money = Money(minor, currency)

    assert Money.parse(money.plain, currency) == money


@given(AMOUNTS, AMOUNTS, CURRENCIES)
def test_adding_and_taking_away_undo_each_other(one: int, other: int, currency: str) -> None:
    money, more = Money(one, currency), Money(other, currency)

    assert money + more - more == money
    assert money - more == -(more - money)


def test_two_currencies_never_mix() -> None:
    euros, dollars = Money(100, "EUR"), Money(100, "USD")

    for mix in (
        lambda: euros + dollars,
        lambda: euros - dollars,
        lambda: euros < dollars,
    ):
        with pytest.raises(CurrencyMismatch, match="EUR and USD"):
            mix()
    assert euros != dollars


def test_amounts_are_compared_and_written_plainly() -> None:
    assert Money(99, "EUR") < Money(100, "EUR")
    assert not Money.zero("EUR")
    assert Money(1, "EUR")
    assert str(Money(123_450, "EUR")) == "1234.50 EUR"
    assert str(Money(-5, "EUR")) == "-0.05 EUR"
    assert str(Money(95, "JPY")) == "95 JPY"
    assert Money(95_125, "KWD").decimal == Decimal("95.125")


@pytest.mark.parametrize(
    ("value", "step", "rounded"),
    [
        (Fraction(1, 2), 1, 1),
        (Fraction(-1, 2), 1, -1),
        (Fraction(49, 100), 1, 0),
        (Fraction(5, 2), 1, 3),
        (Fraction(7, 2), 1, 4),
        (Fraction(5), 10, 10),
        (Fraction(-5), 10, -10),
        (Fraction(14), 10, 10),
        (Fraction(0), 10, 0),
    ],
)
def test_halves_are_rounded_away_from_zero(value: Fraction, step: int, rounded: int) -> None:
    assert round_half_up(value, step=step) == rounded


@given(st.fractions(-(10**9), 10**9), st.sampled_from([1, 10]))
def test_rounding_moves_by_half_a_step_at_most(value: Fraction, step: int) -> None:
    rounded = round_half_up(value, step=step)

    assert rounded % step == 0
    assert abs(rounded - value) <= Fraction(step, 2)
    assert round_half_up(-value, step=step) == -rounded


def test_a_share_is_taken_in_parts_per_million() -> None:
    assert percent_of(10_000, 190_000) == 1_900
    assert percent_of(1_050, 190_000) == 200
    assert percent_of(-1_050, 190_000) == -200
    assert percent_of(1_001, 50_000, step=10) == 50


def test_three_decimals_are_billed_in_steps_of_ten() -> None:
    assert (billing_step("KWD"), billing_step("EUR"), billing_step("JPY")) == (10, 1, 1)
    assert (billing_step("MGA"), billing_step("ISK"), billing_step("UGX")) == (100, 1, 1)


def test_the_least_a_card_takes_is_known_for_common_currencies() -> None:
    assert (card_minimum("EUR"), card_minimum("GBP"), card_minimum("JPY")) == (50, 30, 50)
    assert card_minimum("XOF") is None


@pytest.mark.parametrize(
    ("money", "theirs"),
    [
        (Money(9_500, "EUR"), 9_500),
        (Money(95, "JPY"), 95),
        (Money(95_120, "KWD"), 95_120),
        (Money(95, "ISK"), 9_500),
        (Money(95, "UGX"), 9_500),
        (Money(9_500, "MGA"), 95),
    ],
)
def test_stripe_counts_three_currencies_otherwise(money: Money, theirs: int) -> None:
    assert stripe_amount(money) == theirs
    assert from_stripe_amount(theirs, money.currency.lower()) == money


def test_an_amount_that_stripe_cannot_take_exactly_is_refused() -> None:
    with pytest.raises(ValueError, match="no fractions of MGA"):
        stripe_amount(Money(9_550, "MGA"))
    with pytest.raises(ValueError, match="no whole amount of ISK"):
        from_stripe_amount(9_550, "isk")


@given(st.integers(0, 10**10), CURRENCIES)
def test_stripe_s_amounts_come_back_as_ours(minor: int, currency: str) -> None:
    money = Money(minor * 100, currency)

    assert from_stripe_amount(stripe_amount(money), currency) == money
