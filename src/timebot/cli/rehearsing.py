"""`timebot bill run --rehearse`: plays a run on a copy and shows all that it would bring."""

import signal
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn

from timebot.cli.opening import one_workspace, opened_current, operator, present
from timebot.cli.output import amounts, hours, money_json, print_json, print_table
from timebot.clients.lookup import find_client
from timebot.db import Database
from timebot.gateways.drawing import ChildRenderer
from timebot.logs import set_up_logs
from timebot.rehearsal.account import (
    Account,
    PlayedRun,
    RehearsedInvoice,
    RehearsedMail,
    SlackMessage,
    Waiting,
)
from timebot.rehearsal.as_of import instant_on
from timebot.rehearsal.copying import Tell
from timebot.rehearsal.plan import Plan
from timebot.rehearsal.rehearsing import Rehearsal, rehearse
from timebot.rehearsal.room import temporary_folder
from timebot.rehearsal.stage import means_of
from timebot.settings import Settings
from timebot.slack.words import days_words, listed
from timebot.team.days import day_in_words

_KILLED = 128
"""What shells add the number of a signal to, for the exit code of what it ended."""


def show_rehearsal(
    settings: Settings,
    *,
    words: str | None,
    team: str | None,
    day: date | None,
    pdfs: Path | None,
    as_json: bool,
) -> None:
    """Rehearse a run and print what it would bring, for people or for programs.

    Raises:
        NotFound, WorkspaceUnclear, NoOwner: see `timebot.cli.opening`.
        BillingPaused, NothingToRun, DayIsOver, DayTooFar: if there is nothing that could be
            rehearsed.
        NoRoom, PdfsNotKept: if the copy or the PDFs find no place.
    """
    # An invoice that was never issued has no place in the log; trouble has.
    set_up_logs(settings.model_copy(update={"log_level": "ERROR"}))
    now = present()
    with _unwinding(), opened_current(settings) as database, _progress() as tell:
        rehearsal = rehearse(
            database,
            plan=_plan(database, settings, words=words, team=team, day=day, pdfs=pdfs, now=now),
            renderer=ChildRenderer(),
            within=temporary_folder(),
            now=now,
            tell=tell,
        )
    if as_json:
        print_json(_json(rehearsal))
        return
    if day is not None:
        click.echo(_as_of(day, rehearsal.account.opened))
    _draw(rehearsal.account)
    click.echo(_proof(rehearsal))


def _plan(
    database: Database,
    settings: Settings,
    *,
    words: str | None,
    team: str | None,
    day: date | None,
    pdfs: Path | None,
    now: datetime,
) -> Plan:
    with database.read_only() as session:
        workspace = one_workspace(session, team)
        client = find_client(session, workspace_id=workspace.id, words=words) if words else None
        return Plan(
            workspace_id=workspace.id,
            client_id=None if client is None else client.id,
            means=means_of(settings),
            act_as=operator,
            as_of=None if day is None else instant_on(workspace, day, now=now),
            pdfs=pdfs,
        )


def _draw(account: Account) -> None:
    if account.invoices:
        _draw_invoices(account)
    else:
        click.echo("Nothing is ready to be released.")
    for waiting in account.waiting:
        click.echo(_waits(waiting))
    for invoice in account.invoices:
        for mail in invoice.mails:
            click.echo(_mail(mail))
    for message, times in Counter(account.slack.shown).items():
        click.echo(_message(message, times))
    for fault in account.slack.faults:
        click.echo(f"Slack would not take this: {fault}")


def _draw_invoices(account: Account) -> None:
    print_table(
        ["invoice", "<client", "hours", "net", "tax", "total", "credit", "due", "<what happens"],
        [
            [
                one.number,
                one.client_name,
                hours(one.minutes_billed * 60),
                str(one.subtotal),
                str(one.tax),
                str(one.total),
                str(one.credit) if one.credit else "",
                str(one.due),
                one.words,
            ]
            for one in account.invoices
        ],
        total=["Total", "", "", "", "", amounts(account.totals), "", "", ""],
    )


def _waits(waiting: Waiting) -> str:
    state = "is held" if waiting.state == "held" else "waits for a decision"
    reason = f": {waiting.words}" if waiting.words else "."
    return f"{waiting.client_name} ({waiting.total}) {state}{reason}"


