"""The points at which something can go wrong: before and after each call and each commit.

Nobody lists them. A run without any fault records them, and the sweep visits each.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from threading import Lock

CALL, COMMIT = "call", "commit"
BEFORE, AFTER = "before", "after"

_BREAKS = 0.1
"""How likely a line breaks in a storm at each moment: about one call in five goes wrong."""

_OF_ONE = re.compile(r"/(?:(?:in|cus|pm|il|ii|pi|ch|evt|seti|cs)_\w+|[0-9a-f-]{36})")


@dataclass(frozen=True)
class Point:
    """A moment in the life of a process.

    Attributes:
        kind: call (to Stripe, Resend or Slack) or commit (of the database).
        number: 1 for the first of its kind.
        moment: before or after. After a call, the other side has acted and the answer is lost.
        name: what is called or who commits, for people.
    """

    kind: str
    number: int
    moment: str
    name: str

    def is_at(self, kind: str, number: int, moment: str) -> bool:
        """Tell whether this is the point."""
        return (self.kind, self.number, self.moment) == (kind, number, moment)

    def __str__(self) -> str:
        return f"{self.moment} {self.kind} {self.number} ({self.name})"


class Calls:
    """Counts the calls of all gates together, and lets one of them go wrong.

    Attributes:
        names: of the calls so far.
        have_struck: whether one has gone wrong.
    """

    def __init__(self) -> None:
        self.names: list[str] = []
        self.have_struck = False
        self._point: Point | None = None
        self._kill: Callable[[], None] | None = None
        self._storm: Random | None = None
        self._is_dead = False
        self._lock = Lock()

    def kill_at(self, point: Point, kill: Callable[[], None]) -> None:
        """Let the caller be killed at a point."""
        self._point, self._kill = point, kill

    def break_at(self, point: Point) -> None:
        """Let the line break at a point, once."""
        self._point = point

    def begin_storm(self, random: Random) -> None:
        """Let any line break at any time, before or after the call, until `calm_down`."""
        self._storm = random

    def calm_down(self) -> None:
        """Let no more lines break by chance."""
        self._storm = None

    def is_over(self) -> None:
        """Let all pass: the dead one is buried."""
        with self._lock:
            self._point, self._is_dead = None, False

    def catches(self, call: str, moment: str) -> bool:
        """Tell whether the connection is to break here, without an answer."""
        with self._lock:
            if self._is_dead:
                # Sent by the dead one before it died; it arrives nowhere.
                return True
            if moment == BEFORE:
                self.names.append(nameless(call))
            if self._storm is not None and self._storm.random() < _BREAKS:
                self.have_struck = True
                return True
            if self._point is None or not self._point.is_at(CALL, len(self.names), moment):
                return False
            self.have_struck, self._point = True, None
            if self._kill is not None:
                self._kill()
                self._is_dead = True
            return True


def nameless(call: str) -> str:
    """Return the call without the ids in its path, which differ from run to run."""
    return _OF_ONE.sub("/*", call)


def points_of(kind: str, names: list[str]) -> list[Point]:
    """Return the points around each call or commit."""
    return [
        Point(kind, number, moment, name)
        for number, name in enumerate(names, start=1)
        for moment in (BEFORE, AFTER)
    ]
