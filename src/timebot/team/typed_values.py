"""Typed values: reads what a person typed or picked into a value, or refuses in one sentence."""

import re
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation

from babel import Locale, UnknownLocaleError
from email_validator import EmailNotValidError, validate_email

from timebot.errors import Refusal
from timebot.money import currency_code
from timebot.team.days import get_zone

EARLIEST = date(2000, 1, 1)
LATEST = date(2100, 1, 1)

MOST_DAYS_AFTER, LATEST_DAY_AFTER = 6, 180

_YES = frozenset("yes y on true 1 allowed allow".split())
_NO = frozenset("no n off false 0 never forbidden".split())
_NOTHING = frozenset(("", "-", "none", "nothing", "never", "off", "clear"))
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_WEEKDAYS = "mon tue wed thu fri sat sun".split()


class ValueUnusable(Refusal):
    """A value that a person gave cannot be used."""


def is_nothing(value: object) -> bool:
    """Tell whether the value says that there shall be none."""
    return value is None or (isinstance(value, str) and value.strip().casefold() in _NOTHING)


def read_line(value: object, *, what: str, most: int = 200) -> str:
    """Return one line of text.

    Raises:
        ValueUnusable: if it is empty or too long.
    """
    return _sized(" ".join(_text(value, what).split()), what, most)


def read_lines(value: object, *, what: str, most: int = 1000) -> str:
    """Return text of several lines; a bar or a typed backslash and n begin a new one.

    Raises:
        ValueUnusable: if it is empty or too long.
    """
    parts = re.split(r"\r\n|\r|\n|\\n|\s\|\s", _text(value, what))
    lines = [" ".join(part.split()) for part in parts]
    return _sized("\n".join(line for line in lines if line), what, most)


def read_choice(value: object, *, what: str, choices: Sequence[str]) -> str:
    """Return one of the choices.

    Raises:
        ValueUnusable: if it is none of them.
    """
    word = _text(value, what).strip().casefold().replace(" ", "_")
    if word not in choices:
        named = ", ".join(choice.replace("_", " ") for choice in choices)
        raise ValueUnusable(f"{_start(what)} can be {named}; {_shown(value)} is none of them.")
    return word


def read_yes(value: object, *, what: str) -> bool:
    """Return yes or no.

    Raises:
        ValueUnusable: if it is neither.
    """
    if isinstance(value, bool):
        return value
    word = str(value).strip().casefold()
    if word not in _YES | _NO:
        raise ValueUnusable(f"{_start(what)} must be yes or no; {_shown(value)} is neither.")
    return word in _YES


def read_count(value: object, *, what: str, least: int, most: int, unit: str = "") -> int:
    """Return a whole number within its bounds, with or without its unit behind it.

    Raises:
        ValueUnusable: if it is no such number.
    """
    text = str(value).strip().casefold()
    match = re.fullmatch(rf"(\d{{1,9}})\s*(?:%|percent|{unit or 'x'}s?|[hd])?", text)
    number = int(match.group(1)) if match and not isinstance(value, bool) else -1
    if not least <= number <= most:
        units = f" {unit}s" if unit else ""
        raise ValueUnusable(
            f"{_start(what)} must be a whole number from {least} to {most}{units}; {_shown(value)}"
            " is not."
        )
    return number


def read_minutes(value: object, *, what: str, least: int, most: int) -> int:
    """Return a length of time in minutes, from `4h`, `90m`, `1h30m`, `1.5h` or whole minutes.

    Raises:
        ValueUnusable: if it is none or out of bounds.
    """
    minutes = _length(value)
    if minutes is None or not least <= minutes <= most:
        raise ValueUnusable(
            f"{_start(what)} must be a time such as 4h or 90m, from {least} to {most} minutes;"
            f" {_shown(value)} is not."
        )
    return minutes


def read_time_of_day(value: object, *, what: str) -> int:
    """Return the minute of the day, from `9:00`, `09:00`, `9am` or a count of minutes.

    Raises:
        ValueUnusable: if it is no time of day.
    """
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 1440:
        return value
    match = re.fullmatch(r"(\d{1,2})(?:[:.](\d{2}))?\s*([ap]m)?", str(value).strip().casefold())
    if match and (match.group(2) or match.group(3)):
        hour, minute, half = int(match.group(1)), int(match.group(2) or 0), match.group(3)
        if half and 1 <= hour <= 12:
            hour = hour % 12 + (12 if half == "pm" else 0)
            half = None
        if not half and hour < 24 and minute < 60:
            return hour * 60 + minute
    raise ValueUnusable(
        f"{_start(what)} must be a time of day such as 09:00; {_shown(value)} is not."
    )


