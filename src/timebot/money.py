"""Money: whole minor units with a currency, and the one way amounts are rounded."""

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from fractions import Fraction

from timebot.errors import Refusal

# ISO 4217 exponents of the currencies that invoices are written in. Babel's digits are CLDR's and
# differ for some (MGA, IQD, RSD), so the table is ours.
_ZERO_DECIMALS = frozenset(
    "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF".split()
)
_THREE_DECIMALS = frozenset("BHD IQD JOD KWD LYD OMR TND".split())
_TWO_DECIMALS = frozenset(
    (
        "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BRL BSD BWP BYN BZD "
        "CAD CDF CHF CNY COP CRC CVE CZK DKK DOP DZD EGP ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ "
        "GYD HKD HNL HTG HUF IDR ILS INR JMD KES KGS KHR KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA "
        "MKD MMK MNT MOP MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN "
        "QAR RON RSD SAR SBD SCR SEK SGD SHP SLE SOS SRD STN SZL THB TJS TOP TRY TTD TWD TZS UAH "
        "USD UYU UZS WST XCD YER ZAR ZMW"
    ).split()
)
# Stripe wants ISK and UGX with two decimals that are always 00, and treats MGA as having none
# (docs.stripe.com/currencies).
_STRIPE_EXPONENT = {"ISK": 2, "UGX": 2, "MGA": 0}
# The least the card network takes, in minor units as ISO counts them (docs.stripe.com/currencies).
_CARD_MINIMUM = {
    **dict.fromkeys("USD EUR CAD AUD CHF BRL INR NZD SGD".split(), 50),
    "GBP": 30, "DKK": 250, "NOK": 300, "SEK": 300, "HKD": 400, "CZK": 1500, "HUF": 17500,
    "JPY": 50, "MXN": 1000, "THB": 1000, "PLN": 200, "RON": 200, "AED": 200, "MYR": 200,
}  # fmt: skip


class CurrencyMismatch(ValueError):
    """Amounts of two currencies met where only one makes sense."""


class UnknownCurrency(Refusal):
    """The letters are no currency that invoices can be written in."""

    def __init__(self, code: str) -> None:
        super().__init__(
            f"{code} is not a currency I know. Use its three letters, for example EUR.",
            example="/billing client add Acme billing@acme.example 95 EUR",
        )


class AmountUnclear(Refusal):
    """The text is no amount of money."""

    def __init__(self, text: str, currency: str) -> None:
        digits = exponent(currency)
        form = f"{95:.{digits}f}"
        super().__init__(f"I could not read {text!r} as an amount in {currency}. Write {form}.")


def currency_code(text: str) -> str:
    """Return the ISO 4217 code that the text names.

    Raises:
        UnknownCurrency: if it names none.
    """
    code = text.strip().upper()
    if code in _TWO_DECIMALS or code in _ZERO_DECIMALS or code in _THREE_DECIMALS:
        return code
    raise UnknownCurrency(text.strip())


def exponent(currency: str) -> int:
    """Return how many decimals the currency has: 0, 2 or 3 (ISO 4217).

    Raises:
        UnknownCurrency: if the table does not hold it.
    """
    if currency in _TWO_DECIMALS:
        return 2
    if currency in _ZERO_DECIMALS:
        return 0
    if currency in _THREE_DECIMALS:
        return 3
    raise UnknownCurrency(currency)


def billing_step(currency: str) -> int:
    """Return the smallest step of an invoice amount, in minor units.

    Currencies with three decimals are billed in steps of 10, because the card network refuses a
    last digit other than 0, and MGA in steps of 100, because it takes no decimals there
    (docs.stripe.com/currencies).
    """
    decimals = exponent(currency)
    return int(10 ** max(decimals - _STRIPE_EXPONENT.get(currency, min(decimals, 2)), 0))


COARSE_STEPS = {currency: billing_step(currency) for currency in sorted((*_THREE_DECIMALS, "MGA"))}
"""The steps of the currencies that are not billed in single minor units."""


def card_minimum(currency: str) -> int | None:
    """Return the least amount a card can be charged, in minor units, or None if unknown."""
    return _CARD_MINIMUM.get(currency)


def round_half_up(value: Fraction, *, step: int = 1) -> int:
    """Round to the nearest multiple of step, halves away from zero."""
    scaled = abs(value) / step
    whole = (2 * scaled.numerator + scaled.denominator) // (2 * scaled.denominator)
    return (whole if value >= 0 else -whole) * step


