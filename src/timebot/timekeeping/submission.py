"""Hands hours in for approval, and takes them back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from timebot.errors import NotAllowed, Refusal, WayOut
from timebot.journal.audit import Actor, record
from timebot.journal.notices import refresh_homes, show_card, tell
from timebot.team.models import Member, Workspace
from timebot.team.rights import has_left, require
from timebot.timekeeping.approvers import approvers_of
from timebot.timekeeping.history import Change, audit_change, draw_home, entry_facts
from timebot.timekeeping.models import Submission, TimeEntry
from timebot.timekeeping.moments import DayRange, parse_days
from timebot.timekeeping.naming import entry_value, numbers_words
from timebot.timekeeping.overlaps import ensure_no_overlaps
from timebot.timekeeping.periods import billing_period
from timebot.timekeeping.shown import keep_shown
from timebot.timekeeping.submitted import (
    back_to_draft,
    list_waiting,
    recipients_of,
    refresh_submission,
    shown_digest,
    submission_of,
)
from timebot.timekeeping.turns import entries_of, lock_member, take_turn

__all__ = [
    "NoPeriodYet",
    "NotTheirsToSubmit",
    "NothingToSubmit",
    "NothingToWithdraw",
    "SubmissionBlocked",
    "Withdrawn",
    "billing_period",
    "days_to_submit",
    "shown_digest",
    "submit",
    "withdraw",
]


class NothingToSubmit(Refusal):
    """No draft in the days that were asked for.

    Attributes:
        running: the timer that runs in these days, or None.
    """

    is_stale = True

    def __init__(self, running: TimeEntry | None) -> None:
        self.running = running
        still = f" #{running.number} is still running; stop it first." if running else ""
        super().__init__(
            f"There is nothing to submit in these days.{still}",
            example="/timer submit week",
            ways_out=[
                *([WayOut("Stop it now", "timer.stop")] if running else []),
                WayOut("This week", "timer.week"),
            ],
        )


class SubmissionBlocked(Refusal):
    """Some entries lack what an approver must see.

    Attributes:
        without_project: entries that say no project.
        unconfirmed: entries whose end was guessed.
    """

    def __init__(
        self, without_project: list[TimeEntry], unconfirmed: list[TimeEntry], *, is_own: bool = True
    ) -> None:
        self.without_project = without_project
        self.unconfirmed = unconfirmed
        reasons = [
            f"{numbers_words(entries)} {'has' if len(entries) == 1 else 'have'} {what}"
            for entries, what in (
                (without_project, "no project"),
                (unconfirmed, "an end that nobody confirmed"),
            )
            if entries
        ]
        first = (without_project or unconfirmed)[0]
        said = f"Nothing was submitted, because {', and '.join(reasons)}."
        if not is_own:
            mend = WayOut("Show what to put right", "left.show", str(first.member_id))
            super().__init__(said, ways_out=[mend])
            return
        ways_out = [
            WayOut(f"Say when #{one.number} ended", "end.form", entry_value(one))
            for one in unconfirmed[:1]
        ]
        ways_out += [
            WayOut(f"Fix #{one.number}", "entry.edit", str(one.number))
            for one in without_project[:1]
        ]
        super().__init__(said, example=f"/timer edit {first.number}", ways_out=ways_out)


class NotTheirsToSubmit(NotAllowed):
    """Hours of a member who can hand them in themselves."""

    def __init__(self, name: str) -> None:
        super().__init__(f"Only {name} can submit these hours. Ask them to.")


class NoPeriodYet(Refusal):
    """The workspace has not said when its billing periods begin."""

    def __init__(self) -> None:
        super().__init__(
            "Billing periods are not set up yet. Submit a week or some days instead.",
            example="/timer submit week",
        )


class NothingToWithdraw(Refusal):
    """Nothing of the member's waits for approval."""

    is_stale = True

    def __init__(self) -> None:
        super().__init__(
            "Nothing of yours is waiting for approval."
            " To change an approved entry, edit it: that takes the approval back.",
            ways_out=[WayOut("Today", "timer.today"), WayOut("This week", "timer.week")],
        )


