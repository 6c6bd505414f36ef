"""The heartbeat goes on, however late or broken a beat was."""

import threading
import time

from timebot.jobs.timetable import Heartbeat


def test_a_late_beat_is_made_up_for_and_beats_never_overlap() -> None:
    beats: list[float] = []
    inside, most = 0, 0
    third = threading.Event()

    def beat() -> None:
        nonlocal inside, most
        inside += 1
        most = max(most, inside)
        beats.append(time.monotonic())
        if len(beats) == 1:
            time.sleep(0.5)  # longer than several beats
        if len(beats) >= 3:
            third.set()
        inside -= 1

    heartbeat = Heartbeat(beat, seconds=0.1)
    heartbeat.start()
    came = third.wait(5)
    heartbeat.stop()

    assert came
    assert most == 1


def test_a_broken_beat_does_not_end_the_heartbeat() -> None:
    again = threading.Event()
    beats: list[int] = []

    def beat() -> None:
        beats.append(1)
        if len(beats) == 1:
            raise RuntimeError("once")
        again.set()

    heartbeat = Heartbeat(beat, seconds=0.1)
    heartbeat.start()
    came = again.wait(5)
    heartbeat.stop()

    assert came


def test_stopping_waits_for_the_beat_under_way() -> None:
    begun, ended = threading.Event(), threading.Event()

    def beat() -> None:
        begun.set()
        time.sleep(0.3)
        ended.set()

    heartbeat = Heartbeat(beat, seconds=0.1)
    heartbeat.start()
    begun.wait(5)
    heartbeat.stop()

    assert ended.is_set()
