"""Tables of the journal: audit, outbox, inbox, and the messages that were posted."""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from timebot.db import STRICT, Base, InWorkspace, one_of, same_workspace


class AuditEvent(InWorkspace, Base):
    """Something that somebody did; never changed and never deleted.

    Attributes:
        actor_id: the member who did it, or None for timebot itself.
        surface: where it came from: slack, cli, worker, stripe, resend, import.
        action: what was done, as `subject.verb`, such as `time_entry.approved`.
        detail_digest: SHA-256 of the erasable detail, so that the chain outlives an erasure.
    """

    __tablename__ = "audit_event"
    __table_args__ = (
        Index("ix_audit_event_subject", "workspace_id", "subject_kind", "subject_id", "at"),
        Index("ix_audit_event_at", "workspace_id", "at"),
        STRICT,
    )

    at: Mapped[datetime]
    actor_id: Mapped[UUID | None]
    surface: Mapped[str]
    action: Mapped[str]
    subject_kind: Mapped[str]
    subject_id: Mapped[UUID | None]
    detail_digest: Mapped[str]


class AuditDetail(Base):
    """What an audit event said: before and after. A person's erasure may empty it.

    Attributes:
        salt: random, part of the digest; with it gone too, nobody can guess what was erased.
    """

    __tablename__ = "audit_detail"
    __table_args__ = (same_workspace("event_id", "audit_event"), STRICT)

    workspace_id: Mapped[UUID] = mapped_column(primary_key=True)
    event_id: Mapped[UUID] = mapped_column(primary_key=True)
    salt: Mapped[str | None]
    before: Mapped[dict[str, Any] | None]
    after: Mapped[dict[str, Any] | None]
    note: Mapped[str | None]


class AuditSeal(Base):
    """One link of a workspace's chain: the hash of the link before and of the event."""

    __tablename__ = "audit_seal"
    __table_args__ = (
        same_workspace("event_id", "audit_event"),
        UniqueConstraint("workspace_id", "event_id"),
        STRICT,
    )

    workspace_id: Mapped[UUID] = mapped_column(primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    event_id: Mapped[UUID]
    previous_hash: Mapped[str]
    hash: Mapped[str]


class OutboxMessage(InWorkspace, Base):
    """Something that must still be said or done outside, kept until it was.

    Attributes:
        kind: who handles it, such as `slack.post`.
        topic: messages of one topic go out in order, one at a time; None for no order.
        dedup_key: the same key is never queued twice in a workspace.
        state: waiting, done, given_up, or unknown (it may have arrived; a person looks).
        due_at: not before this business instant.
        retry_at: after a failure, not before this real instant.
        claimed_until: the real instant at which a worker's lease ends.
        fence: grows with each claim; a worker that lost its lease cannot settle.
    """

    __tablename__ = "outbox_message"
    __table_args__ = (
        one_of("state", "waiting", "done", "given_up", "unknown"),
        UniqueConstraint("workspace_id", "dedup_key"),
        Index(
            "ix_outbox_message_waiting",
            "due_at",
            "created_at",
            sqlite_where=text("state = 'waiting'"),
            postgresql_where=text("state = 'waiting'"),
        ),
        Index(
            "ix_outbox_message_topic",
            "workspace_id",
            "topic",
            "created_at",
            sqlite_where=text("state = 'waiting'"),
            postgresql_where=text("state = 'waiting'"),
        ),
        STRICT,
    )

    kind: Mapped[str]
    topic: Mapped[str | None]
    payload: Mapped[dict[str, Any]]
    dedup_key: Mapped[str | None]
    state: Mapped[str] = mapped_column(default="waiting")
    attempts: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    due_at: Mapped[datetime]
    retry_at: Mapped[datetime | None]
    claimed_until: Mapped[datetime | None]
    fence: Mapped[int] = mapped_column(default=0)
    settled_at: Mapped[datetime | None]
    last_error: Mapped[str | None]
    result: Mapped[dict[str, Any] | None]


class InboxDelivery(Base):
    """One delivery from outside, taken once.

    Attributes:
        scope: the Slack team, or the provider's account; deliveries of two scopes never meet.
        source: slack, stripe or resend.
        external_id: the sender's own id for it.
        sender: the Slack id of the person who acted; None where no person did.
        answer: what was answered, so that a repeated delivery hears the same.
        payload: what a worker still needs of it (webhooks only).
        state: waiting for the worker, handled, or given_up (a person looks).
        attempts: grows with each claim; a worker that lost its claim cannot settle.
        retry_at: the real instant before which no worker takes it (again).
    """

    __tablename__ = "inbox_delivery"
    __table_args__ = (
        one_of("state", "waiting", "handled", "given_up"),
        CheckConstraint("external_id <> ''", name="external_id"),
        Index(
            "ix_inbox_delivery_waiting",
            "received_at",
            sqlite_where=text("state = 'waiting'"),
            postgresql_where=text("state = 'waiting'"),
        ),
        Index(
            "ix_inbox_delivery_sender",
            "scope",
            "sender",
            "received_at",
            sqlite_where=text("sender IS NOT NULL"),
            postgresql_where=text("sender IS NOT NULL"),
        ),
        STRICT,
    )

    scope: Mapped[str] = mapped_column(primary_key=True)
    source: Mapped[str] = mapped_column(primary_key=True)
    external_id: Mapped[str] = mapped_column(primary_key=True)
    sender: Mapped[str | None]
    received_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(default="handled")
    handled_at: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    retry_at: Mapped[datetime | None]
    last_error: Mapped[str | None]
    answer: Mapped[dict[str, Any] | None]
    payload: Mapped[dict[str, Any] | None]


class PostedMessage(Base):
    """A message that stands in Slack and is repainted when its subject changes.

    Attributes:
        purpose: what it shows, such as `submission` or `run`; `home` is a member's Home.
        subject_id: the row it shows.
        recipient: the Slack person or channel it was sent to.
        channel: the Slack conversation it stands in (of a Home the view), None until it is posted.
        ts: Slack's time stamp of it (of a Home its hash), None until it is posted.
    """

    __tablename__ = "posted_message"
    __table_args__ = (STRICT,)

    workspace_id: Mapped[UUID] = mapped_column(primary_key=True)
    purpose: Mapped[str] = mapped_column(primary_key=True)
    subject_id: Mapped[UUID] = mapped_column(primary_key=True)
    recipient: Mapped[str] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(default=uuid4)
    channel: Mapped[str | None]
    ts: Mapped[str | None]
    posted_at: Mapped[datetime | None]
