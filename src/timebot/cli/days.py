"""Days that a command covers: named, as in `last month`, or from one day to another."""

from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import TypeVar

import click

from timebot.reports.report_days import ReportDays, take_days
from timebot.team.days import day_of
from timebot.team.models import Workspace

Command = TypeVar("Command", bound=Callable[..., object])


def days_options(command: Command) -> Command:
    """Let a command take `--from` and `--to`, both days in."""
    for name, which in (("--to", "last"), ("--from", "first")):
        command = click.option(
            name,
            f"{which}_day",
            type=click.DateTime(["%Y-%m-%d"]),
            metavar="YYYY-MM-DD",
            help=f"The {which} day.",
        )(command)
    return command


def read_days(
    words: Sequence[str],
    first_day: datetime | None,
    last_day: datetime | None,
    *,
    workspace: Workspace,
    now: datetime,
) -> ReportDays:
    """Return the days that were asked for; without any it is this month.

    Raises:
        DaysUnclear: if a date does not exist, or the end is before the start.
        click.UsageError: if the words are no days, or only one end is given.
    """
    if first_day is not None or last_day is not None:
        if first_day is None or last_day is None or words:
            raise click.UsageError("Give --from and --to, or name the days, such as last month.")
        text = f"{_day(first_day)}..{_day(last_day)}"
    else:
        text = " ".join(words)
    days, rest = take_days(text, today=day_of(now, workspace.zone))
    if rest:
        raise click.UsageError(
            f"I cannot read {rest} as days. Write last month, 2026-10 or 2026-10-01..2026-10-31."
        )
    return days


def _day(moment: datetime) -> date:
    return moment.date()
