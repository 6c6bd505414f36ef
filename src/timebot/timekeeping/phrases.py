"""Takes the words after a verb of /timer apart: time, day, ticket and kind; the rest is left."""

import re
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
    NotADay,
    NotAMoment,
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
    "Work",
    "clean_plain",
    "clean_text",
    "description",
    "duration_words",
    "find_clock",
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
    "read_work",
]

_KINDS = {"nb": "internal", "nc": "no_charge"}
_QUOTES = "\"'"
_BARE_TIME = re.compile(r"\d{1,2}[:.]\d{2}(?:[ap]m)?|\d{1,2}[ap]m", re.IGNORECASE)
_TIMES_IN_WORDS = frozenset({"half", "quarter", "noon", "midday", "midnight"})
_MONTH = (
    "(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?"
    "|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"
)
_UNREAD_DAY = re.compile(
    rf"-\d+d|\d{{1,2}}\.\d{{1,2}}\.(?:\d\d){{0,2}}|\d\d/\d\d(?:/\d{{2,4}})?"
    rf"|\d{{1,2}}(?:st|nd|rd|th|\.)? {_MONTH}|{_MONTH} \d{{1,2}}(?:st|nd|rd|th)?",
    re.IGNORECASE,
)
"""What people mean as a day and `find_day` does not read; as text it would book on today."""

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
    work = read_work(words, today=None)
    return StartPhrase(work.words, moments[0] if moments else None, work.billable, work.ticket)


def read_stop(text: str, *, now: datetime, zone: str) -> StopPhrase:
    """Take `[at 17:30] [text]` apart; the text is a clean line.

    The first words are a time where they look like one: an unread time that became the text would
    stop the timer now and take its description away.

    Raises:
        NotAMoment: if a word begins like a time and is none, such as @25:00 or `at half past`.
    """
    words = text.split()
    if len(words) > 1 and words[0].casefold() == "at" and _means_time(words[1]):
        words = [f"@{words[1]}", *words[2:]]
    elif words and _BARE_TIME.fullmatch(words[0]):
        words[0] = f"@{words[0]}"
    words = _at_as_one_word(words)
    ended_at = _at_moment(words[0], now=now, zone=zone) if words else None
    rest = " ".join(words if ended_at is None else words[1:])
    return StopPhrase(ended_at, rest or None)


def _means_time(word: str) -> bool:
    """Say whether the word after the first `at` can only be a time.

    Raises:
        NotAMoment: if it is a time in words.
    """
    if word.casefold() in _TIMES_IN_WORDS:
        raise NotAMoment(word)
    return word[0].isdecimal()


def find_clock(text: str) -> int | None:
    """Return the time of the day that `@9:15` or `at 17:30` says, in minutes; None without one."""
    bodies = [word[1:] for word in _at_as_one_word(text.split()) if word.startswith("@")]
    return next((minute for body in bodies if (minute := parse_clock(body)) is not None), None)


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
    work = read_work(rest, today=today)
    if work.day is not None and work.day > today:
        raise DayInFuture(work.day)
    return AddPhrase(spoken, work.words, work.day, work.billable, work.ticket)


@dataclass
class Work:
    """What was worked on, as it is said behind every time.

    Attributes:
        words: client, project and description, still in one.
        day: the day that was said, or None; it may lie ahead.
        billable: internal or no_charge where it was said, else None.
        ticket: the ticket that was named or linked, or None.
    """

    words: str = ""
    day: date | None = None
    billable: str | None = None
    ticket: Ticket | None = None


def read_work(words: list[str], *, today: date | None) -> Work:
    """Take options off the end, then a ticket from anywhere; a link inside becomes its name.

    Args:
        words: clean words.
        today: the present day, or None where no day may be said.

    Raises:
        NotADay: if the last word is a date that no calendar has, or a day in a form not read here.
    """
    work, rest = Work(), list(words)
    while rest and _is_option(work, rest[-1], today):
        rest.pop()
    if today is not None and work.day is None:
        _refuse_unread_day(rest)
    if work.ticket is None and rest and (ticket := parse_ticket(rest[0])) is not None:
        # The client's name must come first for it to be found.
        work.ticket = ticket
        rest.pop(0)
    for place, word in enumerate(rest):
        if work.ticket is None and (ticket := parse_ticket(word)) is not None:
            work.ticket = ticket
            rest[place] = ticket.ref if ticket.url else word
    work.words = " ".join(rest)
    return work


def _refuse_unread_day(words: list[str]) -> None:
    for count in (1, 2):
        last = " ".join(words[-count:])
        if _UNREAD_DAY.fullmatch(last):
            raise NotADay(last)


def _is_option(work: Work, word: str, today: date | None) -> bool:
    """Say whether a last word is an option that was not said yet, and note it."""
    if work.billable is None and word.casefold() in _KINDS:
        work.billable = _KINDS[word.casefold()]
        return True
    if work.ticket is None and (ticket := parse_ticket(word)) is not None:
        work.ticket = ticket
        return True
    if today is not None and work.day is None and (day := find_day(word, today=today)) is not None:
        work.day = day
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
    body = word.strip(_QUOTES).removeprefix("@").strip(_QUOTES)
    if "@" not in word[:2] or not body:
        return None
    if body[0] in _DASHES:
        body = f"-{body[1:]}"
    if not (body[0].isdecimal() or body[0] == "-"):
        return None
    return parse_moment(body, now=now, zone=zone)


def leading_duration(words: list[str]) -> tuple[timedelta | ClockSpan, list[str]]:
    """Read the duration that words begin with; `1h 30m` and `9:00 - 10:30` are one, too.

    Quotes around it, or around all of the words, mean nothing.

    Returns:
        The duration or span, and the words behind it.

    Raises:
        NothingToAdd: if there are no words.
        NotADuration: if they begin with no duration.
        DurationUnclear: if they begin with a bare number; its buttons carry the other words.
    """
    words = _unquoted(words)
    if not words:
        raise NothingToAdd
    for count in (4, 3, 2):
        if len(words) >= count and _belong_together(words[:count]):
            return parse_duration(" ".join(words[:count])), words[count:]
    try:
        return parse_duration(words[0]), words[1:]
    except DurationUnclear as unclear:
        raise DurationUnclear(unclear.number, rest=" ".join(words[1:])) from None


def _unquoted(words: list[str]) -> list[str]:
    """Return the words without the quotes that open with the first one, wherever they close."""
    if not words or words[0][0] not in _QUOTES:
        return words
    quote, first = words[0][0], words[0][1:]
    found = [first, *words[1:]]
    closing = next((place for place, word in enumerate(found) if word.endswith(quote)), None)
    if closing is not None:
        found[closing] = found[closing][:-1]
    return [word for word in found if word]


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
