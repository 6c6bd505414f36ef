"""Tells the story of one entry from the audit: who did what to it, when, before and after."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from timebot.clients.models import Project
from timebot.journal.models import AuditDetail, AuditEvent
from timebot.team.models import Member
from timebot.team.rights import require
from timebot.timekeeping.models import TimeEntry
from timebot.timekeeping.naming import project_words

_TOLD = (
    "started",
    "stopped",
    "added",
    "edited",
    "split",
    "split_off",
    "joined",
    "trimmed",
    "deleted",
    "restored",
    "confirmed",
    "submitted",
    "withdrawn",
    "approved",
    "unapproved",
    "rejected",
)
"""The verbs of the story. What billing does to rates and holds is not the author's to read."""

_COMPARED = (
    "project_id",
    "text",
    "started_at",
    "ended_at",
    "billable",
    "is_confirmed",
    "ticket_ref",
)


Noted = tuple[AuditEvent, AuditDetail | None]
"""What the audit has of one step; the detail may be missing."""


@dataclass(frozen=True)
class Replaced:
    """One part of an entry that a step changed.

    Attributes:
        part: project, text, started_at, ended_at, billable, is_confirmed or ticket_ref.
        before, after: as in the audit; a project by its name, None for nothing.
    """

    part: str
    before: Any
    after: Any


@dataclass(frozen=True)
class Step:
    """One thing that was done to an entry.

    Attributes:
        at: when.
        by: the name of who did it, None for timebot itself.
        is_for_author: whether somebody else than the author did it.
        surface: slack, cli, worker or import.
        verb: what, such as edited.
        is_undo: whether it took an earlier step back.
        replaced: what it changed.
        state_before: the state that it ended, None for the first step.
        zone: the zone in which the times of the entry are read.
        note: the reason of a rejection, or another word about it.
        is_erased: whether the details were erased; only who, what and when are left.
    """

    at: datetime
    by: str | None
    is_for_author: bool
    surface: str
    verb: str
    is_undo: bool
    replaced: Sequence[Replaced]
    state_before: str | None
    zone: str
    note: str | None
    is_erased: bool


@dataclass(frozen=True)
class Story:
    """A page of an entry's story.

    Attributes:
        steps: newest first.
        older: how many came before them.
    """

    steps: Sequence[Step]
    older: int


def tell_story(
    session: Session, *, reader: Member, entry: TimeEntry, now: datetime, skip: int, most: int
) -> Story:
    """Return a page of what was done to an entry, newest first; no money is in it.

    Args:
        session: the open transaction.
        reader: its author, or an approver.
        entry: the entry.
        now: the present instant.
        skip: how many of the newest steps were read already.
        most: how many steps a page has.

    Raises:
        NotAllowed: if the entry is somebody else's and the reader is no approver.
    """
    if reader.id != entry.member_id:
        require(session, reader, "approver", to="see the history of others", now=now)
    found = noted(session, workspace_id=entry.workspace_id, entry_ids=[entry.id])
    newest_first = found.get(entry.id, [])[::-1]
    page = newest_first[skip : skip + most]
    steps = [read_step(session, entry, *row) for row in page]
    return Story(steps, older=len(newest_first) - skip - len(page))


def noted(
    session: Session, *, workspace_id: UUID, entry_ids: Sequence[UUID]
) -> dict[UUID, list[Noted]]:
    """Return what the audit has of some entries, by entry, the oldest first."""
    rows = session.execute(
        select(AuditEvent, AuditDetail)
        .outerjoin(
            AuditDetail,
            (AuditDetail.workspace_id == AuditEvent.workspace_id)
            & (AuditDetail.event_id == AuditEvent.id),
        )
        .where(
            AuditEvent.workspace_id == workspace_id,
            AuditEvent.subject_kind == "time_entry",
            AuditEvent.subject_id.in_(entry_ids),
            AuditEvent.action.in_([f"time_entry.{verb}" for verb in _TOLD]),
        )
    )
    found: dict[UUID, list[Noted]] = defaultdict(list)
    for event, detail in rows:
        if event.subject_id is not None:
            found[event.subject_id].append((event, detail))
    return {entry_id: sorted(one, key=_order) for entry_id, one in found.items()}


def _order(row: Noted) -> tuple[datetime, int]:
    """Return what orders the steps; within one instant the entry's version does."""
    event, detail = row
    after = (detail.after if detail is not None else None) or {}
    return event.at, int(after.get("version", 0))


def read_step(
    session: Session, entry: TimeEntry, event: AuditEvent, detail: AuditDetail | None
) -> Step:
    """Return one thing that the audit has of an entry, as a step of its story."""
    before = (detail.before if detail is not None else None) or {}
    after = (detail.after if detail is not None else None) or {}
    note = detail.note if detail is not None else None
    return Step(
        at=event.at,
        by=_name(session, entry.workspace_id, event.actor_id),
        is_for_author=event.actor_id is not None and event.actor_id != entry.member_id,
        surface=event.surface,
        verb=event.action.removeprefix("time_entry."),
        is_undo=note == "undo",
        replaced=replaced_parts(session, entry.workspace_id, before, after),
        state_before=before.get("state"),
        zone=after.get("zone") or entry.zone,
        note=None if note == "undo" else note,
        is_erased=not after,
    )


def replaced_parts(
    session: Session, workspace_id: UUID, before: Mapping[str, Any], after: Mapping[str, Any]
) -> list[Replaced]:
    """Return which parts of an entry differ between two of its states in the audit."""
    if not before:
        return []
    found = []
    for part in _COMPARED:
        old, new = before.get(part), after.get(part)
        if old == new:
            continue
        if part == "project_id":
            old, new = _project(session, workspace_id, old), _project(session, workspace_id, new)
            part = "project"  # noqa: PLW2901 - people read a name and no id
        found.append(Replaced(part, old, new))
    return found


def _project(session: Session, workspace_id: UUID, project_id: str | None) -> str:
    project = session.get(Project, (workspace_id, UUID(project_id))) if project_id else None
    return project_words(session, project)


def _name(session: Session, workspace_id: UUID, member_id: UUID | None) -> str | None:
    if member_id is None:
        return None
    return session.get_one(Member, (workspace_id, member_id)).name
