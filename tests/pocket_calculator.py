"""What a client's own pocket calculator says; it shares no line with what it checks."""

from fractions import Fraction

from timebot.team.rounding_rule import RoundingRule

DECIMALS = {
    **dict.fromkeys("CHF EUR GBP MGA USD".split(), 2),
    **dict.fromkeys("ISK JPY KRW".split(), 0),
    **dict.fromkeys("BHD KWD".split(), 3),
}
"""The currencies of the tests, and how many decimals their amounts have."""

_STEPS = {"BHD": 10, "KWD": 10, "MGA": 100}
_AT_STRIPE = {"ISK": Fraction(100), "MGA": Fraction(1, 100)}
_LEAST_BY_CARD = {**dict.fromkeys("CHF EUR JPY USD".split(), 50), "GBP": 30}


def rounded_minutes(seconds: int, rule: RoundingRule) -> int:
    """Return the billed minutes of exact seconds."""
    step = 60 if rule.mode == "none" else rule.increment * 60
    steps, rest = divmod(seconds, step)
    if (rule.mode == "up" and rest) or (rule.mode in {"nearest", "none"} and 2 * rest >= step):
        steps += 1
    return max(steps * step // 60, rule.minimum) if seconds else 0


def line_amount(minutes: int, rate_minor: int, currency: str) -> int:
    """Return minutes at a rate per hour, in minor units."""
    return _half_up(Fraction(minutes * rate_minor, 60), currency)


def step_of(currency: str) -> int:
    """Return what amounts are whole multiples of, in minor units."""
    return _STEPS.get(currency, 1)


def is_rounded_away(minutes: int, rate_minor: int, currency: str, *, lines: int) -> bool:
    """Tell whether minutes can cost nothing because they are spread over so many lines."""
    return 2 * minutes * rate_minor < 60 * step_of(currency) * lines or not rate_minor


def tax_on(base_minor: int, tax_ppm: int, currency: str) -> int:
    """Return the tax on a sum, in minor units."""
    return _half_up(Fraction(base_minor * tax_ppm, 1_000_000), currency)


def at_stripe(minor: int, currency: str) -> int:
    """Return an amount as Stripe counts it."""
    amount = minor * _AT_STRIPE.get(currency, Fraction(1))
    assert amount.denominator == 1
    return amount.numerator


def is_too_little(due_minor: int, currency: str) -> bool:
    """Tell whether something is due, but less than a card can be charged."""
    return 0 < due_minor < _LEAST_BY_CARD.get(currency, 0)


def _half_up(amount: Fraction, currency: str) -> int:
    step = step_of(currency)
    return (amount / step + Fraction(1, 2)).__floor__() * step
