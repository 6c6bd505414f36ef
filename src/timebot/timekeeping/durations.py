"""Reads and writes durations: 1h30m, 1:30, 90m, 1.5h, 0.1, and spans such as 9:00-10:30."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import timedelta
from fractions import Fraction

from timebot.errors import Refusal, WayOut
from timebot.money import round_half_up

MINUTES_PER_DAY = 1_440
LONGEST = timedelta(days=31)
"""Nobody adds more at once; it is a slip of the finger."""

_UNITS = re.compile(
    r"(?:(?P<hours>\d{1,9}(?:[.,]\d{1,9})?|[.,]\d{1,9})(?:h|hrs?|hours?|std))?"
    r"(?:(?P<minutes>\d{1,9})(?:m|mins?|minutes?))?"
    r"(?:(?P<seconds>\d{1,9})(?:s|secs?|seconds?))?"
)
_COLON = re.compile(r"(\d{1,4}):([0-5]\d)h?")
_DECIMAL = re.compile(r"(\d{0,9})[.,](\d{1,9})")
_HOURS_MINUTES = re.compile(r"(\d{1,4})h([0-5]\d)")
_INTEGER = re.compile(r"\d{1,12}")
_CLOCK = re.compile(r"(?P<hour>\d{1,2})(?:[:.](?P<minute>\d{2}))?(?P<half>am|pm|a\.m\.|p\.m\.)?")
_DASH = re.compile(r"\s*(?:[-\u2010-\u2015\u2212]|\bto\b|\buntil\b)\s*")
_AROUND = " \"'"
EXAMPLE = "/timer add 1h30m Acme logo"


class NotADuration(Refusal):
    """A word is no duration."""

    def __init__(self, word: str) -> None:
        self.word = word
        super().__init__(
            f"I cannot read {_short(word)} as a duration. Write 1h30m, 1:30, 90m or 9:00-10:30.",
            example=EXAMPLE,
        )


class DurationUnclear(Refusal):
    """A bare number could be minutes or hours.

    Attributes:
        number: the bare number.
    """

    def __init__(self, number: int, *, rest: str = "") -> None:
        self.number = number
        readings = (("minute", 60), ("hour", 3600))
        ways_out = [
            WayOut(_counted(number, unit), "timer.add", f"{number}{unit[0]} {rest}".strip())
            for unit, seconds in readings
            if 0 < number * seconds <= LONGEST.total_seconds()
        ]
        super().__init__(
            f"{number} could be minutes or hours. Which did you mean?",
            example=EXAMPLE,
            ways_out=ways_out,
        )


class NoTimeAtAll(Refusal):
    """A duration of nothing, or an end that is not after its start."""

    def __init__(self) -> None:
        super().__init__(
            "That leaves no time at all. The end must be after the start.", example=EXAMPLE
        )


class MuchTooLong(Refusal):
    """More time than one entry can hold."""

    def __init__(self) -> None:
        super().__init__(
            "That is more than a month in one entry. Please add it in parts.", example=EXAMPLE
        )


@dataclass(frozen=True)
class ClockSpan:
    """From one time of the day to another; the day is said elsewhere.

    Attributes:
        start_minute: minutes after local midnight.
        end_minute: the same; not after the start means on the day after.
    """

    start_minute: int
    end_minute: int

    def __str__(self) -> str:
        """Return it as it would be typed."""
        return f"{clock_words(self.start_minute)}-{clock_words(self.end_minute)}"


def parse_duration(text: str) -> timedelta | ClockSpan:
    """Return the duration, or the span between two times of the day, that the text says.

    Raises:
        DurationUnclear: if it is a bare whole number.
        NoTimeAtAll: if it is zero.
        MuchTooLong: if it is longer than `LONGEST`.
        NotADuration: if it is anything else.
    """
    spoken = _plain(text)
    word = "".join(spoken.split())
    if _INTEGER.fullmatch(word):
        if not int(word):
            raise NoTimeAtAll
        raise DurationUnclear(int(word))
    if span := _span(spoken):
        return span
    seconds = _seconds(word)
    if seconds is None:
        raise NotADuration(text)
    if seconds <= 0:
        raise NoTimeAtAll
    if seconds > LONGEST.total_seconds():
        raise MuchTooLong
    return timedelta(seconds=seconds)


def parse_clock(text: str) -> int | None:
    """Return a time of the day (17:30, 5pm, 9) in minutes after midnight, or None if it is none."""
    found = _CLOCK.fullmatch("".join(_plain(text).split()))
    if found is None:
        return None
    hour, minute, half = int(found["hour"]), int(found["minute"] or 0), found["half"]
    if half:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if half.startswith("p") else 0)
    return hour * 60 + minute if hour < 24 and minute < 60 else None


def format_duration(length: timedelta) -> str:
    """Return the duration as it would be typed, exact to the second: 1h30m."""
    seconds = int(length.total_seconds())
    parts = ((seconds // 3600, "h"), (seconds // 60 % 60, "m"), (seconds % 60, "s"))
    return "".join(f"{count}{unit}" for count, unit in parts if count) or "0m"


def duration_words(seconds: int) -> str:
    """Return the seconds as people read them: 1 h 30 min; seconds only below one minute."""
    if seconds < 60:
        return f"{seconds} s"
    parts = ((seconds // 3600, "h"), (seconds // 60 % 60, "min"))
    return " ".join(f"{count} {unit}" for count, unit in parts if count)


def clock_words(minute: int) -> str:
    """Return minutes after midnight as a time of the day: 9:05."""
    return f"{minute // 60}:{minute % 60:02}"


def _plain(text: str) -> str:
    """Return the text as it is read: compatible characters, no case, no quotes around it."""
    return unicodedata.normalize("NFKC", text).casefold().strip(_AROUND)


def _span(text: str) -> ClockSpan | None:
    ends = _DASH.split(text)
    if len(ends) != 2:
        return None
    start, end = parse_clock(ends[0]), parse_clock(ends[1])
    if start is None or end is None:
        return None
    if start == end:
        raise NoTimeAtAll
    return ClockSpan(start, end)


def _seconds(word: str) -> int | None:
    if found := _COLON.fullmatch(word) or _HOURS_MINUTES.fullmatch(word):
        return int(found[1]) * 3600 + int(found[2]) * 60
    if found := _DECIMAL.fullmatch(word):
        return _exact(word, 3600)
    found = _UNITS.fullmatch(word)
    if not word or found is None:
        return None
    hours, minutes, seconds = found.group("hours", "minutes", "seconds")
    return _exact(hours or "0", 3600) + int(minutes or 0) * 60 + int(seconds or 0)


def _exact(number: str, unit: int) -> int:
    """Return a decimal number of units in whole seconds, without ever being a float."""
    whole, _, decimals = number.replace(",", ".").partition(".")
    value = Fraction(int(whole + decimals or "0"), 10 ** len(decimals))
    return round_half_up(value * unit)


def _counted(number: int, unit: str) -> str:
    return f"{number} {unit}" if number == 1 else f"{number} {unit}s"


def _short(word: str) -> str:
    return word if len(word) <= 40 else f"{word[:39]}…"
