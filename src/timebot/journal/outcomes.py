"""What becomes of a try to reach the outside, and when to try again."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

LEASE = timedelta(minutes=2)
"""How long claimed work is left to its worker; longer than any call outside may take."""

MOST_ATTEMPTS = 20
"""Tries before something is given up, about eleven hours after the first."""

FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=5), timedelta(hours=1)


@dataclass(frozen=True)
class Delivered:
    """It is done; `result` is kept with the message."""

    result: Mapping[str, object] | None = None


@dataclass(frozen=True)
class TryAgain:
    """It did not leave. With `after`, the outside said when to come back (Retry-After)."""

    reason: str
    after: timedelta | None = None


@dataclass(frozen=True)
class MayHaveArrived:
    """Nobody knows whether it arrived; it is never repeated blindly."""

    reason: str


@dataclass(frozen=True)
class GiveUp:
    """It will never work."""

    reason: str


Outcome = Delivered | TryAgain | MayHaveArrived | GiveUp
"""What became of a try. Reasons are stored and logged: no names, addresses or tokens in them."""


class RealTime:
    """The machine's time while work goes on, counted from an instant that was passed in."""

    def __init__(self, start: datetime) -> None:
        self._start = start
        self._began = time.monotonic()

    def now(self) -> datetime:
        """Return the present real instant."""
        return self._start + timedelta(seconds=time.monotonic() - self._began)


def wait_before_retry(attempts: int) -> timedelta:
    """Return how long to wait after so many tries: doubling, up to `LONGEST_WAIT`."""
    doublings = min(attempts - 1, 16)
    return min(FIRST_WAIT * (1 << doublings), LONGEST_WAIT)
