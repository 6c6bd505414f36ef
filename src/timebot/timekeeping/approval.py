"""Settles submitted hours: approve, reject with a reason, and take an approval back."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import case, update
from sqlalchemy.orm import Session

from timebot.errors import Refusal
from timebot.journal.notices import tell
from timebot.team.models import Member, Workspace
from timebot.timekeeping.history import audit_change, draw_home, entry_facts
from timebot.timekeeping.models import TimeEntry
from timebot.timekeeping.review import (
    AlreadySettled,
    ChangedSince,
    Desk,
    NothingWaits,
    NotYourProject,
    OwnHours,
    choose_waiting,
    ensure_projects,
    in_submission,
    open_desk,
)
from timebot.timekeeping.submitted import (
    back_to_draft,
    entry_digest,
    list_waiting,
    refresh_submission,
)
from timebot.timekeeping.wording import description

__all__ = [
    "AlreadySettled",
    "ChangedSince",
    "NotYourProject",
    "NothingToTakeBack",
    "NothingWaits",
    "OwnHours",
    "ReasonMissing",
    "Settled",
    "approve",
    "reject",
    "unapprove",
]


class NothingToTakeBack(Refusal):
    """No approval that could be taken back."""

    def __init__(self) -> None:
        super().__init__(
            "Nothing here is approved and not yet billed, so there is no approval to take back."
        )


class ReasonMissing(Refusal):
    """A rejection without a reason."""

    def __init__(self) -> None:
        super().__init__("Please say why, so that the author knows what to change.")


@dataclass(frozen=True)
class Settled:
    """What was settled.

    Attributes:
        by: who settled it.
        entries: the entries that were settled.
        left: how many of the submission still wait.
    """

    by: Member
    entries: Sequence[TimeEntry]
    left: int


def approve(
    session: Session,
    *,
    workspace: Workspace,
    approver: Member,
    submission_id: UUID,
    entry_ids: Collection[UUID] | None,
    digest: str | None,
    now: datetime,
    surface: str,
) -> Settled:
    """Approve hours of a submission: some of its entries, or all that the approver may.

    Args:
        session: the open transaction.
        workspace: the approver's workspace.
        approver: who approves.
        submission_id: the submission.
        entry_ids: which entries, or None for all that wait.
        digest: what the approver was shown, by `shown_digest`; None where nothing was shown.
        now: the present instant.
        surface: where the wish comes from.

    Raises:
        NotAllowed: if the person has no approving role (any more).
        OwnHours: if the hours are their own, or they handed them in themselves.
        NotYourProject: if others approve these projects.
        AlreadySettled: if somebody was quicker; it names who and when.
        NothingWaits: if the author took the hours back.
        ChangedSince: if the digest is not that of what waits now.
    """
    desk = open_desk(session, workspace, approver, submission_id, now, surface)
    chosen = choose_waiting(session, desk, entry_ids, digest)
    digests = [(TimeEntry.id == entry.id, entry_digest(entry)) for entry in chosen]
    values = {
        "state": "approved",
        "approved_by": approver.id,
        "approved_at": now,
        "approval_digest": case(*digests),
        "self_approval": approver.id == desk.author.id,
    }
    _move(session, desk, chosen, values, "approved")
    _tell_author(session, desk, "entries_approved", chosen)
    return _settle(session, desk, chosen)


def reject(
    session: Session,
    *,
    workspace: Workspace,
    approver: Member,
    submission_id: UUID,
    entry_ids: Collection[UUID] | None,
    reason: str,
    digest: str | None,
    now: datetime,
    surface: str,
) -> Settled:
    """Reject hours of a submission with a reason; they are drafts again and the author is told.

    Raises:
        ReasonMissing: if no reason is given.
        TextTooLong: if the reason is too long.
        Refusal: as `approve`.
    """
    words = description(reason)
    if not words:
        raise ReasonMissing
    desk = open_desk(session, workspace, approver, submission_id, now, surface)
    chosen = choose_waiting(session, desk, entry_ids, digest)
    values = {
        "state": "draft",
        "rejected_by": approver.id,
        "rejected_at": now,
        "rejection_reason": words,
    }
    _move(session, desk, chosen, values, "rejected", note=words)
    _tell_author(session, desk, "entries_rejected", chosen, reason=words)
    return _settle(session, desk, chosen)


def unapprove(
    session: Session,
    *,
    workspace: Workspace,
    approver: Member,
    submission_id: UUID,
    entry_ids: Collection[UUID] | None,
    now: datetime,
    surface: str,
) -> Settled:
    """Take approvals back until the hours are billed; the entries wait for approval again.

    Raises:
        NothingToTakeBack: if none of them is approved and unbilled.
        Refusal: as `approve`.
    """
    desk = open_desk(session, workspace, approver, submission_id, now, surface)
    approved = in_submission(desk.submission, entry_ids).where(TimeEntry.state == "approved")
    # Billing may be taking them at this moment; it and we lock the rows.
    chosen = session.scalars(approved.with_for_update()).all()
    if not chosen:
        raise NothingToTakeBack
    ensure_projects(session, desk, chosen)
    for entry in chosen:
        before = entry_facts(entry)
        back_to_draft(entry)
        entry.state = "pending_review"
        entry.version += 1
        audit_change(session, desk.change, entry, "unapproved", before=before)
    _tell_author(session, desk, "approval_voided", chosen)
    return _settle(session, desk, chosen)


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


def _settle(session: Session, desk: Desk, entries: Sequence[TimeEntry]) -> Settled:
    refresh_submission(session, desk.submission, now=desk.change.now)
    draw_home(session, desk.change, desk.author.id)
    left = len(list_waiting(session, desk.submission))
    return Settled(desk.change.member, entries, left)


def _tell_author(
    session: Session,
    desk: Desk,
    notice: str,
    entries: Sequence[TimeEntry],
    *,
    reason: str | None = None,
) -> None:
    by = desk.change.member
    if by.id == desk.author.id or desk.author.deactivated_at is not None:
        return
    ids = [str(entry.id) for entry in entries]
    facts: dict[str, object] = {"entry_ids": ids, "by_member_id": str(by.id)}
    if notice == "approval_voided":
        facts["entry_id"] = ids[0]
    if reason is not None:
        facts["reason"] = reason
    tell(
        session,
        workspace_id=desk.workspace.id,
        notice=notice,
        recipient=desk.author.slack_user_id,
        facts=facts,
        now=desk.change.now,
    )
