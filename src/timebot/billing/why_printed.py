"""How lines came to be, as values to print for the client: nothing in them is internal.

Old texts, names of other clients' projects and reasons of rejections stay in the house: of what
was changed, only times and kinds are printed with before and after.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from timebot.billing.printed_moment import Moment, moment_at
from timebot.billing.why import WhyCredit, WhyLine
from timebot.billing.why_entries import WhyEntry, WhyGroup
from timebot.money import Money
from timebot.timekeeping.entry_story import Replaced, Step
from timebot.timekeeping.story_words import deed_words, part_line

MOST_EXPLAINED = 500
"""An entry takes about 60 ms to draw, ten times as long as a line of an invoice (measured)."""

_PER_ENTRY, _PARTS_PER_CHANGE = 5, 30
"""To draw, an entry takes as long as five of its changes, and one of these as 30 parts of a sum."""

_MOST_DRAWN = 7 * MOST_EXPLAINED
"""In changes: about 20 seconds, a third of what the drawing child may take."""

_SHOWN_IN_FULL = frozenset(("started_at", "ended_at", "billable", "is_confirmed"))
_NAMED_ONLY = {
    "project": "The project was changed.",
    "text": "The description was changed.",
    "ticket_ref": "The ticket was changed.",
}


@dataclass(frozen=True)
class PrintedChange:
    """What somebody did to an entry before it was billed.

    Attributes:
        by: their name, empty for timebot itself.
        is_for_author: whether it was somebody else than the author.
        outcomes: sentences: what was replaced, and that an approval no longer counted.
    """

    at: Moment
    by: str
    is_for_author: bool
    deed: str
    outcomes: tuple[str, ...]


@dataclass(frozen=True)
class PrintedEntry:
    """A time entry behind a line.

    Attributes:
        began, ended: to the second, in `zone`; they differ by what was worked.
        group: what was summed and rounded once, step by step; None where it was this entry alone.
        rounding: the rule in words.
    """

    number: int
    member: str
    worked_on: date
    began: Moment
    ended: Moment
    zone: str
    text: str
    ticket_ref: str | None
    ticket_url: str | None
    source: str
    approved_by: str
    approved: Moment | None
    changes: tuple[PrintedChange, ...]
    seconds_worked: int
    minutes_billed: int
    group: WhyGroup | None
    rounding: str
    rate_source: str | None
    amount: Money


@dataclass(frozen=True)
class PrintedLine:
    """A line and what is behind it.

    Attributes:
        taken_back: what credit notes took back of it.
    """

    position: int
    project: str
    text: str
    kind: str
    tax_ppm: int
    seconds_worked: int
    minutes_billed: int
    rate: Money
    amount: Money
    entries: tuple[PrintedEntry, ...]
    taken_back: tuple[WhyCredit, ...]


def is_too_long(lines: Sequence[PrintedLine]) -> bool:
    """Tell whether lines have too many entries, or too much behind these, to be drawn."""
    entries = [entry for line in lines for entry in line.entries]
    return len(entries) > MOST_EXPLAINED or sum(map(_to_draw, entries)) > _MOST_DRAWN


def _to_draw(entry: PrintedEntry) -> int:
    parts = 0 if entry.group is None else len(entry.group.parts)
    return _PER_ENTRY + len(entry.changes) + parts // _PARTS_PER_CHANGE


def print_line(line: WhyLine) -> PrintedLine:
    """Return a line, explained to billing people, as it may be shown to the client."""
    return PrintedLine(
        position=line.position,
        project=line.project_name,
        text=line.text,
        kind=line.kind,
        tax_ppm=line.tax_ppm,
        seconds_worked=line.seconds_worked,
        minutes_billed=line.minutes_billed,
        rate=_shown(line.rate),
        amount=_shown(line.amount),
        entries=tuple(map(_entry, line.entries)),
        taken_back=line.taken_back,
    )


def _entry(entry: WhyEntry) -> PrintedEntry:
    began, ended = entry.whole_seconds
    approved = entry.approved_at
    return PrintedEntry(
        number=entry.entry_number,
        member=entry.member_name,
        worked_on=entry.worked_on,
        began=moment_at(began, entry.zone),
        ended=moment_at(ended, entry.zone),
        zone=entry.zone,
        text=entry.text,
        ticket_ref=entry.ticket_ref,
        ticket_url=entry.ticket_url,
        source=entry.source,
        approved_by=entry.approved_by,
        approved=None if approved is None else moment_at(approved, entry.zone),
        changes=tuple(_change(step, entry.zone) for step in entry.changes),
        seconds_worked=entry.seconds_worked,
        minutes_billed=entry.minutes_billed,
        group=None if entry.group.is_alone else entry.group,
        rounding=entry.rounding,
        rate_source=entry.rate_source,
        amount=_shown(entry.amount),
    )


def _change(step: Step, zone: str) -> PrintedChange:
    outcomes = [_outcome(part, step.zone) for part in step.replaced]
    if step.state_before == "approved":
        outcomes.append("The approval no longer counted.")
    return PrintedChange(
        at=moment_at(step.at, zone),
        by=step.by or "",
        is_for_author=step.is_for_author,
        # What people noted about it is theirs.
        deed=deed_words(replace(step, note=None)),
        outcomes=tuple(outcomes),
    )


def _outcome(part: Replaced, zone: str) -> str:
    return part_line(part, zone) if part.part in _SHOWN_IN_FULL else _NAMED_ONLY[part.part]


def _shown(money: Money | None) -> Money:
    if money is None:
        raise ValueError("only what is explained with its amounts can be printed")
    return money
