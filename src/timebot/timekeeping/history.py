"""Notes every change of an entry: in the audit, for undo, and on the member's Home."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from timebot.journal.audit import WORKER, Actor, record
from timebot.journal.notices import publish_home, refresh_card, refresh_homes
from timebot.journal.posted import list_posted
from timebot.team.models import Member
from timebot.timekeeping.models import MemberAction, TimeEntry


@dataclass(frozen=True)
class Change:
    """Who changes something, from where, and when."""

    member: Member
    surface: str
    now: datetime

    @property
    def actor(self) -> Actor:
        """Who is written into the audit: the member, or timebot for what its worker does."""
        return WORKER if self.surface == WORKER.surface else Actor(self.member.id, self.surface)


def entry_facts(entry: TimeEntry) -> dict[str, Any]:
    """Return what the entry says, as plain values for the audit and for undo."""
    return {
        "number": entry.number,
        "project_id": str(entry.project_id) if entry.project_id else None,
        "text": entry.text,
        "started_at": entry.started_at.isoformat(),
        "ended_at": entry.ended_at.isoformat() if entry.ended_at else None,
        "worked_on": entry.worked_on.isoformat(),
        "zone": entry.zone,
        "state": entry.state,
        "billable": entry.billable,
        "is_confirmed": entry.is_confirmed,
        "ticket_ref": entry.ticket_ref,
        "ticket_url": entry.ticket_url,
        "version": entry.version,
    }


def note_change(
    session: Session,
    change: Change,
    entry: TimeEntry,
    verb: str,
    *,
    before: dict[str, Any] | None = None,
    note: str | None = None,
) -> None:
    """Write an entry's change to the audit, and have its author's Home drawn again."""
    audit_change(session, change, entry, verb, before=before, note=note)
    draw_home(session, change, entry.member_id)
    # What asks the author for ends that were guessed stands once per member.
    refresh_card(
        session,
        workspace_id=entry.workspace_id,
        purpose="unconfirmed",
        subject_id=entry.member_id,
        now=change.now,
    )


def audit_change(
    session: Session,
    change: Change,
    entry: TimeEntry,
    verb: str,
    *,
    before: dict[str, Any] | None = None,
    note: str | None = None,
) -> None:
    """Write an entry's change to the audit; for many entries, `draw_home` follows once."""
    session.flush()
    record(
        session,
        workspace_id=entry.workspace_id,
        actor=change.actor,
        action=f"time_entry.{verb}",
        subject_kind="time_entry",
        subject_id=entry.id,
        at=change.now,
        before=before,
        after=entry_facts(entry),
        note=note,
    )


def remove_entry(
    session: Session,
    change: Change,
    entry: TimeEntry,
    *,
    before: dict[str, Any],
    note: str | None = None,
) -> None:
    """Mark an entry as deleted, and repaint a question about it that may stand in Slack."""
    entry.deleted_at = change.now
    note_change(session, change, entry, "deleted", before=before, note=note)
    refresh_card(
        session, workspace_id=entry.workspace_id, purpose="nag", subject_id=entry.id, now=change.now
    )


def draw_home(session: Session, change: Change, member_id: UUID) -> None:
    """Have a member's Home drawn again, and what asks others for their hours if they have left."""
    workspace_id, now = change.member.workspace_id, change.now
    publish_home(session, workspace_id=workspace_id, member_id=member_id, now=now)
    copies = list_posted(session, workspace_id=workspace_id, purpose="leaver", subject_id=member_id)
    if not copies:
        return
    refresh_card(
        session, workspace_id=workspace_id, purpose="leaver", subject_id=member_id, now=now
    )
    asked = [copy.recipient for copy in copies]
    refresh_homes(session, workspace_id=workspace_id, recipients=asked, now=now)


def remember_action(
    session: Session,
    change: Change,
    kind: str,
    entry: TimeEntry,
    *,
    other: TimeEntry | None = None,
    before: dict[str, Any] | None = None,
) -> MemberAction:
    """Keep what the member did, so that it can be undone for a while."""
    session.flush()
    action = MemberAction(
        workspace_id=entry.workspace_id,
        id=uuid4(),
        member_id=change.member.id,
        at=_next_instant(session, change),
        kind=kind,
        entry_id=entry.id,
        other_entry_id=other.id if other is not None else None,
        before=before,
        entry_version=entry.version,
    )
    session.add(action)
    session.flush()
    return action


def find_last_action(session: Session, *, member: Member) -> MemberAction | None:
    """Return what the member did last, undone or not, or None."""
    return session.scalars(
        select(MemberAction)
        .where(
            MemberAction.workspace_id == member.workspace_id, MemberAction.member_id == member.id
        )
        .order_by(MemberAction.at.desc())
        .limit(1)
        .execution_options(populate_existing=True)
    ).first()


def was_submitted(session: Session, *, member: Member) -> bool:
    """Tell whether what the member changed last had been handed in or approved before."""
    last = find_last_action(session, member=member)
    facts = (last.before if last is not None else None) or {}
    return facts.get("state") in {"pending_review", "approved"}


def _next_instant(session: Session, change: Change) -> datetime:
    """Return now, or a microsecond after the last action, so that the order is never in doubt."""
    last = find_last_action(session, member=change.member)
    if last is None or last.at < change.now:
        return change.now
    return last.at + timedelta(microseconds=1)
