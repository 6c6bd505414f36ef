"""Checks who may settle submitted hours, and whether they still are what was shown."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from timebot.errors import NotAllowed, Refusal, WayOut
from timebot.team.models import Member, Workspace
from timebot.team.rights import require
from timebot.timekeeping.approvers import approvers_by_project, hands_in, may_approve
from timebot.timekeeping.history import Change
from timebot.timekeeping.models import Submission, TimeEntry
from timebot.timekeeping.naming import moment_words
from timebot.timekeeping.submitted import list_waiting, shown_digest, submission_of
from timebot.timekeeping.turns import lock_member


class AlreadySettled(Refusal):
    """Somebody else was quicker.

    Attributes:
        by_name: who settled it.
        at: when.
    """

    def __init__(self, by_name: str, at: datetime, *, words: str, when: str) -> None:
        self.by_name = by_name
        self.at = at
        super().__init__(
            f"{by_name} {words} this at {when}. Nothing was changed by your click.",
            example="/timer approve",
        )


class NothingWaits(Refusal):
    """The hours were withdrawn, changed or handed in again since."""

    def __init__(self) -> None:
        super().__init__(
            "These hours no longer wait here: they were withdrawn, changed or handed in again."
            " Nothing was changed by your click.",
            example="/timer approve",
            ways_out=[WayOut("What waits", "approve.show")],
        )


class ChangedSince(Refusal):
    """What was shown is not what would be settled now.

    Attributes:
        digest: what the person was shown, None where that is not known.
    """

    def __init__(self, submission_id: UUID, digest: str | None = None) -> None:
        self.digest = digest
        super().__init__(
            "Something in these hours has changed since you were shown them."
            " Nothing was settled. Please look again.",
            ways_out=[WayOut("Show the hours", "approval.show", str(submission_id))],
        )


class OwnHours(NotAllowed):
    """One's own hours, or hours that one handed in for somebody."""

    def __init__(self, why: str, names: Sequence[str]) -> None:
        who = " or ".join(names[:4]) or "Somebody else"
        super().__init__(f"{why} {who} has to settle them. Nothing was changed.")


class NotYourProject(NotAllowed):
    """Hours of projects that other people approve."""

    def __init__(self, names: Sequence[str]) -> None:
        super().__init__(
            f"These hours are for {' or '.join(names[:4])} to settle. Nothing was changed."
        )


@dataclass(frozen=True)
class Desk:
    """One approver before one submission, with the author's row locked.

    Attributes:
        workspace: the workspace of both.
        submission: what lies on the desk.
        author: whose hours they are.
        change: the approver, from where, and when.
    """

    workspace: Workspace
    submission: Submission
    author: Member
    change: Change


def open_desk(
    session: Session,
    workspace: Workspace,
    approver: Member,
    submission_id: UUID,
    now: datetime,
    surface: str,
) -> Desk:
    """Lock the author, as everybody who changes these hours does, and check who approves.

    Raises:
        NotAllowed: if the person has no approving role (any more).
        OwnHours: if the hours are their own, or they handed them in themselves.
    """
    submission = submission_of(session, workspace_id=workspace.id, submission_id=submission_id)
    author = lock_member(session, workspace_id=workspace.id, member_id=submission.member_id)
    if approver.id != author.id:
        session.refresh(approver)
    require(session, approver, "approver", to="approve hours", now=now)
    ensure_not_own(session, workspace=workspace, approver=approver, submission=submission, now=now)
    return Desk(workspace, submission, author, Change(approver, surface, now))


def ensure_not_own(
    session: Session,
    *,
    workspace: Workspace,
    approver: Member,
    submission: Submission,
    now: datetime,
) -> None:
    """Make sure that nobody settles what they worked or handed in themselves.

    Raises:
        OwnHours: if they did; it names who may settle it.
    """
    is_author = approver.id == submission.member_id
    if is_author and workspace.self_approval:
        return
    barred = hands_in(session, submission)
    if not is_author and approver.id not in barred:
        return
    author = session.get_one(Member, (workspace.id, submission.member_id))
    why = f"You entered, changed or handed in some of these hours for {author.name}."
    entries = session.scalars(in_submission(submission, None)).all()
    by_project = approvers_by_project(
        session,
        workspace=workspace,
        author_id=author.id,
        project_ids={entry.project_id for entry in entries if entry.project_id is not None},
        now=now,
    )
    asked = [one for each in by_project.values() for one in each.asked]
    others = {one.name for one in asked if one.id != approver.id and one.id not in barred}
    raise OwnHours("These are your own hours." if is_author else why, sorted(others))


