"""The tables of billing that follow an issued invoice: payments, mails and stored files."""

import sqlalchemy as sa
from alembic import op

from timebot.db import Document, Instant, Key, Whole
from timebot.migrations.building import changed, refuse, same_workspace

revision = "0006_payments"
down_revision = "0005_billing"

PROMISED = (
    "workspace_id",
    "id",
    "invoice_id",
    "attempt",
    "amount_minor",
    "currency",
    "idempotency_key",
    "created_at",
)
"""What a payment was promised to be before anybody was asked for money."""


def upgrade() -> None:
    """Create the tables and what they refuse."""
    op.create_table(
        "stored_file",
        sa.Column("workspace_id", Key(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("content_type", sa.Text(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("workspace_id", "sha256", name="pk_stored_file"),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name="fk_stored_file_workspace_id"
        ),
        sqlite_strict=True,
    )
    op.create_table(
        "mail",
        sa.Column("workspace_id", Key(), nullable=False),
        sa.Column("id", Key(), nullable=False),
        sa.Column("invoice_id", Key(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("attempt", Whole(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("message", Document(), nullable=False),
        sa.Column("attachment_sha256", sa.Text(), nullable=True),
        sa.Column("idempotency_key", sa.Text(), nullable=False),
        sa.Column("provider_id", sa.Text(), nullable=True),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("sent_at", Instant(), nullable=True),
        sa.Column("settled_at", Instant(), nullable=True),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("workspace_id", "id", name="pk_mail"),
        sa.CheckConstraint(
            "state IN ('waiting', 'sent', 'delivered', 'bounced', 'failed', 'unsent')",
            name="ck_mail_state",
        ),
        same_workspace("mail", "invoice_id", "invoice"),
        sa.UniqueConstraint(
            "workspace_id",
            "invoice_id",
            "kind",
            "attempt",
            name="uq_mail_workspace_id_invoice_id_kind_attempt",
        ),
        sqlite_strict=True,
    )
    op.create_index("ix_mail_provider_id", "mail", ["provider_id"])
    op.create_table(
        "payment",
        sa.Column("workspace_id", Key(), nullable=False),
        sa.Column("id", Key(), nullable=False),
        sa.Column("invoice_id", Key(), nullable=False),
        sa.Column("attempt", Whole(), nullable=False),
        sa.Column("how", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("amount_minor", Whole(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("idempotency_key", sa.Text(), nullable=False),
        sa.Column("decline_code", sa.Text(), nullable=True),
        sa.Column("message", sa.Text(), nullable=True),
        sa.Column("stripe_payment_intent", sa.Text(), nullable=True),
        sa.Column("card_label", sa.Text(), nullable=True),
        sa.Column("created_by", Key(), nullable=True),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("settled_at", Instant(), nullable=True),
        sa.Column("next_check_at", Instant(), nullable=True),
        sa.Column("checks", Whole(), nullable=False),
        sa.PrimaryKeyConstraint("workspace_id", "id", name="pk_payment"),
        sa.CheckConstraint("how IN ('card', 'link', 'outside')", name="ck_payment_how"),
        sa.CheckConstraint(
            "state IN ('pending', 'succeeded', 'declined', 'needs_action', 'unknown')",
            name="ck_payment_state",
        ),
        same_workspace("payment", "invoice_id", "invoice"),
        sa.UniqueConstraint(
            "workspace_id",
            "invoice_id",
            "attempt",
            name="uq_payment_workspace_id_invoice_id_attempt",
        ),
        sqlite_strict=True,
    )
    op.create_index(
        "uq_payment_open",
        "payment",
        ["workspace_id", "invoice_id"],
        unique=True,
        sqlite_where=sa.text("state IN ('pending', 'unknown')"),
        postgresql_where=sa.text("state IN ('pending', 'unknown')"),
    )
    op.create_index(
        "uq_payment_succeeded",
        "payment",
        ["workspace_id", "invoice_id"],
        unique=True,
        sqlite_where=sa.text("state = 'succeeded'"),
        postgresql_where=sa.text("state = 'succeeded'"),
    )
    refuse(
        "UPDATE",
        "payment",
        "what a payment is about is never changed, and a settled one is never open again",
        when=f"{changed(PROMISED)}"
        " OR (OLD.state IN ('succeeded', 'declined') AND NEW.state = 'pending')",
    )
    refuse("DELETE", "payment", "a payment is never deleted")
    refuse("UPDATE", "stored_file", "a stored file is never changed")
    refuse("DELETE", "stored_file", "a stored file is never deleted")


def downgrade() -> None:
    """Drop them."""
    for table in (
        "payment",
        "mail",
        "stored_file",
    ):
        op.drop_table(table)
