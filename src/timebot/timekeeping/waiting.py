"""All that waits for one approver, settled at once, and what they have settled lately."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from timebot.errors import Refusal
from timebot.journal.canonical import digest as digest_of
from timebot.team.models import Member, Workspace
from timebot.team.rights import require
from timebot.timekeeping.approval import Ruling, Verdict, settle
from timebot.timekeeping.approvers import approvers_by_project, may_approve
from timebot.timekeeping.models import Submission, TimeEntry
from timebot.timekeeping.overview import SubmissionShown, waiting_for
from timebot.timekeeping.submitted import list_waiting

MOST_AT_ONCE = 60
"""How many submissions are approved with one click at most, the oldest ones."""

LATELY = timedelta(days=14)
"""For how long settled hours are listed."""


class QueueChanged(Refusal):
    """What waits is not what was listed."""

    def __init__(self) -> None:
        super().__init__(
            "What waits for you has changed since this list was drawn. Nothing was settled."
            " Please look again."
        )


@dataclass(frozen=True)
class LatelySettled:
    """A submission of which the approver has approved something that is not billed yet.

    Attributes:
        submission: the submission.
        author: whose hours they are.
        entries: what can still be taken back.
        approved_at: when the last of it was approved.
    """

    submission: Submission
    author: Member
    entries: Sequence[TimeEntry]
    approved_at: datetime

    @property
    def seconds(self) -> int:
        """The sum of what can still be taken back."""
        return sum(entry.seconds(now=entry.started_at) for entry in self.entries)


def queue_digest(waiting: Sequence[SubmissionShown]) -> str:
    """Return the SHA-256 of exactly what a list of waiting submissions stands for."""
    return digest_of([[str(one.submission.id), one.digest, one.seconds] for one in waiting])


def approve_waiting(
    session: Session,
    *,
    workspace: Workspace,
    approver: Member,
    digest: str,
    now: datetime,
    surface: str,
) -> Sequence[Ruling]:
    """Approve all that waits for the approver, up to `MOST_AT_ONCE` submissions, or nothing.

    Args:
        session: the open transaction.
        workspace: the approver's workspace.
        approver: who approves.
        digest: what they were shown, by `queue_digest`.
        now: the present instant.
        surface: where the wish comes from.

    Raises:
        QueueChanged: if something else waits by now.
        Refusal: as `settle`.
    """
    require(session, approver, "approver", to="approve hours", now=now)
    found = waiting_for(session, workspace=workspace, approver=approver, now=now)[:MOST_AT_ONCE]
    if not found or queue_digest(found) != digest:
        raise QueueChanged
    return settle(
        session,
        workspace=workspace,
        approver=approver,
        verdicts=[Verdict(one.submission.id, one.digest) for one in found],
        now=now,
        surface=surface,
    )


def projects_for(
    session: Session,
    *,
    workspace: Workspace,
    approver: Member,
    submission: Submission,
    now: datetime,
) -> set[UUID]:
    """Return of which projects the person may settle what waits in the submission."""
    waiting = list_waiting(session, submission)
    projects = {entry.project_id for entry in waiting if entry.project_id is not None}
    approvers = approvers_by_project(
        session,
        workspace=workspace,
        author_id=submission.member_id,
        project_ids=projects,
        now=now,
    )
    return {each for each in projects if may_approve(approver, each, approvers)}


def lately_settled(
    session: Session, *, approver: Member, now: datetime, limit: int
) -> Sequence[LatelySettled]:
    """List what the approver has approved lately and could still take back, latest first."""
    latest = (
        select(TimeEntry.submission_id, func.max(TimeEntry.approved_at).label("at"))
        .where(
            TimeEntry.workspace_id == approver.workspace_id,
            TimeEntry.approved_by == approver.id,
            TimeEntry.state == "approved",
            TimeEntry.approved_at > now - LATELY,
        )
        .group_by(TimeEntry.submission_id)
        .order_by(func.max(TimeEntry.approved_at).desc())
        .limit(limit)
    )
    return [
        _lately(session, approver, submission_id)
        for submission_id in session.scalars(latest)
        if submission_id is not None
    ]


def _lately(session: Session, approver: Member, submission_id: UUID) -> LatelySettled:
    submission = session.get_one(Submission, (approver.workspace_id, submission_id))
    entries = session.scalars(
        select(TimeEntry)
        .where(
            TimeEntry.workspace_id == approver.workspace_id,
            TimeEntry.submission_id == submission_id,
            TimeEntry.state == "approved",
        )
        .order_by(TimeEntry.worked_on, TimeEntry.started_at)
    ).all()
    author = session.get_one(Member, (approver.workspace_id, submission.member_id))
    last = max(entry.approved_at for entry in entries if entry.approved_at)
    return LatelySettled(submission, author, entries, last)
