"""How long the heartbeat's look at people takes: 1,000 members who all asked for every reminder.

Run it with `python -m tests.benchmarks.bench_heartbeat`. It measures the beat at which all of them
are looked at and reminded, and the beat half a minute later, at which nobody is due; a timer runs
for each tenth of them.
"""

import tempfile
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

from tests.builders import MONDAY_NINE, a_member, a_workspace, an_entry
from timebot.db import Database
from timebot.jobs.due import heartbeat_tasks
from timebot.migrations import upgrade

MEMBERS = 1_000
TEN = MONDAY_NINE + timedelta(hours=1)
TASKS = ("timers.attend", "ends.ask", "people.remind")


def main() -> None:
    """Measure a few times and print the best and the worst."""
    with tempfile.TemporaryDirectory() as folder:
        runs = [_measure(Path(folder) / f"{number}.db") for number in range(3)]
    for what in runs[0]:
        seconds = [run[what] for run in runs]
        print(f"{what:>20}: best {min(seconds):.4f} s, worst {max(seconds):.4f} s")


def _measure(path: Path) -> dict[str, float]:
    url = f"sqlite:///{path}"
    upgrade(url)
    database = Database(url)
    with database.transaction() as session:
        workspace = a_workspace(session)
        for number in range(MEMBERS):
            member = a_member(
                session,
                workspace,
                remind_empty_day=True,
                remind_no_timer=True,
                remind_unsubmitted=True,
            )
            if number % 10 == 0:
                later = TEN + timedelta(hours=4)
                an_entry(session, member, None, state="running", next_nag_at=later)
    # Each beat takes some hundreds of people, so that no other work waits long.
    figures = {"all are due": _timed(lambda: _beat_until_quiet(database, TEN))}
    figures["nobody is due"] = _timed(lambda: _beat(database, TEN + timedelta(seconds=30)))
    database.dispose()
    return figures


def _beat(database: Database, now: datetime) -> int:
    tasks = heartbeat_tasks(database, can_charge=False)
    return sum(task.run(now, now) for task in tasks if task.name in TASKS)


def _beat_until_quiet(database: Database, now: datetime) -> None:
    while _beat(database, now):
        continue


def _timed(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


if __name__ == "__main__":
    main()
