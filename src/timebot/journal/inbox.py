"""The inbox: what was already heard, so that the same delivery has one effect and one answer."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog
from sqlalchemy import CursorResult, Select, delete, func, or_, select, update
from sqlalchemy.orm import Session

from timebot.db import Busy, Database
from timebot.journal.canonical import as_facts
from timebot.journal.conflicts import insert_unless_there
from timebot.journal.models import InboxDelivery
from timebot.journal.outcomes import (
    LEASE,
    MOST_ATTEMPTS,
    Delivered,
    GiveUp,
    MayHaveArrived,
    Outcome,
    RealTime,
    TryAgain,
    wait_before_retry,
)

AT_ONCE = 50
"""How many deliveries one call of `run_once` handles at most."""

log = structlog.get_logger()


@dataclass(frozen=True)
class Taken:
    """What became of taking a delivery.

    Attributes:
        is_new: whether it was never heard before; only then may it have an effect.
        answer: what was answered the first time, None if nothing was kept.
    """

    is_new: bool
    answer: dict[str, Any] | None


@dataclass(frozen=True)
class WebhookDelivery:
    """A stored webhook, as its handler sees it.

    Attributes:
        scope: the provider's account.
        source: stripe or resend.
        external_id: the provider's id of the event.
        payload: what was kept of it.
        attempt: 1 for the first try.
        now: the present business instant.
    """

    scope: str
    source: str
    external_id: str
    payload: Mapping[str, Any]
    attempt: int
    now: datetime


WebhookHandler = Callable[[WebhookDelivery], Outcome]


def take(
    session: Session,
    *,
    scope: str,
    source: str,
    external_id: str,
    now: datetime,
    sender: str | None = None,
    payload: Mapping[str, object] | None = None,
    wait: bool = False,
) -> Taken:
    """Take a delivery from outside, in the transaction that holds its effect.

    While another transaction is taking the same delivery, this one waits for its outcome.

    Args:
        session: the transaction.
        scope: the Slack team, or the provider's account; two scopes never meet.
        source: slack, stripe or resend.
        external_id: the sender's own id of the delivery.
        now: the present business instant.
        sender: the Slack id of the person who acted, if one did.
        payload: what a worker still needs of it.
        wait: whether a worker handles it later; else it counts as handled.
    """
    is_new = insert_unless_there(
        session,
        InboxDelivery,
        {
            "scope": scope,
            "source": source,
            "external_id": external_id,
            "sender": sender,
            "received_at": now,
            "state": "waiting" if wait else "handled",
            "handled_at": None if wait else now,
            "payload": None if payload is None else as_facts(payload),
        },
        key=("scope", "source", "external_id"),
    )
    if is_new:
        return Taken(is_new=True, answer=None)
    answer = session.scalar(select(InboxDelivery.answer).where(*_is(scope, source, external_id)))
    return Taken(is_new=False, answer=answer)


def keep_answer(
    session: Session, *, scope: str, source: str, external_id: str, answer: Mapping[str, object]
) -> None:
    """Keep what was answered, for a repetition of the same delivery."""
    session.execute(
        update(InboxDelivery)
        .where(*_is(scope, source, external_id))
        .values(answer=as_facts(answer))
    )


def last_heard(
    session: Session, *, scope: str, sender: str, after: datetime, until: datetime
) -> datetime | None:
    """Return when a person was last heard of in a stretch of time, for whatever they wanted.

    What was received is kept for a week, see `forget_handled`.

    Args:
        session: the open transaction.
        scope: the Slack team.
        sender: the person's Slack id.
        after: the instant after which it counts.
        until: the last instant that counts.
    """
    return session.scalar(
        select(func.max(InboxDelivery.received_at)).where(
            InboxDelivery.scope == scope,
            InboxDelivery.sender == sender,
            InboxDelivery.received_at > after,
            InboxDelivery.received_at <= until,
        )
    )


def forget_handled(session: Session, *, before: datetime) -> int:
    """Delete what was received and handled before an instant; return how many.

    Senders repeat a delivery for three days at most (Stripe), so a week is plenty.
    """
    forgotten = session.execute(
        delete(InboxDelivery).where(
            InboxDelivery.state == "handled", InboxDelivery.received_at < before
        )
    )
    return forgotten.rowcount if isinstance(forgotten, CursorResult) else 0


class WebhookInbox:
    """Handles the webhooks that were stored to be handled later.

    Attributes:
        database: where they are.
        handlers: who handles each source.
    """

    def __init__(self, database: Database, handlers: Mapping[str, WebhookHandler]) -> None:
        self.database = database
        self.handlers = handlers

    def run_once(self, *, now: datetime, real_now: datetime) -> int:
        """Handle what waits, up to `AT_ONCE` webhooks; return how many were tried.

        Args:
            now: the present business instant.
            real_now: the machine's time; leases and waiting times follow it.
        """
        clock = RealTime(real_now)
        for tried in range(AT_ONCE):
            delivery = self._claim(now, clock.now())
            if delivery is None:
                return tried
            self._settle(delivery, self._handle(delivery), clock.now())
        return AT_ONCE

    def _claim(self, now: datetime, real_now: datetime) -> WebhookDelivery | None:
        with self.database.read_only() as session:
            if session.scalar(_next_waiting(real_now)) is None:
                return None
        try:
            with self.database.transaction() as session:
                return _claim(session, now, real_now)
        except Busy:
            return None

    def _handle(self, delivery: WebhookDelivery) -> Outcome:
        if delivery.attempt > MOST_ATTEMPTS:
            # Each of its workers died before it could settle.
            return GiveUp("no attempt came to an end")
        handler = self.handlers.get(delivery.source)
        if handler is None:
            return TryAgain("nobody handles this source")
        try:
            return handler(delivery)
        except Exception as error:
            # The edge: one bad webhook must not stop the others.
            log.exception("webhook.handler_failed", **_fields(delivery))
            return TryAgain(f"the handler failed: {type(error).__name__}")

    def _settle(self, delivery: WebhookDelivery, outcome: Outcome, real_now: datetime) -> None:
        """Write down what became of it, however long other writers take."""
        while True:
            try:
                with self.database.transaction() as session:
                    _settle(session, delivery, outcome, real_now)
            except Busy:
                continue
            return


def _is(scope: str, source: str, external_id: str) -> tuple[Any, ...]:
    return (
        InboxDelivery.scope == scope,
        InboxDelivery.source == source,
        InboxDelivery.external_id == external_id,
    )


def _next_waiting(real_now: datetime) -> Select[InboxDelivery]:
    return (
        select(InboxDelivery)
        .where(
            InboxDelivery.state == "waiting",
            or_(InboxDelivery.retry_at.is_(None), InboxDelivery.retry_at <= real_now),
        )
        .order_by(InboxDelivery.received_at, InboxDelivery.external_id)
        .limit(1)
    )


def _claim(session: Session, now: datetime, real_now: datetime) -> WebhookDelivery | None:
    """Claim the next webhook: until its lease ends, `retry_at` keeps other workers off."""
    row = session.scalar(_next_waiting(real_now).with_for_update(skip_locked=True))
    if row is None:
        return None
    row.retry_at = real_now + LEASE
    row.attempts += 1
    return WebhookDelivery(
        scope=row.scope,
        source=row.source,
        external_id=row.external_id,
        payload=row.payload or {},
        attempt=row.attempts,
        now=now,
    )


def _settle(
    session: Session, delivery: WebhookDelivery, outcome: Outcome, real_now: datetime
) -> None:
    session.execute(
        update(InboxDelivery)
        .where(
            *_is(delivery.scope, delivery.source, delivery.external_id),
            InboxDelivery.state == "waiting",
            InboxDelivery.attempts == delivery.attempt,
        )
        .values(**_after(delivery, outcome, real_now))
    )


def _after(delivery: WebhookDelivery, outcome: Outcome, real_now: datetime) -> dict[str, object]:
    """Return the columns of the delivery after the outcome."""
    if isinstance(outcome, Delivered):
        log.info("webhook.handled", **_fields(delivery))
        return {"state": "handled", "handled_at": delivery.now, "retry_at": None}
    is_over = isinstance(outcome, GiveUp) or delivery.attempt >= MOST_ATTEMPTS
    if is_over:
        log.error("webhook.given_up", reason=outcome.reason, **_fields(delivery))
        return {
            "state": "given_up",
            "handled_at": delivery.now,
            "retry_at": None,
            "last_error": outcome.reason,
        }
    # Webhooks are hints: whatever they led to is looked up again, so any doubt means another try.
    asked_for = None if isinstance(outcome, MayHaveArrived | GiveUp) else outcome.after
    wait = wait_before_retry(delivery.attempt) if asked_for is None else asked_for
    log.info("webhook.retried", reason=outcome.reason, **_fields(delivery))
    return {"retry_at": real_now + wait, "last_error": outcome.reason}


def _fields(delivery: WebhookDelivery) -> dict[str, object]:
    return {
        "source": delivery.source,
        "external_id": delivery.external_id,
        "attempt": delivery.attempt,
    }
