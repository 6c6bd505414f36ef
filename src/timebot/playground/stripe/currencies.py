"""Stripe's own rules for amounts in the currencies of the world.

Source: https://docs.stripe.com/currencies
"""

from timebot.playground.stripe.problems import Problem

_NO_DECIMALS = frozenset(
    "bif clp djf gnf jpy kmf krw mga pyg rwf vnd vuv xaf xof xpf".split(),
)
_THREE_DECIMALS = frozenset("bhd jod kwd omr tnd".split())
# These have no minor unit in ISO 4217, but Stripe wants two decimals that are always 00.
_ALWAYS_00 = frozenset("isk ugx".split())

# The least that can be charged, in minor units; the documentation lists no others.
_MINIMUM = {
    **dict.fromkeys("usd eur cad aud chf brl inr nzd sgd jpy".split(), 50),
    "gbp": 30,
    "dkk": 250,
    "nok": 300,
    "sek": 300,
    "hkd": 400,
    "czk": 1500,
    "huf": 17500,
    "mxn": 1000,
    "thb": 1000,
    "pln": 200,
    "ron": 200,
    "aed": 200,
    "myr": 200,
}


def exponent(currency: str) -> int:
    """Return how many decimals Stripe's minor unit has."""
    if currency in _NO_DECIMALS:
        return 0
    return 3 if currency in _THREE_DECIMALS else 2


def minimum(currency: str) -> int:
    """Return the least amount that can be charged, in minor units; 0 where none is documented."""
    return _MINIMUM.get(currency, 0)


def check_amount(amount: int, currency: str, *, param: str) -> None:
    """Refuse amounts that the card networks cannot move.

    Raises:
        Problem: for a three-decimal currency whose last digit is not 0, and for ISK and UGX
            with anything but 00 behind the point.
    """
    step = 10 if currency in _THREE_DECIMALS else 100 if currency in _ALWAYS_00 else 1
    if amount % step:
        message = f"Invalid amount in {currency}: it must be evenly divisible by {step}."
        raise Problem(message, param=param)


def amount_text(amount: int, currency: str) -> str:
    """Return an amount for people, such as `1,250.00 USD`."""
    digits = exponent(currency)
    whole, rest = divmod(abs(amount), 10**digits)
    sign = "-" if amount < 0 else ""
    decimals = f".{rest:0{digits}}" if digits else ""
    return f"{sign}{whole:,}{decimals} {currency.upper()}"