def read_day(value: object, *, what: str) -> date:
    """Return a date, from `2026-11-30`.

    Raises:
        ValueUnusable: if it is none, or long past or far off.
    """
    try:
        day = value if type(value) is date else date.fromisoformat(str(value).strip())
    except ValueError:
        day = None
    if day is None or not EARLIEST <= day < LATEST:
        raise ValueUnusable(
            f"{_start(what)} must be a date such as 2026-11-30; {_shown(value)} is not."
        )
    return day


def read_percent(value: object, *, what: str) -> int:
    """Return a rate in parts per million, exactly, from `19%`, `7.7` or `8,875 %`.

    Raises:
        ValueUnusable: if it is no percentage from 0 to 100, or finer than a part per million.
    """
    text = str(value).strip().removesuffix("%").strip().replace(",", ".")
    try:
        ppm = Decimal(text) * 10_000 if re.fullmatch(r"\d{1,3}(\.\d+)?", text) else Decimal(-1)
    except InvalidOperation:
        ppm = Decimal(-1)
    if not 0 <= ppm <= 1_000_000 or ppm != ppm.to_integral_value():
        raise ValueUnusable(
            f"{_start(what)} must be a percentage such as 19%, with at most four decimals;"
            f" {_shown(value)} is not."
        )
    return int(ppm)


def percent_in_words(ppm: int) -> str:
    """Return parts per million as people write them, such as `7.7%`."""
    return f"{(Decimal(ppm) / 10_000).normalize():f}%"


def read_email(value: object, *, what: str) -> str:
    """Return an e-mail address; Slack's `<mailto:a@b|a@b>` is understood. Nothing is looked up.

    Raises:
        ValueUnusable: if it is none.
    """
    text = str(value).strip()
    link = re.fullmatch(r"<mailto:([^|>]+)(?:\|[^>]*)?>", text)
    try:
        # test_environment lets the reserved names pass that examples and the local world use.
        checked = validate_email(
            link.group(1) if link else text, check_deliverability=False, test_environment=True
        )
    except EmailNotValidError:
        raise ValueUnusable(
            f"{_start(what)} must be an address such as billing@acme.example;"
            f" {_shown(value)} is not."
        ) from None
    return checked.normalized


def read_emails(value: object, *, what: str) -> list[str]:
    """Return one or more different e-mail addresses, from a list or separated text.

    Raises:
        ValueUnusable: if one is none, or there is none at all.
    """
    parts = re.split(r"[,;\s]+", value) if isinstance(value, str) else value
    if not isinstance(parts, Sequence):
        raise ValueUnusable(f"{_start(what)} must be an address such as billing@acme.example.")
    given = [read_email(part, what=what) for part in parts if str(part).strip()]
    if not given:
        raise ValueUnusable(f"{_start(what)} must be an address such as billing@acme.example.")
    if len(given) > 20:
        raise ValueUnusable(f"{_start(what)} takes at most 20 addresses. Remove some.")
    return list({address.casefold(): address for address in reversed(given)}.values())[::-1]


def read_locale(value: object, *, what: str) -> str:
    """Return a locale that amounts and dates can be written in, such as `de_DE`.

    Raises:
        ValueUnusable: if there is no such locale.
    """
    text = str(value).strip().replace("-", "_")
    try:
        return str(Locale.parse(text))
    except (UnknownLocaleError, ValueError, TypeError):
        raise ValueUnusable(
            f"{_start(what)} must be a language and country such as en_US or de_DE; {_shown(value)}"
            " is not one I know."
        ) from None


def read_currency(value: object) -> str:
    """Return an ISO 4217 code.

    Raises:
        UnknownCurrency: if invoices cannot be written in it.
    """
    return currency_code(str(value))


def read_zone(value: object) -> str:
    """Return an IANA zone.

    Raises:
        ZoneUnknown: if there is none of that name.
    """
    return get_zone(str(value))


def read_series(value: object, *, what: str) -> str:
    """Return the letters before an invoice number, in capitals.

    Raises:
        ValueUnusable: if it is not one to eight letters.
    """
    text = str(value).strip().upper()
    if not re.fullmatch(r"[A-Z]{1,8}", text):
        raise ValueUnusable(f"{_start(what)} must be one to eight letters such as INV.")
    return text


