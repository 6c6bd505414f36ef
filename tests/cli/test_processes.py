"""Real processes: they come up, answer, refuse a second one, and stop when told."""

import http.client
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.databases import SqliteDatabases
from timebot.db import Database
from timebot.migrations import is_current

WAIT = 60
"""Bounds every wait; a process comes up within two seconds where nothing else runs."""


class Process:
    """A `timebot` command that runs until it is told to stop."""

    def __init__(self, log: Path, arguments: tuple[str, ...], environment: dict[str, str]) -> None:
        self._log = log
        with log.open("w") as stream:
            self.running = subprocess.Popen(  # noqa: S603 - our own program
                [sys.executable, "-m", "timebot", *arguments],
                env=environment,
                stdout=subprocess.DEVNULL,
                stderr=stream,
            )

    def said(self) -> str:
        """Return what it wrote on standard error so far."""
        return self._log.read_text()

    def event(self, name: str) -> dict[str, str]:
        """Wait until it logs the event, and return it."""
        end = time.monotonic() + WAIT
        while time.monotonic() < end:
            for line in self.said().splitlines():
                if line.startswith("{") and json.loads(line)["event"] == name:
                    event: dict[str, str] = json.loads(line)
                    return event
            assert self.running.poll() is None, self.said()
            time.sleep(0.05)
        raise AssertionError(self.said())

    def tell(self, number: signal.Signals) -> int:
        """Send it a signal and return its exit code."""
        self.running.send_signal(number)
        return self.end()

    def end(self) -> int:
        """Wait for its end and return its exit code."""
        return self.running.wait(WAIT)


Start = Callable[..., Process]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Start commands; whatever still runs at the end of the test is ended."""
    started: list[Process] = []

    def starts(database_url: str, *arguments: str) -> Process:
        environment = {
            "PATH": os.environ["PATH"],  # noqa: TID251 - handed on to the process
            "DATABASE_URL": database_url,
            "TIMEBOT_DATA_DIR": str(tmp_path),
            "LOG_FORMAT": "json",
        }
        process = Process(tmp_path / f"{len(started)}.log", arguments, environment)
        started.append(process)
        return process

    yield starts
    for process in started:
        if process.running.poll() is None:
            process.running.kill()
            process.end()


@pytest.fixture
def file_url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'timebot.db'}"


@pytest.fixture
def migrated_file_url(sqlite_databases: SqliteDatabases) -> Iterator[str]:
    url = sqlite_databases.create()
    yield url
    sqlite_databases.drop(url)


@pytest.fixture
def postgresql_url(request: pytest.FixtureRequest) -> Iterator[str]:
    databases = request.getfixturevalue("postgresql_databases")
    url = databases.create()
    yield url
    databases.drop(url)


def status(url: str, path: str) -> int:
    connection = http.client.HTTPConnection(url.removeprefix("http://"), timeout=WAIT)
    connection.request("GET", path)
    found = connection.getresponse().status
    connection.close()
    return found


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_serve_makes_its_tables_answers_and_stops_when_told(
    start: Start, file_url: str, number: signal.Signals
) -> None:
    process = start(file_url, "serve", "--host", "127.0.0.1", "--port", "0")
    url = process.event("serve.ready")["url"]

    ready = status(url, "/readyz")
    exit_code = process.tell(number)

    assert ready == 200
    assert exit_code == 0
    assert [line for line in process.said().splitlines() if '"error"' in line] == []
    database = Database(file_url)
    assert is_current(database)
    database.dispose()


def test_a_second_server_on_the_same_file_is_refused_in_one_sentence(
    start: Start, migrated_file_url: str
) -> None:
    first = start(migrated_file_url, "serve", "--host", "127.0.0.1", "--port", "0")
    first.event("serve.ready")

    second = start(migrated_file_url, "serve", "--host", "127.0.0.1", "--port", "0")

    assert second.end() == 1
    assert len(second.said().splitlines()) == 1
    assert "takes one at a time" in second.said()


def test_a_killed_server_leaves_the_file_free(start: Start, migrated_file_url: str) -> None:
    first = start(migrated_file_url, "serve", "--host", "127.0.0.1", "--port", "0")
    first.event("serve.ready")
    first.tell(signal.SIGKILL)

    second = start(migrated_file_url, "serve", "--host", "127.0.0.1", "--port", "0")

    assert second.event("serve.ready")
    assert second.tell(signal.SIGTERM) == 0


@pytest.mark.parametrize("command", ["web", "worker"])
def test_apart_from_each_other_they_want_postgresql(
    start: Start, file_url: str, command: str
) -> None:
    process = start(file_url, command)

    assert process.end() == 1
    assert process.said() == (
        f"timebot {command} needs PostgreSQL. On SQLite run timebot serve, which does everything"
        " in one process, or set DATABASE_URL.\n"
    )


def test_on_postgresql_several_run_beside_each_other(start: Start, postgresql_url: str) -> None:
    doors = [start(postgresql_url, "web", "--host", "127.0.0.1", "--port", "0") for _ in range(2)]
    worker = start(postgresql_url, "worker")
    addresses = [door.event("web.ready")["url"] for door in doors]
    worker.event("worker.ready")

    answers = [status(address, "/readyz") for address in addresses]
    exit_codes = [process.tell(signal.SIGTERM) for process in (*doors, worker)]

    assert answers == [200, 200]
    assert exit_codes == [0, 0, 0]


def test_a_door_without_tables_is_refused(start: Start, request: pytest.FixtureRequest) -> None:
    databases = request.getfixturevalue("postgresql_databases")
    url = databases.create(migrated=False)

    refused = start(url, "web", "--host", "127.0.0.1", "--port", "0")
    exit_code = refused.end()
    migrated = start(url, "migrate").end()
    databases.drop(url)

    assert (exit_code, migrated) == (1, 0)
    assert refused.said().endswith("Run: timebot migrate\n")
