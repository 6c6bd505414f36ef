"""Fills the agency with people, clients, cards and some weeks of work, through the use cases."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import cycle
from random import Random

from sqlalchemy.orm import Session

from timebot.app import Timebot
from timebot.clients.catalogue import add_client
from timebot.clients.models import Client, Project
from timebot.clients.projects import add_project
from timebot.demo.agency import CLIENTS, PEOPLE, SELLER, TASKS, DemoClient, DemoPerson
from timebot.money import Money
from timebot.playground.world import LocalWorld
from timebot.team.days import day_of, local_instant
from timebot.team.members import Profile, meet_member
from timebot.team.models import Member, Workspace
from timebot.team.rights import grant_role
from timebot.team.workspaces import change_settings, find_workspace, meet_workspace
from timebot.timekeeping.approval import approve
from timebot.timekeeping.limits import Span
from timebot.timekeeping.manual import add_entry
from timebot.timekeeping.submission import submit
from timebot.timekeeping.tickets import Ticket

SURFACE = "demo"
WEEKS_OF_HISTORY = 4
_THURSDAY = 3
_WORKERS = ("jonas", "priya", "tom", "lucia")


@dataclass
class Agency:
    """The agency's rows, by the names of the demo."""

    workspace: Workspace
    members: dict[str, Member]
    projects: list[Project]
    begins_on: date

    def inside(self, session: Session) -> "Agency":
        """Return the same rows as they are in another transaction."""
        workspace_id = self.workspace.id
        return Agency(
            session.get_one(Workspace, workspace_id),
            {
                handle: session.get_one(Member, (workspace_id, member.id))
                for handle, member in self.members.items()
            },
            [session.get_one(Project, (workspace_id, project.id)) for project in self.projects],
            self.begins_on,
        )


def join_slack(world: LocalWorld) -> tuple[dict[str, str], str]:
    """Let the agency exist in the local Slack; return its people by handle, and #billing."""
    ids = {
        person.handle: world.slack.add_user(
            person.handle, real_name=person.name, tz=person.zone, is_admin=person.is_admin
        )
        for person in PEOPLE
    }
    world.slack.add_channel("studio", members=list(ids.values()))
    billing = world.slack.add_channel(
        "billing", private=True, members=[ids["mia"], ids["sofia"]], bot_is_member=True
    )
    return ids, billing


def is_seeded(timebot: Timebot, world: LocalWorld) -> bool:
    """Say whether the agency is there already, from an earlier start."""
    with timebot.database.read_only() as session:
        return find_workspace(session, world.slack.team_id) is not None


@dataclass(frozen=True)
class Calendar:
    """When the demo takes place: a Thursday in the second week of a billing period.

    Attributes:
        anchor_on: the Monday on which the first of two periods began.
        opens_at: the instant at which a visitor comes in.
    """

    anchor_on: date
    opens_at: datetime

    @classmethod
    def after(cls, now: datetime) -> "Calendar":
        """Return the first calendar whose history lies ahead of now, as clocks only go forward."""
        zone = str(SELLER["zone"])
        soonest = day_of(now, zone) + timedelta(days=7 * (WEEKS_OF_HISTORY - 1) + _THURSDAY)
        thursday = soonest + timedelta(days=(_THURSDAY - soonest.weekday()) % 7)
        monday = thursday - timedelta(days=_THURSDAY)
        anchor = monday - timedelta(weeks=WEEKS_OF_HISTORY - 1)
        return cls(anchor, local_instant(thursday, 10 * 60, zone))


def found_firm(
    timebot: Timebot, world: LocalWorld, ids: dict[str, str], calendar: Calendar, channel: str
) -> Agency:
    """Write the firm with its people, clients and projects, in one transaction."""
    now = timebot.clock.now()
    with timebot.database.transaction() as session:
        agency = _firm(session, world, ids, calendar, channel, now)
        _clients(session, agency, now)
    return agency


def work_a_week(timebot: Timebot, agency: Agency, monday: date, *, until: datetime) -> None:
    """Let everybody work a week, hand it in on Friday, and be approved; up to an instant."""
    # The same agency at every first start, so that pictures and stories fit.
    chance = Random(monday.toordinal() - agency.begins_on.toordinal())  # noqa: S311 - a story
    is_first_period = monday < agency.begins_on + timedelta(days=14)
    # The agency was smaller in the beginning, so its first run is short.
    with timebot.database.transaction() as session:
        agency = agency.inside(session)
        for member in agency.members.values():
            # As if everybody had just used timebot: Slack was asked about them.
            member.profile_at = local_instant(monday + timedelta(days=4), 0, member.zone)
        known = agency.projects[:9] if is_first_period else agency.projects
        projects = cycle(chance.sample(known, len(known)))
        tasks = cycle(chance.sample(TASKS, len(TASKS)))
        for handle in _WORKERS:
            member = agency.members[handle]
            for span in _week_of(member, monday, chance):
                if span.ended_at < until:
                    _work(session, agency, member, next(projects), span, next(tasks), chance)
            if local_instant(monday + timedelta(days=5), 0, member.zone) < until:
                _hand_in(session, agency, member, monday)


