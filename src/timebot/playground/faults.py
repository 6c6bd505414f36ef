"""Faults on demand: the ways in which an HTTP service can fail a caller."""

import socket
import time
from collections import deque
from dataclasses import dataclass
from fnmatch import fnmatchcase
from threading import Lock
from typing import TYPE_CHECKING, Literal, cast

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

FaultKind = Literal[
    "drop_before",
    "drop_after",
    "500_before",
    "500_after",
    "500_kept",
    "page_before",
    "page_after",
    "429",
    "lock_timeout",
    "slow",
]

FOREIGN_PAGE = "<html><h1>Please sign in to the network</h1></html>"
"""What a caller reads where somebody in between, such as a proxy, answers in a server's place."""


@dataclass(frozen=True)
class Fault:
    """One planned failure of the next request that matches.

    Attributes:
        pattern: verb and path with `*` for any text, such as `POST /v1/invoices/*/pay`.
        kind: `drop_before` closes the connection and does nothing; `drop_after` does the work, then
            closes the connection; `500_before` and `500_after` answer 500; `500_kept` does nothing,
            answers 500 and keeps that answer for the request's idempotency key; `page_before` and
            `page_after` answer 200 with a page of somebody in between; `429` refuses for
            being asked too often, `lock_timeout` because somebody else holds the object; `slow`
            answers late.
        seconds: how long `slow` waits, or what `429` puts into Retry-After.
    """

    pattern: str
    kind: FaultKind
    seconds: float = 0.0

    def wait(self) -> None:
        """Hold the caller up, if this fault does."""
        if self.kind == "slow":
            time.sleep(self.seconds)


class Faults:
    """The failures that are planned, each used once, in the order in which they were planned."""

    def __init__(self) -> None:
        self._planned: deque[Fault] = deque()
        self._lock = Lock()

    def plan(self, pattern: str, kind: FaultKind, *, seconds: float = 0.0, times: int = 1) -> None:
        """Let the next `times` requests that match fail in this way."""
        with self._lock:
            self._planned.extend([Fault(pattern, kind, seconds)] * times)

    def take(self, method: str, path: str) -> Fault | None:
        """Return the first fault planned for this request, and forget it."""
        with self._lock:
            for fault in self._planned:
                if fnmatchcase(f"{method} {path}", fault.pattern):
                    self._planned.remove(fault)
                    return fault
        return None


def hang_up(environ: "WSGIEnvironment") -> None:
    """Close the caller's connection without an answer, as a network does when it breaks."""
    # Werkzeug's server hands out the connection under this name.
    connection = cast("socket.socket", environ["werkzeug.socket"])
    connection.shutdown(socket.SHUT_RDWR)