def _mail(mail: RehearsedMail) -> str:
    copies = f", copy to {', '.join(mail.cc)}" if mail.cc else ""
    to = ", ".join(mail.to) or "nobody, because the client has no address"
    files = f" [{', '.join(mail.attachments)}]" if mail.attachments else ""
    verb = "Mail" if mail.state == "sent" else "Not mailed"
    return f"{verb} to {to}{copies}: {mail.subject}{files}"


def _as_of(day: date, opened: Sequence[PlayedRun]) -> str:
    said = f"As of {day_in_words(day)}, with the hours that are approved by now:"
    if not opened:
        return f"{said} no run is due, and what waits in open runs is played."
    each = [days_words(one.first_day, one.last_day + timedelta(days=1)) for one in opened]
    days = listed(each, most=3)
    if opened[0].kind == "manual":
        return f"{said} no run is due, so one is opened by hand, over {days}."
    return f"{said} {'the run' if len(opened) == 1 else 'the runs'} of {days}."


def _message(message: SlackMessage, times: int) -> str:
    """Return a line on a message; one that several people of a role get is one line."""
    to = message.to if times == 1 else f"{message.to}, {times} times"
    return f"Slack to {to}: {message.first_line}"


def _proof(rehearsal: Rehearsal) -> str:
    calls = "no call left this machine"
    if rehearsal.refused_calls:
        calls = f"{_count(rehearsal.refused_calls, 'call')} to another machine had to be stopped"
    if rehearsal.changed:
        return (
            f"The database changed meanwhile ({', '.join(rehearsal.changed)}), because timebot or"
            f" its people worked on. The rehearsal itself could only read it, and {calls}."
        )
    rows = _count(rehearsal.rows, "row")
    return f"Nothing was changed: all {rows} are as before ({rehearsal.digest[:12]}), and {calls}."


def _count(count: int, what: str) -> str:
    return f"1 {what}" if count == 1 else f"{count:,} {what}s"


def _json(rehearsal: Rehearsal) -> dict[str, object]:
    account = rehearsal.account
    return {
        "runs": [
            {"kind": one.kind, "first_day": one.first_day, "last_day": one.last_day}
            for one in account.opened
        ],
        "invoices": [_invoice_json(one) for one in account.invoices],
        "waiting": [
            {
                "client": one.client_name,
                "total": money_json(one.total),
                "state": one.state,
                "reason": one.words,
            }
            for one in account.waiting
        ],
        "totals": [money_json(total) for total in account.totals],
        "slack": {
            "messages": [
                {"to": one.to, "first_line": one.first_line} for one in account.slack.shown
            ],
            "faults": list(account.slack.faults),
        },
        "rows": rehearsal.rows,
        "sha256": rehearsal.digest,
        "changed_tables": list(rehearsal.changed),
        "refused_calls": rehearsal.refused_calls,
    }


def _invoice_json(one: RehearsedInvoice) -> dict[str, object]:
    return {
        "number": one.number,
        "client": one.client_name,
        "seconds_worked": one.seconds_worked,
        "minutes_billed": one.minutes_billed,
        "subtotal": money_json(one.subtotal),
        "tax": money_json(one.tax),
        "total": money_json(one.total),
        "credit": money_json(one.credit),
        "due": money_json(one.due),
        "outcome": one.outcome,
        "what_happens": one.words,
        "mails": [
            {
                "kind": mail.kind,
                "to": list(mail.to),
                "cc": list(mail.cc),
                "subject": mail.subject,
                "attachments": list(mail.attachments),
                "state": mail.state,
            }
            for mail in one.mails
        ],
    }


@contextmanager
def _unwinding() -> Iterator[None]:
    """Let whoever ends the process wait for the copy to be removed; kill -9 leaves it behind."""

    def leave(number: int, _frame: object) -> None:
        raise SystemExit(_KILLED + number)

    before = {one: signal.signal(one, leave) for one in (signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)


@contextmanager
def _progress() -> Iterator[Tell]:
    """Show a bar for what is being done on a terminal, and nothing elsewhere."""
    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        console=Console(stderr=True),
        disable=not sys.stderr.isatty(),
        transient=True,
    )
    with bar:
        task = bar.add_task("Reading", total=None)
        yield lambda what, done, of: bar.update(task, description=what, completed=done, total=of)
