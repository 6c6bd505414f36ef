"""Where a member's own hours stand: what needs their word, and what waits for somebody else."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from timebot.team.models import Member, Workspace
from timebot.timekeeping.approvers import approvers_of
from timebot.timekeeping.models import Submission, TimeEntry
from timebot.timekeeping.overview import Shown, SubmissionShown, show_entry, show_submission
from timebot.timekeeping.turns import entries_of

MOST_LISTED = 100


@dataclass(frozen=True)
class OwnWaiting:
    """Hours of one's own that wait for approval.

    Attributes:
        shown: the submission, as its approvers are shown it.
        approvers: who was asked, by name; empty where nobody can approve it.
    """

    shown: SubmissionShown
    approvers: Sequence[Member]


def list_in_doubt(session: Session, *, member: Member, now: datetime) -> Sequence[Shown]:
    """List the member's drafts that cannot be handed in: their end was guessed, or no project.

    Those with a guessed end come first, then the oldest.
    """
    in_doubt = entries_of(member).where(
        TimeEntry.state == "draft",
        ~TimeEntry.is_confirmed | TimeEntry.project_id.is_(None),
    )
    ordered = in_doubt.order_by(TimeEntry.is_confirmed, TimeEntry.started_at)
    found = session.scalars(ordered.limit(MOST_LISTED))
    return [show_entry(session, entry=entry, now=now) for entry in found]


def list_own_waiting(
    session: Session, *, workspace: Workspace, member: Member, now: datetime
) -> Sequence[OwnWaiting]:
    """List the member's submissions in which something still waits, oldest first."""
    waiting = entries_of(member).where(TimeEntry.state == "pending_review")
    ids = select(waiting.subquery().c.submission_id)
    submissions = session.scalars(
        select(Submission)
        .where(Submission.workspace_id == workspace.id, Submission.id.in_(ids))
        .order_by(Submission.submitted_at)
    ).all()
    return [
        OwnWaiting(
            show_submission(session, submission=one),
            approvers_of(session, workspace=workspace, submission=one, now=now),
        )
        for one in submissions
    ]
