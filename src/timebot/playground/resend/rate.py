"""Resend's limit on requests per second.

Source: https://resend.com/docs/api-reference/rate-limit
"""

import time
from collections import deque
from threading import Lock

# What the documentation says today; older pages say 2.
DEFAULT_PER_SECOND = 5
_WINDOW_SECONDS = 1.0


class Rate:
    """Counts requests in real time; it tells the limit always and enforces it when asked to.

    Attributes:
        per_second: the limit.
        enforced: whether more than that is refused.
    """

    def __init__(self) -> None:
        self.per_second = DEFAULT_PER_SECOND
        self.enforced = False
        self._seen: deque[float] = deque()
        self._lock = Lock()

    def count(self) -> tuple[bool, dict[str, str]]:
        """Count one request; return whether it may pass, and the headers that tell the limit."""
        now = time.monotonic()
        with self._lock:
            while self._seen and now - self._seen[0] >= _WINDOW_SECONDS:
                self._seen.popleft()
            passes = not self.enforced or len(self._seen) < self.per_second
            if passes:
                self._seen.append(now)
            left = max(self.per_second - len(self._seen), 0)
        headers = {
            "ratelimit-limit": str(self.per_second),
            "ratelimit-remaining": str(left),
            "ratelimit-reset": "1",
        }
        return passes, headers if passes else {**headers, "retry-after": "1"}
