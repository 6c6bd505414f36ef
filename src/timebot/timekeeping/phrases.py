"""Takes the words after a verb of /timer apart: time, day, ticket and kind; the rest is left."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise

from timebot.errors import Refusal
from timebot.timekeeping.durations import (
    EXAMPLE,
    ClockSpan,
    DurationUnclear,
    duration_words,
    format_duration,
    parse_clock,
    parse_duration,
)
from timebot.timekeeping.moments import (
    DayInFuture,
    DayRange,
    find_day,
    parse_day,
    parse_days,
    parse_moment,
)
from timebot.timekeeping.tickets import Ticket, parse_ticket
from timebot.timekeeping.wording import clean_plain, clean_text, description

__all__ = [
    "AddPhrase",
    "ClockSpan",
    "DayRange",
    "DurationUnclear",
    "StartPhrase",
    "StopPhrase",
    "Ticket",
    "clean_plain",
    "clean_text",
    "description",
    "duration_words",
    "format_duration",
    "parse_clock",
    "parse_day",
    "parse_days",
    "parse_duration",
    "parse_moment",
    "parse_ticket",
    "read_add",
    "read_start",
    "read_stop",
]

_KINDS = {"nb": "internal", "nc": "no_charge"}
_DASHES = "\u2010\u2011\u2012\u2013\u2014\u2015\u2212"


class SaidTwice(Refusal):
    """The same thing was said twice, and differently."""

    def __init__(self, what: str, example: str) -> None:
        super().__init__(f"There are two {what} in that. Please say one.", example=example)


class NothingToAdd(Refusal):
    """Nothing stands after add."""

    def __init__(self) -> None:
        super().__init__("Please say how long, and for what.", example=EXAMPLE)


@dataclass(frozen=True)
class StartPhrase:
    """What stands after start or switch.

    Attributes:
        words: client, project and description, still in one.
        started_at: a back-dated start, or None for now.
        billable: internal or no_charge where it was said, else None.
        ticket: the ticket that was named or linked, or None.
    """

    words: str
    started_at: datetime | None = None
    billable: str | None = None
    ticket: Ticket | None = None


@dataclass(frozen=True)
class StopPhrase:
    """What stands after stop.

    Attributes:
        ended_at: an earlier end, or None for now.
        text: a new description, or None to keep the old one.
    """

    ended_at: datetime | None = None
    text: str | None = None


@dataclass(frozen=True)
class AddPhrase:
    """What stands after add.

    Attributes:
        spoken: a duration, or a span between two times of the day.
        words: client, project and description, still in one.
        day: the day that was said, or None.
        billable: internal or no_charge where it was said, else None.
        ticket: the ticket that was named or linked, or None.
    """

    spoken: timedelta | ClockSpan
    words: str
    day: date | None = None
    billable: str | None = None
    ticket: Ticket | None = None


def read_start(text: str, *, now: datetime, zone: str) -> StartPhrase:
    """Take `[words] [@-20m | @9:15] [#ABC-123] [nb|nc]` apart; the text is a clean line.

    Raises:
        NotAMoment: if a word begins like a time and is none, such as @25:00.
        SaidTwice: if there are two times.
    """
    words = _at_as_one_word(text.split())
    words, moments = _take(words, lambda word: _at_moment(word, now=now, zone=zone))
    if len(moments) > 1:
        raise SaidTwice("times", "/timer start Acme logo @9:15")
    tail = _take_tail(words, today=None)
    return StartPhrase(tail.words, moments[0] if moments else None, tail.billable, tail.ticket)


def read_stop(text: str, *, now: datetime, zone: str) -> StopPhrase:
    """Take `[at 17:30] [text]` apart; the text is a clean line.

    Raises:
        NotAMoment: if a word begins like a time and is none, such as @25:00.
    """
    words = text.split()
    if len(words) > 1 and words[0].casefold() == "at" and parse_clock(words[1]) is not None:
        words = [f"@{words[1]}", *words[2:]]
    words = _at_as_one_word(words)
    ended_at = _at_moment(words[0], now=now, zone=zone) if words else None
    rest = " ".join(words if ended_at is None else words[1:])
    return StopPhrase(ended_at, rest or None)


def read_add(text: str, *, today: date) -> AddPhrase:
    """Take `<duration|span> <words> [day] [#ABC-123] [nb|nc]` apart; the text is a clean line.

    Raises:
        NothingToAdd: if it is empty.
        NotADuration: if it begins with no duration.
        DurationUnclear: if it begins with a bare number; its buttons carry the whole phrase.
        DayInFuture: if the day has not come yet.
        Refusal: if the duration is none one can add; the sentence says why.
    """
    spoken, rest = leading_duration(text.split())
    tail = _take_tail(rest, today=today)
    if tail.day is not None and tail.day > today:
        raise DayInFuture(tail.day)
    return AddPhrase(spoken, tail.words, tail.day, tail.billable, tail.ticket)


@dataclass
class _Tail:
    words: str = ""
    day: date | None = None
    billable: str | None = None
    ticket: Ticket | None = None


def _take_tail(words: list[str], *, today: date | None) -> _Tail:
    """Take options off the end, then a ticket from anywhere; a link inside becomes its name."""
    tail, rest = _Tail(), list(words)
    while rest and _is_option(tail, rest[-1], today):
        rest.pop()
    if tail.ticket is None and rest and (ticket := parse_ticket(rest[0])) is not None:
        # The client's name must come first for it to be found.
        tail.ticket = ticket
        rest.pop(0)
    for place, word in enumerate(rest):
        if tail.ticket is None and (ticket := parse_ticket(word)) is not None:
            tail.ticket = ticket
            rest[place] = ticket.ref if ticket.url else word
    tail.words = " ".join(rest)
    return tail


def _is_option(tail: _Tail, word: str, today: date | None) -> bool:
    """Say whether a last word is an option that was not said yet, and note it."""
    if tail.billable is None and word.casefold() in _KINDS:
        tail.billable = _KINDS[word.casefold()]
        return True
    if tail.ticket is None and (ticket := parse_ticket(word)) is not None:
        tail.ticket = ticket
        return True
    if today is not None and tail.day is None and (day := find_day(word, today=today)) is not None:
        tail.day = day
        return True
    return False


def _take(
    words: list[str], read: Callable[[str], datetime | None]
) -> tuple[list[str], list[datetime]]:
    kept: list[str] = []
    found: list[datetime] = []
    for word in words:
        moment = read(word)
        if moment is None:
            kept.append(word)
        else:
            found.append(moment)
    return kept, found


def _at_as_one_word(words: list[str]) -> list[str]:
    """Join `at 17:30` and `@ 9:15` into `@17:30`; other words after `at` are text."""
    joined: list[str] = []
    for word in words:
        said_at = bool(joined) and joined[-1].casefold() in {"at", "@"}
        if said_at and (_looks_like_time(word) or joined[-1] == "@"):
            joined[-1] = f"@{word}"
        else:
            joined.append(word)
    return joined


def _looks_like_time(word: str) -> bool:
    """Say whether the word after `at` is a time; a bare number is not, as in `at 5 tables`."""
    is_ago = word[0] in f"-{_DASHES}" and word[1:2].isdecimal()
    return is_ago or (not word.isdecimal() and parse_clock(word) is not None)


def _at_moment(word: str, *, now: datetime, zone: str) -> datetime | None:
    """Return the moment of an `@` word, or None where it is a word of the text, such as @anna."""
    if not word.startswith("@") or len(word) < 2:
        return None
    body = word[1:]
    if body[0] in _DASHES:
        body = f"-{body[1:]}"
    if not (body[0].isdecimal() or body[0] == "-"):
        return None
    return parse_moment(body, now=now, zone=zone)


def leading_duration(words: list[str]) -> tuple[timedelta | ClockSpan, list[str]]:
    """Read the duration that words begin with; `1h 30m` and `9:00 - 10:30` are one, too.

    Returns:
        The duration or span, and the words behind it.

    Raises:
        NothingToAdd: if there are no words.
        NotADuration: if they begin with no duration.
        DurationUnclear: if they begin with a bare number; its buttons carry the other words.
    """
    if not words:
        raise NothingToAdd
    for count in (4, 3, 2):
        if len(words) >= count and _belong_together(words[:count]):
            return parse_duration(" ".join(words[:count])), words[count:]
    try:
        return parse_duration(words[0]), words[1:]
    except DurationUnclear as unclear:
        raise DurationUnclear(unclear.number, rest=" ".join(words[1:])) from None


def _belong_together(words: list[str]) -> bool:
    """Say whether several words are one duration; `1.5 2025 audit` is 1.5 hours of something."""
    numbers_meet = any(
        before[-1].isdecimal() and after[0].isdecimal() for before, after in pairwise(words)
    )
    is_span = len(words) == 3 and (words[1] in {"-", "to", "until"} or words[1] in _DASHES)
    if numbers_meet or (words[-1].isdecimal() and not is_span):
        return False
    try:
        parse_duration(" ".join(words))
    except Refusal:
        return False
    return True
