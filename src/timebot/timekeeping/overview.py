"""Shows people their time: what runs, today, this week, lately; and what waits for an approver."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from timebot.clients.models import Client, Project
from timebot.team.days import day_of
from timebot.team.models import Member, Workspace
from timebot.team.rights import may
from timebot.timekeeping.approvers import approvers_by_project, hands_in, is_asked
from timebot.timekeeping.models import Submission, TimeEntry
from timebot.timekeeping.submitted import shown_digest
from timebot.timekeeping.turns import entries_of


@dataclass(frozen=True)
class Shown:
    """An entry as people see it; no money.

    Attributes:
        entry: the entry itself.
        client: the client's name, or None without a project.
        project: the project's name, or None without one.
        seconds: worked, up to now while it runs.
    """

    entry: TimeEntry
    client: str | None
    project: str | None
    seconds: int


@dataclass(frozen=True)
class DayShown:
    """One day of one member.

    Attributes:
        day: the date in the member's zone.
        entries: what was begun on it, earliest first.
        seconds: their sum; a running timer counts up to now.
    """

    day: date
    entries: Sequence[Shown]
    seconds: int


@dataclass(frozen=True)
class TodayShown:
    """Today of one member.

    Attributes:
        today: the day with its entries.
        running: the timer that runs, even if it began on an earlier day, or None.
        drafts: how many closed entries, of any day, were not submitted yet.
        zone: the zone in which the day is counted.
    """

    today: DayShown
    running: Shown | None
    drafts: int
    zone: str


@dataclass(frozen=True)
class WeekShown:
    """Monday to Sunday of one member.

    Attributes:
        days: all seven, also the empty ones.
        seconds: their sum.
        zone: the zone in which the days are counted.
    """

    days: Sequence[DayShown]
    seconds: int
    zone: str


@dataclass(frozen=True)
class ProjectGroup:
    """Hours of one day on one project, as an approver is shown them.

    Attributes:
        day: the day of work.
        client: the client's name.
        project: the project's name.
        entries: the entries, earliest first.
        seconds: their sum.
    """

    day: date
    client: str
    project: str
    entries: Sequence[Shown]
    seconds: int


@dataclass(frozen=True)
class SubmissionShown:
    """A submission as approvers are shown it: by day and project, no money.

    Attributes:
        submission: the submission.
        author: whose hours they are.
        groups: what still waits.
        settled: what was approved or rejected, with the person who did it on the entry.
        seconds: the sum of what still waits.
        elsewhere: the seconds that wait for others, where only some projects are shown.
        digest: what a button has to carry.
    """

    submission: Submission
    author: Member
    groups: Sequence[ProjectGroup]
    settled: Sequence[Shown]
    seconds: int
    elsewhere: int
    digest: str


def today(session: Session, *, member: Member, now: datetime) -> TodayShown:
    """Return the member's day so far, with the running timer."""
    day = day_of(now, member.zone)
    begun = show_day(session, member=member, day=day, now=now)
    running = _show(session, entries_of(member).where(TimeEntry.ended_at.is_(None)), now)
    drafts = session.scalars(entries_of(member).where(TimeEntry.state == "draft")).all()
    return TodayShown(begun, running[0] if running else None, len(drafts), member.zone)


def show_day(session: Session, *, member: Member, day: date, now: datetime) -> DayShown:
    """Return what the member began on a day."""
    begun = entries_of(member).where(TimeEntry.worked_on == day)
    return _day(day, _show(session, begun, now))


def week(session: Session, *, member: Member, now: datetime, last: bool = False) -> WeekShown:
    """Return the member's week so far from Monday on, or the one before."""
    day = day_of(now, member.zone)
    monday = day - timedelta(days=day.weekday() + 7 * last)
    days = [monday + timedelta(days=count) for count in range(7)]
    within = entries_of(member).where(
        TimeEntry.worked_on >= days[0], TimeEntry.worked_on <= days[-1]
    )
    shown = _show(session, within, now)
    found = [_day(one, [each for each in shown if each.entry.worked_on == one]) for one in days]
    return WeekShown(found, sum(one.seconds for one in found), member.zone)


def recent(session: Session, *, member: Member, limit: int) -> Sequence[Shown]:
    """List the member's latest different pieces of finished work, newest first.

    The same project and text count once, and what says nothing or takes no new time is left out,
    so that each can be a button that starts it again.
    """
    takes_time = (
        select(Project.id)
        .where(
            Project.workspace_id == TimeEntry.workspace_id,
            Project.id == TimeEntry.project_id,
            Project.state == "active",
        )
        .exists()
    )
    says_something = TimeEntry.project_id.is_(None) & (TimeEntry.text != "")
    closed = entries_of(member).where(TimeEntry.ended_at.is_not(None), takes_time | says_something)
    newest = closed.order_by(TimeEntry.started_at.desc(), TimeEntry.number.desc())
    # A person repeats the same few things; enough rows are read to find that many.
    unique: dict[tuple[UUID | None, str], Shown] = {}
    for shown in _named(session, session.scalars(newest.limit(limit * 10)).all()):
        unique.setdefault((shown.entry.project_id, shown.entry.text), shown)
    return list(unique.values())[:limit]


