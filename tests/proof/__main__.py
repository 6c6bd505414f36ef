"""`make proof`: plays every case on both databases and writes docs/proof.md."""

import argparse
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from sqlalchemy import text

from tests.databases import Run, begin_run, end_run
from tests.dialects import share_dialects
from tests.proof.measured import Measured
from tests.proof.page import page
from tests.proof.shares import MAKERS, Wanted, play_shares
from tests.proof.stage import set_the_stage
from tests.proof.sweep import Recording
from timebot.clock import real_now
from timebot.db import Database, sqlite_library_version
from timebot.logs import set_up_logs
from timebot.settings import read_settings

PAGE = Path("docs") / "proof.md"


def main() -> None:
    told = _arguments().parse_args()
    share_dialects()
    # What the tests' own timebot says while it sets the stage is of no use here.
    set_up_logs(read_settings({"LOG_LEVEL": "ERROR"}))
    measured = Measured(began=real_now())
    began = time.monotonic()
    with _a_run() as run, _a_bar() as bar:
        for name in told.database or MAKERS:
            _sweep(name, run, measured, bar, told)
    measured.seconds = time.monotonic() - began
    told.page.write_text(page(measured), encoding="utf-8")
    faulty = sum(one.faulty for one in measured.tallies.values())
    words = f"{measured.played:,} cases, {faulty} with a fault. The figures are in {told.page}."
    Console().print(words, highlight=False)
    sys.exit(1 if faulty else 0)


def _arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="make proof", description=__doc__)
    parser.add_argument("--sample", type=int, metavar="N", help="N cases of each kind only")
    parser.add_argument("--database", action="append", choices=list(MAKERS), help="this one only")
    parser.add_argument("--rounds", type=int, default=12, help="how many races and storms (12)")
    parser.add_argument("--jobs", type=int, default=1, help="how many cases at the same time (1)")
    parser.add_argument("--page", type=Path, default=PAGE, help=f"where to write ({PAGE})")
    return parser


def _sweep(
    name: str, run: Run, measured: Measured, bar: Progress, told: argparse.Namespace
) -> None:
    """Set the stage on one database and play the cases there."""
    task = bar.add_task(f"{name}: setting the stage", total=None)
    stage = set_the_stage(MAKERS[name](run), run.folder / f"stage-{name}")
    measured.servers[name] = _version(stage.database_url)
    wanted = Wanted(told.sample, told.rounds)
    for found in play_shares(name, run, stage, wanted, told.jobs):
        if isinstance(found, Recording):
            measured.record(name, found, rounds=told.rounds)
            bar.update(task, total=len(wanted.cases(found)))
            continue
        measured.add(name, found)
        for fault in found.faults:
            bar.console.print(f"{name}, {found.case}: {fault.promise}: {fault.sentence}")
        bar.update(task, description=f"{name}: {found.case.kind.split(',')[0]}", advance=1)


def _version(url: str) -> str:
    database = Database(url)
    try:
        if database.is_sqlite:
            return ".".join(map(str, sqlite_library_version()))
        with database.read_only() as session:
            return str(session.scalar(text("SHOW server_version"))).split()[0]
    finally:
        database.dispose()


@contextmanager
def _a_run() -> Iterator[Run]:
    run = begin_run(os.environ.get("TIMEBOT_TEST_DATABASE_URL"))  # noqa: TID251 - as the tests do
    try:
        yield run
    finally:
        end_run(run)


@contextmanager
def _a_bar() -> Iterator[Progress]:
    """Show a bar on a terminal; elsewhere only faults are written."""
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    bar = Progress(
        *columns, TimeRemainingColumn(), console=console, disable=not console.is_terminal
    )
    with bar:
        yield bar


if __name__ == "__main__":
    main()