@dataclass(frozen=True)
class Withdrawn:
    """What was taken back: the entries, drafts again, and the submissions they came from."""

    entries: Sequence[TimeEntry]
    submission_ids: Sequence[UUID]


def submit(
    session: Session,
    *,
    workspace: Workspace,
    member: Member,
    start: date,
    end: date,
    now: datetime,
    surface: str,
    actor: Member | None = None,
) -> Submission:
    """Hand in every closed draft that the member worked on from start up to, but without, end.

    A running timer is left out; `find_running` says which. Entries without a rate are taken. The
    approvers get one card, and what they are shown is remembered by its digest.

    Args:
        session: the open transaction.
        workspace: the member's workspace.
        member: whose hours they are.
        start: the first day of work.
        end: the day after the last.
        now: the present instant.
        surface: where the wish comes from.
        actor: an approver who submits for a member who has left; None for the member.

    Raises:
        NothingToSubmit: if there is no draft in these days.
        SubmissionBlocked: if an entry has no project or an unconfirmed end; it names them.
        HoursOverlap: if entries share time and nobody said that it is right.
        NotAllowed: if the person may not track time, or not submit for the member.
    """
    author, by = _who_submits(session, member, actor, now)
    drafts = _drafts(session, author, start, end)
    if not drafts:
        running = session.scalars(
            entries_of(author).where(TimeEntry.ended_at.is_(None))
        ).one_or_none()
        raise NothingToSubmit(running)
    without_project = [entry for entry in drafts if entry.project_id is None]
    unconfirmed = [entry for entry in drafts if not entry.is_confirmed]
    if without_project or unconfirmed:
        raise SubmissionBlocked(without_project, unconfirmed, is_own=by is author)
    ensure_no_overlaps(session, entries=drafts, now=now)
    change = Change(by, surface, now)
    submission = _insert(session, change, author, drafts)
    asked = approvers_of(session, workspace=workspace, submission=submission, now=now)
    recipients = [one.slack_user_id for one in asked]
    show_card(
        session,
        workspace_id=workspace.id,
        purpose="submission",
        subject_id=submission.id,
        recipients=recipients,
        now=now,
    )
    refresh_homes(session, workspace_id=workspace.id, recipients=recipients, now=now)
    return submission


def withdraw(
    session: Session,
    *,
    member: Member,
    now: datetime,
    surface: str,
    number: int | None = None,
    submission_id: UUID | None = None,
) -> Withdrawn:
    """Take back what waits for approval: one entry, one submission, or the last submission.

    Args:
        session: the open transaction.
        member: whose hours they are.
        now: the present instant.
        surface: where the wish comes from.
        number: only this entry.
        submission_id: only this submission.

    Raises:
        NothingToWithdraw: if nothing of it waits.
    """
    member = take_turn(session, member, to="withdraw time", now=now)
    waiting = entries_of(member).where(TimeEntry.state == "pending_review")
    if number is not None:
        waiting = waiting.where(TimeEntry.number == number)
    elif submission_id is not None:
        waiting = waiting.where(TimeEntry.submission_id == submission_id)
    else:
        waiting = waiting.where(TimeEntry.submission_id == _last_waiting(session, member))
    entries = session.scalars(waiting.order_by(TimeEntry.started_at).with_for_update()).all()
    if not entries:
        raise NothingToWithdraw
    change = Change(member, surface, now)
    submissions = {entry.submission_id for entry in entries if entry.submission_id is not None}
    for entry in entries:
        before = entry_facts(entry)
        back_to_draft(entry)
        entry.submission_id = None
        entry.version += 1
        audit_change(session, change, entry, "withdrawn", before=before)
    draw_home(session, change, member.id)
    for each in submissions:
        submission = submission_of(session, workspace_id=member.workspace_id, submission_id=each)
        refresh_submission(session, submission, now=now)
        _tell_withdrawn(session, change, submission, entries)
    return Withdrawn(entries, list(submissions))


