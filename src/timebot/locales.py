"""Locales: which ones are known, and how an amount is written in them wherever people read it."""

import re

from babel import Locale, UnknownLocaleError
from babel.numbers import format_currency, get_currency_symbol

from timebot.money import Money, exponent

_FLOOR = "en_US"
_DIGITS = re.compile(r"0[.0#]*")
_NO_BREAK_SPACE = "\u00a0"


def known_locale(name: str) -> str:
    """Return the locale's name if Babel knows it, else American English."""
    try:
        return str(Locale.parse(name))
    except (UnknownLocaleError, ValueError):
        return _FLOOR


def money_words(money: Money, locale: str) -> str:
    """Return an amount as the locale writes it, exact to the minor unit: €141.31, KWD 123.450.

    Slack, mails and PDFs write it this way, stored sentences too.
    """
    known, digits = Locale.parse(known_locale(locale)), exponent(money.currency)
    pattern = known.currency_formats["standard"].pattern
    exact = _DIGITS.sub("0" + ("." + "0" * digits if digits else ""), pattern)
    return format_currency(
        money.decimal,
        money.currency,
        format=_parted(exact, get_currency_symbol(money.currency, known)),
        locale=known,
        currency_digits=False,
    )


def _parted(pattern: str, symbol: str) -> str:
    """Part a symbol that ends in a letter from the figure it touches.

    CLDR has it so (currencySpacing); Babel leaves it to us.
    """
    if symbol[-1].isalpha():
        pattern = re.sub("¤(?=[#0])", "¤" + _NO_BREAK_SPACE, pattern)
    if symbol[0].isalpha():
        pattern = re.sub("(?<=0)¤", _NO_BREAK_SPACE + "¤", pattern)
    return pattern
