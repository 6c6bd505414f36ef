"""The outbox: what must still be said or done outside, kept until it was.

A row is written in the transaction whose effect it tells. Workers claim rows with a lease, call the
handler outside any transaction, and settle by fence, so that a worker that was too slow settles
nothing. Something is said at least once; handlers make a second time harmless.
"""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from timebot.db import Busy, Database
from timebot.journal.audit import Actor, record
from timebot.journal.canonical import as_facts
from timebot.journal.conflicts import insert_unless_there
from timebot.journal.models import OutboxMessage
from timebot.journal.outbox_claims import OutboxJob, claim, is_one, next_due, settle
from timebot.journal.outcomes import (
    MOST_ATTEMPTS,
    Delivered,
    GiveUp,
    MayHaveArrived,
    Outcome,
    RealTime,
    TryAgain,
)

__all__ = [
    "Delivered",
    "GiveUp",
    "Handler",
    "MayHaveArrived",
    "Outbox",
    "OutboxJob",
    "Outcome",
    "TryAgain",
    "enqueue",
    "enqueue_latest",
    "list_stuck",
    "revive",
]

AT_ONCE = 50
"""How many messages one call of `run_once` handles at most."""

log = structlog.get_logger()


Handler = Callable[[OutboxJob], Outcome]


def enqueue(
    session: Session,
    *,
    workspace_id: UUID,
    kind: str,
    payload: Mapping[str, object],
    now: datetime,
    dedup_key: str | None = None,
    topic: str | None = None,
    due_at: datetime | None = None,
) -> None:
    """Queue a message; it goes out if and only if the transaction is committed.

    Args:
        session: the transaction whose effect it tells.
        workspace_id: whose message it is.
        kind: who handles it, such as `slack.card`.
        payload: what the handler needs; ids and dates become text.
        now: the present business instant.
        dedup_key: a message with the same key was queued before: nothing happens.
        topic: messages of one topic go out one at a time, in the order in which they were queued.
        due_at: not before this business instant; at once by default.
    """
    insert_unless_there(
        session,
        OutboxMessage,
        {
            "workspace_id": workspace_id,
            "kind": kind,
            "payload": as_facts(payload),
            "dedup_key": dedup_key,
            "topic": topic,
            "created_at": _behind_the_last(session, workspace_id, topic, now),
            "due_at": due_at or now,
        },
        key=("workspace_id", "dedup_key"),
    )


def enqueue_latest(
    session: Session,
    *,
    workspace_id: UUID,
    kind: str,
    payload: Mapping[str, object],
    topic: str,
    now: datetime,
) -> None:
    """Queue a message that tells the state at delivery, unless one like it is still to come.

    A waiting message that nobody has claimed will tell this transaction's effect too: the lock
    keeps workers away from it until the commit. A locked one may be about to leave: queue another.
    """
    to_come = session.scalars(
        select(OutboxMessage.id)
        .where(
            OutboxMessage.workspace_id == workspace_id,
            OutboxMessage.topic == topic,
            OutboxMessage.kind == kind,
            OutboxMessage.state == "waiting",
            OutboxMessage.claimed_until.is_(None),
        )
        .limit(1)
        .with_for_update(skip_locked=True)
    ).first()
    if to_come is None:
        enqueue(
            session, workspace_id=workspace_id, kind=kind, payload=payload, topic=topic, now=now
        )


def list_stuck(session: Session, *, workspace_id: UUID) -> list[OutboxMessage]:
    """List the messages that a person must look at: given up, or perhaps arrived."""
    return list(
        session.scalars(
            select(OutboxMessage)
            .where(
                OutboxMessage.workspace_id == workspace_id,
                OutboxMessage.state.in_(("given_up", "unknown")),
            )
            .order_by(OutboxMessage.settled_at)
        )
    )


def revive(
    session: Session, *, workspace_id: UUID, message_id: UUID, actor: Actor, now: datetime
) -> bool:
    """Queue a message again that was given up or may have arrived; return whether it was one."""
    revived = session.execute(
        update(OutboxMessage)
        .where(
            OutboxMessage.workspace_id == workspace_id,
            OutboxMessage.id == message_id,
            OutboxMessage.state.in_(("given_up", "unknown")),
        )
        .values(state="waiting", attempts=0, settled_at=None, retry_at=None, due_at=now)
    )
    if not is_one(revived):
        return False
    record(
        session,
        workspace_id=workspace_id,
        actor=actor,
        action="outbox_message.revived",
        subject_kind="outbox_message",
        subject_id=message_id,
        at=now,
    )
    return True


class Outbox:
    """Delivers what is due.

    Attributes:
        database: where the messages are.
        handlers: who handles each kind.
    """

    def __init__(self, database: Database, handlers: Mapping[str, Handler]) -> None:
        self.database = database
        self.handlers = handlers

    def run_once(self, *, now: datetime, real_now: datetime) -> int:
        """Deliver what is due, up to `AT_ONCE` messages; return how many were tried.

        Args:
            now: the present business instant; messages are due by it.
            real_now: the machine's time; leases and waiting times follow it, as the outside does.
        """
        clock = RealTime(real_now)
        for tried in range(AT_ONCE):
            claimed = self._claim(now, clock.now())
            if claimed is None:
                return tried
            job, fence = claimed
            self._settle(job, fence, self._handle(job), clock.now())
        return AT_ONCE

    def _claim(self, now: datetime, real_now: datetime) -> tuple[OutboxJob, int] | None:
        # Looking first without a lock keeps an idle worker out of the way of writers.
        with self.database.read_only() as session:
            if session.scalar(next_due(now, real_now)) is None:
                return None
        try:
            with self.database.transaction() as session:
                return claim(session, now, real_now)
        except Busy:
            return None

    def _handle(self, job: OutboxJob) -> Outcome:
        if job.attempt > MOST_ATTEMPTS:
            # Each of its workers died before it could settle.
            return GiveUp("no attempt came to an end")
        handler = self.handlers.get(job.kind)
        if handler is None:
            return TryAgain("nobody handles this kind")
        try:
            return handler(job)
        except Exception as error:
            # The edge: one bad message must not stop the others.
            log.exception("outbox.handler_failed", kind=job.kind, message_id=str(job.id))
            return TryAgain(f"the handler failed: {type(error).__name__}")

    def _settle(self, job: OutboxJob, fence: int, outcome: Outcome, real_now: datetime) -> None:
        """Write down what became of it, however long other writers take."""
        while True:
            try:
                with self.database.transaction() as session:
                    settle(session, job, fence, outcome, real_now)
            except Busy:
                continue
            return


def _behind_the_last(
    session: Session, workspace_id: UUID, topic: str | None, now: datetime
) -> datetime:
    """Return when the message counts as queued: after the ones of its topic that still wait."""
    if topic is None:
        return now
    last = session.scalar(
        select(func.max(OutboxMessage.created_at)).where(
            OutboxMessage.workspace_id == workspace_id,
            OutboxMessage.topic == topic,
            OutboxMessage.state == "waiting",
        )
    )
    return now if last is None else max(now, last + timedelta(microseconds=1))
