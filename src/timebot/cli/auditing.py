"""`timebot audit`: whether what was written down is still what was written down."""

import click
from sqlalchemy import select
from sqlalchemy.orm import Session

from timebot.cli.opening import one_workspace, open_settings, reading, workspace_option
from timebot.errors import Refusal
from timebot.journal.chain import BrokenLink, ChainReport, find_head, holds_head, verify_chain
from timebot.journal.models import AuditEvent
from timebot.team.models import Workspace


class ChainBroken(Refusal):
    """A row of the audit is not as it was sealed."""

    def __init__(self, workspace: Workspace, link: BrokenLink, event: AuditEvent | None) -> None:
        what = f" {event.action} of {event.at:%Y-%m-%d %H:%M} UTC" if event else ""
        super().__init__(
            f"The audit of {workspace.name} is broken at position {link.position}:"
            f"{what} (event {link.event_id}); {link.why}. Restore an earlier backup into an empty"
            " database, and compare."
        )


class HeadLost(Refusal):
    """The chain fits, but does not hold what a run's message once said."""

    def __init__(self, workspace: Workspace, head: str) -> None:
        super().__init__(
            f"The audit of {workspace.name} does not hold the head {head} any more: events up to it"
            " were cut off or replaced. Restore an earlier backup into an empty database, and"
            " compare."
        )


@click.group()
def audit() -> None:
    """Check the audit."""


@audit.command()
@workspace_option
@click.option(
    "--head",
    metavar="NUMBER:HASH",
    help="A head from an invoice run's message, such as 412:3f9a21c07b64.",
)
def verify(team: str | None, head: str | None) -> None:
    """Compute the audit's chain again and name the first row that does not fit.

    Without --workspace every workspace is checked. With --head it is also compared with what an
    invoice run's message in Slack said: rows that were cut off the end are found by nothing else.
    """
    with reading(open_settings()) as session:
        # A head belongs to one chain; which one must be said where there are several.
        only = team is not None or head is not None
        named = [one_workspace(session, team)] if only else list(session.scalars(select(Workspace)))
        for workspace in named:
            _check(session, workspace, head)
        if not named:
            click.echo("There is no workspace yet, so there is nothing to check.")


def _check(session: Session, workspace: Workspace, head: str | None) -> None:
    chain = verify_chain(session, workspace_id=workspace.id)
    if chain.broken is not None:
        event = session.get(AuditEvent, (workspace.id, chain.broken.event_id))
        raise ChainBroken(workspace, chain.broken, event)
    if head and not holds_head(session, workspace_id=workspace.id, short=head):
        raise HeadLost(workspace, head)
    last = find_head(session, workspace_id=workspace.id)
    click.echo(f"{workspace.name}: {_words(chain)}{f' Head {last.short}.' if last else ''}")


def _words(chain: ChainReport) -> str:
    events = "1 event is" if chain.sealed == 1 else f"{chain.sealed} events are"
    verb = "is" if chain.unsealed == 1 else "are"
    waiting = f" {chain.unsealed} {verb} not sealed yet." if chain.unsealed else ""
    return f"{events} as sealed.{waiting}"
