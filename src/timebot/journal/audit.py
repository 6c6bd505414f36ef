"""The audit: who did what, when and from where; written in the transaction that does it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from secrets import token_hex
from uuid import UUID, uuid4

from sqlalchemy import CursorResult, insert, update
from sqlalchemy.orm import Session

from timebot.journal.canonical import Json, as_facts, digest
from timebot.journal.models import AuditDetail, AuditEvent


@dataclass(frozen=True)
class Actor:
    """Who did something, and through what.

    Attributes:
        member_id: the member, or None for timebot itself.
        surface: slack, cli, worker, stripe, resend or import.
    """

    member_id: UUID | None
    surface: str


WORKER = Actor(None, "worker")
"""Timebot itself, doing what is due."""


def record(
    session: Session,
    *,
    workspace_id: UUID,
    actor: Actor,
    action: str,
    subject_kind: str,
    subject_id: UUID | None,
    at: datetime,
    before: Mapping[str, object] | None = None,
    after: Mapping[str, object] | None = None,
    note: str | None = None,
) -> None:
    """Write down that something was done; it stands if and only if the transaction does.

    Args:
        session: the transaction that does it.
        workspace_id: where.
        actor: who, and through what.
        action: what, as `<table>.<verb in the past>`, such as `time_entry.approved`.
        subject_kind: the table of what it was done to.
        subject_id: which row of it.
        at: when, in business time.
        before: the values it replaced; ids and dates may stay as they are, floats are refused.
        after: the values from now on.
        note: words of the person, such as a reason.
    """
    event_id, salt = uuid4(), token_hex(16)
    old = None if before is None else as_facts(before)
    new = None if after is None else as_facts(after)
    # Two statements in this order; a flush knows no order between tables without relationships.
    session.execute(
        insert(AuditEvent).values(
            workspace_id=workspace_id,
            id=event_id,
            at=at,
            actor_id=actor.member_id,
            surface=actor.surface,
            action=action,
            subject_kind=subject_kind,
            subject_id=subject_id,
            detail_digest=detail_digest(salt, old, new, note),
        )
    )
    session.execute(
        insert(AuditDetail).values(
            workspace_id=workspace_id,
            event_id=event_id,
            salt=salt,
            before=old,
            after=new,
            note=note,
        )
    )


def detail_digest(
    salt: str | None,
    before: Mapping[str, Json] | None,
    after: Mapping[str, Json] | None,
    note: str | None,
) -> str:
    """Return the digest by which an event vouches for its detail."""
    return digest({"salt": salt, "before": before, "after": after, "note": note})


def erase_details(session: Session, *, workspace_id: UUID, event_ids: Collection[UUID]) -> int:
    """Empty what the events said, for a person's erasure; that they happened stays.

    Returns:
        How many were found.
    """
    emptied = session.execute(
        update(AuditDetail)
        .where(AuditDetail.workspace_id == workspace_id, AuditDetail.event_id.in_(event_ids))
        .values(salt=None, before=None, after=None, note=None)
    )
    return emptied.rowcount if isinstance(emptied, CursorResult) else 0
