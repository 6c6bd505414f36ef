"""A small durable store of JSON documents, shared by the servers of the local world."""

import json
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Condition, RLock
from typing import Any

Document = dict[str, Any]

_SCHEMA = """
CREATE TABLE IF NOT EXISTS document (
    position INTEGER PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL,
    id TEXT NOT NULL,
    body TEXT NOT NULL,
    UNIQUE (kind, id)
);
CREATE TABLE IF NOT EXISTS counter (kind TEXT PRIMARY KEY, value INTEGER NOT NULL);
INSERT INTO counter (kind, value) VALUES ('', 0) ON CONFLICT DO NOTHING;
"""
# The store's own version is a counter too; its kind is empty, which no caller may use.
_BUMP = """
INSERT INTO counter (kind, value) VALUES (?, 1)
ON CONFLICT (kind) DO UPDATE SET value = value + 1 RETURNING value
"""
_PUT = """
INSERT INTO document (kind, id, body) VALUES (?, ?, ?)
ON CONFLICT (kind, id) DO UPDATE SET body = excluded.body
"""
_LIST_AFTER = """
SELECT body FROM document WHERE kind = ? AND position >
    COALESCE((SELECT position FROM document WHERE kind = ? AND id = ?), 0)
ORDER BY position
"""
# How long a waiting reader sleeps before it looks for changes made by another process.
_LOOK_AGAIN_SECONDS = 0.5


class Store:
    """Documents by kind and id, in order of first insertion, in one SQLite file.

    Every call is atomic and safe from any thread. What a call has returned survives a killed
    process (write-ahead log). Several processes may open the same file. Documents go in and come
    out as copies: changing one changes nothing until it is put again.
    """

    def __init__(self, path: Path) -> None:
        """Open the file at `path`, making it and its directory when they are missing."""
        path.parent.mkdir(parents=True, exist_ok=True)
        self._lock = RLock()
        self._changed = Condition(self._lock)
        self._depth = 0
        self._open = True
        self._db = sqlite3.connect(path, timeout=30, isolation_level=None, check_same_thread=False)
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = NORMAL")
        with self.transaction():
            for statement in _SCHEMA.split(";"):
                self._db.execute(statement)

    def put(self, kind: str, id: str, document: Document) -> None:  # noqa: A002 - the word of every vendor API
        """Store `document`, replacing the one of the same kind and id, which keeps its place."""
        body = json.dumps(document)
        with self._writing():
            self._db.execute(_PUT, (kind, id, body))

    def get(self, kind: str, id: str) -> Document | None:  # noqa: A002 - the word of every vendor API
        """Return the document, or None."""
        with self._lock:
            row = self._db.execute(
                "SELECT body FROM document WHERE kind = ? AND id = ?", (kind, id)
            ).fetchone()
        return None if row is None else _load(row[0])

    def list(self, kind: str, *, after: str | None = None) -> list[Document]:
        """Return the documents of a kind, in the order in which they were first put.

        Args:
            kind: which documents.
            after: only those inserted after the document with this id.
        """
        with self._lock:
            rows = self._db.execute(_LIST_AFTER, (kind, kind, after or "")).fetchall()
        return [_load(row[0]) for row in rows]

    def delete(self, kind: str, id: str) -> None:  # noqa: A002 - the word of every vendor API
        """Remove the document, if it is there."""
        with self._writing():
            self._db.execute("DELETE FROM document WHERE kind = ? AND id = ?", (kind, id))

    def next_number(self, kind: str) -> int:
        """Return 1, 2, 3 … for the kind; a number is never given twice."""
        with self._writing():
            return self._bump(kind)

    @property
    def version(self) -> int:
        """A number that grows with every change, by whichever process."""
        with self._lock:
            if not self._open:
                return 0
            row = self._db.execute("SELECT value FROM counter WHERE kind = ''").fetchone()
        return int(row[0])

    def wait_for_change(self, after: int, timeout: float) -> int:
        """Wait until the version is greater than `after`, or `timeout` seconds; return the version.

        Raises:
            RuntimeError: inside a transaction, where nobody else could change anything.
        """
        end = time.monotonic() + timeout
        with self._changed:
            if self._depth:
                message = "waiting for a change inside a transaction would wait for ever"
                raise RuntimeError(message)
            while self._open and self.version <= after:
                left = end - time.monotonic()
                if left <= 0:
                    break
                self._changed.wait(min(left, _LOOK_AGAIN_SECONDS))
            return self.version

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Make several calls one: no other thread or process in between, all of it or nothing.

        Transactions nest; only the outermost one commits. An error that leaves it takes back
        everything since it began.
        """
        with self._changed:
            if self._depth == 0:
                self._db.execute("BEGIN IMMEDIATE")
            self._depth += 1
            try:
                yield
            except BaseException:
                self._leave("ROLLBACK")
                raise
            self._leave("COMMIT")

    def close(self) -> None:
        """Close the file; readers that wait are let go."""
        with self._changed:
            if self._open:
                self._open = False
                self._db.close()
                self._changed.notify_all()

    @contextmanager
    def _writing(self) -> Iterator[None]:
        with self.transaction():
            yield
            self._bump("")

    def _bump(self, kind: str) -> int:
        return int(self._db.execute(_BUMP, (kind,)).fetchone()[0])

    def _leave(self, word: str) -> None:
        self._depth -= 1
        if self._depth == 0:
            self._db.execute(word)
            self._changed.notify_all()


def _load(body: str) -> Document:
    document: Document = json.loads(body)
    return document
