"""What approvers are shown of a submission, its digest, and what a change does to it."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from timebot.errors import NotFound
from timebot.journal.canonical import digest
from timebot.journal.notices import refresh_card, refresh_homes, tell
from timebot.journal.posted import list_posted
from timebot.team.models import Member
from timebot.timekeeping.history import Change
from timebot.timekeeping.models import Submission, TimeEntry
from timebot.timekeeping.shown import keep_shown

CARD, REMINDER = "submission", "submission_reminder"
CARDS = (CARD, REMINDER)
"""The messages that show a submission: the card, and the same again as a reminder."""


class SubmissionUnknown(NotFound):
    """No submission of that id is in this workspace."""

    def __init__(self) -> None:
        super().__init__(
            "I do not know these hours. Nothing was changed.", example="/timer approve"
        )


def list_waiting(session: Session, submission: Submission) -> Sequence[TimeEntry]:
    """List what still waits in a submission, in the order in which it is shown."""
    return session.scalars(
        select(TimeEntry)
        .where(
            TimeEntry.workspace_id == submission.workspace_id,
            TimeEntry.submission_id == submission.id,
            TimeEntry.state == "pending_review",
        )
        .order_by(TimeEntry.worked_on, TimeEntry.started_at, TimeEntry.number)
        .execution_options(populate_existing=True)
    ).all()


def shown_digest(session: Session, submission: Submission) -> str:
    """Return the SHA-256 of exactly what the approvers are shown as waiting.

    A button carries it; where it differs at the click, something has changed since.
    """
    entries = list_waiting(session, submission)
    return digest([[str(entry.id), entry.version, *_content(entry)] for entry in entries])


def entry_digest(entry: TimeEntry) -> str:
    """Return the SHA-256 of what an approver is shown of one entry.

    It is kept with the approval, so that anybody can check later that the hours are still the
    ones that were approved.
    """
    return digest([str(entry.id), *_content(entry)])


def refresh_submission(session: Session, submission: Submission, *, now: datetime) -> None:
    """Bring digest, settled instant, cards and Homes up to date; keep what is shown."""
    session.flush()
    # It may have been read before the author's row was locked.
    session.refresh(submission)
    submission.digest = shown_digest(session, submission)
    waiting = list_waiting(session, submission)
    keep_shown(session, submission, waiting, now=now)
    if waiting and submission.settled_at is not None:
        # It begins to wait again, and who approves is reminded again.
        submission.settled_at, submission.reopened_at = None, now
        submission.reminded_at = submission.escalated_at = None
    elif not waiting and submission.settled_at is None:
        submission.settled_at = now
    session.flush()
    repaint_submission(session, submission, now=now)
    recipients = recipients_of(session, submission)
    refresh_homes(session, workspace_id=submission.workspace_id, recipients=recipients, now=now)


def repaint_submission(session: Session, submission: Submission, *, now: datetime) -> None:
    """Repaint every copy of the card, and of the reminder, that exists or is on its way."""
    for purpose in CARDS:
        refresh_card(
            session,
            workspace_id=submission.workspace_id,
            purpose=purpose,
            subject_id=submission.id,
            now=now,
        )


def recipients_of(session: Session, submission: Submission) -> list[str]:
    """List the Slack ids of everybody who was asked about a submission, each once."""
    copies = [
        copy
        for purpose in CARDS
        for copy in list_posted(
            session,
            workspace_id=submission.workspace_id,
            purpose=purpose,
            subject_id=submission.id,
        )
    ]
    return list(dict.fromkeys(copy.recipient for copy in copies))


def void_submitted(session: Session, change: Change, entry: TimeEntry) -> None:
    """Take an entry that is about to change out of its submission or approval.

    It is a draft again; the cards show it, and the person who had approved it is told.
    """
    if entry.state not in {"pending_review", "approved"} or entry.submission_id is None:
        return
    approver_id, submission_id = entry.approved_by, entry.submission_id
    back_to_draft(entry)
    entry.submission_id = None
    submission = session.get_one(Submission, (entry.workspace_id, submission_id))
    refresh_submission(session, submission, now=change.now)
    if approver_id is None or approver_id == change.member.id:
        return
    approver = session.get_one(Member, (entry.workspace_id, approver_id))
    tell(
        session,
        workspace_id=entry.workspace_id,
        notice="approval_voided",
        recipient=approver.slack_user_id,
        facts={"entry_id": str(entry.id), "by_member_id": str(change.member.id)},
        now=change.now,
    )


def back_to_draft(entry: TimeEntry) -> None:
    """Make an entry a draft again, without any approval."""
    entry.state = "draft"
    entry.approved_by = entry.approved_at = entry.approval_digest = None
    entry.self_approval = False


def submission_of(session: Session, *, workspace_id: UUID, submission_id: UUID) -> Submission:
    """Return the submission of that id.

    Raises:
        SubmissionUnknown: if the workspace has none.
    """
    found = session.get(Submission, (workspace_id, submission_id), populate_existing=True)
    if found is None:
        raise SubmissionUnknown
    return found


def _content(entry: TimeEntry) -> list[object]:
    """Return what stands on the card about an entry; no money does."""
    return [
        entry.worked_on.isoformat(),
        str(entry.project_id),
        entry.text,
        entry.seconds(now=entry.started_at),
        entry.billable,
        entry.ticket_ref,
        entry.ticket_url,
    ]
