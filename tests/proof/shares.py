"""The cases of one database, dealt out to several processes that share the stage."""

import multiprocessing
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from pathlib import Path

from tests.databases import Databases, PostgresqlDatabases, Run, SqliteDatabases
from tests.dialects import share_dialects
from tests.proof.lives import a_nursery
from tests.proof.stage import Stage
from tests.proof.sweep import KINDS, Case, Recording, Sweep, Verdict, sample
from timebot.logs import set_up_logs
from timebot.settings import read_settings

MAKERS: Mapping[str, Callable[[Run], Databases]] = {
    "SQLite": SqliteDatabases,
    "PostgreSQL": PostgresqlDatabases,
}
"""The databases, as the page names them."""

_FRESH = multiprocessing.get_context("spawn")


@dataclass(frozen=True)
class Wanted:
    """What is to be played.

    Attributes:
        sample: so many cases of each kind, None for all.
        rounds: how often workers race.
    """

    sample: int | None
    rounds: int

    def cases(self, recording: Recording) -> list[Case]:
        """Return the cases, kind by kind."""
        every = (recording.cases(kind, rounds=self.rounds) for kind in KINDS)
        return [case for cases in every for case in sample(cases, self.sample)]


@dataclass(frozen=True)
class Share:
    """Every so many-th case, for one process.

    Attributes:
        run_folder, given_url: of the run, whose databases all shares use.
        stage_folder, stage_url, backup, older_backup: of the stage.
        first, step: which cases these are.
    """

    database: str
    run_folder: Path
    given_url: str | None
    stage_folder: Path
    stage_url: str
    backup: Path
    older_backup: Path
    wanted: Wanted
    first: int
    step: int

    def play(self, results: Connection) -> None:
        """Send what a run without any fault shows, then a verdict for each case."""
        share_dialects()
        # What the judge looks at says everything; what is logged on the way is of no use here.
        set_up_logs(read_settings({"LOG_LEVEL": "ERROR"}))
        databases = MAKERS[self.database](Run(self.run_folder, self.given_url))
        stage = Stage(databases, self.stage_folder, self.stage_url, self.backup, self.older_backup)
        with a_nursery() as nursery:
            sweep = Sweep(stage, nursery, self.run_folder / f"cases-{self.database}-{self.first}")
            results.send(sweep.recording)
            for case in self.wanted.cases(sweep.recording)[self.first :: self.step]:
                results.send(sweep.play(case))
        results.send(None)


def play_shares(
    database: str, run: Run, stage: Stage, wanted: Wanted, jobs: int
) -> Iterator[Recording | Verdict]:
    """Play in so many processes; yield each recording and each verdict as it comes.

    Raises:
        EOFError: if one of the processes came to no end.
    """
    open_lines = []
    for first in range(jobs):
        ours, theirs = _FRESH.Pipe(duplex=False)
        share = Share(
            database=database,
            run_folder=run.folder,
            given_url=run.given_url,
            stage_folder=stage.folder,
            stage_url=stage.database_url,
            backup=stage.backup,
            older_backup=stage.older_backup,
            wanted=wanted,
            first=first,
            step=jobs,
        )
        _FRESH.Process(target=share.play, args=(theirs,)).start()
        theirs.close()
        open_lines.append(ours)
    while open_lines:
        for line in wait(open_lines):
            assert isinstance(line, Connection)
            sent = line.recv()
            if sent is None:
                open_lines.remove(line)
            else:
                yield sent
