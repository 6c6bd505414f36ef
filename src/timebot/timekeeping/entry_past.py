"""What entries were at an instant of the past, who had approved them, and how they became so."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from timebot.team.models import Member
from timebot.timekeeping.entry_story import Noted, Step, noted, read_step
from timebot.timekeeping.history import entry_facts
from timebot.timekeeping.models import TimeEntry

_AT_ONCE = 500
_USUAL = frozenset(("started", "stopped", "added", "submitted"))
"""What its author does to every entry; nobody asks about it."""


@dataclass(frozen=True)
class Past:
    """What an entry was at an instant.

    Attributes:
        started_at, ended_at: the exact instants, in UTC; `zone` is where they were worked.
        approved_by: the name of who had approved it last, empty where nobody had.
        changes: what was done to it until then beside starting, stopping, submitting and
            approving it, the oldest first.
    """

    started_at: datetime
    ended_at: datetime
    zone: str
    text: str
    ticket_ref: str | None
    ticket_url: str | None
    approved_by: str
    approved_at: datetime | None
    changes: tuple[Step, ...]


def look_back(
    session: Session, *, workspace_id: UUID, entries: Sequence[TimeEntry], until: datetime
) -> dict[UUID, Past]:
    """Return what closed entries were at an instant, by entry, whatever was done to them since.

    Of what was erased, and of imported entries that nobody changed, the entry itself tells.
    """
    rows: dict[UUID, list[Noted]] = {}
    for start in range(0, len(entries), _AT_ONCE):
        ids = [entry.id for entry in entries[start : start + _AT_ONCE]]
        rows |= noted(session, workspace_id=workspace_id, entry_ids=ids)
    people = _people(session, workspace_id, entries, rows)
    return {
        entry.id: _past(session, entry, rows.get(entry.id, []), until, people) for entry in entries
    }


def _people(
    session: Session,
    workspace_id: UUID,
    entries: Sequence[TimeEntry],
    rows: Mapping[UUID, Sequence[Noted]],
) -> dict[UUID, Member]:
    """Return who did something, in one query and not in one for each step."""
    ids = {event.actor_id for one in rows.values() for event, _ in one}
    ids |= {entry.approved_by for entry in entries}
    found = session.scalars(
        select(Member).where(Member.workspace_id == workspace_id, Member.id.in_(ids - {None}))
    )
    return {member.id: member for member in found}


def _past(
    session: Session,
    entry: TimeEntry,
    rows: Sequence[Noted],
    until: datetime,
    people: Mapping[UUID, Member],
) -> Past:
    facts = _facts_then(entry, rows, until)
    then = [row for row in rows if row[0].at <= until]
    approver_id, approved_at = _approval(entry, then)
    approver = people.get(approver_id) if approver_id is not None else None
    steps = (read_step(session, entry, *row) for row in then)
    return Past(
        started_at=datetime.fromisoformat(facts["started_at"]),
        ended_at=datetime.fromisoformat(facts["ended_at"] or facts["started_at"]),
        zone=facts["zone"],
        text=facts["text"],
        ticket_ref=facts["ticket_ref"],
        ticket_url=facts["ticket_url"],
        approved_by=approver.name if approver is not None else "",
        approved_at=approved_at,
        changes=tuple(step for step in steps if not _is_usual(step)),
    )


def _facts_then(entry: TimeEntry, rows: Sequence[Noted], until: datetime) -> Mapping[str, Any]:
    """Return what the first change since has replaced; without one, what the entry says."""
    for event, detail in rows:
        if event.at > until and detail is not None and detail.before:
            return detail.before
    return entry_facts(entry)


def _approval(entry: TimeEntry, then: Sequence[Noted]) -> tuple[UUID | None, datetime | None]:
    for event, _ in reversed(then):
        if event.action == "time_entry.approved":
            return event.actor_id, event.at
    return entry.approved_by, entry.approved_at


def _is_usual(step: Step) -> bool:
    by_author = step.by is not None and not step.is_for_author
    is_own_move = step.verb in _USUAL and by_author and not step.is_undo
    return step.verb == "approved" or is_own_move
