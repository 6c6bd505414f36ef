"""A rehearsal that is ended or killed in its middle leaves the database as it was."""

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from timebot.backup.comparing import digests_now
from timebot.db import Database

COMMAND = [sys.executable, "-m", "timebot", "bill", "run", "--rehearse"]
PATIENCE_SECONDS = 60


@pytest.fixture
def room(tmp_path: Path) -> Path:
    """The temporary folder of the process."""
    room = tmp_path / "room"
    room.mkdir()
    return room


def end_in_the_middle(database: Database, room: Path, number: signal.Signals) -> int:
    """Rehearse in a process of its own, end it while the run is played, return its exit code."""
    environment = {"DATABASE_URL": database.url, "TMPDIR": str(room)}
    with subprocess.Popen(COMMAND, env=environment, stdout=subprocess.DEVNULL) as process:  # noqa: S603 - our own
        end = time.monotonic() + PATIENCE_SECONDS
        while not list(room.glob("*/world/world.db")):
            assert process.poll() is None
            assert time.monotonic() < end
            time.sleep(0.01)
        process.send_signal(number)
        return process.wait(PATIENCE_SECONDS)


def rows(database: Database) -> dict[str, str]:
    return dict(digests_now(database, expected_rows=0, tell=lambda _done, _of: None))


@pytest.mark.usefixtures("agency")
def test_who_ends_a_rehearsal_finds_neither_a_change_nor_a_file(
    database: Database, room: Path
) -> None:
    before = rows(database)

    code = end_in_the_middle(database, room, signal.SIGTERM)

    assert code == 128 + signal.SIGTERM
    assert rows(database) == before
    assert list(room.iterdir()) == []


@pytest.mark.usefixtures("agency")
def test_what_a_killed_rehearsal_left_is_removed_by_the_next(
    database: Database, room: Path
) -> None:
    before = rows(database)

    code = end_in_the_middle(database, room, signal.SIGKILL)

    assert code == -signal.SIGKILL
    assert rows(database) == before
    (left,) = room.iterdir()
    assert left.stat().st_mode & 0o077 == 0
    subprocess.run(  # noqa: S603 - our own
        COMMAND,
        env={"DATABASE_URL": database.url, "TMPDIR": str(room)},
        check=True,
        stdout=subprocess.DEVNULL,
    )
    assert list(room.iterdir()) == []
