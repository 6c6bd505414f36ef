"""Running: the HTTP door, the worker and the heartbeat of one process, and how they stop.

They stop from the outside in: no new requests, then those under way, then the worker's step.
"""

import signal
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from wsgiref.types import WSGIApplication

import structlog
from filelock import FileLock, Timeout
from sqlalchemy import make_url

from timebot.app import Timebot
from timebot.errors import Refusal
from timebot.jobs.timetable import Heartbeat
from timebot.slack.socket_mode import listening
from timebot.web import create_http_server

REQUEST_SECONDS = 10.0
"""How long requests under way may take at the end; Slack itself waits for three."""

STEP_SECONDS = 15.0
"""How long the worker's step under way may take at the end; both stay below the usual 30."""

_LOOK_SECONDS = 0.02

log = structlog.get_logger(__name__)


class FileHeld(Refusal):
    """Another process works on the SQLite file."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            f"Another timebot already works on {path}, and an SQLite file takes one at a time."
            " Stop that one first, or use PostgreSQL."
        )


class AddressTaken(Refusal):
    """Nothing can listen there."""

    def __init__(self, host: str, port: int, error: OSError) -> None:
        why = (error.strerror or str(error)).lower()
        super().__init__(f"Cannot listen on {host} port {port}: {why}. Choose another PORT.")


@contextmanager
def held_alone(database_url: str) -> Iterator[None]:
    """Hold an SQLite file for this process until the block ends; on PostgreSQL nothing is held.

    The system lets go of the lock even after kill -9.

    Raises:
        FileHeld: if another process holds it.
    """
    path = sqlite_path(database_url)
    if path is None:
        yield
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    lock = FileLock(f"{path}.lock", timeout=0)
    try:
        lock.acquire()
    except Timeout:
        raise FileHeld(path) from None
    try:
        yield
    finally:
        lock.release()


def sqlite_path(database_url: str) -> Path | None:
    """Return the SQLite file that a URL names; None for another database."""
    url = make_url(database_url)
    if url.get_backend_name() != "sqlite" or not url.database:
        return None
    return Path(url.database)


@contextmanager
def running(timebot: Timebot, *, host: str = "127.0.0.1", port: int = 0) -> Iterator[str]:
    """Run everything in this process until the block ends, and yield the address of the door.

    The database must be migrated and, on SQLite, held (`held_alone`).

    Args:
        timebot: as `app.build` returns it; it is not closed.
        host: where to listen.
        port: 0 for any that is free.

    Raises:
        AddressTaken: if nothing can listen there.
    """
    with working(timebot), serving_http(timebot, host=host, port=port) as url:
        yield url


@contextmanager
def serving_http(timebot: Timebot, *, host: str, port: int) -> Iterator[str]:
    """Answer requests until the block ends, and yield the address; Socket Mode too where it is set.

    Raises:
        AddressTaken: if nothing can listen there.
    """
    door = HttpDoor(timebot.web, host=host, port=port)
    with ExitStack() as stack:
        door.start()
        stack.callback(door.stop)
        token = timebot.settings.slack_app_token
        if token is not None and timebot.bolt is not None:
            stack.enter_context(listening(timebot.bolt, token.get_secret_value()))
        yield door.url


@contextmanager
def working(timebot: Timebot) -> Iterator[None]:
    """Do what is due, with a heartbeat, until the block ends; the step under way is finished."""
    worker = timebot.worker
    thread = threading.Thread(target=worker.run_forever, name="worker", daemon=True)
    heartbeat = Heartbeat(worker.tick)
    # What became due while nobody was here does not wait for the first beat.
    worker.tick()
    thread.start()
    heartbeat.start()
    try:
        yield
    finally:
        heartbeat.stop()
        worker.stop()
        thread.join(STEP_SECONDS)
        if thread.is_alive():
            # Its leases run out, and the next worker goes on where it was.
            log.warning("worker.left_behind", seconds=STEP_SECONDS)


@contextmanager
def stop_signals() -> Iterator[threading.Event]:
    """Yield an event that SIGTERM and SIGINT set; a second one ends the process at once."""
    told = threading.Event()

    def tell(number: int, _frame: object) -> None:
        told.set()
        signal.signal(number, signal.SIG_DFL)

    before = {one: signal.signal(one, tell) for one in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield told
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)


class HttpDoor:
    """The HTTP server in a thread of its own, which can be asked to stop politely.

    Raises:
        AddressTaken: if nothing can listen there.
    """

    def __init__(self, application: WSGIApplication, *, host: str, port: int) -> None:
        try:
            address = _free_address(host, port)
        except OSError as error:
            raise AddressTaken(host, port, error) from error
        self._server: Any = create_http_server(application, host=address, port=port)
        self._host = host
        self._thread = threading.Thread(target=self._server.run, name="http", daemon=True)

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://{self._host}:{self._server.effective_port}"

    def start(self) -> None:
        """Begin to answer."""
        self._thread.start()

    def stop(self) -> None:
        """Take no more connections, finish the requests under way, and end."""
        self._in_loop(self._stop_listening)
        deadline = time.monotonic() + REQUEST_SECONDS
        while self._is_busy() and time.monotonic() < deadline:
            time.sleep(_LOOK_SECONDS)
        self._server.task_dispatcher.shutdown(timeout=1)
        self._in_loop(self._hang_up)
        self._thread.join(REQUEST_SECONDS)

    def _in_loop(self, do: Any) -> None:  # noqa: ANN401 - a function without arguments
        """Let the server's own thread do it, which alone may touch its connections."""
        self._server.trigger.pull_trigger(do)

    def _stop_listening(self) -> None:
        self._server.accepting = False
        self._server.del_channel()
        self._server.socket.close()

    def _is_busy(self) -> bool:
        if self._server.accepting:
            return True
        return any(
            channel.request or channel.requests or channel.total_outbufs_len
            for channel in list(self._server.active_channels.values())
        )

    def _hang_up(self) -> None:
        for channel in list(self._server.active_channels.values()):
            channel.handle_close()
        # With this the server's loop has nothing left to watch, and ends.
        self._server.trigger.close()


def _free_address(host: str, port: int) -> str:
    """Return the address of the host, after trying whether the port is free there.

    waitress would leave its socket open if it found the port taken.

    Raises:
        OSError: if it is not, or the host is unknown.
    """
    # One address only: a name like localhost often stands for two.
    family, kind, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    with socket.socket(family, kind) as tried:
        tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        tried.bind(address)
    return str(address[0])
