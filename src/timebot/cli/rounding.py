"""`timebot bill rounding`: the last invoices of clients under other rounding rules."""

import sys
from collections.abc import Iterable, Sequence

import click
from rich.console import Console
from rich.progress import track
from sqlalchemy.orm import Session

from timebot.billing.rounding_choices import (
    LAST_INVOICES,
    Choice,
    Result,
    RoundingChoices,
    compare_rounding,
)
from timebot.billing.uplift import Uplift
from timebot.cli.opening import one_workspace, open_settings, reading, workspace_option
from timebot.cli.output import amounts, hours, money_json, print_json, print_table
from timebot.clients.catalogue import list_clients
from timebot.clients.lookup import find_client
from timebot.clients.models import Client
from timebot.team.models import Workspace

_HEAD = ("<rule", "worked", "billed", "uplift", "net", "<draft")


@click.command("rounding")
@click.argument("words", nargs=-1, metavar="[CLIENT]")
@workspace_option
@click.option("--json", "as_json", is_flag=True, help="Print JSON for programs.")
def show_rounding(words: tuple[str, ...], team: str | None, *, as_json: bool) -> None:
    """Compare a client's last invoices under other rounding rules.

    The last three count; time given away has no part. Uplift is what rounding adds to the time
    worked. A draft waits where that is more than the client's ceiling. Without CLIENT: the totals
    of every client. Nothing is changed.
    """
    with reading(open_settings()) as session:
        workspace = one_workspace(session, team)
        if words:
            client = find_client(session, workspace_id=workspace.id, words=" ".join(words))
            found = [compare_rounding(session, workspace=workspace, client=client)]
        else:
            clients = list_clients(session, workspace_id=workspace.id)
            found = _compare_all(session, workspace, clients)
        if as_json:
            print_json({"clients": [_json(each) for each in found]})
        elif words:
            _draw_one(found[0])
        else:
            _draw_all(found)


def _compare_all(
    session: Session, workspace: Workspace, clients: Sequence[Client]
) -> list[RoundingChoices]:
    """Compare every client's invoices, with a bar on a terminal."""
    shown: Iterable[Client] = track(
        clients,
        "Comparing",
        console=Console(stderr=True),
        disable=not sys.stderr.isatty(),
        transient=True,
    )
    return [compare_rounding(session, workspace=workspace, client=client) for client in shown]


def _draw_one(found: RoundingChoices) -> None:
    click.echo(_now_words(found))
    if not found.invoices:
        click.echo("There is no invoice to compare yet.")
        return
    rows: list[list[str]] = []
    for place, invoice in enumerate(found.invoices):
        note = " (credited in part)" if invoice.is_credited_in_part else ""
        click.echo(f"{invoice.number} of {invoice.issued_on}{note}")
        for choice in found.choices:
            name = invoice.number if choice is found.choices[0] else ""
            rows.append([name, *_cells(choice, choice.results[place])])
    rows += _totals("together", found)
    print_table(["invoice", *_HEAD], rows)


def _draw_all(found: Sequence[RoundingChoices]) -> None:
    compared = [each for each in found if each.invoices]
    if compared:
        rows = [row for each in compared for row in _totals(each.client.name, each)]
        print_table(["client", *_HEAD], rows)
    if not found:
        click.echo("There are no clients yet.")
    elif without := len(found) - len(compared):
        who = "1 client has" if without == 1 else f"{without} clients have"
        click.echo(f"{who} no invoice to compare yet.")


def _totals(name: str, found: RoundingChoices) -> list[list[str]]:
    """Return the rows of all invoices together, named in the first one."""
    count = len(found.invoices)
    return [
        [
            name if place == 0 else "",
            _label(choice),
            hours(choice.uplift.seconds),
            hours(choice.uplift.minutes * 60),
            choice.uplift.words,
            amounts(choice.totals),
            f"{choice.parked} of {count} would wait" if choice.parked else "",
        ]
        for place, choice in enumerate(found.choices)
    ]


def _cells(choice: Choice, result: Result) -> list[str]:
    return [
        _label(choice),
        hours(result.uplift.seconds),
        hours(result.uplift.minutes * 60),
        result.uplift.words,
        str(result.amount),
        "would wait" if result.is_parked else "",
    ]


def _label(choice: Choice) -> str:
    return f"{choice.label} (now)" if choice.is_now else choice.label


def _now_words(found: RoundingChoices) -> str:
    """Say which rules count today, and how much they may add."""
    said = [f"{found.client.name}: {found.rule_now.words} now"]
    if found.own_rules:
        names, one = ", ".join(found.own_rules), len(found.own_rules) == 1
        said.append(f"{names} {'has a rule of its' if one else 'have rules of their'} own")
    ceiling = found.ceiling_percent
    said.append("no ceiling" if ceiling is None else f"rounding may add {ceiling}%")
    return "; ".join(said) + "."


def _json(found: RoundingChoices) -> dict[str, object]:
    return {
        "client": found.client.name,
        "rule_now": found.rule_now.typed,
        "projects_with_own_rule": found.own_rules,
        "ceiling_percent": found.ceiling_percent,
        "most_invoices": LAST_INVOICES,
        "invoices": [
            {
                "number": invoice.number,
                "issued_on": invoice.issued_on.isoformat(),
                "seconds_worked": invoice.seconds,
                "credited_in_part": invoice.is_credited_in_part,
            }
            for invoice in found.invoices
        ],
        "rules": [_choice_json(choice, found) for choice in found.choices],
    }


def _choice_json(choice: Choice, found: RoundingChoices) -> dict[str, object]:
    return {
        "kind": choice.kind,
        "rule": choice.rule.typed if choice.rule else None,
        "is_now": choice.is_now,
        **_uplift_json(choice.uplift),
        "net": [money_json(total) for total in choice.totals],
        "drafts_that_wait": choice.parked,
        "invoices": [
            {
                "number": invoice.number,
                **_uplift_json(result.uplift),
                "net": money_json(result.amount),
                "waits": result.is_parked,
            }
            for invoice, result in zip(found.invoices, choice.results, strict=True)
        ],
    }


def _uplift_json(uplift: Uplift) -> dict[str, object]:
    """Return the exact ratio, seconds added to seconds worked, and how it reads."""
    return {
        "minutes_billed": uplift.minutes,
        "seconds_worked": uplift.seconds,
        "seconds_added": uplift.added_seconds,
        "uplift": uplift.words,
    }
