"""`timebot doctor`: whether everything is as it must be."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from timebot.cli.opening import open_settings, opened_for_doctor, present
from timebot.cli.output import print_json, print_wide
from timebot.clock import real_now
from timebot.doctor import BROKEN, GOOD, LOOK, Finding, examine
from timebot.doctor.reachability import Tell, reach_outside
from timebot.errors import Refusal

_DRAWN = {GOOD: ("good", "green"), LOOK: ("look", "yellow"), BROKEN: ("broken", "bold red")}


class SomethingBroken(Refusal):
    """At least one check failed."""

    def __init__(self, count: int) -> None:
        checks = "1 check" if count == 1 else f"{count} checks"
        super().__init__(f"{checks} found something broken. Look at the lines above.")


@click.command()
@click.option("--offline", is_flag=True, help="Do not ask Slack, Stripe and Resend.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON for programs.")
def doctor(*, offline: bool, as_json: bool) -> None:
    """Check the set-up, the database and every rule of hours and money; changes nothing.

    Slack, Stripe and Resend are asked whether they know the keys that are set, for some seconds at
    most. What says "look" is for a person to judge. Exit code 1 if anything is broken.
    """
    settings = open_settings()
    with opened_for_doctor(settings) as database:
        findings = examine(database, settings, now=present(), real_now=real_now())
    if not offline:
        with _asking() as tell:
            findings += reach_outside(settings, tell=tell)
    if as_json:
        print_json([vars(finding) for finding in findings])
    else:
        _draw(findings)
    broken = sum(finding.verdict == BROKEN for finding in findings)
    if broken:
        raise SomethingBroken(broken)


@contextmanager
def _asking() -> Iterator[Tell]:
    """Say on a terminal how many have answered, and nothing elsewhere."""
    if not sys.stderr.isatty():
        yield lambda _done, _total: None
        return
    words = "Asking Slack, Stripe and Resend"
    with Console(stderr=True).status(words) as status:
        yield lambda done, total: status.update(f"{words}: {done} of {total} answered")


def _draw(findings: list[Finding]) -> None:
    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for finding in findings:
        word, style = _DRAWN[finding.verdict]
        table.add_row(Text(word, style), Text(finding.check), Text(finding.sentence))
    print_wide(table)
