"""Reads moments and days: @-20m, @9:15, at 17:30, yesterday, mon, 2026-11-18."""

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from timebot.errors import Refusal
from timebot.team.days import local_instants
from timebot.timekeeping.durations import ClockSpan, parse_clock, parse_duration

_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_NEAR_DAYS = {"today": 0, "yesterday": -1, "tomorrow": 1}
_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_BETWEEN_DATES = re.compile(r"\s*(?:\.\.+|\u2026|\bto\b|\buntil\b)\s*")


class NotAMoment(Refusal):
    """A word is no time of the day.

    Attributes:
        word: the word.
    """

    def __init__(self, word: str) -> None:
        self.word = word
        super().__init__(
            f"I cannot read {word[:40]} as a time. Write 17:30, or -20m for 20 minutes ago.",
            example="/timer stop at 17:30",
        )


class NotADay(Refusal):
    """A word is no day."""

    def __init__(self, word: str) -> None:
        super().__init__(
            f"I cannot read {word[:40]} as a day. Write yesterday, mon or 2026-11-18.",
            example="/timer add 1h30m Acme logo yesterday",
        )


class DayInFuture(Refusal):
    """A day that has not come yet."""

    def __init__(self, day: date) -> None:
        super().__init__(
            f"{day.isoformat()} has not come yet. Name today or a day before it.",
            example="/timer add 1h30m Acme logo yesterday",
        )


@dataclass(frozen=True)
class DayRange:
    """Days from start up to, but without, end."""

    start: date
    end: date


def parse_moment(text: str, *, now: datetime, zone: str) -> datetime:
    """Return the moment that the text says: the latest such one that is not in the future.

    Understands 17:30, 5pm, @9:15, at 9:15, -20m, @-20m and now; times are read in the zone.

    Raises:
        NotAMoment: if it is none of these.
    """
    word = _bare(text)
    if word == "now":
        return now
    if word.startswith("-"):
        return now - _ago(word[1:], text)
    minute = parse_clock(word)
    if minute is None:
        raise NotAMoment(text)
    return latest_at(minute, now=now, zone=zone)


def said_clock(text: str) -> int | None:
    """Return the time of the day that a moment says, in minutes; None where it says none."""
    return parse_clock(_bare(text))


def latest_at(minute: int, *, now: datetime, zone: str) -> datetime:
    """Return the latest instant, not after now, at which clocks in the zone showed that minute."""
    today = now.astimezone(ZoneInfo(zone)).date()
    days = (today - timedelta(days=back) for back in range(3))
    moments = (moment for day in days for moment in local_instants(day, minute, zone))
    return max(moment for moment in moments if moment <= now)


def parse_day(text: str, *, today: date) -> date:
    """Return the day that the text says: today, yesterday, a weekday's latest, or 2026-11-18.

    Raises:
        NotADay: if it is none of these.
        DayInFuture: if it has not come yet.
    """
    day = find_day(text, today=today)
    if day is None:
        raise NotADay(text)
    if day > today:
        raise DayInFuture(day)
    return day


def find_day(text: str, *, today: date) -> date | None:
    """Return the day that a word says, or None if it says none; it may lie ahead."""
    word = text.strip().casefold()
    if word in _NEAR_DAYS:
        return today + timedelta(days=_NEAR_DAYS[word])
    for number, name in enumerate(_WEEKDAYS):
        if word in {name, name[:3]}:
            return today - timedelta(days=(today.weekday() - number) % 7)
    if found := _ISO.fullmatch(word):
        try:
            return date(int(found[1]), int(found[2]), int(found[3]))
        except ValueError:
            raise NotADay(text) from None
    return None


def parse_days(text: str, *, today: date) -> DayRange:
    """Return the days that the text says: one day, `week`, `last week`, or `DAY..DAY`, both in.

    Nothing at all means everything up to today.

    Raises:
        NotADay: if it says no days.
        DayInFuture: if it begins after today.
    """
    words = " ".join(text.casefold().split())
    monday = today - timedelta(days=today.weekday())
    if not words:
        return DayRange(date.min, today + timedelta(days=1))
    if words in {"week", "this week"}:
        return DayRange(monday, monday + timedelta(days=7))
    if words in {"last week", "week last"}:
        return DayRange(monday - timedelta(days=7), monday)
    ends = _BETWEEN_DATES.split(words)
    start = parse_day(ends[0], today=today)
    end = find_day(ends[-1], today=today)
    if len(ends) > 2 or end is None or end < start or end == date.max:
        raise NotADay(text)
    return DayRange(start, end + timedelta(days=1))


def _ago(word: str, text: str) -> timedelta:
    try:
        length = parse_duration(word)
    except Refusal:
        raise NotAMoment(text) from None
    if isinstance(length, ClockSpan):
        raise NotAMoment(text)
    return length


def _bare(text: str) -> str:
    return text.strip().casefold().removeprefix("at ").removeprefix("@").strip()
