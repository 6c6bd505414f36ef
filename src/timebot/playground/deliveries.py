"""Webhooks on their way: durable, signed, at least once, by a thread of their own."""

import time
from collections.abc import Callable
from http.client import HTTPConnection, HTTPException
from threading import Event, Lock, Thread
from urllib.parse import urlsplit
from uuid import uuid4

from timebot.clock import real_now
from timebot.playground.store import Document, Store

Sign = Callable[[str, str, int], dict[str, str]]

# Seconds until the next try, the last one again and again. The real services spread theirs over
# days; a demo has an hour.
_RETRY_AFTER = (0.3, 1.0, 3.0, 10.0, 30.0)
_MOST_TRIES = 100
_TIMEOUT_SECONDS = 10.0
_IDLE_SECONDS = 1.0
_GOOD = range(200, 300)


class Deliveries:
    """The webhooks of one service, kept in the store until the receiver has taken them.

    Attributes:
        paused: while True, only `deliver_pending` delivers.
        copies: how often each webhook is sent. Real services send some of them twice.
        delay_seconds: how long the thread waits before the first try.
        newest_first: send what waits in reverse order. Real services promise no order.
    """

    def __init__(self, store: Store, kind: str, sign: Sign) -> None:
        """Keep waiting webhooks in `store` as documents of `kind`.

        Args:
            store: where the webhooks wait.
            kind: the kind of the documents.
            sign: makes the headers from the event's id, the body and the real Unix time.
        """
        self._store = store
        self._kind = kind
        self._sign = sign
        self._due: dict[str, float] = {}
        self._sending = Lock()
        self._wake = Event()
        self._stopped = Event()
        self._thread: Thread | None = None
        self.paused = False
        self.copies = 1
        self.delay_seconds = 0.0
        self.newest_first = False

    @property
    def url(self) -> str | None:
        """Where webhooks go, or None before `connect`."""
        kept = self._store.get(f"{self._kind}.endpoint", "url")
        return None if kept is None else str(kept["url"])

    def connect(self, url: str) -> None:
        """Send webhooks to this address from now on, those that wait too."""
        self._store.put(f"{self._kind}.endpoint", "url", {"url": url})
        self._wake.set()

    def enqueue(self, event_id: str, body: str) -> None:
        """Have a webhook delivered; without an address, there is nobody to tell."""
        if self.url is None:
            return
        self._due[event_id] = time.monotonic() + self.delay_seconds
        waiting = {"id": event_id, "body": body, "tries": 0, "asked": uuid4().hex}
        self._store.put(self._kind, event_id, waiting)
        self._wake.set()

    def waiting(self) -> list[Document]:
        """Return the webhooks that the receiver has not taken yet, oldest first."""
        return self._store.list(self._kind)

    def deliver_pending(self) -> int:
        """Send everything that waits, now and once, and return how many were taken."""
        with self._sending:
            return sum(self._deliver(each) for each in self._in_order(self.waiting()))

    def start(self) -> None:
        """Deliver from now on, in a daemon thread."""
        if self._thread is None:
            self._stopped.clear()
            self._thread = Thread(target=self._run, name=f"{self._kind}-webhooks", daemon=True)
            self._thread.start()

    def stop(self) -> None:
        """Stop delivering; what waits keeps waiting."""
        if self._thread is not None:
            self._stopped.set()
            self._wake.set()
            self._thread.join()
            self._thread = None

    def _run(self) -> None:
        while not self._stopped.is_set():
            self._wake.wait(self._pause())
            self._wake.clear()
            if not self.paused and not self._stopped.is_set():
                self._deliver_due()

    def _pause(self) -> float:
        if self.paused or not self._due:
            return _IDLE_SECONDS
        soonest = min(list(self._due.values())) - time.monotonic()
        return min(max(soonest, 0.01), _IDLE_SECONDS)

    def _deliver_due(self) -> None:
        with self._sending:
            timed = set(self._due)
            waiting = self.waiting()
            # What was enqueued in a transaction that was taken back must not wake us for ever.
            for gone in timed - {each["id"] for each in waiting}:
                self._due.pop(gone, None)
            now = time.monotonic()
            for each in self._in_order(waiting):
                if self._due.get(each["id"], now) <= now and not self._stopped.is_set():
                    self._deliver(each)

    def _in_order(self, waiting: list[Document]) -> list[Document]:
        return waiting[::-1] if self.newest_first else waiting

    def _deliver(self, waiting: Document) -> bool:
        taken = [self._post(waiting) for _ in range(self.copies)]
        with self._store.transaction():
            if self._store.get(self._kind, waiting["id"]) != waiting:
                # It was asked for once more while it was on its way, and that one still waits.
                return all(taken)
            if all(taken):
                self._forget(waiting)
            else:
                self._try_later(waiting)
        return all(taken)

    def _forget(self, waiting: Document) -> None:
        self._due.pop(waiting["id"], None)
        self._store.delete(self._kind, waiting["id"])

    def _try_later(self, waiting: Document) -> None:
        tries = waiting["tries"] + 1
        if tries >= _MOST_TRIES:
            self._store.put(f"{self._kind}.given_up", waiting["id"], waiting)
            self._forget(waiting)
            return
        pause = _RETRY_AFTER[min(tries, len(_RETRY_AFTER)) - 1]
        self._due[waiting["id"]] = time.monotonic() + pause
        self._store.put(self._kind, waiting["id"], {**waiting, "tries": tries})

    def _post(self, waiting: Document) -> bool:
        address = urlsplit(self.url or "")
        # Receivers compare with the machine's own time, whatever the business clock says.
        at = int(real_now().timestamp())
        headers = {"Content-Type": "application/json; charset=utf-8"}
        headers |= self._sign(waiting["id"], waiting["body"], at)
        connection = HTTPConnection(address.netloc, timeout=_TIMEOUT_SECONDS)
        try:
            path = address.path or "/"
            connection.request("POST", path, waiting["body"].encode(), headers)
            return connection.getresponse().status in _GOOD
        except (OSError, HTTPException):
            return False
        finally:
            connection.close()
