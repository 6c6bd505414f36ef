"""Settles submitted hours: approve, reject with a reason, and take an approval back."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from timebot.errors import Refusal, WayOut
from timebot.team.models import Member, Workspace
from timebot.timekeeping.history import audit_change, entry_facts
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
from timebot.timekeeping.settling import (
    Settled,
    approve_entries,
    finish,
    reject_entries,
    tell_approved,
    tell_author,
    tell_rejected,
)
from timebot.timekeeping.submitted import back_to_draft, submission_of
from timebot.timekeeping.wording import description

__all__ = [
    "AlreadySettled",
    "ChangedSince",
    "NotYourProject",
    "NothingToTakeBack",
    "NothingWaits",
    "OwnHours",
    "ReasonMissing",
    "Ruling",
    "Settled",
    "Verdict",
    "approve",
    "reject",
    "settle",
    "unapprove",
]


class NothingToTakeBack(Refusal):
    """No approval that could be taken back."""

    def __init__(self) -> None:
        super().__init__(
            "Nothing here is approved and not yet billed, so there is no approval to take back.",
            example="/timer approve",
            ways_out=[WayOut("What waits", "approve.show")],
        )


class ReasonMissing(Refusal):
    """A rejection without a reason."""

    def __init__(self) -> None:
        super().__init__("Please say why, so that the author knows what to change.")


@dataclass(frozen=True)
class Verdict:
    """What an approver decides about one submission: everything is approved, with exceptions.

    Attributes:
        submission_id: the submission.
        digest: what the approver was shown, by `shown_digest`.
        exceptions: the entries that are rejected, each with the reason.
    """

    submission_id: UUID
    digest: str
    exceptions: Mapping[UUID, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Ruling:
    """What became of one submission.

    Attributes:
        submission_id: the submission.
        author: whose hours they were.
        approved, rejected: its entries.
        left: how many of it still wait, because others approve them.
    """

    submission_id: UUID
    author: Member
    approved: Sequence[TimeEntry]
    rejected: Sequence[TimeEntry]
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
    approve_entries(session, desk, chosen)
    tell_approved(session, desk, chosen)
    return finish(session, desk, chosen)


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
    words = _reason(reason)
    desk = open_desk(session, workspace, approver, submission_id, now, surface)
    chosen = choose_waiting(session, desk, entry_ids, digest)
    reasons = dict.fromkeys((one.id for one in chosen), words)
    reject_entries(session, desk, chosen, reasons)
    tell_rejected(session, desk, chosen, reasons)
    return finish(session, desk, chosen)


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
    # Billing may be taking them at this moment; it and we lock the rows, by id, so that neither
    # waits for the other in a circle.
    locked = session.scalars(approved.order_by(None).order_by(TimeEntry.id).with_for_update()).all()
    if not locked:
        raise NothingToTakeBack
    chosen = sorted(locked, key=lambda entry: (entry.worked_on, entry.started_at))
    ensure_projects(session, desk, chosen)
    for entry in chosen:
        before = entry_facts(entry)
        back_to_draft(entry)
        entry.state = "pending_review"
        entry.version += 1
        audit_change(session, desk.change, entry, "unapproved", before=before)
    tell_author(session, desk, "approval_voided", chosen, entry_id=str(chosen[0].id))
    return finish(session, desk, chosen)


def settle(
    session: Session,
    *,
    workspace: Workspace,
    approver: Member,
    verdicts: Sequence[Verdict],
    now: datetime,
    surface: str,
) -> Sequence[Ruling]:
    """Approve several submissions at once, rejecting some of their entries; all of it or nothing.

    Args:
        session: the open transaction.
        workspace: the approver's workspace.
        approver: who decides.
        verdicts: one per submission; nothing is settled that its digest does not name.
        now: the present instant.
        surface: where the wish comes from.

    Raises:
        ReasonMissing: if an exception has no reason.
        TextTooLong: if a reason is too long.
        Refusal: as `approve`.
    """
    reasons = [
        {entry_id: _reason(words) for entry_id, words in verdict.exceptions.items()}
        for verdict in verdicts
    ]
    # Authors are locked in one order, so that two approvers cannot wait for each other.
    ordered = sorted(
        zip(verdicts, reasons, strict=True),
        key=lambda one: _author_id(session, workspace, one[0].submission_id),
    )
    return [
        _rule(
            session,
            open_desk(session, workspace, approver, one.submission_id, now, surface),
            one.digest,
            why,
        )
        for one, why in ordered
    ]


def _rule(session: Session, desk: Desk, digest: str, reasons: Mapping[UUID, str]) -> Ruling:
    chosen = choose_waiting(session, desk, None, digest)
    rejected = choose_waiting(session, desk, reasons.keys(), digest) if reasons else ()
    approved = [entry for entry in chosen if entry.id not in reasons]
    if approved:
        approve_entries(session, desk, approved)
    if rejected:
        reject_entries(session, desk, rejected, reasons)
        tell_rejected(session, desk, rejected, reasons, approved=approved)
    else:
        tell_approved(session, desk, approved)
    left = finish(session, desk, chosen).left
    return Ruling(desk.submission.id, desk.author, approved, rejected, left)


def _author_id(session: Session, workspace: Workspace, submission_id: UUID) -> str:
    found = submission_of(session, workspace_id=workspace.id, submission_id=submission_id)
    return str(found.member_id)


def _reason(words: str) -> str:
    """Return the reason as it is kept.

    Raises:
        ReasonMissing: if it says nothing.
        TextTooLong: if it is too long.
    """
    reason = description(words)
    if not reason:
        raise ReasonMissing
    return reason
