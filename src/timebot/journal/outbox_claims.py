"""Claims on the outbox: who may deliver a message now, and what becomes of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import ColumnElement, CursorResult, Select, or_, select, tuple_, update
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from timebot.journal.audit import WORKER, record
from timebot.journal.canonical import as_facts
from timebot.journal.models import OutboxMessage
from timebot.journal.outcomes import (
    LEASE,
    MOST_ATTEMPTS,
    Delivered,
    GiveUp,
    MayHaveArrived,
    Outcome,
    TryAgain,
    wait_before_retry,
)

log = structlog.get_logger()


@dataclass(frozen=True)
class OutboxJob:
    """A claimed message, as its handler sees it.

    Attributes:
        attempt: 1 for the first try.
        now: the present business instant.
    """

    workspace_id: UUID
    id: UUID
    kind: str
    payload: Mapping[str, Any]
    attempt: int
    now: datetime


def next_due(now: datetime, real_now: datetime) -> Select[OutboxMessage]:
    """Select the message to deliver next: due, unclaimed, and the first of its topic."""
    earlier = aliased(OutboxMessage)
    waits_for_another = (
        select(earlier.id)
        .where(
            earlier.workspace_id == OutboxMessage.workspace_id,
            earlier.topic == OutboxMessage.topic,
            earlier.state == "waiting",
            tuple_(earlier.created_at, earlier.id)
            < tuple_(OutboxMessage.created_at, OutboxMessage.id),
        )
        .exists()
    )
    return (
        select(OutboxMessage)
        .where(
            OutboxMessage.state == "waiting",
            OutboxMessage.due_at <= now,
            _is_past(OutboxMessage.claimed_until, real_now),
            _is_past(OutboxMessage.retry_at, real_now),
            ~waits_for_another,
        )
        .order_by(OutboxMessage.due_at, OutboxMessage.created_at, OutboxMessage.id)
        .limit(1)
    )


def _is_past(
    column: InstrumentedAttribute[datetime | None], moment: datetime
) -> ColumnElement[bool]:
    return or_(column.is_(None), column <= moment)


def claim(session: Session, now: datetime, real_now: datetime) -> tuple[OutboxJob, int] | None:
    """Claim the next message under a lease; return it with its fence, None if nothing is due."""
    # SQLite ignores the lock clause; there the write transaction itself keeps others out.
    due = next_due(now, real_now).with_for_update(skip_locked=True, of=OutboxMessage)
    message = session.scalar(due)
    if message is None:
        return None
    message.claimed_until = real_now + LEASE
    message.fence += 1
    message.attempts += 1
    job = OutboxJob(
        workspace_id=message.workspace_id,
        id=message.id,
        kind=message.kind,
        payload=message.payload,
        attempt=message.attempts,
        now=now,
    )
    return job, message.fence


def settle(
    session: Session, job: OutboxJob, fence: int, outcome: Outcome, real_now: datetime
) -> None:
    """Write down what became of a claimed message, unless its lease went to another worker."""
    settled = session.execute(
        update(OutboxMessage)
        .where(
            OutboxMessage.workspace_id == job.workspace_id,
            OutboxMessage.id == job.id,
            OutboxMessage.fence == fence,
            OutboxMessage.state == "waiting",
        )
        .values(claimed_until=None, **_after(job, outcome, real_now))
    )
    fields = {"kind": job.kind, "message_id": str(job.id), "attempt": job.attempt}
    if not is_one(settled):
        log.warning("outbox.lease_lost", **fields)
        return
    if isinstance(outcome, Delivered):
        log.info("outbox.delivered", **fields)
    elif isinstance(outcome, TryAgain) and not _is_last(job, outcome):
        log.info("outbox.retried", reason=outcome.reason, **fields)
        if outcome.after is not None:
            _hold_back(session, job, real_now + outcome.after)
    else:
        verb = "may_have_arrived" if isinstance(outcome, MayHaveArrived) else "given_up"
        log.error("outbox.stuck", why=verb, reason=outcome.reason, **fields)
        _record_stuck(session, job, verb, outcome.reason)


def _hold_back(session: Session, job: OutboxJob, until: datetime) -> None:
    """Let all that waits of the same kind wait as long: what is refused to one is refused to each.

    Those that somebody else holds just now are passed over; they will ask for themselves.
    """
    waiting = (
        select(OutboxMessage.id)
        .where(
            OutboxMessage.workspace_id == job.workspace_id,
            OutboxMessage.kind == job.kind,
            OutboxMessage.state == "waiting",
            OutboxMessage.claimed_until.is_(None),
            _is_past(OutboxMessage.retry_at, until),
        )
        .with_for_update(skip_locked=True)
    )
    held = list(session.scalars(waiting))
    session.execute(
        update(OutboxMessage)
        .where(OutboxMessage.workspace_id == job.workspace_id, OutboxMessage.id.in_(held))
        .values(retry_at=until)
    )


def _after(job: OutboxJob, outcome: Outcome, real_now: datetime) -> dict[str, object]:
    """Return the columns of the message after the outcome."""
    if isinstance(outcome, Delivered):
        result = None if outcome.result is None else as_facts(outcome.result)
        return {"state": "done", "settled_at": job.now, "result": result, "last_error": None}
    if isinstance(outcome, MayHaveArrived):
        return {"state": "unknown", "settled_at": job.now, "last_error": outcome.reason}
    if isinstance(outcome, GiveUp) or _is_last(job, outcome):
        return {"state": "given_up", "settled_at": job.now, "last_error": outcome.reason}
    if outcome.after is not None:
        # A pause that the outside asked for is no failure and does not count.
        retry_at, attempts = real_now + outcome.after, job.attempt - 1
    else:
        retry_at, attempts = real_now + wait_before_retry(job.attempt), job.attempt
    return {"retry_at": retry_at, "attempts": attempts, "last_error": outcome.reason}


def _is_last(job: OutboxJob, outcome: TryAgain) -> bool:
    return outcome.after is None and job.attempt >= MOST_ATTEMPTS


def _record_stuck(session: Session, job: OutboxJob, verb: str, reason: str) -> None:
    record(
        session,
        workspace_id=job.workspace_id,
        actor=WORKER,
        action=f"outbox_message.{verb}",
        subject_kind="outbox_message",
        subject_id=job.id,
        at=job.now,
        after={"kind": job.kind, "reason": reason, "attempts": job.attempt},
    )


def is_one(result: object) -> bool:
    """Whether an UPDATE changed exactly one row."""
    return isinstance(result, CursorResult) and result.rowcount == 1
