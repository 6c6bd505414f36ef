"""`timebot bill why`: how every amount of an invoice came to be, as a table or as a PDF."""

from pathlib import Path

import click

from timebot.billing.numbers import get_invoice
from timebot.billing.ports import TryLater
from timebot.billing.why_document import WhyDocument, load_why_document
from timebot.billing.why_file import why_csv
from timebot.cli.opening import one_workspace, open_settings, present, reading, workspace_option
from timebot.errors import Refusal
from timebot.gateways.drawing import ChildRenderer
from timebot.team.days import day_of


class TooLongToPrint(Refusal):
    """Nobody reads so many pages, and they take too long to draw."""

    def __init__(self, number: str | None) -> None:
        super().__init__(
            f"{number} has too many entries or changes to print. Run this without --pdf to get them"
            " as a table."
        )


class NotDrawn(Refusal):
    """The machine was too busy, or the page too large."""

    def __init__(self) -> None:
        super().__init__("The PDF could not be drawn just now. Please try again in a moment.")


@click.command()
@click.argument("number")
@click.option(
    "--pdf",
    "target",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write a PDF to this file instead; it is fit to be shown to the client.",
)
@workspace_option
def why(number: str, target: Path | None, team: str | None) -> None:
    """Show how each line of an issued invoice came to be: every entry, as CSV."""
    with reading(open_settings()) as session:
        workspace = one_workspace(session, team)
        invoice = get_invoice(session, workspace_id=workspace.id, number=number)
        today = day_of(present(), workspace.zone)
        document = load_why_document(session, invoice, workspace=workspace, today=today)
    if target is None:
        click.echo(why_csv(document.lines), nl=False)
        return
    target.write_bytes(_drawn(document))
    click.echo(f"How {document.invoice.number} came to be is in {target}.")


def _drawn(document: WhyDocument) -> bytes:
    if document.is_too_long:
        raise TooLongToPrint(document.invoice.number)
    try:
        return ChildRenderer().render_why(document)
    except TryLater:
        raise NotDrawn from None
