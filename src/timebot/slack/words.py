"""Words: how counts, hours, money, days and lists are written in Slack."""

import unicodedata
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from timebot.locales import money_words
from timebot.money import Money
from timebot.team.days import day_in_words
from timebot.timekeeping.durations import duration_words

_WEEKDAYS = "Mon Tue Wed Thu Fri Sat Sun".split()


def sums_words(amounts: Iterable[Money], locale: str) -> str:
    """Return the sums of amounts, one for each currency that comes to something."""
    sums: dict[str, Money] = {}
    for money in amounts:
        sums[money.currency] = sums.get(money.currency, Money.zero(money.currency)) + money
    shown = [money_words(sums[currency], locale) for currency in sorted(sums) if sums[currency]]
    return listed(shown) or "nothing"


def minutes_words(minutes: int) -> str:
    """Return whole minutes as people read them: 1 h 30 min."""
    return duration_words(minutes * 60)


def counted(count: int, one: str, many: str | None = None) -> str:
    """Return a number with its noun in the right form: 1 entry, 2 entries."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def listed(
    words: Sequence[str], *, most: int | None = None, last: str = "and", between: str = ", "
) -> str:
    """Join words as a sentence does: a, b and c; of more than `most` the rest is counted."""
    shown = list(words if most is None else words[:most])
    if len(words) > len(shown):
        shown.append(f"{len(words) - len(shown)} more")
    return f"{between.join(shown[:-1])} {last} {shown[-1]}" if len(shown) > 1 else "".join(shown)


def isolated(name: str) -> str:
    """Return a name so that letters from right to left do not turn the figures behind it around.

    Slack draws a line by Unicode's rules for both directions, so the name is an isolate (UAX 9).
    """
    turns = any(unicodedata.bidirectional(mark) in {"R", "AL", "AN"} for mark in name)
    return f"\u2068{name}\u2069" if turns else name


def started(sentence: str) -> str:
    """Return the sentence with a capital letter in front."""
    return sentence[:1].upper() + sentence[1:]


def days_words(start: date, end: date) -> str:
    """Return a half-open stretch of days by its first and last day: 2 to 15 Mar 2026."""
    last = end - timedelta(days=1)
    if last <= start:
        return day_in_words(start)
    first = day_in_words(start)
    if (start.year, start.month) == (last.year, last.month):
        first = str(start.day)
    elif start.year == last.year:
        first = first.rsplit(" ", 1)[0]
    return f"{first} to {day_in_words(last)}"


def weekday_words(day: date) -> str:
    """Return a day with its weekday: Mon 2 Mar 2026."""
    return f"{_WEEKDAYS[day.weekday()]} {day_in_words(day)}"


def instant_words(moment: datetime, zone: str) -> str:
    """Return an instant in a zone, with day and zone: Mon 2 Mar 2026, 9:00 (Europe/Berlin)."""
    local = moment.astimezone(ZoneInfo(zone))
    return f"{weekday_words(local.date())}, {local.hour}:{local.minute:02} ({zone})"
