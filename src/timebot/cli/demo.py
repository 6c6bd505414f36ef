"""`timebot demo`: a local Slack with a ready agency in it, or the tour that plays the story."""

from pathlib import Path

import click


@click.command()
@click.option("--tour", "is_tour", is_flag=True, help="Play the whole story on the terminal.")
@click.option(
    "--port",
    type=click.IntRange(0, 65532),
    default=3100,
    show_default=True,
    help="Port of the page; the three behind it are used too, 0 for any.",
)
@click.option(
    "--folder",
    type=click.Path(file_okay=False, path_type=Path),
    help="Where it keeps its data [default: var/demo; the tour: a new one].",
)
def demo(*, is_tour: bool, port: int, folder: Path | None) -> None:
    """Open a local Slack in the browser, with a ready agency in it.

    It needs no account and speaks to nothing outside this machine.
    """
    # Imported here: they bring the local world with them, which no other command needs.
    if is_tour:
        from timebot.demo.tour import tour  # noqa: PLC0415 - see above

        raise SystemExit(tour(folder))
    from timebot.demo.run import demo as run_demo  # noqa: PLC0415 - see above

    run_demo(port=port, folder=folder or Path("var/demo"))
