"""One life of timebot, in a process of its own, that may end by its own hand at a commit.

SIGKILL leaves no time for anything: no rollback, no `finally`, as when a machine dies. It
is forked from a process that has lived through the same before.
"""

import gc
import os
import signal
import sys
import threading
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from types import FrameType

from sqlalchemy import Engine, event
from sqlalchemy.orm import Session

from tests.billing.charging.world import PlainRenderer
from tests.dialects import share_dialects
from tests.proof.points import AFTER, BEFORE, COMMIT, Point
from timebot import app
from timebot.demo.run import NO_PAUSE
from timebot.logs import set_up_logs
from timebot.playground.clock import MovableClock
from timebot.serving import HttpDoor
from timebot.settings import read_settings

_HOUSE = str(Path(app.__file__).parent)
_DATABASE = str(Path(_HOUSE) / "db.py")

_WRITES = ("INSERT", "UPDATE", "DELETE", "WITH")

READY = "ready"
NAMES = "names"
DRAIN = "drain"
STOP = "stop"
"""What a life can be told."""


@dataclass(frozen=True)
class Birth:
    """What a life begins with.

    Attributes:
        environment: the settings.
        clock: the store of the movable clock.
        port: where it listens.
        dies_at: the commit at which it kills itself, None for one that does not.
    """

    environment: dict[str, str]
    clock: Path
    port: int
    dies_at: Point | None


class _Mine(threading.local):
    """What a thread knows of the transaction that it has open."""

    wrote = False


class Commits:
    """Counts the commits of this process that changed a row, and ends it at the chosen one.

    Attributes:
        names: who committed, in order.
    """

    def __init__(self, engine: Engine, dies_at: Point | None) -> None:
        self.names: list[str] = []
        self._dies_at = dies_at
        self._mine = _Mine()
        event.listen(engine, "after_cursor_execute", self._note)
        event.listen(engine, "commit", self._before)
        event.listen(engine, "rollback", self._forget)
        event.listen(Session, "after_commit", self._after)

    def close(self) -> None:
        """Stop counting; what was hung on one engine goes with it."""
        event.remove(Session, "after_commit", self._after)

    def _note(self, _connection: object, cursor: object, statement: str, *_more: object) -> None:
        is_write = statement.lstrip().startswith(_WRITES)
        self._mine.wrote |= is_write and getattr(cursor, "rowcount", 0) > 0

    def _forget(self, _connection: object) -> None:
        self._mine.wrote = False

    def _before(self, _connection: object) -> None:
        if self._mine.wrote:
            self.names.append(_who_commits())
            self._look(BEFORE)

    def _after(self, _session: object) -> None:
        if self._mine.wrote:
            self._look(AFTER)
        self._mine.wrote = False

    def _look(self, moment: str) -> None:
        if self._dies_at is not None and self._dies_at.is_at(COMMIT, len(self.names), moment):
            os.kill(os.getpid(), signal.SIGKILL)


def _who_commits() -> str:
    """Name the innermost function of the house that opened the transaction."""
    frame: FrameType | None = sys._getframe()  # noqa: SLF001 - the only way to the callers
    while frame is not None:
        path = frame.f_code.co_filename
        if path.startswith(_HOUSE) and path != _DATABASE:
            room = Path(path).relative_to(_HOUSE).with_suffix("")
            return f"{room}: {frame.f_code.co_name.strip('_')}"
        frame = frame.f_back
    return "elsewhere"


def live(birth: Birth, orders: Connection) -> None:
    """Answer requests, and work when told to, until the end."""
    settings = read_settings(birth.environment)
    set_up_logs(settings)
    clock = MovableClock(birth.clock)
    timebot = app.build(settings, clock=clock, mail_pause=NO_PAUSE, renderer=PlainRenderer())
    commits = Commits(timebot.database.engine, birth.dies_at)
    door = HttpDoor(timebot.web, host="127.0.0.1", port=birth.port)
    door.start()
    orders.send(READY)
    while (order := orders.recv()) != STOP:
        orders.send(commits.names if order == NAMES else timebot.worker.drain())
    door.stop()
    commits.close()
    timebot.close()
    clock.close()


def nurse(orders: Connection) -> None:
    """Live the first life oneself, then fork each later one, which finds everything warm.

    What was imported, compiled and cached by the first life need not be again: a later one comes to
    life within some milliseconds, and a sweep has thousands.
    """
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    share_dialects()
    while (told := orders.recv()) is not None:
        if isinstance(told, int):
            orders.send(os.waitstatus_to_exitcode(os.waitpid(told, 0)[1]))
            continue
        birth, line, is_first = told
        if is_first:
            live(birth, line)
            line.close()
            gc.collect()
            gc.freeze()
            continue
        number = os.fork()
        if number == 0:
            orders.close()
            # Whose line is broken logs it, as it should; how it ended, its exit code says.
            os.dup2(nowhere, 2)
            live(birth, line)
            os._exit(0)
        line.close()
        orders.send(number)
