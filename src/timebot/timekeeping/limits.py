"""What an entry must keep to: an open project, and a span of time that is past and not endless."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from timebot.clients.models import Client, Project
from timebot.errors import Refusal, WayOut
from timebot.team.days import day_of
from timebot.timekeeping.durations import duration_words
from timebot.timekeeping.models import BILLABLE_KINDS, TimeEntry
from timebot.timekeeping.naming import moment_words, project_words

ASKED_BACK_AFTER = timedelta(hours=24)
"""A longer entry is asked back before it counts."""


class TimeInFuture(Refusal):
    """A start or an end that has not come yet."""

    def __init__(self, moment: datetime, *, zone: str, now: datetime) -> None:
        self.moment = moment
        super().__init__(
            f"{moment_words(moment, zone=zone, now=now)} has not come yet."
            " Time can be recorded up to now.",
            example="/timer start Acme logo @-20m",
        )


class EndsBeforeStart(Refusal):
    """An end that is not after its start."""

    def __init__(
        self,
        start: datetime,
        end: datetime,
        *,
        zone: str,
        now: datetime,
        example: str = "/timer add 9:00-10:30 Acme logo",
    ) -> None:
        super().__init__(
            f"It started at {moment_words(start, zone=zone, now=now)}, so it cannot end at"
            f" {moment_words(end, zone=zone, now=now)} ({zone}).",
            example=example,
        )


class LongTime(Refusal):
    """More than 24 hours in one entry: right, or forgotten?

    Attributes:
        length: how long it would be.
    """

    def __init__(self, length: timedelta, ways_out: list[WayOut]) -> None:
        self.length = length
        super().__init__(
            f"That would be {duration_words(int(length.total_seconds()))} in one entry."
            " Nothing was changed. Is that right?",
            ways_out=ways_out,
        )


class ProjectClosed(Refusal):
    """A project that takes no new time."""

    def __init__(self, words: str, state: str) -> None:
        self.state = state
        super().__init__(
            f"{words} is {state} and takes no new time."
            " Choose another project, or ask a billing person to open it."
        )


class KindUnknown(Refusal):
    """A word that is no kind of billing."""

    def __init__(self, word: str) -> None:
        super().__init__(
            f"{word} is none of billable, no charge and internal. Choose one of these."
        )


@dataclass(frozen=True)
class Span:
    """From one instant to another, both exact."""

    started_at: datetime
    ended_at: datetime

    @property
    def length(self) -> timedelta:
        """The time between them, whatever clocks on the wall did meanwhile."""
        return self.ended_at - self.started_at


def ensure_past(moment: datetime, *, zone: str, now: datetime) -> None:
    """Make sure that a moment is not in the future.

    Raises:
        TimeInFuture: if it is.
    """
    if moment > now:
        raise TimeInFuture(moment, zone=zone, now=now)


def ensure_span(span: Span, *, zone: str, now: datetime) -> None:
    """Make sure that a span is in the past and leaves some time.

    Raises:
        EndsBeforeStart: if it ends where it starts, or before.
        TimeInFuture: if it ends in the future.
    """
    if span.ended_at <= span.started_at:
        raise EndsBeforeStart(span.started_at, span.ended_at, zone=zone, now=now)
    ensure_past(span.ended_at, zone=zone, now=now)


def ensure_open(session: Session, project: Project | None) -> None:
    """Make sure that a project takes new time; no project at all does.

    Raises:
        ProjectClosed: if it does not.
    """
    if project is None:
        return
    session.refresh(project)
    client = session.get_one(Client, (project.workspace_id, project.client_id))
    state = "archived" if client.archived_at is not None else project.state
    if state != "active":
        raise ProjectClosed(project_words(session, project), state)


def kind_for(project: Project | None, said: str | None) -> str:
    """Return the kind of a new entry: what was said, else the project's.

    Raises:
        KindUnknown: if what was said is no kind.
    """
    if said is not None and said not in BILLABLE_KINDS:
        raise KindUnknown(said)
    return said or (project.billable if project is not None else "billable")


def place_on_day(entry: TimeEntry, started_at: datetime) -> None:
    """Set the entry's start, and the day of work that follows from it in the entry's zone."""
    entry.started_at = started_at
    entry.worked_on = day_of(started_at, entry.zone)
