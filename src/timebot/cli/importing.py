"""`timebot import`: clients with their projects and rates from a CSV, and the logo of invoices."""

from pathlib import Path

import click

from timebot.cli.opening import (
    one_workspace,
    open_settings,
    operator,
    present,
    reading,
    workspace_option,
    writing,
)
from timebot.clients.importing import ImportSteps, apply_import, plan_import, read_clients_csv
from timebot.team.logo import read_logo
from timebot.team.workspaces import change_settings

file_argument = click.argument(
    "file", type=click.Path(exists=True, dir_okay=False, readable=True, path_type=Path)
)


@click.group("import")
def import_() -> None:
    """Bring clients or a logo in from a file."""


@import_.command()
@file_argument
@click.option("--dry-run", is_flag=True, help="Say what would be done and change nothing.")
@workspace_option
def clients(file: Path, *, dry_run: bool, team: str | None) -> None:
    """Import clients, projects and rates from a spreadsheet's CSV.

    Rows are recognised by name: what exists is changed only where a cell says something else, and
    importing the same file again changes nothing. All rows are taken or none.
    """
    settings = open_settings()
    plan = read_clients_csv(file.read_bytes())
    if dry_run:
        with reading(settings) as session:
            workspace = one_workspace(session, team)
            steps = plan_import(session, workspace=workspace, plan=plan, now=present())
        _tell(steps, done=False)
        return
    with writing(settings) as session:
        workspace = one_workspace(session, team)
        steps = apply_import(
            session, workspace=workspace, actor=None, plan=plan, now=present(), surface="cli"
        )
    _tell(steps, done=True)


@import_.command()
@file_argument
@workspace_option
def logo(file: Path, team: str | None) -> None:
    """Set the logo of invoices: a PNG or JPEG of at most 200 kB.

    It is done in the name of the owner who has been here longest.
    """
    settings = open_settings()
    # Checked before the database is opened, so that a wrong file is named first.
    read_logo(content := file.read_bytes())
    with writing(settings) as session:
        now = present()
        workspace = one_workspace(session, team)
        told = change_settings(
            session,
            workspace=workspace,
            actor=operator(session, workspace, now),
            changes={"logo": content},
            surface="cli",
            now=now,
        )
    click.echo("\n".join(told) or "The logo is this one already.")


def _tell(steps: ImportSteps, *, done: bool) -> None:
    for sentence in steps.words:
        click.echo(sentence)
    if steps.unchanged:
        count = steps.unchanged
        click.echo("1 stays as it is." if count == 1 else f"{count} stay as they are.")
    if not steps.words:
        click.echo("There is nothing to change.")
    elif not done:
        click.echo("Nothing was changed: this was a dry run.")
