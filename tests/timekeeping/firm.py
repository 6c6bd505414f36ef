"""A small agency for the tests of timekeeping, in Berlin, with somebody who approves."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.builders import MONDAY_NINE, a_client, a_member, a_project, a_rate, a_workspace
from timebot.clients.models import Client, Project
from timebot.journal.models import AuditEvent, OutboxMessage
from timebot.team.models import Member, Workspace
from timebot.timekeeping.models import TimeEntry
from timebot.timekeeping.timer import Started, start_timer, stop_timer

# Berlin is one hour ahead of UTC on this day.
NINE = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
BERLIN = "Europe/Berlin"


def at(hour: int, minute: int = 0, *, day: int = 0) -> datetime:
    """Return a time of Monday, 2 March 2026, in Berlin; or of so many days later."""
    return NINE + timedelta(days=day, hours=hour - 9, minutes=minute)


@dataclass(frozen=True)
class Firm:
    """An agency with Robin, who works, Kim, who approves, and two projects of Acme."""

    session: Session
    workspace: Workspace
    robin: Member
    kim: Member
    acme: Client
    logo: Project
    site: Project

    def start(self, now: datetime, project: Project | None = None, **how: Any) -> Started:  # noqa: ANN401 - as start_timer takes them
        """Start a timer of Robin's, on the logo unless said otherwise."""
        words: dict[str, Any] = {"text": "Sketches", "surface": "slack", "member": self.robin}
        return start_timer(
            self.session,
            workspace=self.workspace,
            project=project or self.logo,
            now=now,
            **(words | how),
        )

    def stop(self, now: datetime, **how: Any) -> TimeEntry:  # noqa: ANN401 - as stop_timer takes them
        """Stop Robin's timer."""
        return stop_timer(self.session, member=self.robin, now=now, surface="slack", **how)

    def audited(self, entry: TimeEntry) -> list[str]:
        """List what the audit says was done to the entry."""
        events = self.session.scalars(
            select(AuditEvent)
            .where(AuditEvent.subject_id == entry.id)
            .order_by(AuditEvent.at, AuditEvent.action)
        )
        return [event.action for event in events]

    def outbox(self, kind: str) -> list[dict[str, Any]]:
        """List what waits to be shown or told, by its kind."""
        waiting = self.session.scalars(select(OutboxMessage).where(OutboxMessage.kind == kind))
        return [message.payload for message in waiting]

    def told(self, notice: str) -> list[dict[str, Any]]:
        """List the notices of one name that wait to be told."""
        return [one for one in self.outbox("slack.tell") if one["notice"] == notice]


def a_firm(session: Session, **settings: object) -> Firm:
    """Make the agency; settings are columns of its workspace."""
    workspace = a_workspace(session, **({"zone": BERLIN} | settings))
    acme = a_client(session, workspace, name="Acme")
    a_rate(session, client=acme)
    return Firm(
        session=session,
        workspace=workspace,
        robin=a_member(session, workspace, name="Robin", profile_at=MONDAY_NINE),
        kim=an_approver(session, workspace, "Kim"),
        acme=acme,
        logo=a_project(session, acme, name="Logo"),
        site=a_project(session, acme, name="Site"),
    )


def an_approver(session: Session, workspace: Workspace, name: str) -> Member:
    """Make somebody who approves, with a profile that Slack has just confirmed."""
    return a_member(session, workspace, name=name, role="approver", profile_at=MONDAY_NINE)
