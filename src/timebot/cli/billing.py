"""`timebot bill`: what a run would bill, opening one by hand; rounding and why stand beside."""

from datetime import datetime
from pathlib import Path

import click
from sqlalchemy.orm import Session

from timebot.billing.flight_check import ClientCheck, RunCheck, check_run, preview
from timebot.billing.left_out import LeftOut
from timebot.billing.runs import open_manual_run
from timebot.cli.explaining import why
from timebot.cli.opening import (
    one_workspace,
    open_settings,
    operator,
    present,
    reading,
    workspace_option,
    writing,
)
from timebot.cli.output import amounts, hours, money_json, print_json, print_table
from timebot.cli.rounding import show_rounding
from timebot.clients.lookup import find_client
from timebot.clients.models import Client
from timebot.team.models import Workspace

client_option = click.option("--client", "words", metavar="NAME", help="Only this client.")
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON for programs.")


@click.group()
def bill() -> None:
    """See what a run would bill, open one now, compare rounding rules, or explain an invoice."""


bill.add_command(show_rounding)
bill.add_command(why)


@bill.command("preview")
@client_option
@workspace_option
@json_option
def show_preview(words: str | None, team: str | None, *, as_json: bool) -> None:
    """Show what a run opened now would bill, and what it would leave out and why."""
    settings = open_settings()
    with reading(settings) as session:
        workspace = one_workspace(session, team)
        check = preview(
            session,
            workspace=workspace,
            client=_client(session, workspace, words),
            can_charge=settings.stripe_api_key is not None,
            now=present(),
        )
    _show(check, as_json=as_json)


@bill.command()
@client_option
@workspace_option
@json_option
@click.option(
    "--rehearse", "is_rehearsal", is_flag=True, help="Play it all on a copy; nothing changes."
)
@click.option(
    "--as-of",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="YYYY-MM-DD",
    help="Rehearse it as it would be on that day.",
)
@click.option(
    "--pdfs",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="FOLDER",
    help="Keep the PDFs of a rehearsal there, marked as drafts.",
)
def run(
    words: str | None,
    team: str | None,
    *,
    as_json: bool,
    is_rehearsal: bool,
    as_of: datetime | None,
    pdfs: Path | None,
) -> None:
    """Open a run over all approved hours up to now; it consumes no billing period.

    The drafts are released in Slack, where the billing people see them too. It is done in the name
    of the owner who has been here longest.

    With --rehearse the run is opened on a copy, what is ready is released there, and every step is
    played to its end in a local Slack, Stripe and Resend: which numbers, amounts, charges and mails
    it would bring. Nobody outside is asked or told anything. --as-of plays the runs that are due by
    the morning of that day, with the hours that are approved by now.
    """
    settings = open_settings()
    if is_rehearsal:
        # Imported here: it brings the local world with it, which no other command needs.
        from timebot.cli.rehearsing import show_rehearsal  # noqa: PLC0415 - see above

        day = None if as_of is None else as_of.date()
        show_rehearsal(settings, words=words, team=team, day=day, pdfs=pdfs, as_json=as_json)
        return
    for given, option in ((as_of, "--as-of"), (pdfs, "--pdfs")):
        if given is not None:
            raise click.UsageError(f"{option} goes with --rehearse.")
    can_charge = settings.stripe_api_key is not None
    with writing(settings) as session:
        now = present()
        workspace = one_workspace(session, team)
        opened = open_manual_run(
            session,
            workspace=workspace,
            actor=operator(session, workspace, now),
            client=_client(session, workspace, words),
            can_charge=can_charge,
            surface="cli",
            now=now,
        )
        check = check_run(session, workspace=workspace, run=opened, can_charge=can_charge, now=now)
    _show(check, as_json=as_json)


def _client(session: Session, workspace: Workspace, words: str | None) -> Client | None:
    return find_client(session, workspace_id=workspace.id, words=words) if words else None


def _show(check: RunCheck, *, as_json: bool) -> None:
    if as_json:
        print_json(_json(check))
        return
    if check.clients:
        _draw(check)
    else:
        click.echo("There is nothing to bill.")
    for one in check.clients:
        for concern in (*one.reds, *one.warnings):
            click.echo(f"{one.client_name}: {concern.sentence}")
    left = [(one.client_name, one.left_out) for one in check.clients]
    left += [(one.client_name, one.left_out) for one in check.nothing]
    for name, kinds in [*left, ("Without a project", check.without_project)]:
        for kind in kinds:
            click.echo(f"{name}: {_words(kind)}")


def _draw(check: RunCheck) -> None:
    print_table(
        ["client", "entries", "worked", "billed", "total", "<state"],
        [
            [
                one.client_name,
                str(one.entries),
                hours(one.seconds_worked),
                hours(one.minutes_billed * 60),
                str(one.total),
                _state(one),
            ]
            for one in check.clients
        ],
        total=["Total", "", "", "", amounts(check.totals), ""],
    )


def _state(one: ClientCheck) -> str:
    if one.reds or one.hold == "parked":
        return "waits for a decision"
    return "held" if one.hold == "held" else "ready"


def _words(kind: LeftOut) -> str:
    entries = "1 entry" if kind.entries == 1 else f"{kind.entries} entries"
    return f"{entries} of {hours(kind.seconds)} hours left out: {kind.words}."


def _json(check: RunCheck) -> dict[str, object]:
    return {
        "run": str(check.run.id) if check.run is not None else None,
        "clients": [_client_json(one) for one in check.clients],
        "nothing_billed": [
            {"client": one.client_name, "left_out": _left_json(one.left_out)}
            for one in check.nothing
        ],
        "without_project": _left_json(check.without_project),
        "totals": [money_json(total) for total in check.totals],
    }


def _client_json(one: ClientCheck) -> dict[str, object]:
    return {
        "client": one.client_name,
        "entries": one.entries,
        "seconds_worked": one.seconds_worked,
        "minutes_billed": one.minutes_billed,
        "subtotal": money_json(one.subtotal),
        "tax": money_json(one.tax),
        "total": money_json(one.total),
        "charge_mode": one.charge_mode,
        "hold": one.hold,
        "must_decide": [concern.sentence for concern in one.reds],
        "warnings": [concern.sentence for concern in one.warnings],
        "left_out": _left_json(one.left_out),
    }


def _left_json(kinds: tuple[LeftOut, ...]) -> list[dict[str, object]]:
    return [
        {"reason": kind.reason, "entries": kind.entries, "seconds": kind.seconds} for kind in kinds
    ]