def days_to_submit(text: str, *, workspace: Workspace, today: date) -> DayRange:
    """Return the days that stand after submit: `period`, or what `parse_days` reads.

    Args:
        text: a clean line; empty for everything up to today.
        workspace: whose billing periods count.
        today: the date in the member's zone.

    Raises:
        NoPeriodYet: if the workspace has no anchor date.
        NotADay, DayInFuture: as `parse_days`.
    """
    if text.strip().casefold() != "period":
        return parse_days(text, today=today)
    period = billing_period(workspace, today)
    if period is None:
        raise NoPeriodYet
    return period


def _who_submits(
    session: Session, member: Member, actor: Member | None, now: datetime
) -> tuple[Member, Member]:
    """Return the author, locked, and who hands the hours in."""
    if actor is None or actor.id == member.id:
        author = take_turn(session, member, to="submit time", now=now)
        return author, author
    author = lock_member(session, workspace_id=member.workspace_id, member_id=member.id)
    if not has_left(author):
        raise NotTheirsToSubmit(author.name)
    require(session, actor, "approver", to="submit time of others", now=now)
    return author, actor


def _drafts(session: Session, member: Member, start: date, end: date) -> Sequence[TimeEntry]:
    drafts = entries_of(member).where(
        TimeEntry.state == "draft", TimeEntry.worked_on >= start, TimeEntry.worked_on < end
    )
    return session.scalars(
        drafts.order_by(TimeEntry.worked_on, TimeEntry.started_at).with_for_update()
    ).all()


def _insert(
    session: Session, change: Change, author: Member, drafts: Sequence[TimeEntry]
) -> Submission:
    submission = Submission(
        workspace_id=author.workspace_id,
        id=uuid4(),
        member_id=author.id,
        submitted_at=change.now,
        digest="",
    )
    session.add(submission)
    session.flush()
    for entry in drafts:
        before = entry_facts(entry)
        entry.state = "pending_review"
        entry.submission_id = submission.id
        entry.rejected_by = entry.rejected_at = entry.rejection_reason = None
        entry.version += 1
        audit_change(session, change, entry, "submitted", before=before)
    draw_home(session, change, author.id)
    submission.digest = shown_digest(session, submission)
    keep_shown(session, submission, list_waiting(session, submission), now=change.now)
    session.flush()
    record(
        session,
        workspace_id=author.workspace_id,
        actor=Actor(change.member.id, change.surface),
        action="submission.opened",
        subject_kind="submission",
        subject_id=submission.id,
        at=change.now,
        after={"member_id": str(author.id), "entries": len(drafts), "digest": submission.digest},
    )
    return submission


def _tell_withdrawn(
    session: Session, change: Change, submission: Submission, entries: Sequence[TimeEntry]
) -> None:
    """Tell everybody who was asked about the submission that some of it was taken back."""
    taken = [str(entry.id) for entry in entries]
    for recipient in recipients_of(session, submission):
        if recipient == change.member.slack_user_id:
            continue
        tell(
            session,
            workspace_id=submission.workspace_id,
            notice="submission_withdrawn",
            recipient=recipient,
            facts={"submission_id": str(submission.id), "entry_ids": taken},
            now=change.now,
        )


def _last_waiting(session: Session, member: Member) -> UUID | None:
    return session.scalar(
        select(Submission.id)
        .join(
            TimeEntry,
            (TimeEntry.workspace_id == Submission.workspace_id)
            & (TimeEntry.submission_id == Submission.id),
        )
        .where(
            Submission.workspace_id == member.workspace_id,
            Submission.member_id == member.id,
            TimeEntry.state == "pending_review",
        )
        .order_by(Submission.submitted_at.desc())
        .limit(1)
    )