def read_channel(value: object, *, what: str) -> str:
    """Return Slack's id of a channel, from the id or from `<#C0123|name>`.

    Raises:
        ValueUnusable: if it is none.
    """
    match = re.fullmatch(r"(?:<#)?([CG][A-Z0-9]{2,})(?:\|[^>]*)?>?", str(value).strip())
    if match is None:
        raise ValueUnusable(
            f"{_start(what)} must be a channel picked from Slack's list; {_shown(value)} is not."
        )
    return match.group(1)


def read_weekdays(value: object, *, what: str) -> str:
    """Return ISO weekdays as sorted digits, from `mon-fri`, `mon tue thu` or `12345`.

    Raises:
        ValueUnusable: if no day, or something else, is named.
    """
    text = re.sub(r"\s*(?:-|\u2013|to)\s*(?=[a-z])", "-", str(value).strip().casefold())
    days: set[int] = set()
    for word in re.split(r"[\s,;]+", text):
        first, _, last = word.partition("-")
        if word.isdecimal() and set(word) <= set("1234567"):
            days |= {int(digit) for digit in word}
        elif (one := _weekday(first)) and (end := _weekday(last or first)):
            span = (end - one) % 7
            days |= {(one - 1 + step) % 7 + 1 for step in range(span + 1)}
        else:
            raise ValueUnusable(
                f"{_start(what)} must be days such as mon-fri; {_shown(value)} is not."
            )
    return "".join(str(day) for day in sorted(days))


def weekdays_in_words(digits: str) -> str:
    """Return ISO weekdays as people write them, such as `mon tue wed`."""
    return " ".join(_WEEKDAYS[int(digit) - 1] for digit in digits)


def _weekday(word: str) -> int | None:
    if len(word) < 2:
        return None
    names = "monday tuesday wednesday thursday friday saturday sunday".split()
    found = [number for number, name in enumerate(names, start=1) if name.startswith(word)]
    return found[0] if len(found) == 1 else None


def _length(value: object) -> int | None:
    if isinstance(value, timedelta):
        minutes, rest = divmod(value, timedelta(minutes=1))
        return None if rest else minutes
    text = str(value).strip().casefold().replace(" ", "")
    match = re.fullmatch(r"(?:(\d{1,4}(?:[.,]\d{1,2})?)h(?:ours?)?)?(?:(\d{1,5})m?(?:in)?)?", text)
    if not text or match is None or isinstance(value, bool):
        return None
    hours = Decimal((match.group(1) or "0").replace(",", "."))
    minutes_exact = hours * 60 + int(match.group(2) or 0)
    return int(minutes_exact) if minutes_exact == minutes_exact.to_integral_value() else None


def _text(value: object, what: str) -> str:
    if not isinstance(value, str):
        raise ValueUnusable(f"{_start(what)} must be text.")
    return _CONTROL.sub(" ", value.replace("\r\n", "\n").replace("\r", "\n"))


def _sized(text: str, what: str, most: int) -> str:
    if not text:
        raise ValueUnusable(f"{_start(what)} is empty. Please write something.")
    if len(text) > most:
        raise ValueUnusable(
            f"{_start(what)} has at most {most} characters; this has {len(text)}. Shorten it."
        )
    return text


def _start(what: str) -> str:
    return what[:1].upper() + what[1:]


def _shown(value: object) -> str:
    text = " ".join(str(value).split())
    if not text:
        return "nothing"
    return text if len(text) <= 40 else f"{text[:37]}..."


def read_days_after(value: object, *, what: str) -> list[int]:
    """Return up to six days such as `7 and 14` after a date, in order and each once.

    Raises:
        ValueUnusable: if they are no whole numbers from 1 to 180, or too many.
    """
    text = re.sub(r"\bdays?\b|\band\b", " ", str(value).casefold())
    words = re.split(r"[,;\s]+", text.strip(" ,;"))
    if not all(re.fullmatch(r"[1-9]\d{0,2}", word, re.ASCII) for word in words):
        sentence = f"Please give {what} as days after the due date, for example 7 and 14."
        raise ValueUnusable(sentence)
    days = sorted({int(word) for word in words})
    if len(days) > MOST_DAYS_AFTER or days[-1] > LATEST_DAY_AFTER:
        most = f"at most {MOST_DAYS_AFTER} days up to {LATEST_DAY_AFTER}"
        raise ValueUnusable(f"Please give {most}, for example 7 and 14.")
    return days


def days_after_in_words(value: object) -> str:
    """Return `7, 14 and 30 days after the due date`."""
    days = [str(day) for day in value] if isinstance(value, list) else []
    listed = " and ".join(filter(None, (", ".join(days[:-1]), *days[-1:])))
    return f"{listed} {'day' if listed == '1' else 'days'} after the due date"
