"""Remembers what a correction took out of a submission, for the approvers who were shown it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from timebot.clients.models import Project
from timebot.journal.audit import Actor, record
from timebot.journal.models import AuditDetail, AuditEvent
from timebot.team.models import Member
from timebot.timekeeping.history import Change
from timebot.timekeeping.models import Submission, TimeEntry
from timebot.timekeeping.naming import project_words

_ACTION = "submission.entry_taken_out"


@dataclass(frozen=True)
class TakenOut:
    """An entry that left a submission because it was corrected.

    Attributes:
        by: the name of who corrected it.
        at: when.
        number: its short number, None once the details were erased.
        where: client and project, None likewise.
        seconds: what it counted.
        verb: what was done to it: edited, split, trimmed or deleted; None likewise.
        was_approved: whether it had been approved already.
    """

    by: str
    at: datetime
    number: int | None
    where: str | None
    seconds: int
    verb: str | None
    was_approved: bool


def note_taken_out(
    session: Session,
    change: Change,
    entry: TimeEntry,
    submission_id: UUID,
    verb: str,
    *,
    before: dict[str, Any],
) -> None:
    """Write down that a correction took an entry out of a submission."""
    record(
        session,
        workspace_id=entry.workspace_id,
        actor=Actor(change.member.id, change.surface),
        action=_ACTION,
        subject_kind="submission",
        subject_id=submission_id,
        at=change.now,
        before=before,
        after={"verb": verb},
    )


def list_taken_out(session: Session, *, submission: Submission) -> Sequence[TakenOut]:
    """List what corrections took out of a submission, in their order."""
    rows = session.execute(
        select(AuditEvent, AuditDetail, Member.name)
        .join(
            Member,
            (Member.workspace_id == AuditEvent.workspace_id) & (Member.id == AuditEvent.actor_id),
        )
        .outerjoin(
            AuditDetail,
            (AuditDetail.workspace_id == AuditEvent.workspace_id)
            & (AuditDetail.event_id == AuditEvent.id),
        )
        .where(
            AuditEvent.workspace_id == submission.workspace_id,
            AuditEvent.subject_kind == "submission",
            AuditEvent.subject_id == submission.id,
            AuditEvent.action == _ACTION,
        )
        .order_by(AuditEvent.at)
    )
    return [_taken_out(session, event, detail, name) for event, detail, name in rows]


def _taken_out(
    session: Session, event: AuditEvent, detail: AuditDetail | None, name: str
) -> TakenOut:
    before = (detail.before if detail is not None else None) or {}
    after = (detail.after if detail is not None else None) or {}
    return TakenOut(
        by=name,
        at=event.at,
        number=before.get("number"),
        where=_where(session, event.workspace_id, before) if before else None,
        seconds=_seconds(before) if before else 0,
        verb=after.get("verb"),
        was_approved=before.get("state") == "approved",
    )


def _where(session: Session, workspace_id: UUID, before: dict[str, Any]) -> str:
    project = session.get(Project, (workspace_id, UUID(before["project_id"])))
    return project_words(session, project)


def _seconds(before: dict[str, Any]) -> int:
    start, end = (datetime.fromisoformat(before[name]) for name in ("started_at", "ended_at"))
    return int((end - start).total_seconds())
