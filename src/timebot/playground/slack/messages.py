"""Messages: what was said where, who may see it, and what changed last."""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from threading import Lock
from typing import Any

from timebot.playground.clock import MovableClock
from timebot.playground.store import Document, Store

_MICROSECONDS = 1_000_000
_REMEMBERED_CHANGES = 10_000


@dataclass(frozen=True)
class Change:
    """One message that appeared, changed or (with `gone`) disappeared."""

    number: int
    message: Document
    gone: bool


class Messages:
    """Every message of the workspace; its `ts` is business time, unique and growing."""

    def __init__(self, store: Store, clock: MovableClock) -> None:
        self._store = store
        self._clock = clock
        self._changes: deque[Change] = deque(maxlen=_REMEMBERED_CHANGES)
        self._numbers = count(1)
        self._lock = Lock()

    def post(
        self,
        channel: str,
        *,
        author: str,
        text: str,
        blocks: Sequence[Document] = (),
        **fields: Any,  # noqa: ANN401 - JSON values of many kinds
    ) -> Document:
        """Add a message and return it.

        Args:
            channel: the conversation.
            author: a user id; the app's own for the app.
            text: the top-level text.
            blocks: with their ids filled in.
            fields: `ephemeral_to`, `files`, `thread_ts`, `metadata`, where they apply.
        """
        with self._store.transaction():
            message = {
                "ts": self._next_ts(),
                "channel": channel,
                "user": author,
                "text": text,
                "blocks": list(blocks),
                "ephemeral_to": None,
                "edited": False,
                "files": [],
                **fields,
            }
            self._store.put(_kind(channel), message["ts"], message)
            self._store.put("slack.last_ts", channel, {"ts": message["ts"]})
        self._remember(message, gone=False)
        return message

    def edit(self, channel: str, ts: str, **changes: Any) -> Document | None:  # noqa: ANN401 - JSON values of many kinds
        """Change a message and return it, or None if it is gone."""
        with self._store.transaction():
            message = self._store.get(_kind(channel), ts)
            if message is None:
                return None
            message.update(changes)
            self._store.put(_kind(channel), ts, message)
        self._remember(message, gone=False)
        return message

    def delete(self, channel: str, ts: str) -> None:
        """Remove a message, if it is there."""
        with self._store.transaction():
            message = self._store.get(_kind(channel), ts)
            self._store.delete(_kind(channel), ts)
        if message is not None:
            self._remember(message, gone=True)

    def find(self, channel: str, ts: str) -> Document | None:
        """Return a message, or None."""
        return self._store.get(_kind(channel), ts)

    def seen_by(self, user_id: str, channel: str) -> list[Document]:
        """Return the messages of a conversation in order, without what only others see."""
        return [m for m in self._store.list(_kind(channel)) if m["ephemeral_to"] in (None, user_id)]

    def forget_ephemeral(self, user_id: str, channel: str) -> None:
        """Drop what only this person saw there."""
        for message in self.seen_by(user_id, channel):
            if message["ephemeral_to"] == user_id:
                self.delete(channel, message["ts"])

    def last_ts(self, channel: str) -> str | None:
        """Return when something was last said there."""
        last = self._store.get("slack.last_ts", channel)
        return None if last is None else str(last["ts"])

    @property
    def last_change(self) -> int:
        """The number of the newest change, to ask `changes_after` with later."""
        with self._lock:
            return self._changes[-1].number if self._changes else 0

    def changes_after(self, number: int) -> list[Change]:
        """Return what changed since, oldest first."""
        with self._lock:
            return [change for change in self._changes if change.number > number]

    def _remember(self, message: Document, *, gone: bool) -> None:
        with self._lock:
            self._changes.append(Change(next(self._numbers), message, gone))

    def _next_ts(self) -> str:
        now = int(self._clock.now().timestamp() * _MICROSECONDS)
        last = self._store.get("slack.last_ts", "")
        value = now if last is None else max(now, last["microseconds"] + 1)
        self._store.put("slack.last_ts", "", {"microseconds": value})
        return f"{value // _MICROSECONDS}.{value % _MICROSECONDS:06d}"


def instant_of(ts: str) -> datetime:
    """Return the instant a `ts` stands for."""
    return datetime.fromtimestamp(float(ts), tz=UTC)


def _kind(channel: str) -> str:
    return f"slack.message.{channel}"
