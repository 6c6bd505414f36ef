"""`timebot stuck`: what Slack was not told and why, and a way to say it once more."""

from collections.abc import Iterator, Sequence

import click
from sqlalchemy import select
from sqlalchemy.orm import Session

from timebot.cli.opening import (
    one_workspace,
    open_settings,
    operator,
    present,
    reading,
    workspace_option,
    writing,
)
from timebot.cli.output import print_json, print_table
from timebot.journal.audit import Actor
from timebot.journal.outbox import list_stuck, revive
from timebot.team.models import Workspace

_STATES = {"given_up": "given up", "unknown": "may have arrived"}
_NAMES = ("since", "workspace", "message", "state", "why")


@click.command()
@click.option("--again", is_flag=True, help="Send them once more.")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
@workspace_option
def stuck(*, again: bool, as_json: bool, team: str | None) -> None:
    """List the messages to Slack that were given up, or whose answer got lost.

    With --again the worker sends each of them once more, as things stand then. One that may have
    arrived can be there twice afterwards.
    """
    settings = open_settings()
    if again:
        with writing(settings) as session:
            click.echo(_sent_again(session, team))
        return
    with reading(settings) as session:
        rows = [row for each in _wanted(session, team) for row in _rows(session, each)]
    if as_json:
        print_json([dict(zip(_NAMES, row, strict=True)) for row in rows])
    elif rows:
        print_table(("since (UTC)", *(f"<{name}" for name in _NAMES[1:])), rows)
    else:
        click.echo("Slack was told everything.")


def _wanted(session: Session, team: str | None) -> Sequence[Workspace]:
    if team is not None:
        return [one_workspace(session, team)]
    return session.scalars(select(Workspace).order_by(Workspace.name)).all()


def _rows(session: Session, workspace: Workspace) -> Iterator[tuple[str, ...]]:
    for message in list_stuck(session, workspace_id=workspace.id):
        since = message.settled_at or message.created_at
        # Which card or notice it is says enough; what is in it may hold names.
        about = message.payload.get("purpose") or message.payload.get("notice") or message.kind
        why = message.last_error or "-"
        yield f"{since:%Y-%m-%d %H:%M}", workspace.name, str(about), _STATES[message.state], why


def _sent_again(session: Session, team: str | None) -> str:
    now, count = present(), 0
    for workspace in _wanted(session, team):
        messages = list_stuck(session, workspace_id=workspace.id)
        if not messages:
            continue
        by = Actor(operator(session, workspace, now).id, "cli")
        for each in messages:
            count += revive(
                session, workspace_id=workspace.id, message_id=each.id, actor=by, now=now
            )
    if not count:
        return "Nothing is stuck, so nothing is sent again."
    return f"{count} {'message goes' if count == 1 else 'messages go'} out again."
