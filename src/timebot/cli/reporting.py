"""`timebot report`: hours and money by client, project or member."""

from datetime import datetime, timedelta
from typing import Any

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
from timebot.cli.output import amounts, hours, print_json, print_table
from timebot.money import Money
from timebot.reports.exports import report_csv, report_json
from timebot.reports.hours_and_money import GROUPINGS, Report, ReportRow, make_report


@click.command()
@click.argument("words", nargs=-1, metavar="[client|project|member] [DAYS]")
@days_options
@workspace_option
@click.option("--json", "as_json", is_flag=True, help="Print JSON for programs.")
@click.option("--csv", "as_csv", is_flag=True, help="Print CSV for a spreadsheet.")
def report(
    words: tuple[str, ...],
    first_day: datetime | None,
    last_day: datetime | None,
    team: str | None,
    *,
    as_json: bool,
    as_csv: bool,
) -> None:
    """Show hours and money by client, project or member.

    DAYS is this or last week, month or year, 2026-10, 2026-10-05, or 2026-10-01..2026-10-31;
    without any it is this month.
    """
    if as_json and as_csv:
        raise click.UsageError("Choose --json or --csv.")
    grouped_by, rest = _grouping(words)
    with reading(open_settings()) as session:
        now = present()
        workspace = one_workspace(session, team)
        days = read_days(rest, first_day, last_day, workspace=workspace, now=now)
        made = make_report(
            session,
            workspace=workspace,
            member=operator(session, workspace, now),
            grouped_by=grouped_by,
            start=days.start,
            end=days.end,
        )
    if as_json:
        print_json(_with_text(report_json(made)))
    elif as_csv:
        click.echo(report_csv(made), nl=False)
    else:
        _draw(made)


def _grouping(words: tuple[str, ...]) -> tuple[str, tuple[str, ...]]:
    """Take the grouping off the words; without any it is by client."""
    if words and words[0].lower().removesuffix("s") in GROUPINGS:
        return words[0].lower().removesuffix("s"), words[1:]
    return "client", words


def _draw(made: Report) -> None:
    last = made.end - timedelta(days=1)
    click.echo(f"{made.start} to {last}, by {made.grouped_by}")
    print_table(
        [made.grouped_by, "worked", "approved", "billed", "unbilled", "billed money", "not billed"],
        [_cells(row) for row in made.rows],
        total=_cells(made.total),
    )


def _cells(row: ReportRow) -> list[str]:
    return [
        row.label,
        hours(row.seconds_worked),
        hours(row.seconds_approved),
        hours(row.minutes_billed * 60),
        hours(row.seconds_unbilled),
        amounts(row.billed),
        amounts(row.unbilled),
    ]


def _with_text(value: Any) -> Any:  # noqa: ANN401 - JSON
    """Write beside every amount how it reads."""
    if isinstance(value, dict):
        if value.keys() == {"minor", "currency"}:
            return {**value, "text": str(Money(value["minor"], value["currency"]))}
        return {key: _with_text(one) for key, one in value.items()}
    return [_with_text(one) for one in value] if isinstance(value, list) else value
