"""How waiting entries move: approved or rejected, each by one conditional UPDATE, then told."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import case, update
from sqlalchemy.orm import Session

from timebot.journal.notices import tell
from timebot.team.models import Member
from timebot.team.rights import has_left
from timebot.timekeeping.history import audit_change, draw_home, entry_facts
from timebot.timekeeping.leavers import ask_about_rejected
from timebot.timekeeping.models import TimeEntry
from timebot.timekeeping.review import ChangedSince, Desk
from timebot.timekeeping.submitted import entry_digest, list_waiting, refresh_submission


@dataclass(frozen=True)
class Settled:
    """What was settled of one submission.

    Attributes:
        by: who settled it.
        entries: the entries that were settled: approved, rejected, or taken back.
        left: how many of the submission still wait.
    """

    by: Member
    entries: Sequence[TimeEntry]
    left: int


def approve_entries(session: Session, desk: Desk, entries: Sequence[TimeEntry]) -> None:
    """Approve waiting entries, each with the digest of what was shown.

    Raises:
        ChangedSince: if one of them does not wait any more.
    """
    digests = [(TimeEntry.id == entry.id, entry_digest(entry)) for entry in entries]
    values = {
        "state": "approved",
        "approved_by": desk.change.member.id,
        "approved_at": desk.change.now,
        "approval_digest": case(*digests),
        "self_approval": desk.change.member.id == desk.author.id,
    }
    _move(session, desk, entries, values, "approved")


def reject_entries(
    session: Session, desk: Desk, entries: Sequence[TimeEntry], reasons: Mapping[UUID, str]
) -> None:
    """Reject waiting entries, each with its reason.

    Raises:
        ChangedSince: if one of them does not wait any more.
    """
    by_reason: dict[str, list[TimeEntry]] = {}
    for entry in entries:
        by_reason.setdefault(reasons[entry.id], []).append(entry)
    for reason, found in by_reason.items():
        values = {
            "state": "draft",
            "rejected_by": desk.change.member.id,
            "rejected_at": desk.change.now,
            "rejection_reason": reason,
        }
        _move(session, desk, found, values, "rejected", note=reason)
    ask_about_rejected(session, author=desk.author, now=desk.change.now)


def tell_approved(session: Session, desk: Desk, entries: Sequence[TimeEntry]) -> None:
    """Tell the author what was approved."""
    tell_author(session, desk, "entries_approved", entries)


def tell_rejected(
    session: Session,
    desk: Desk,
    entries: Sequence[TimeEntry],
    reasons: Mapping[UUID, str],
    *,
    approved: Sequence[TimeEntry] = (),
) -> None:
    """Tell the author in one message what came back and why, and what was approved with it."""
    given = [reasons[entry.id] for entry in entries]
    facts: dict[str, object] = {"reason": given[0]} if len({*given}) == 1 else {"reasons": given}
    if approved:
        facts["approved_ids"] = [str(entry.id) for entry in approved]
    tell_author(session, desk, "entries_rejected", entries, **facts)


def finish(session: Session, desk: Desk, entries: Sequence[TimeEntry]) -> Settled:
    """Bring the card and the author's Home up to date, and count what is left."""
    refresh_submission(session, desk.submission, now=desk.change.now)
    draw_home(session, desk.change, desk.author.id)
    left = len(list_waiting(session, desk.submission))
    return Settled(desk.change.member, entries, left)


def tell_author(
    session: Session, desk: Desk, notice: str, entries: Sequence[TimeEntry], **facts: object
) -> None:
    """Tell the author what somebody else did with their entries."""
    by = desk.change.member
    if by.id == desk.author.id or has_left(desk.author):
        return
    ids = [str(entry.id) for entry in entries]
    tell(
        session,
        workspace_id=desk.workspace.id,
        notice=notice,
        recipient=desk.author.slack_user_id,
        facts={"entry_ids": ids, "by_member_id": str(by.id), **facts},
        now=desk.change.now,
    )


def _move(
    session: Session,
    desk: Desk,
    entries: Sequence[TimeEntry],
    values: dict[str, Any],
    verb: str,
    *,
    note: str | None = None,
) -> None:
    """Move waiting entries in one conditional UPDATE; all of them, or the transaction fails.

    Raises:
        ChangedSince: if one of them does not wait any more.
    """
    before = {entry.id: entry_facts(entry) for entry in entries}
    by = desk.change.member.id
    waits = (
        TimeEntry.workspace_id == desk.workspace.id,
        TimeEntry.submission_id == desk.submission.id,
        TimeEntry.id.in_(before),
        TimeEntry.state == "pending_review",
    )
    own_allowed = desk.workspace.self_approval
    moved = session.execute(
        update(TimeEntry)
        .where(*waits, *(() if own_allowed else (TimeEntry.member_id != by,)))
        .values(**values, version=TimeEntry.version + 1)
        .returning(TimeEntry.id)
        .execution_options(synchronize_session=False)
    ).all()
    if len(moved) != len(entries):
        raise ChangedSince(desk.submission.id)
    for entry in entries:
        session.refresh(entry)
        audit_change(session, desk.change, entry, verb, before=before[entry.id], note=note)
