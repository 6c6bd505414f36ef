"""How amounts, dates and times are written for the reader of an invoice: Babel, by locale."""

import re
from datetime import date
from decimal import Decimal
from functools import cache

from babel.dates import format_date, format_interval
from babel.numbers import format_decimal, format_percent
from jinja2 import Environment, PackageLoader, StrictUndefined

from timebot.locales import money_words
from timebot.money import Money, exponent

_LONGEST_WORD = 28
"""Longer words get break points: WeasyPrint's own way of breaking them takes quadratic time."""

_LONG_WORD = re.compile(rf"\S{{{_LONGEST_WORD + 1},}}")
_ZERO_WIDTH_SPACE = "\u200b"


def amount_text(money: Money, locale: str) -> str:
    """Write an amount without its currency, for a column that names it."""
    digits = exponent(money.currency)
    pattern = "#,##0" + ("." + "0" * digits if digits else "")
    return format_decimal(money.decimal, format=pattern, locale=locale)


def percent_text(ppm: int, locale: str) -> str:
    """Write a rate given in parts per million, such as 190,000 as 19%."""
    share = Decimal(ppm).scaleb(-6)
    return format_percent(share, format="#,##0.####%", locale=locale)


def date_text(day: date, locale: str) -> str:
    """Write a date in words."""
    return format_date(day, format="long", locale=locale)


def short_date_text(day: date, locale: str) -> str:
    """Write a date for a narrow column, the year left out."""
    return (
        format_date(day, format="d MMM", locale=locale)
        if locale[:2] == "en"
        else (format_interval(day, day, skeleton="MMMd", locale=locale))
    )


def minutes_text(minutes: int) -> str:
    """Write billed minutes as hours and minutes, such as 1:45."""
    return f"{minutes // 60}:{minutes % 60:02d}"


def seconds_text(seconds: int) -> str:
    """Write worked time to the second, such as 1:43:07."""
    return f"{seconds // 3600}:{seconds % 3600 // 60:02d}:{seconds % 60:02d}"


def breakable(text: str) -> str:
    """Let very long words break, by zero-width spaces."""
    return _LONG_WORD.sub(_with_breaks, text)


@cache
def template_environment() -> Environment:
    """Return the templates, with everything that people typed escaped; compiled once a process."""
    environment = Environment(
        loader=PackageLoader("timebot.gateways"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "money": money_words,
        "amount": amount_text,
        "percent": percent_text,
        "date": date_text,
        "short_date": short_date_text,
        "minutes": minutes_text,
        "seconds": seconds_text,
        "breakable": breakable,
    }
    return environment


def _with_breaks(match: re.Match[str]) -> str:
    word = match.group()
    pieces = [word[at : at + _LONGEST_WORD] for at in range(0, len(word), _LONGEST_WORD)]
    return _ZERO_WIDTH_SPACE.join(pieces)
