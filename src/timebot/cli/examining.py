"""`timebot doctor`: whether everything is as it must be."""

import click
from rich.table import Table
from rich.text import Text

from timebot.cli.opening import open_settings, opened_for_doctor, present
from timebot.cli.output import print_json, print_wide
from timebot.clock import real_now
from timebot.doctor import BROKEN, GOOD, LOOK, Finding, examine
from timebot.errors import Refusal

_DRAWN = {GOOD: ("good", "green"), LOOK: ("look", "yellow"), BROKEN: ("broken", "bold red")}


class SomethingBroken(Refusal):
    """At least one check failed."""

    def __init__(self, count: int) -> None:
        checks = "1 check" if count == 1 else f"{count} checks"
        super().__init__(f"{checks} found something broken. Look at the lines above.")


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print JSON for programs.")
def doctor(*, as_json: bool) -> None:
    """Check the set-up, the database and every rule of hours and money; changes nothing.

    What says "look" is for a person to judge. Exit code 1 if anything is broken.
    """
    settings = open_settings()
    with opened_for_doctor(settings) as database:
        findings = examine(database, settings, now=present(), real_now=real_now())
    if as_json:
        print_json([vars(finding) for finding in findings])
    else:
        _draw(findings)
    broken = sum(finding.verdict == BROKEN for finding in findings)
    if broken:
        raise SomethingBroken(broken)


def _draw(findings: list[Finding]) -> None:
    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for finding in findings:
        word, style = _DRAWN[finding.verdict]
        table.add_row(Text(word, style), Text(finding.check), Text(finding.sentence))
    print_wide(table)