def look_through(
    session: Session,
    *,
    workspace: Workspace,
    approver: Member,
    submission_id: UUID,
    digest: str | None,
    now: datetime,
    surface: str,
) -> Sequence[TimeEntry]:
    """Return what the approver may settle of a submission, if it still is what was shown.

    Raises:
        Refusal: as `open_desk` and `choose_waiting`.
    """
    desk = open_desk(session, workspace, approver, submission_id, now, surface)
    return choose_waiting(session, desk, None, digest)


def choose_waiting(
    session: Session, desk: Desk, entry_ids: Collection[UUID] | None, digest: str | None
) -> Sequence[TimeEntry]:
    """Return what is to be settled.

    Raises:
        AlreadySettled: if somebody was quicker.
        NothingWaits: if the author took the hours back.
        ChangedSince: if the digest is not that of what waits now.
        NotYourProject: if others approve these projects.
    """
    waiting = list_waiting(session, desk.submission)
    chosen = [entry for entry in waiting if entry_ids is None or entry.id in entry_ids]
    if not chosen:
        raise _why_nothing_waits(session, desk, entry_ids)
    if digest is not None and digest != shown_digest(session, desk.submission):
        raise ChangedSince(desk.submission.id, digest)
    if entry_ids is not None and len(chosen) < len(set(entry_ids)):
        raise ChangedSince(desk.submission.id)
    return ensure_projects(session, desk, chosen, some_suffice=entry_ids is None)


def ensure_projects(
    session: Session, desk: Desk, entries: Sequence[TimeEntry], *, some_suffice: bool = False
) -> Sequence[TimeEntry]:
    """Return the entries whose projects the approver approves.

    Raises:
        NotYourProject: if there are none, or not all where some do not suffice.
    """
    projects = {entry.project_id for entry in entries if entry.project_id is not None}
    approvers = approvers_by_project(
        session,
        workspace=desk.workspace,
        author_id=desk.author.id,
        project_ids=projects,
        now=desk.change.now,
    )
    by = desk.change.member
    theirs = [
        entry
        for entry in entries
        if entry.project_id is not None and may_approve(by, entry.project_id, approvers)
    ]
    if not theirs or (len(theirs) < len(entries) and not some_suffice):
        names = {one.name for project in projects for one in approvers[project].allowed}
        raise NotYourProject(sorted(names))
    return theirs


def _why_nothing_waits(session: Session, desk: Desk, entry_ids: Collection[UUID] | None) -> Refusal:
    """Return the refusal that names who settled the entries last, and when."""
    entries = session.scalars(in_submission(desk.submission, entry_ids)).all()
    settled = [
        (at, by, words)
        for entry in entries
        for at, by, words in (
            (entry.approved_at, entry.approved_by, "approved"),
            (entry.rejected_at, entry.rejected_by, "rejected"),
        )
        if at is not None and by is not None
    ]
    if not settled:
        return NothingWaits()
    at, by, words = max(settled, key=lambda one: one[0])
    who = session.get_one(Member, (desk.workspace.id, by))
    change = desk.change
    when = moment_words(at, zone=change.member.zone, now=change.now)
    name = "You" if who.id == change.member.id else who.name
    return AlreadySettled(name, at, words=words, when=when)


def in_submission(submission: Submission, entry_ids: Collection[UUID] | None) -> Select[TimeEntry]:
    """Return the query for all or some entries of a submission, read afresh."""
    found = (
        select(TimeEntry)
        .where(
            TimeEntry.workspace_id == submission.workspace_id,
            TimeEntry.submission_id == submission.id,
        )
        .order_by(TimeEntry.worked_on, TimeEntry.started_at)
        .execution_options(populate_existing=True)
    )
    return found if entry_ids is None else found.where(TimeEntry.id.in_(entry_ids))
