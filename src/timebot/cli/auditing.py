"""`timebot audit`: whether what was written down is still what was written down."""

from uuid import UUID

import click
from sqlalchemy import select
from sqlalchemy.orm import Session

from timebot.cli.opening import one_workspace, open_settings, reading, workspace_option
from timebot.errors import Refusal
from timebot.journal.chain import BrokenLink, ChainReport, verify_chain
from timebot.journal.models import AuditEvent
from timebot.team.models import Workspace


class ChainBroken(Refusal):
    """A row of the audit is not as it was sealed."""

    def __init__(self, workspace: Workspace, link: BrokenLink, event: AuditEvent) -> None:
        super().__init__(
            f"The audit of {workspace.name} is broken at position {link.position}:"
            f" {event.action} of {event.at:%Y-%m-%d %H:%M} UTC (event {link.event_id});"
            f" {link.why}."
        )


@click.group()
def audit() -> None:
    """Check the audit."""


@audit.command()
@workspace_option
def verify(team: str | None) -> None:
    """Compute the audit's chain again and name the first row that does not fit.

    Without --workspace every workspace is checked.
    """
    with reading(open_settings()) as session:
        named = [one_workspace(session, team)] if team else list(session.scalars(select(Workspace)))
        for workspace in named:
            chain = verify_chain(session, workspace_id=workspace.id)
            if chain.broken is not None:
                event = _event(session, workspace.id, chain.broken)
                raise ChainBroken(workspace, chain.broken, event)
            click.echo(f"{workspace.name}: {_words(chain)}")
        if not named:
            click.echo("There is no workspace yet, so there is nothing to check.")


def _event(session: Session, workspace_id: UUID, link: BrokenLink) -> AuditEvent:
    return session.get_one(AuditEvent, (workspace_id, link.event_id))


def _words(chain: ChainReport) -> str:
    events = "1 event is" if chain.sealed == 1 else f"{chain.sealed} events are"
    waiting = f" {chain.unsealed} are not sealed yet." if chain.unsealed else ""
    return f"{events} as sealed.{waiting}"
