"""`timebot export`: invoices and payments as CSV for the accountant."""

from datetime import datetime

import click

from timebot.cli.days import days_options, read_days
from timebot.cli.opening import (
    one_workspace,
    open_settings,
    operator,
    present,
    reading,
    workspace_option,
)
from timebot.reports.exports import invoices_csv, payments_csv

words_argument = click.argument("words", nargs=-1, metavar="[DAYS]")


@click.group()
def export() -> None:
    """Print invoices or payments as CSV; DAYS as in `timebot report`."""


@export.command()
@words_argument
@days_options
@workspace_option
def invoices(
    words: tuple[str, ...],
    first_day: datetime | None,
    last_day: datetime | None,
    team: str | None,
) -> None:
    """Print the invoices issued on these days."""
    with reading(open_settings()) as session:
        now = present()
        workspace = one_workspace(session, team)
        days = read_days(words, first_day, last_day, workspace=workspace, now=now)
        content = invoices_csv(
            session,
            workspace=workspace,
            member=operator(session, workspace, now),
            start=days.start,
            end=days.end,
            now=now,
        )
    click.echo(content, nl=False)


@export.command()
@words_argument
@days_options
@workspace_option
def payments(
    words: tuple[str, ...],
    first_day: datetime | None,
    last_day: datetime | None,
    team: str | None,
) -> None:
    """Print the attempts at payment of these days."""
    with reading(open_settings()) as session:
        now = present()
        workspace = one_workspace(session, team)
        days = read_days(words, first_day, last_day, workspace=workspace, now=now)
        content = payments_csv(
            session,
            workspace=workspace,
            member=operator(session, workspace, now),
            start=days.start,
            end=days.end,
            now=now,
        )
    click.echo(content, nl=False)
