"""Hours that wait too long: approvers are reminded, then owners are asked too; nobody is stuck."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import InstrumentedAttribute, Session

from timebot.journal.audit import WORKER, record
from timebot.journal.notices import show_card, tell
from timebot.journal.posted import forget_posted
from timebot.team.days import day_of, day_span
from timebot.team.models import Member, Workspace
from timebot.team.rights import holders, may
from timebot.team.working_time import WorkingTime, firm_working_time
from timebot.timekeeping.approvers import approvers_by_project, approvers_of, hands_in
from timebot.timekeeping.models import Submission
from timebot.timekeeping.submitted import (
    CARD,
    REMINDER,
    list_waiting,
    recipients_of,
    repaint_submission,
)
from timebot.timekeeping.turns import lock_member


def look_after(session: Session, *, workspace: Workspace, now: datetime) -> int:
    """Do what is due for the firm's waiting submissions, and return how much that was.

    Hours wait on working days only: from Friday to Monday at the same time, 24 of them pass. It is
    said in the firm's working hours. Each thing is done once, however many workers look.
    """
    waiting = _unsettled(session, workspace)
    if not waiting:
        return 0
    since = min(one.waits_since for one in waiting)
    working = firm_working_time(session, workspace=workspace, since=since.date())
    done = sum(_ask_anew(session, workspace, one, now) for one in waiting)
    if not working.is_at_work(now):
        return done
    # Beyond the longer limit nobody asks how long it was.
    enough = timedelta(
        hours=max(workspace.approval_remind_hours or 0, workspace.approval_escalate_hours or 0)
    )
    for one in waiting:
        if one.reminded_at and one.escalated_at:
            continue
        waited = _waited(one.waits_since, now, working, enough=enough)
        if one.reminded_at is None and _is_over(waited, workspace.approval_remind_hours):
            done += remind(session, workspace=workspace, submission=one, now=now)
        if one.escalated_at is None and _is_over(waited, workspace.approval_escalate_hours):
            done += escalate(session, workspace=workspace, submission=one, now=now)
    return done


def remind(
    session: Session, *, workspace: Workspace, submission: Submission, now: datetime
) -> bool:
    """Show the approvers their card anew, once, and return whether it was for us to do.

    The reminder is a message of its own, because repainting the card would make no sound; both
    are repainted from then on.
    """
    if not _claim(session, submission, Submission.reminded_at, "reminded", now):
        return False
    # A reminder of an earlier wait stays where it is; this one is to be seen.
    forget_posted(session, workspace_id=workspace.id, purpose=REMINDER, subject_id=submission.id)
    asked = approvers_of(session, workspace=workspace, submission=submission, now=now)
    _show(session, submission, REMINDER, asked, now)
    return True


def escalate(
    session: Session, *, workspace: Workspace, submission: Submission, now: datetime
) -> bool:
    """Ask the owners too and tell the author, once; return whether it was for us to do."""
    if not _claim(session, submission, Submission.escalated_at, "escalated", now):
        return False
    has_card = set(recipients_of(session, submission))
    owners = [
        one
        for one in _owners_for(session, workspace, submission)
        if one.slack_user_id not in has_card
    ]
    repaint_submission(session, submission, now=now)
    _show(session, submission, CARD, owners, now)
    author = session.get_one(Member, (workspace.id, submission.member_id))
    tell(
        session,
        workspace_id=workspace.id,
        notice="submission_escalated",
        recipient=author.slack_user_id,
        facts={
            "submission_id": str(submission.id),
            "owner_ids": [str(one.id) for one in owners],
        },
        now=now,
    )
    return True


def hand_over(session: Session, *, workspace: Workspace, member: Member, now: datetime) -> int:
    """Route anew what waits for somebody who approves no more; return how much that was.

    Their own copies of the cards stop showing the hours.
    """
    if may(member, "approver"):
        return 0
    theirs = [
        one
        for one in _unsettled(session, workspace)
        if member.slack_user_id in recipients_of(session, one)
    ]
    for one in theirs:
        repaint_submission(session, one, now=now)
    return sum(_ask_anew(session, workspace, one, now) for one in theirs)


def _unsettled(session: Session, workspace: Workspace) -> Sequence[Submission]:
    """List what waits; in the order of authors, in which they are locked."""
    return session.scalars(
        select(Submission)
        .where(Submission.workspace_id == workspace.id, Submission.settled_at.is_(None))
        .order_by(Submission.member_id, Submission.submitted_at)
        .execution_options(populate_existing=True)
    ).all()


def _ask_anew(
    session: Session, workspace: Workspace, submission: Submission, now: datetime
) -> bool:
    """Ask the present approvers of projects of which nobody who was asked is left."""
    waiting = list_waiting(session, submission)
    standing = approvers_by_project(
        session,
        workspace=workspace,
        author_id=submission.member_id,
        project_ids={entry.project_id for entry in waiting if entry.project_id is not None},
        now=now,
    )
    has_card = set(recipients_of(session, submission))
    barred = hands_in(session, submission)
    missing: dict[UUID, Member] = {}
    for one in standing.values():
        asked = {member.id: member for member in one.asked if member.id not in barred}
        if not any(member.slack_user_id in has_card for member in asked.values()):
            missing |= asked
    _show(session, submission, CARD, list(missing.values()), now)
    return bool(missing)


def _claim(
    session: Session,
    submission: Submission,
    column: InstrumentedAttribute[datetime | None],
    verb: str,
    now: datetime,
) -> bool:
    """Note that it is done, unless another worker has or the hours were settled meanwhile."""
    lock_member(session, workspace_id=submission.workspace_id, member_id=submission.member_id)
    claimed = session.execute(
        update(Submission)
        .where(
            Submission.workspace_id == submission.workspace_id,
            Submission.id == submission.id,
            Submission.settled_at.is_(None),
            column.is_(None),
        )
        .values({column: now})
        .returning(Submission.id)
        .execution_options(synchronize_session=False)
    ).one_or_none()
    if claimed is None:
        return False
    session.refresh(submission)
    record(
        session,
        workspace_id=submission.workspace_id,
        actor=WORKER,
        action=f"submission.{verb}",
        subject_kind="submission",
        subject_id=submission.id,
        at=now,
    )
    return True


def _show(
    session: Session,
    submission: Submission,
    purpose: str,
    members: Sequence[Member],
    now: datetime,
) -> None:
    show_card(
        session,
        workspace_id=submission.workspace_id,
        purpose=purpose,
        subject_id=submission.id,
        recipients=[one.slack_user_id for one in members],
        now=now,
    )


def _owners_for(session: Session, workspace: Workspace, submission: Submission) -> Sequence[Member]:
    barred = hands_in(session, submission)
    if not workspace.self_approval:
        barred.add(submission.member_id)
    return [
        one
        for one in holders(session, workspace_id=workspace.id, role="owner")
        if one.id not in barred
    ]


def _is_over(waited: timedelta, hours: int | None) -> bool:
    return hours is not None and waited >= timedelta(hours=hours)


def _waited(
    since: datetime, now: datetime, working: WorkingTime, *, enough: timedelta
) -> timedelta:
    """Return how much of the time between two instants lies on working days, or just enough."""
    waited = timedelta()
    day, last = day_of(since, working.zone), day_of(now, working.zone)
    while day <= last and waited < enough:
        if working.is_working_day(day):
            begins, ends = day_span(day, working.zone)
            waited += max(timedelta(), min(ends, now) - max(begins, since))
        day += timedelta(days=1)
    return waited