@dataclass(frozen=True, order=False)
class Money:
    """An amount in whole minor units of one currency.

    Attributes:
        minor: cents for EUR and USD, yen for JPY, fils for KWD.
        currency: the ISO 4217 code.
    """

    minor: int
    currency: str

    def __post_init__(self) -> None:
        """Refuse anything but a whole number of a known currency."""
        if type(self.minor) is not int:
            message = f"an amount is a whole number of minor units, not {self.minor!r}"
            raise TypeError(message)
        exponent(self.currency)

    @classmethod
    def zero(cls, currency: str) -> "Money":
        """Return nothing at all of the currency."""
        return cls(0, currency)

    @classmethod
    def parse(cls, text: str, currency: str) -> "Money":
        """Read an amount such as `95`, `95.50`, `1,234.50` or `95,50`.

        Raises:
            AmountUnclear: if it is no amount, is negative, or has too many decimals.
        """
        try:
            number = Decimal(_plain(text))
        except InvalidOperation:
            raise AmountUnclear(text, currency) from None
        scaled = number.scaleb(exponent(currency)) if number.is_finite() else None
        if scaled is None or scaled < 0 or scaled != scaled.to_integral_value():
            raise AmountUnclear(text, currency)
        if scaled >= 10**14:
            raise AmountUnclear(text, currency)
        return cls(int(scaled), currency)

    def __add__(self, other: "Money") -> "Money":
        self._like(other)
        return Money(self.minor + other.minor, self.currency)

    def __sub__(self, other: "Money") -> "Money":
        self._like(other)
        return Money(self.minor - other.minor, self.currency)

    def __neg__(self) -> "Money":
        return Money(-self.minor, self.currency)

    def __lt__(self, other: "Money") -> bool:
        self._like(other)
        return self.minor < other.minor

    def __bool__(self) -> bool:
        return self.minor != 0

    def __str__(self) -> str:
        return f"{self.plain} {self.currency}"

    @property
    def decimal(self) -> Decimal:
        """The amount in major units, exact."""
        return Decimal(self.minor).scaleb(-exponent(self.currency))

    @property
    def plain(self) -> str:
        """The amount in major units as digits with a point, such as `1234.50`."""
        return f"{self.decimal:.{exponent(self.currency)}f}"

    def _like(self, other: "Money") -> None:
        if self.currency != other.currency:
            message = f"{self.currency} and {other.currency} cannot be mixed"
            raise CurrencyMismatch(message)


def stripe_amount(money: Money) -> int:
    """Return the amount as Stripe counts it, which differs for ISK, UGX and MGA.

    Raises:
        ValueError: if the amount cannot be charged exactly in Stripe's units.
    """
    shift = _STRIPE_EXPONENT.get(money.currency, exponent(money.currency)) - exponent(
        money.currency
    )
    if shift >= 0:
        return money.minor * int(10**shift)
    whole, rest = divmod(money.minor, int(10**-shift))
    if rest:
        message = f"Stripe takes no fractions of {money.currency}"
        raise ValueError(message)
    return whole


def from_stripe_amount(amount: int, currency: str) -> Money:
    """Return Stripe's amount as Money; the inverse of `stripe_amount`."""
    code = currency_code(currency)
    shift = exponent(code) - _STRIPE_EXPONENT.get(code, exponent(code))
    minor = Fraction(amount) * Fraction(10) ** shift
    if minor.denominator != 1:
        message = f"{amount} is no whole amount of {code}"
        raise ValueError(message)
    return Money(minor.numerator, code)


def percent_of(minor: int, ppm: int, *, step: int = 1) -> int:
    """Return a share of an amount in minor units, half-up; ppm 190_000 is 19 %."""
    return round_half_up(Fraction(minor * ppm, 1_000_000), step=step)


def _plain(text: str) -> str:
    """Turn typed digits into what Decimal reads: one point, no groups."""
    digits = text.strip().replace("\u00a0", "").replace("\u202f", "").replace("'", "")
    digits = digits.replace("\u2019", "").replace(" ", "")
    if not digits or any(mark not in "0123456789.," for mark in digits):
        return "?"
    if "," in digits and "." in digits:
        group = "," if digits.rindex(",") < digits.rindex(".") else "."
        return digits.replace(group, "").replace(",", ".")
    return _one_mark(digits)


def _one_mark(digits: str) -> str:
    """Read a lone comma: before exactly three digits it groups, else it is the decimal mark."""
    head, comma, tail = digits.partition(",")
    if not comma:
        return digits
    if "," in tail:
        return digits.replace(",", "")
    return head + tail if len(tail) == 3 and head not in {"", "0"} else f"{head}.{tail}"
