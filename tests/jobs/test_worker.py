"""The worker does what is due, whatever fails, until it is told to stop."""

import threading
import time
from datetime import datetime

import pytest

from timebot.clock import SystemClock
from timebot.jobs.tasks import Task, Worker


class Work:
    """A task with so many things to do, which remembers."""

    def __init__(self, left: int = 0, *, fault: Exception | None = None) -> None:
        self.left = left
        self.fault = fault
        self.runs = 0
        self.ran = threading.Event()

    def __call__(self, now: datetime, real_now: datetime) -> int:
        assert now.tzinfo is not None
        assert real_now.tzinfo is not None
        self.runs += 1
        self.ran.set()
        if self.fault is not None:
            raise self.fault
        self.left -= 1
        return 1 if self.left >= 0 else 0


def a_worker(*, steps: tuple[Work, ...] = (), ticks: tuple[Work, ...] = ()) -> Worker:
    return Worker(
        clock=SystemClock(),
        steps=[Task(f"step{number}", work) for number, work in enumerate(steps)],
        ticks=[Task(f"tick{number}", work) for number, work in enumerate(ticks)],
    )


def test_draining_does_everything_that_is_due() -> None:
    steps, tick = (Work(3), Work(1)), Work(1)

    done = a_worker(steps=steps, ticks=(tick,)).drain()

    assert done == 4  # the heartbeat's tasks are done, and not counted
    assert tick.runs == 1


def test_a_failing_task_does_not_stop_the_others() -> None:
    broken, sound = Work(fault=RuntimeError("broken")), Work(2)

    done = a_worker(steps=(broken, sound), ticks=(broken, Work(1))).drain()

    assert done == 2


def test_work_without_end_is_reported() -> None:
    with pytest.raises(RuntimeError, match="no end"):
        a_worker(steps=(Work(1_000),)).drain(rounds=10)


def test_a_sleeping_worker_wakes_when_it_is_told() -> None:
    work = Work()
    worker = a_worker(steps=(work,))
    thread = threading.Thread(target=worker.run_forever)
    thread.start()
    work.ran.wait(5)
    time.sleep(0.05)
    work.ran.clear()
    began = time.monotonic()

    worker.wake()
    work.ran.wait(5)
    took = time.monotonic() - began
    worker.stop()
    thread.join(5)

    assert took < 0.5
    assert not thread.is_alive()


def test_the_tasks_of_the_heartbeat_run_only_when_it_beats() -> None:
    tick, step = Work(), Work()
    worker = a_worker(steps=(step,), ticks=(tick,))
    thread = threading.Thread(target=worker.run_forever)
    thread.start()
    step.ran.wait(5)
    before = tick.runs

    worker.tick()
    tick.ran.wait(5)
    worker.stop()
    thread.join(5)

    assert (before, tick.runs) == (0, 1)


def test_a_worker_that_was_stopped_starts_nothing_more() -> None:
    work = Work(5)
    worker = a_worker(steps=(work,), ticks=(work,))

    worker.stop()
    worker.run_forever()

    assert worker.drain() == 0
    assert work.runs == 0


def test_a_step_that_waits_for_the_outside_keeps_no_other_waiting() -> None:
    answered, said, beaten = threading.Event(), threading.Event(), threading.Event()

    def waits(_now: datetime, _real_now: datetime) -> int:
        answered.wait(5)
        return 0

    def signals(event: threading.Event) -> Work:
        work = Work()
        work.ran = event
        return work

    worker = Worker(
        clock=SystemClock(),
        steps=[Task("pipeline", waits), Task("outbox", signals(said))],
        ticks=[Task("tick", signals(beaten))],
    )
    thread = threading.Thread(target=worker.run_forever)
    thread.start()

    worker.tick()
    were_served = said.wait(2), beaten.wait(2)
    answered.set()
    worker.stop()
    thread.join(5)

    assert were_served == (True, True)
    assert not thread.is_alive()


def test_the_beat_of_a_start_comes_before_every_step() -> None:
    order: list[str] = []
    stepped = threading.Event()

    def ticks(_now: datetime, _real_now: datetime) -> int:
        time.sleep(0.05)
        order.append("tick")
        return 0

    def steps(_now: datetime, _real_now: datetime) -> int:
        order.append("step")
        stepped.set()
        return 0

    worker = Worker(clock=SystemClock(), steps=[Task("step", steps)], ticks=[Task("tick", ticks)])
    thread = threading.Thread(target=worker.run_forever)

    worker.tick()
    thread.start()
    stepped.wait(5)
    worker.stop()
    thread.join(5)

    assert order[:2] == ["tick", "step"]


def test_what_one_step_did_wakes_the_others_at_once() -> None:
    second, may_do, is_over = Work(), threading.Event(), threading.Event()

    def does_one(_now: datetime, _real_now: datetime) -> int:
        if is_over.is_set():
            return 0
        may_do.wait(5)
        is_over.set()
        return 1

    worker = Worker(
        clock=SystemClock(), steps=[Task("first", does_one), Task("second", second)], ticks=[]
    )
    thread = threading.Thread(target=worker.run_forever)
    thread.start()
    second.ran.wait(5)
    time.sleep(0.05)
    second.ran.clear()
    began = time.monotonic()

    may_do.set()
    second.ran.wait(5)
    took = time.monotonic() - began
    worker.stop()
    thread.join(5)

    assert took < 0.5


def test_stopping_ends_after_the_task_under_way() -> None:
    second = Work(1)
    worker: Worker

    def stops(_now: datetime, _real_now: datetime) -> int:
        worker.stop()
        return 1

    worker = Worker(
        clock=SystemClock(), steps=[], ticks=[Task("first", stops), Task("second", second)]
    )
    worker.tick()
    worker.run_forever()

    assert second.runs == 0
