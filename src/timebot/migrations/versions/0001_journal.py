"""The tables of the journal."""

import sqlalchemy as sa
from alembic import op

from timebot.db import Document, Instant, Key, Whole
from timebot.migrations.building import (
    changed,
    create_refusing_function,
    drop_function,
    refuse,
    same_workspace,
)

revision = "0001_journal"
down_revision = None


def upgrade() -> None:
    """Create the tables and what they refuse."""
    op.create_table(
        "audit_event",
        sa.Column("workspace_id", Key(), nullable=False),
        sa.Column("id", Key(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("actor_id", Key(), nullable=True),
        sa.Column("surface", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("subject_kind", sa.Text(), nullable=False),
        sa.Column("subject_id", Key(), nullable=True),
        sa.Column("detail_digest", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("workspace_id", "id", name="pk_audit_event"),
        sqlite_strict=True,
    )
    op.create_index("ix_audit_event_at", "audit_event", ["workspace_id", "at"])
    op.create_index(
        "ix_audit_event_subject",
        "audit_event",
        ["workspace_id", "subject_kind", "subject_id", "at"],
    )
    op.create_table(
        "inbox_delivery",
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("external_id", sa.Text(), nullable=False),
        sa.Column("received_at", Instant(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("handled_at", Instant(), nullable=True),
        sa.Column("attempts", Whole(), nullable=False),
        sa.Column("retry_at", Instant(), nullable=True),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.Column("answer", Document(), nullable=True),
        sa.Column("payload", Document(), nullable=True),
        sa.PrimaryKeyConstraint("scope", "source", "external_id", name="pk_inbox_delivery"),
        sa.CheckConstraint("external_id <> ''", name="ck_inbox_delivery_external_id"),
        sa.CheckConstraint(
            "state IN ('waiting', 'handled', 'given_up')", name="ck_inbox_delivery_state"
        ),
        sqlite_strict=True,
    )
    op.create_index(
        "ix_inbox_delivery_waiting",
        "inbox_delivery",
        ["received_at"],
        sqlite_where=sa.text("state = 'waiting'"),
        postgresql_where=sa.text("state = 'waiting'"),
    )
    op.create_table(
        "outbox_message",
        sa.Column("workspace_id", Key(), nullable=False),
        sa.Column("id", Key(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("topic", sa.Text(), nullable=True),
        sa.Column("payload", Document(), nullable=False),
        sa.Column("dedup_key", sa.Text(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("attempts", Whole(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("due_at", Instant(), nullable=False),
        sa.Column("retry_at", Instant(), nullable=True),
        sa.Column("claimed_until", Instant(), nullable=True),
        sa.Column("fence", Whole(), nullable=False),
        sa.Column("settled_at", Instant(), nullable=True),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.Column("result", Document(), nullable=True),
        sa.PrimaryKeyConstraint("workspace_id", "id", name="pk_outbox_message"),
        sa.CheckConstraint(
            "state IN ('waiting', 'done', 'given_up', 'unknown')", name="ck_outbox_message_state"
        ),
        sa.UniqueConstraint(
            "workspace_id", "dedup_key", name="uq_outbox_message_workspace_id_dedup_key"
        ),
        sqlite_strict=True,
    )
    op.create_index(
        "ix_outbox_message_topic",
        "outbox_message",
        ["workspace_id", "topic", "created_at"],
        sqlite_where=sa.text("state = 'waiting'"),
        postgresql_where=sa.text("state = 'waiting'"),
    )
    op.create_index(
        "ix_outbox_message_waiting",
        "outbox_message",
        ["due_at", "created_at"],
        sqlite_where=sa.text("state = 'waiting'"),
        postgresql_where=sa.text("state = 'waiting'"),
    )
    op.create_table(
        "posted_message",
        sa.Column("workspace_id", Key(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("subject_id", Key(), nullable=False),
        sa.Column("recipient", sa.Text(), nullable=False),
        sa.Column("id", Key(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=True),
        sa.Column("ts", sa.Text(), nullable=True),
        sa.Column("posted_at", Instant(), nullable=True),
        sa.PrimaryKeyConstraint(
            "workspace_id", "purpose", "subject_id", "recipient", name="pk_posted_message"
        ),
        sqlite_strict=True,
    )
    op.create_table(
        "audit_detail",
        sa.Column("workspace_id", Key(), nullable=False),
        sa.Column("event_id", Key(), nullable=False),
        sa.Column("salt", sa.Text(), nullable=True),
        sa.Column("before", Document(), nullable=True),
        sa.Column("after", Document(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("workspace_id", "event_id", name="pk_audit_detail"),
        same_workspace("audit_detail", "event_id", "audit_event"),
        sqlite_strict=True,
    )
    op.create_table(
        "audit_seal",
        sa.Column("workspace_id", Key(), nullable=False),
        sa.Column("position", Whole(), nullable=False),
        sa.Column("event_id", Key(), nullable=False),
        sa.Column("previous_hash", sa.Text(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("workspace_id", "position", name="pk_audit_seal"),
        same_workspace("audit_seal", "event_id", "audit_event"),
        sa.UniqueConstraint("workspace_id", "event_id", name="uq_audit_seal_workspace_id_event_id"),
        sqlite_strict=True,
    )
    create_refusing_function()
    for table in ("audit_event", "audit_seal"):
        refuse("UPDATE", table, "the audit is never changed")
        refuse("DELETE", table, "the audit is never deleted")
    refuse("UPDATE", "audit_detail", "the audit is only ever emptied", when=_more_than_emptied())
    refuse("DELETE", "audit_detail", "the audit is never deleted")


def _more_than_emptied() -> str:
    """Return SQL that is true unless an erasure empties columns and changes nothing else."""
    erasable = ("salt", "before", "after", "note")
    rewritten = [f'(NEW."{name}" IS NOT NULL AND {changed([name])})' for name in erasable]
    return " OR ".join([changed(["workspace_id", "event_id"]), *rewritten])


def downgrade() -> None:
    """Drop them."""
    for table in (
        "audit_seal",
        "audit_detail",
        "posted_message",
        "outbox_message",
        "inbox_delivery",
        "audit_event",
    ):
        op.drop_table(table)
    drop_function("timebot_refuse")
