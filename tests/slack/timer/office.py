"""An agency at work in the local Slack: Mia and Leo record time, Ana owns it, Kim approves."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.builders import a_client, a_project, a_rate
from tests.worlds import World, a_world, utc
from timebot.money import Money
from timebot.playground.slack import Person
from timebot.slack.help import usage_hint
from timebot.team.members import find_member
from timebot.team.models import Member, Workspace
from timebot.timekeeping.models import TimeEntry

MONDAY_NINE = utc(2031, 3, 3, 8)
"""Nine o'clock in Berlin, on a Monday that lies ahead of the real clock."""

PLACES = {"Acme": ("Logo", "Website"), "Globex": ("Website",), "Initech": ("Audit", "Retainer")}


@dataclass
class Office:
    """The agency, and the hands of its people."""

    world: World

    @property
    def ana(self) -> Person:
        """The owner."""
        return self.world.person("ana")

    @property
    def kim(self) -> Person:
        """An approver."""
        return self.world.person("kim")

    @property
    def mia(self) -> Person:
        """A member."""
        return self.world.person("mia")

    @property
    def leo(self) -> Person:
        """Another member."""
        return self.world.person("leo")

    @contextmanager
    def session(self) -> Iterator[Session]:
        """Look into the database, or change it behind everybody's back."""
        with self.world.timebot.database.transaction() as session:
            yield session

    def workspace(self, session: Session) -> Workspace:
        """Return the workspace."""
        return session.scalars(select(Workspace)).one()

    def member(self, session: Session, person: Person) -> Member:
        """Return the member behind a person."""
        workspace = self.workspace(session)
        found = find_member(session, workspace_id=workspace.id, slack_user_id=person.id)
        assert found is not None
        return found

    def entries(self, person: Person) -> list[TimeEntry]:
        """List the person's entries, by number; deleted ones are left out."""
        with self.session() as session:
            member = self.member(session, person)
            found = select(TimeEntry).where(
                TimeEntry.member_id == member.id, TimeEntry.deleted_at.is_(None)
            )
            return list(session.scalars(found.order_by(TimeEntry.number)))

    def change_workspace(self, **columns: object) -> None:
        """Set columns of the workspace."""
        with self.session() as session:
            workspace = self.workspace(session)
            for name, value in columns.items():
                setattr(workspace, name, value)

    def wait(self, *, hours: int = 0, minutes: int = 0, days: int = 0) -> None:
        """Let time pass, with everything that becomes due."""
        self.world.move(timedelta(days=days, hours=hours, minutes=minutes))

    def now(self) -> datetime:
        """Return the present instant."""
        return self.world.now()


@contextmanager
def an_office(folder: Path, database_url: str, **settings: object) -> Iterator[Office]:
    """Open the agency on Monday at nine; settings are columns of its workspace."""
    with a_world(folder, database_url, begins=MONDAY_NINE) as world:
        world.local.slack.set_commands(
            [
                {"command": "/timer", "usage_hint": usage_hint(), "description": "Track time"},
                {"command": "/billing", "usage_hint": "help", "description": "Bill it"},
            ]
        )
        world.add_person("ana", is_owner=True)
        for name in ("kim", "mia", "leo"):
            world.add_person(name)
        office = Office(world)
        for name in ("ana", "kim", "mia", "leo"):
            world.person(name).command("/timer status")
        _furnish(office)
        office.change_workspace(zone="Europe/Berlin", **settings)
        world.settle()
        yield office


def _furnish(office: Office) -> None:
    with office.session() as session:
        workspace = office.workspace(session)
        office.member(session, office.kim).role = "approver"
        for name, projects in PLACES.items():
            client = a_client(session, workspace, name=name, currency="EUR")
            a_rate(session, Money(9_500, "EUR"), client=client)
            for project in projects:
                a_project(session, client, name=project)
