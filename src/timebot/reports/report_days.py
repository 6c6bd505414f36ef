"""Which days a report covers, read from what people type: last month, 2026-10, a range; pure."""

import re
from dataclasses import dataclass
from datetime import date, timedelta

from timebot.errors import Refusal

_DAY = r"\d{4}-\d{1,2}-\d{1,2}"
_RANGE = re.compile(rf"(?<!\S)({_DAY})\s*(?:\.\.+|\u2026|\bto\b)\s*({_DAY})(?!\S)")
_ONE_DAY = re.compile(rf"(?<!\S)({_DAY})(?!\S)")
_MONTH = re.compile(r"(?<!\S)(\d{4})-(\d{1,2})(?!\S)")
_NAMED = re.compile(
    r"(?<!\S)(?:(this|last)\s+(month|week|year)|(today|yesterday))(?!\S)", re.IGNORECASE
)


class DaysUnclear(Refusal):
    """The dates make no days."""

    def __init__(self, words: str) -> None:
        super().__init__(
            f"I cannot read {words[:40]} as days. Write last month, 2026-10 or"
            " 2026-10-01..2026-10-31.",
            example="/billing report client 2026-10-01..2026-10-31",
        )


@dataclass(frozen=True)
class ReportDays:
    """Days from start up to, but without, end; `words` is how they can be typed again."""

    start: date
    end: date
    words: str


def take_days(text: str, *, today: date) -> tuple[ReportDays, str]:
    """Split the days off what was typed; without any it is this month.

    Understands this or last week, month and year, today, yesterday, `2026-10`, `2026-10-05` and
    `2026-10-01..2026-10-31`, both days in.

    Raises:
        DaysUnclear: if a date does not exist, or the end is before the start.
    """
    for pattern, read in ((_RANGE, _range), (_ONE_DAY, _one_day), (_MONTH, _month)):
        if match := pattern.search(text):
            return read(match), _without(text, match)
    if match := _NAMED.search(text):
        return _named(match, today), _without(text, match)
    return _month_of(today, "this month"), text.strip()


def _range(match: re.Match[str]) -> ReportDays:
    start, last = _date(match[1]), _date(match[2])
    if last < start:
        raise DaysUnclear(match[0])
    return ReportDays(start, last + timedelta(days=1), f"{start}..{last}")


def _one_day(match: re.Match[str]) -> ReportDays:
    day = _date(match[1])
    return ReportDays(day, day + timedelta(days=1), str(day))


def _month(match: re.Match[str]) -> ReportDays:
    return _month_of(_date(f"{match[0]}-01"), match[0])


def _named(match: re.Match[str], today: date) -> ReportDays:
    words = " ".join(match[0].casefold().split())
    if match[3]:
        day = today - timedelta(days=words == "yesterday")
        return ReportDays(day, day + timedelta(days=1), words)
    is_last = match[1].casefold() == "last"
    unit = match[2].casefold()
    if unit == "month":
        first = today.replace(day=1)
        return _month_of(first - timedelta(days=1) if is_last else first, words)
    if unit == "year":
        year = today.year - is_last
        return ReportDays(date(year, 1, 1), date(year + 1, 1, 1), words)
    monday = today - timedelta(days=today.weekday() + 7 * is_last)
    return ReportDays(monday, monday + timedelta(days=7), words)


def _month_of(day: date, words: str) -> ReportDays:
    first = day.replace(day=1)
    later = first + timedelta(days=31)
    return ReportDays(first, later.replace(day=1), words)


def _date(text: str) -> date:
    try:
        year, month, day = map(int, text.split("-"))
        found = date(year, month, day)
    except ValueError:
        raise DaysUnclear(text) from None
    if not 2000 <= found.year < 2100:
        raise DaysUnclear(text)
    return found


def _without(text: str, match: re.Match[str]) -> str:
    return " ".join(f"{text[: match.start()]} {text[match.end() :]}".split())