def _firm(
    session: Session,
    world: LocalWorld,
    ids: dict[str, str],
    calendar: Calendar,
    channel: str,
    now: datetime,
) -> Agency:
    workspace = meet_workspace(
        session,
        slack_team_id=world.slack.team_id,
        name="Studio North",
        zone=str(SELLER["zone"]),
        now=now,
    )
    members = {person.handle: _join(session, workspace, ids, person, now) for person in PEOPLE}
    owner = members["mia"]
    for person in PEOPLE:
        if person.role not in {"member", "owner"}:
            grant_role(
                session,
                actor=owner,
                member=members[person.handle],
                role=person.role,
                surface=SURFACE,
                now=now,
            )
    changes = {**SELLER, "anchor_on": calendar.anchor_on, "billing_channel": channel}
    change_settings(
        session, workspace=workspace, actor=owner, changes=changes, surface=SURFACE, now=now
    )
    return Agency(workspace, members, [], calendar.anchor_on)


def _join(
    session: Session, workspace: Workspace, ids: dict[str, str], person: DemoPerson, now: datetime
) -> Member:
    profile = Profile(person.name, person.zone, "person", person.is_admin, is_deleted=False)
    return meet_member(
        session,
        workspace=workspace,
        slack_user_id=ids[person.handle],
        profile=profile,
        owner_hint=None,
        now=now,
    )


def _clients(session: Session, agency: Agency, now: datetime) -> None:
    for one in CLIENTS:
        client = _client(session, agency, one, now)
        agency.projects += [
            add_project(
                session,
                workspace=agency.workspace,
                actor=agency.members["mia"],
                client=client,
                name=name,
                budget="60h" if name == "Website" and one.name == "Acme" else None,
                surface=SURFACE,
                now=now,
            )
            for name in one.projects
        ]


def _client(session: Session, agency: Agency, one: DemoClient, now: datetime) -> Client:
    details = {
        "address": f"{one.name} Street 1\n{one.country}",
        "collection": "charge" if one.card else "send",
        **dict(one.details),
    }
    return add_client(
        session,
        workspace=agency.workspace,
        actor=agency.members["mia"],
        name=one.name,
        emails=[one.email],
        rate=Money.parse(one.rate, one.currency),
        details=details,
        surface=SURFACE,
        now=now,
    )


def _week_of(member: Member, monday: date, chance: Random) -> Iterator[Span]:
    for offset in range(5):
        day = monday + timedelta(days=offset)
        minute = 9 * 60
        for _ in range(3):
            minute += chance.randrange(5, 25)
            length = chance.randrange(50, 150)
            start = local_instant(day, minute, member.zone)
            yield Span(start, start + timedelta(minutes=length, seconds=chance.randrange(60)))
            minute += length


def _work(
    session: Session,
    agency: Agency,
    member: Member,
    project: Project,
    span: Span,
    text: str,
    chance: Random,
) -> None:
    number = chance.randrange(100, 400)
    ticket = Ticket(f"STU-{number}", None) if chance.randrange(4) == 0 else None
    add_entry(
        session,
        workspace=agency.workspace,
        member=member,
        project=project,
        span=span,
        text=text,
        ticket=ticket,
        now=span.ended_at,
        surface=SURFACE,
    )


def _hand_in(session: Session, agency: Agency, member: Member, monday: date) -> None:
    friday_evening = local_instant(monday + timedelta(days=4), 18 * 60, member.zone)
    submission = submit(
        session,
        workspace=agency.workspace,
        member=member,
        start=monday,
        end=monday + timedelta(days=7),
        now=friday_evening,
        surface=SURFACE,
    )
    approver = agency.members["mia" if member is agency.members["jonas"] else "jonas"]
    approve(
        session,
        workspace=agency.workspace,
        approver=approver,
        submission_id=submission.id,
        entry_ids=None,
        digest=None,
        now=friday_evening + timedelta(hours=1),
        surface=SURFACE,
    )
