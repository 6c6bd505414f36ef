"""Reads the fields of the modals of time, and shows a refusal under the field it is about."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime
from typing import TypedDict
from uuid import UUID

from timebot.clients.models import Project
from timebot.errors import Refusal
from timebot.slack import entry_form
from timebot.slack.answer import AtField
from timebot.slack.desk import Asked
from timebot.slack.time_words import moved_words
from timebot.team.days import local_instant, next_local_instant
from timebot.timekeeping.durations import MuchTooLong, NotADuration, NoTimeAtAll, parse_clock
from timebot.timekeeping.editing import EntryChanges
from timebot.timekeeping.limits import ProjectClosed
from timebot.timekeeping.manual import DoesNotFit
from timebot.timekeeping.models import TimeEntry
from timebot.timekeeping.moments import DayInFuture, NotAMoment
from timebot.timekeeping.tickets import Ticket, parse_ticket
from timebot.timekeeping.wording import TextTooLong, clean_plain

_FIELDS: Mapping[type[Refusal], str] = {
    ProjectClosed: entry_form.PROJECT,
    TextTooLong: entry_form.TEXT,
    NotADuration: entry_form.SPENT,
    NoTimeAtAll: entry_form.SPENT,
    MuchTooLong: entry_form.SPENT,
    DoesNotFit: entry_form.SPENT,
    DayInFuture: entry_form.DAY,
    NotAMoment: entry_form.AT,
}
"""Under which field a refusal is shown; the others stand under the first one."""

State = Mapping[str, str | None]


@contextmanager
def under_fields(more: Mapping[type[Refusal], str]) -> Iterator[None]:
    """Turn a refusal of the block into one under the field that it is about.

    Args:
        more: the fields of refusals that stand elsewhere in other modals.

    Raises:
        AtField: for the refusals that have a field.
    """
    try:
        yield
    except Refusal as refusal:
        block_id = {**_FIELDS, **more}.get(type(refusal)) if not refusal.needs_right else None
        if block_id is None:
            raise
        raise AtField(block_id, refusal) from None


def project_id_in(state: State) -> UUID | None:
    """Return the id of the chosen project, or None."""
    chosen = state.get(entry_form.PROJECT)
    return UUID(chosen) if chosen else None


def project_in(asked: Asked) -> Project | None:
    """Return the chosen project, or None."""
    project_id = project_id_in(asked.delivery.state)
    if project_id is None:
        return None
    return asked.session.get_one(Project, (asked.workspace.id, project_id))


def text_in(state: State) -> str:
    """Return the description, as one clean line."""
    return clean_plain(state.get(entry_form.TEXT) or "")


def kind_in(state: State) -> str | None:
    """Return the kind of billing, or None where the project says it."""
    chosen = state.get(entry_form.KIND)
    return None if chosen == entry_form.OF_PROJECT else chosen


def day_in(state: State) -> date | None:
    """Return the chosen day, or None."""
    chosen = state.get(entry_form.DAY)
    return date.fromisoformat(chosen) if chosen else None


def ticket_in(state: State) -> Ticket | None:
    """Return the ticket, typed with or without #, or pasted as a link.

    Raises:
        AtField: if it is none of these.
    """
    typed = clean_plain(state.get(entry_form.TICKET) or "")
    if not typed:
        return None
    found = parse_ticket(typed) or parse_ticket(f"#{typed}")
    if found is None:
        raise AtField(
            entry_form.TICKET, "I cannot read that as a ticket. Write ABC-123, or paste its link."
        )
    return found


def changes_in(
    asked: Asked, entry: TimeEntry, *, version: int, long_is_meant: bool
) -> EntryChanges:
    """Return what differs between an entry and the fields of its modal."""
    state, shown = asked.delivery.state, entry_form.values_of(entry)
    typed = (state.get(entry_form.TICKET) or "").strip()
    kind = state.get(entry_form.KIND)
    has_new_project = state.get(entry_form.PROJECT) != shown[entry_form.PROJECT]
    return EntryChanges(
        text=text_in(state),
        project=project_in(asked) if has_new_project else None,
        billable=kind if kind != shown[entry_form.KIND] else None,
        ticket=ticket_in(state) if typed != (shown[entry_form.TICKET] or "") else None,
        drops_ticket=not typed,
        version=version,
        long_is_meant=long_is_meant,
        **_times(entry, state, shown),
    )


def moved_in(state: State, entry: TimeEntry) -> str:
    """Say that clocks skipped a start or an end that was filled in; empty where they did not."""
    moments = {entry_form.BEGAN: entry.started_at, entry_form.ENDED: entry.ended_at}
    moved = (
        moved_words(_minute(state, name), moment, entry.zone)
        for name, moment in moments.items()
        if moment is not None
    )
    return " ".join(each for each in moved if each)


class _Times(TypedDict, total=False):
    started_at: datetime
    ended_at: datetime
    worked_on: date


def _times(entry: TimeEntry, state: State, shown: State) -> _Times:
    """Return the times that were changed; the seconds of the others stay as they are."""
    names = (entry_form.DAY, entry_form.BEGAN, entry_form.ENDED)
    moves, new_start, new_end = (state.get(one, shown[one]) != shown[one] for one in names)
    day = day_in(state) or entry.worked_on
    if not (new_start or new_end):
        return {"worked_on": day} if moves else {}
    times: _Times = {}
    start, end = _minute(state, entry_form.BEGAN), _minute(state, entry_form.ENDED)
    if start is not None and (new_start or moves):
        times["started_at"] = local_instant(day, start, entry.zone)
    if end is not None and (new_end or moves):
        begins = times.get("started_at", entry.started_at)
        times["ended_at"] = next_local_instant(begins, day, end, entry.zone)
    return times


def _minute(state: State, name: str) -> int | None:
    return parse_clock(state.get(name) or "")
