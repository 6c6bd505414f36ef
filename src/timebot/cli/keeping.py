"""`timebot backup` and `timebot restore`: everything in one file, and back from it."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from timebot.backup.file_format import Header
from timebot.backup.making import Tell, make_backup
from timebot.backup.restoring import restore_backup
from timebot.cli.opening import open_settings, opened_current, present, shown_url
from timebot.db import Database
from timebot.doctor import invariants
from timebot.errors import Refusal
from timebot.serving import held_alone

FOLDER = "backups"


class RestoredUnwell(Refusal):
    """What was restored breaks a rule of hours and money."""

    def __init__(self, broken: list[str]) -> None:
        super().__init__(
            f"The backup was restored, but it was not in order when it was made: {broken[0]}"
            " Run timebot doctor before anybody works with it."
        )


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False), required=False)
def backup(file: Path | None) -> None:
    """Write everything into FILE, while timebot runs; SQLite and PostgreSQL alike.

    Without FILE it goes into the folder backups of the data directory, named for the time.
    The file holds everything that the database holds: keep it as you keep the database.
    """
    settings = open_settings()
    now = present()
    path = file or settings.data_dir / FOLDER / f"timebot-{now:%Y%m%d-%H%M%S}.backup"
    with opened_current(settings) as database, _progress("Writing") as tell:
        header = make_backup(database, path, made_at=now, tell=tell)
    click.echo(f"{path}: {_words(header)}, {path.stat().st_size:,} bytes.")


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
def restore(file: Path) -> None:
    """Fill an empty database from FILE; it never overwrites anything.

    A backup of SQLite can be restored into PostgreSQL, and the other way round. Billing stays
    paused until the books were compared with Stripe: what happened there since is not in the file.
    """
    settings = open_settings()
    url = settings.effective_database_url
    with held_alone(url), _progress("Restoring") as tell:
        header = restore_backup(url, file, where=shown_url(url), now=present(), tell=tell)
    broken = _broken(url)
    if broken:
        raise RestoredUnwell(broken)
    click.echo(f"{shown_url(url)}: {_words(header)}, as of {header.made_at}. Every rule holds.")
    click.echo("Billing is paused until it was compared with Stripe. Run: timebot reconcile")


def _broken(url: str) -> list[str]:
    database = Database(url)
    try:
        with database.read_only() as session:
            return invariants(session)
    finally:
        database.dispose()


def _words(header: Header) -> str:
    filled = sum(1 for table in header.tables if table.rows)
    tables = "1 table" if filled == 1 else f"{filled} tables"
    rows = "1 row" if header.rows == 1 else f"{header.rows:,} rows"
    return f"{rows} in {tables}"


@contextmanager
def _progress(verb: str) -> Iterator[Tell]:
    """Show a bar on a terminal, and nothing elsewhere."""
    bar = Progress(
        TextColumn(verb),
        BarColumn(),
        TaskProgressColumn(),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        disable=not sys.stderr.isatty(),
        transient=True,
    )
    with bar:
        task = bar.add_task(verb, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
