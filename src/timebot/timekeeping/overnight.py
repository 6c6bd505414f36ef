"""When a timer counts as left overnight, and where the workspace's rule ends it. Pure.

A timer was left overnight if it still runs at 4:00 in the morning, by its owner's clocks, and its
owner has not touched it for five hours or more. Who works at that time by their own working hours
has until four hours after these end. Somebody who asked to be left alone is (see `nags`).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from timebot.team.days import day_of, local_instant
from timebot.team.working_time import WorkingTime
from timebot.timekeeping.models import TimeEntry

NIGHT_MINUTE = 4 * 60
"""When a day is over for everybody who does not work at night; no clock change comes so late."""

UNTOUCHED_FOR = timedelta(hours=5)
AFTER_NIGHT_SHIFT = timedelta(hours=4)
ASK_AGAIN_AFTER = timedelta(hours=12)
"""The same question is not repeated on the morning on which it was first asked."""


@dataclass(frozen=True)
class Signs:
    """What is known about when a timer may have ended.

    Attributes:
        vouched_at: until here its owner said that it ran.
        day_end: the end of the working day to which that moment belongs, None for a day off or if
            the day had ended before.
        last_action: the last thing that its owner did in timebot since, or None.
    """

    vouched_at: datetime
    day_end: datetime | None
    last_action: datetime | None


def vouched_at(entry: TimeEntry) -> datetime:
    """Return until when the owner of a timer said that it ran: its start, or later."""
    return max(entry.started_at, entry.created_at, entry.vouched_at or entry.started_at)


def left_overnight_at(working: WorkingTime, *, since: datetime) -> datetime:
    """Return from when on a timer counts as left overnight.

    Args:
        working: when its owner works.
        since: until then its owner vouched for it.
    """
    earliest = since + UNTOUCHED_FOR
    day = day_of(earliest, working.zone)
    morning = local_instant(day, NIGHT_MINUTE, working.zone)
    if morning < earliest:
        morning = local_instant(day + timedelta(days=1), NIGHT_MINUTE, working.zone)
    if working.is_at_work(morning):
        return working.hours(working.day_at(morning)).end_at + AFTER_NIGHT_SHIFT
    return morning


def end_by_rule(rule: str, signs: Signs) -> datetime:
    """Return where a timer that was left overnight ends, as far as anybody can tell.

    Where nothing is known it ends where its owner last vouched for it, so that no minute is made
    up. The owner confirms it in any case.

    Args:
        rule: `day_end` or `last_action`.
        signs: what is known.
    """
    if rule == "day_end" and signs.day_end is not None:
        return signs.day_end
    return signs.last_action or signs.vouched_at


def ask_again_at(working: WorkingTime, *, now: datetime) -> datetime:
    """Return when the owner of a guessed end is asked again: as their next working day begins."""
    return working.next_start(now + ASK_AGAIN_AFTER)
