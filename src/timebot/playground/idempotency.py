"""Idempotency keys: the first answer is kept and given again."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock

from timebot.clock import Clock
from timebot.playground.store import Document, Store

# Both services keep keys for 24 hours [docs.stripe.com/api/idempotent_requests;
# resend.com/docs/dashboard/emails/idempotency-keys].
LIFETIME = timedelta(hours=24)


class KeyReused(Exception):
    """The key was used before, for another request."""


class KeyInUse(Exception):
    """A request with the same key is being answered at this moment."""


@dataclass(frozen=True)
class Answer:
    """What a service answers: the status and the JSON body."""

    status: int
    body: Document


class Idempotency:
    """The answers kept by key, durable, for a day of business time."""

    def __init__(self, store: Store, clock: Clock, kind: str) -> None:
        """Keep the answers in `store` as documents of `kind`."""
        self._store = store
        self._clock = clock
        self._kind = kind
        self._in_flight: set[str] = set()
        self._lock = Lock()

    @contextmanager
    def claim(self, key: str) -> Iterator[None]:
        """Hold the key while its request is answered.

        Raises:
            KeyInUse: if another request holds it.
        """
        with self._lock:
            if key in self._in_flight:
                raise KeyInUse
            self._in_flight.add(key)
        try:
            yield
        finally:
            with self._lock:
                self._in_flight.discard(key)

    def recall(self, key: str, fingerprint: str) -> Answer | None:
        """Return the answer kept under the key, or None when it is new or has expired.

        Raises:
            KeyReused: if the key belongs to another request.
        """
        kept = self._store.get(self._kind, key)
        if kept is None:
            return None
        if self._clock.now() - datetime.fromisoformat(kept["at"]) >= LIFETIME:
            return None
        if kept["fingerprint"] != fingerprint:
            raise KeyReused
        return Answer(kept["status"], kept["body"])

    def keep(self, key: str, fingerprint: str, answer: Answer) -> None:
        """Remember the first answer to a request."""
        at = self._clock.now().isoformat()
        kept = {"key": key, "fingerprint": fingerprint, "at": at}
        self._store.put(self._kind, key, {**kept, "status": answer.status, "body": answer.body})

    def expire(self) -> None:
        """Forget every key, as the service does after a day."""
        with self._store.transaction():
            for kept in self._store.list(self._kind):
                self._store.delete(self._kind, kept["key"])
