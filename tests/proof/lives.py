"""Lives of timebot, seen from outside, and the nursery that they come from."""

import multiprocessing
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from multiprocessing.connection import Connection

from tests.proof import child

# Two threads of ours would not survive a fork; a fresh process has none.
_FRESH = multiprocessing.get_context("spawn")

_PATIENCE_SECONDS = 60
"""Bounds each wait; nothing waits longer than a second unless something is broken."""


class Died(Exception):
    """The process is gone."""


class NeverDone(Exception):
    """Nothing more happens, and yet it is not done."""


class Life:
    """A running timebot, which can be told what to do and killed.

    Args:
        nursery: where it comes from; it has lives one after another, and the first one itself.
        number: of the process, None for the first one.
        orders: the line to it.
    """

    def __init__(self, nursery: "Nursery", number: int | None, orders: Connection) -> None:
        self._nursery = nursery
        self._number = number
        self._orders = orders
        self._code: int | None = None
        self._answer()

    def kill(self) -> None:
        """SIGKILL, once."""
        if self._number is not None and self._code is None:
            os.kill(self._number, signal.SIGKILL)

    def tell(self, order: str) -> None:
        """Tell it something; `hear` waits until that is done."""
        with suppress(OSError):
            self._orders.send(order)

    def hear(self) -> int:
        """Wait for the answer: how many steps it took.

        Raises:
            Died: if there will be none.
        """
        answer = self._answer()
        assert isinstance(answer, int)
        return answer

    def has_answered(self, seconds: float) -> bool:
        """Wait so long for an answer and tell whether there is one."""
        return self._orders.poll(seconds)

    def names_of_commits(self) -> list[str]:
        """Return who has committed, in order."""
        self.tell(child.NAMES)
        answer = self._answer()
        assert isinstance(answer, list)
        return answer

    def end(self) -> None:
        """Let it end by itself."""
        self.tell(child.STOP)
        self.bury()

    def bury(self) -> int:
        """Wait for its end and return its exit code."""
        if self._code is None:
            self._orders.close()
            self._code = 0 if self._number is None else self._nursery.wait_for(self._number)
        return self._code

    def _answer(self) -> object:
        try:
            if not self._orders.poll(_PATIENCE_SECONDS):
                raise NeverDone
            return self._orders.recv()
        except (EOFError, OSError):
            raise Died from None


class Nursery:
    """A process that lives once and then forks lives that find everything warm."""

    def __init__(self) -> None:
        self._orders, theirs = _FRESH.Pipe()
        self._process = _FRESH.Process(target=child.nurse, args=(theirs,), daemon=False)
        self._process.start()
        theirs.close()
        self._has_lived = False

    def bear(self, birth: child.Birth) -> Life:
        """Let a timebot come to life."""
        ours, theirs = _FRESH.Pipe()
        is_first, self._has_lived = not self._has_lived, True
        self._orders.send((birth, theirs, is_first))
        number = None if is_first else int(self._orders.recv())
        life = Life(self, number, ours)
        theirs.close()
        return life

    def wait_for(self, number: int) -> int:
        """Wait for the end of a process and return its exit code."""
        self._orders.send(number)
        return int(self._orders.recv())

    def close(self) -> None:
        """End it."""
        self._orders.send(None)
        self._process.join(_PATIENCE_SECONDS)


@contextmanager
def a_nursery() -> Iterator[Nursery]:
    """Open a nursery until the block ends."""
    nursery = Nursery()
    try:
        yield nursery
    finally:
        nursery.close()
