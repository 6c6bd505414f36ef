"""Failures that are planned for the Web API, for response URLs and for uploads."""

import math
import time
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock

from timebot.clock import real_now
from timebot.playground.store import Document

RESPONSE_URL, UPLOAD = "response_url", "upload"
"""What else than a method can be made to fail, by name."""


@dataclass
class Disturbance:
    """What the next calls of a method meet instead of a plain answer.

    Attributes:
        method: a Web API method, or `response_url` or `upload`.
        status: the HTTP status; None cuts the connection.
        body: the JSON body.
        headers: further HTTP headers.
        times: for how many calls.
        after_effect: whether what was asked is done first.
        is_only_slow: the true answer comes, but late.
        seconds: how late.
    """

    method: str
    status: int | None = 500
    body: Document = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    times: int = 1
    after_effect: bool = False
    is_only_slow: bool = False
    seconds: float = 0.0

    def wait(self) -> None:
        """Hold the caller up, if this one does."""
        if self.seconds:
            time.sleep(self.seconds)


class Disturbances:
    """The planned ones, each met as often as it says, in the order in which they were planned."""

    def __init__(self) -> None:
        self._planned: list[Disturbance] = []
        self._limited_until: dict[str, datetime] = {}
        self._lock = Lock()

    def plan(self, one: Disturbance) -> None:
        """Let the next calls meet it."""
        with self._lock:
            self._planned.append(one)

    def limit(self, method: str, by: timedelta) -> None:
        """Refuse every call of a method for a while, in real time; other methods are not touched.

        https://docs.slack.dev/apis/web-api/rate-limits
        """
        with self._lock:
            self._limited_until[method] = real_now() + by

    def lift_limits(self) -> None:
        """Let all methods be called again."""
        with self._lock:
            self._limited_until.clear()

    def take(self, method: str) -> Disturbance | None:
        """Return what this call meets, or None."""
        with self._lock:
            for one in self._planned:
                if one.method == method:
                    one.times -= 1
                    if one.times <= 0:
                        self._planned.remove(one)
                    return one
            return self._limited(method)

    def _limited(self, method: str) -> Disturbance | None:
        left = self._limited_until.get(method, real_now()) - real_now()
        if left <= timedelta():
            return None
        seconds = str(math.ceil(left.total_seconds()))
        body = {"ok": False, "error": "ratelimited"}
        return Disturbance(method, 429, body, {"Retry-After": seconds})