def show_entry(session: Session, *, entry: TimeEntry, now: datetime) -> Shown:
    """Return one entry as people see it."""
    return _named(session, [entry], now)[0]


def show_entries(session: Session, entries: Sequence[TimeEntry]) -> Sequence[Shown]:
    """Return closed entries as people see them, in the order in which they are given."""
    return _named(session, entries)


def show_submission(
    session: Session, *, submission: Submission, projects: Collection[UUID] | None = None
) -> SubmissionShown:
    """Return a submission as its approvers are shown it now.

    Args:
        session: the open transaction.
        submission: the submission.
        projects: what waits is shown of these only; None for all of it.
    """
    query = (
        select(TimeEntry)
        .where(
            TimeEntry.workspace_id == submission.workspace_id,
            TimeEntry.submission_id == submission.id,
            TimeEntry.deleted_at.is_(None),
        )
        .execution_options(populate_existing=True)
    )
    shown = _show(session, query)
    waits = [one for one in shown if one.entry.state == "pending_review"]
    waiting = [one for one in waits if projects is None or one.entry.project_id in projects]
    return SubmissionShown(
        submission=submission,
        author=session.get_one(Member, (submission.workspace_id, submission.member_id)),
        groups=_groups(waiting),
        settled=[one for one in shown if one.entry.state != "pending_review"],
        seconds=_sum(waiting),
        elsewhere=_sum(waits) - _sum(waiting),
        digest=shown_digest(session, submission),
    )


def waiting_for(
    session: Session, *, workspace: Workspace, approver: Member, now: datetime
) -> Sequence[SubmissionShown]:
    """List the submissions that hold something for the approver to settle, oldest first."""
    if not may(approver, "approver"):
        return []
    rows = session.execute(
        select(TimeEntry.submission_id, TimeEntry.member_id, TimeEntry.project_id)
        .where(TimeEntry.workspace_id == workspace.id, TimeEntry.state == "pending_review")
        .distinct()
    )
    by_author: dict[UUID, list[tuple[UUID | None, UUID | None]]] = {}
    for submission_id, author_id, project_id in rows:
        if author_id != approver.id or workspace.self_approval:
            by_author.setdefault(author_id, []).append((submission_id, project_id))
    theirs: dict[UUID, set[UUID]] = {}
    for author_id, found in by_author.items():
        projects = {project_id for _, project_id in found if project_id is not None}
        approvers = approvers_by_project(
            session, workspace=workspace, author_id=author_id, project_ids=projects, now=now
        )
        for submission_id, project_id in found:
            if submission_id and project_id and is_asked(approver, project_id, approvers):
                theirs.setdefault(submission_id, set()).add(project_id)
    submissions = session.scalars(
        select(Submission)
        .where(Submission.workspace_id == workspace.id, Submission.id.in_(theirs))
        .order_by(Submission.submitted_at)
    )
    return [
        show_submission(session, submission=one, projects=theirs[one.id])
        for one in submissions
        if one.member_id == approver.id or approver.id not in hands_in(session, one)
    ]


def _show(session: Session, query: Select[TimeEntry], now: datetime | None = None) -> list[Shown]:
    ordered = query.order_by(TimeEntry.worked_on, TimeEntry.started_at, TimeEntry.number)
    return _named(session, session.scalars(ordered).all(), now)


def _named(
    session: Session, entries: Sequence[TimeEntry], now: datetime | None = None
) -> list[Shown]:
    """Return entries with their names; without now, what still runs counts nothing."""
    names = _names(session, entries)
    shown = []
    for entry in entries:
        client, project = names.get(entry.project_id, (None, None))
        seconds = entry.seconds(now=now or entry.started_at)
        shown.append(Shown(entry, client, project, seconds))
    return shown


def _names(session: Session, entries: Sequence[TimeEntry]) -> dict[UUID | None, tuple[str, str]]:
    """Return client and project of the entries, with one query however many they are."""
    projects = {entry.project_id for entry in entries if entry.project_id is not None}
    if not projects:
        return {}
    rows = session.execute(
        select(Project.id, Client.name, Project.name)
        .join(
            Client, (Client.workspace_id == Project.workspace_id) & (Client.id == Project.client_id)
        )
        .where(Project.workspace_id == entries[0].workspace_id, Project.id.in_(projects))
    )
    return {project_id: (client, project) for project_id, client, project in rows}


def _day(day: date, entries: Sequence[Shown]) -> DayShown:
    return DayShown(day, entries, _sum(entries))


def _groups(waiting: Sequence[Shown]) -> list[ProjectGroup]:
    def place(one: Shown) -> tuple[date, str, str]:
        return (one.entry.worked_on, one.client or "", one.project or "")

    groups = []
    for (day, client, project), found in groupby(sorted(waiting, key=place), key=place):
        entries = list(found)
        groups.append(ProjectGroup(day, client, project, entries, _sum(entries)))
    return groups


def _sum(entries: Iterable[Shown]) -> int:
    return sum(one.seconds for one in entries)
