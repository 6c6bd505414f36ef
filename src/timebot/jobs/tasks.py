"""What: the tasks of the worker, each safe to repeat and to be killed in."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

import structlog

from timebot.clock import Clock, real_now

log = structlog.get_logger(__name__)

IDLE_SECONDS = 1.0
"""How long the worker sleeps when nothing is due and nobody wakes it."""


@dataclass(frozen=True)
class Task:
    """One kind of work.

    Attributes:
        name: as it is logged.
        run: does what is due and returns how many things it did; `now` is business time (what is
            due), `real_now` is the machine's (leases).
    """

    name: str
    run: Callable[[datetime, datetime], int]


class Worker:
    """Does what is due until nothing is, then waits to be woken.

    Each step has a thread of its own, and so have the heartbeat's tasks: while Stripe or the mail
    keeps one of them waiting, people in Slack are answered all the same.

    Args:
        clock: the business clock.
        steps: what is done as soon as it is due: outbox, webhooks, pipeline steps.
        ticks: what is asked for at each heartbeat: nags, due runs, sealing the audit.
    """

    def __init__(self, *, clock: Clock, steps: Sequence[Task], ticks: Sequence[Task]) -> None:
        self._clock = clock
        self._steps = tuple(steps)
        self._ticks = tuple(ticks)
        self._awake = tuple(threading.Event() for _ in self._steps)
        self._stopping = threading.Event()
        self._tick_due = threading.Event()

    def wake(self) -> None:
        """Say that there may be something to do."""
        for awake in self._awake:
            awake.set()

    def tick(self) -> None:
        """Ask for the tasks of the heartbeat as soon as those under way are done."""
        self._tick_due.set()

    def run_forever(self) -> None:
        """Work until `stop` is called."""
        threads = [
            threading.Thread(target=self._keep_doing, args=each, name=each[0].name, daemon=True)
            for each in zip(self._steps, self._awake, strict=True)
        ]
        if self._tick_due.is_set():
            # The beat of a start comes first: it notices books that were put back from a backup.
            self._beat()
        for thread in threads:
            thread.start()
        while not self._stopping.is_set():
            self._tick_due.wait()
            self._beat()
        for thread in threads:
            thread.join()

    def stop(self) -> None:
        """End after what is under way."""
        self._stopping.set()
        self._tick_due.set()
        self.wake()

    def drain(self, *, rounds: int = 200) -> int:
        """Do everything that is due now, in this thread; return how many steps that took.

        What the heartbeat asks for is done first and not counted: asking again is never finished.

        Raises:
            RuntimeError: if there is still something to do after so many rounds.
        """
        self._round(self._ticks)
        return self.finish(rounds=rounds)

    def finish(self, *, rounds: int = 200) -> int:
        """Take every step that is due now, and ask for nothing of the heartbeat's.

        Raises:
            RuntimeError: if there is still something to do after so many rounds.
        """
        done = 0
        for _ in range(rounds):
            count = self._round(self._steps)
            if count == 0:
                return done
            done += count
        raise RuntimeError("the worker found no end of work")

    def _keep_doing(self, task: Task, awake: threading.Event) -> None:
        while not self._stopping.is_set():
            awake.clear()
            if self._run(task):
                # What one step did may be what another one waits for.
                self.wake()
            else:
                awake.wait(IDLE_SECONDS)

    def _beat(self) -> None:
        self._tick_due.clear()
        self._round(self._ticks)
        self.wake()

    def _round(self, tasks: Sequence[Task]) -> int:
        return sum(self._run(task) for task in tasks if not self._stopping.is_set())

    def _run(self, task: Task) -> int:
        try:
            return task.run(self._clock.now(), real_now())
        except Exception:
            # The edge of the worker: one failing task must not keep the others from running.
            log.exception("task.failed", task=task.name)
            return 0
