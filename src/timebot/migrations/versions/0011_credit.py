"""The tables of credit notes and of what clients have in credit; columns for receivables."""

import sqlalchemy as sa
from alembic import op

from timebot.db import Day, Document, Flag, Instant, Key, Whole
from timebot.migrations.building import same_workspace

revision = "0011_credit"
down_revision = "0010_billing_pause"


def upgrade() -> None:
    """Create the tables and add the columns."""
    op.add_column("invoice", sa.Column("stripe_due_minor", Whole(), nullable=True))
    op.add_column("workspace", sa.Column("reminder_days", Document(), nullable=True))
    for name in ("card_trouble", "stripe_customer_gone"):
        op.add_column("client", sa.Column(name, sa.Text(), nullable=True))
    op.add_column("payment", sa.Column("paid_on", Day(), nullable=True))
    op.add_column("payment", sa.Column("note", sa.Text(), nullable=True))
    op.add_column("payment", sa.Column("lost_minor", Whole(), nullable=False, server_default="0"))
    _create_credit_note()
    _create_its_rows()
    _create_client_credit()
    _create_dispute()


def _create_credit_note() -> None:
    op.create_table(
        "credit_note",
        sa.Column("workspace_id", Key(), nullable=False),
        sa.Column("id", Key(), nullable=False),
        sa.Column("invoice_id", Key(), nullable=False),
        sa.Column("ordinal", Whole(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("series", sa.Text(), nullable=True),
        sa.Column("year", Whole(), nullable=True),
        sa.Column("sequence", Whole(), nullable=True),
        sa.Column("number", sa.Text(), nullable=True),
        sa.Column("issued_on", Day(), nullable=True),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("created_by", Key(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("subtotal_minor", Whole(), nullable=False),
        sa.Column("tax_minor", Whole(), nullable=False),
        sa.Column("total_minor", Whole(), nullable=False),
        sa.Column("reduces_minor", Whole(), nullable=False),
        sa.Column("refund_minor", Whole(), nullable=False),
        sa.Column("credit_minor", Whole(), nullable=False),
        sa.Column("frees_entries", Flag(), nullable=False),
        sa.Column("printed", Document(), nullable=True),
        sa.Column("pdf_sha256", sa.Text(), nullable=True),
        sa.Column("refund_state", sa.Text(), nullable=False),
        sa.Column("refund_id", sa.Text(), nullable=True),
        sa.Column("refund_attempt", Whole(), nullable=False),
        sa.PrimaryKeyConstraint("workspace_id", "id", name="pk_credit_note"),
        sa.UniqueConstraint("workspace_id", "number", name="uq_credit_note_workspace_id_number"),
        sa.UniqueConstraint(
            "workspace_id",
            "invoice_id",
            "ordinal",
            name="uq_credit_note_workspace_id_invoice_id_ordinal",
        ),
        sa.CheckConstraint(
            "document IN ('draft', 'issued', 'rendered')", name="ck_credit_note_document"
        ),
        sa.CheckConstraint(
            "refund_state IN ('none', 'wanted', 'pending', 'done', 'failed')",
            name="ck_credit_note_refund_state",
        ),
        sa.CheckConstraint(
            "(document = 'draft') = (number IS NULL)"
            " AND (number IS NULL) = (sequence IS NULL)"
            " AND (number IS NULL) = (issued_on IS NULL)"
            " AND (number IS NULL OR (series IS NOT NULL AND year IS NOT NULL))",
            name="ck_credit_note_number",
        ),
        sa.CheckConstraint("reason <> ''", name="ck_credit_note_reason"),
        sa.CheckConstraint("total_minor = subtotal_minor + tax_minor", name="ck_credit_note_total"),
        sa.CheckConstraint(
            "total_minor = reduces_minor + refund_minor + credit_minor AND total_minor > 0"
            " AND reduces_minor >= 0 AND refund_minor >= 0 AND credit_minor >= 0",
            name="ck_credit_note_split",
        ),
        sa.CheckConstraint(
            "(refund_minor > 0) = (refund_state <> 'none')", name="ck_credit_note_refund"
        ),
        same_workspace("credit_note", "invoice_id", "invoice"),
        same_workspace("credit_note", "created_by", "member"),
        sqlite_strict=True,
    )
    where = sa.text("sequence IS NOT NULL")
    op.create_index(
        "uq_credit_note_number",
        "credit_note",
        ["workspace_id", "series", "year", "sequence"],
        unique=True,
        sqlite_where=where,
        postgresql_where=where,
    )
    op.create_table(
        "credit_note_counter",
        sa.Column("workspace_id", Key(), nullable=False),
        sa.Column("series", sa.Text(), nullable=False),
        sa.Column("year", Whole(), nullable=False),
        sa.Column("last", Whole(), nullable=False),
        sa.PrimaryKeyConstraint("workspace_id", "series", "year", name="pk_credit_note_counter"),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name="fk_credit_note_counter_workspace_id"
        ),
        sqlite_strict=True,
    )


def _create_its_rows() -> None:
    op.create_table(
        "credit_note_line",
        sa.Column("workspace_id", Key(), nullable=False),
        sa.Column("id", Key(), nullable=False),
        sa.Column("credit_note_id", Key(), nullable=False),
        sa.Column("line_id", Key(), nullable=False),
        sa.Column("minutes", Whole(), nullable=False),
        sa.Column("amount_minor", Whole(), nullable=False),
        sa.PrimaryKeyConstraint("workspace_id", "id", name="pk_credit_note_line"),
        sa.UniqueConstraint(
            "workspace_id",
            "credit_note_id",
            "line_id",
            name="uq_credit_note_line_workspace_id_credit_note_id_line_id",
        ),
        sa.CheckConstraint(
            "minutes >= 0 AND amount_minor >= 0", name="ck_credit_note_line_amounts"
        ),
        same_workspace("credit_note_line", "credit_note_id", "credit_note"),
        same_workspace("credit_note_line", "line_id", "invoice_line"),
        sqlite_strict=True,
    )
    op.create_index("ix_credit_note_line_line", "credit_note_line", ["workspace_id", "line_id"])
    op.create_table(
        "credit_note_tax",
        sa.Column("workspace_id", Key(), nullable=False),
        sa.Column("credit_note_id", Key(), nullable=False),
        sa.Column("position", Whole(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("tax_ppm", Whole(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("base_minor", Whole(), nullable=False),
        sa.Column("tax_minor", Whole(), nullable=False),
        sa.PrimaryKeyConstraint(
            "workspace_id", "credit_note_id", "position", name="pk_credit_note_tax"
        ),
        sa.CheckConstraint("base_minor >= 0 AND tax_minor >= 0", name="ck_credit_note_tax_amounts"),
        same_workspace("credit_note_tax", "credit_note_id", "credit_note"),
        sqlite_strict=True,
    )
    op.create_table(
        "credited_entry",
        sa.Column("workspace_id", Key(), nullable=False),
        sa.Column("credit_note_id", Key(), nullable=False),
        sa.Column("billing_entry_id", Key(), nullable=False),
        sa.Column("minutes", Whole(), nullable=False),
        sa.Column("amount_minor", Whole(), nullable=False),
        sa.PrimaryKeyConstraint(
            "workspace_id", "credit_note_id", "billing_entry_id", name="pk_credited_entry"
        ),
        sa.CheckConstraint("minutes >= 0 AND amount_minor >= 0", name="ck_credited_entry_amounts"),
        same_workspace("credited_entry", "credit_note_id", "credit_note"),
        same_workspace("credited_entry", "billing_entry_id", "billing_entry"),
        sqlite_strict=True,
    )
    op.create_index(
        "ix_credited_entry_billing_entry", "credited_entry", ["workspace_id", "billing_entry_id"]
    )


def _create_client_credit() -> None:
    op.create_table(
        "client_credit",
        sa.Column("workspace_id", Key(), nullable=False),
        sa.Column("id", Key(), nullable=False),
        sa.Column("client_id", Key(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("amount_minor", Whole(), nullable=False),
        sa.Column("credit_note_id", Key(), nullable=True),
        sa.Column("invoice_id", Key(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("created_by", Key(), nullable=True),
        sa.PrimaryKeyConstraint("workspace_id", "id", name="pk_client_credit"),
        sa.CheckConstraint(
            "kind IN ('granted', 'applied', 'returned', 'paid_out')", name="ck_client_credit_kind"
        ),
        sa.CheckConstraint(
            "amount_minor <> 0 AND (kind IN ('granted', 'returned')) = (amount_minor > 0)",
            name="ck_client_credit_amount_minor",
        ),
        sa.CheckConstraint(
            "(kind = 'granted') = (credit_note_id IS NOT NULL)"
            " AND (kind IN ('applied', 'returned')) = (invoice_id IS NOT NULL)",
            name="ck_client_credit_about",
        ),
        same_workspace("client_credit", "client_id", "client"),
        same_workspace("client_credit", "credit_note_id", "credit_note"),
        same_workspace("client_credit", "invoice_id", "invoice"),
        same_workspace("client_credit", "created_by", "member"),
        sqlite_strict=True,
    )
    op.create_index(
        "ix_client_credit_client", "client_credit", ["workspace_id", "client_id", "currency"]
    )
    for name, columns, condition in (
        ("uq_client_credit_granted", ["workspace_id", "credit_note_id"], "kind = 'granted'"),
        (
            "uq_client_credit_moved",
            ["workspace_id", "invoice_id", "kind"],
            "invoice_id IS NOT NULL",
        ),
    ):
        where = sa.text(condition)
        op.create_index(
            name,
            "client_credit",
            columns,
            unique=True,
            sqlite_where=where,
            postgresql_where=where,
        )


def _create_dispute() -> None:
    op.create_table(
        "dispute",
        sa.Column("workspace_id", Key(), nullable=False),
        sa.Column("id", Key(), nullable=False),
        sa.Column("payment_id", Key(), nullable=False),
        sa.Column("stripe_id", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("is_inquiry", Flag(), nullable=False),
        sa.Column("amount_minor", Whole(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("lost_minor", Whole(), nullable=False),
        sa.Column("answer_by", Instant(), nullable=True),
        sa.Column("page", sa.Text(), nullable=False),
        sa.Column("heard_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("workspace_id", "id", name="pk_dispute"),
        sa.UniqueConstraint("workspace_id", "stripe_id", name="uq_dispute_workspace_id_stripe_id"),
        sa.CheckConstraint(
            "state IN ('needs_answer', 'with_bank', 'won', 'lost')", name="ck_dispute_state"
        ),
        sa.CheckConstraint(
            "lost_minor >= 0 AND (lost_minor = 0 OR state IN ('won', 'lost'))",
            name="ck_dispute_lost_minor",
        ),
        same_workspace("dispute", "payment_id", "payment"),
        sqlite_strict=True,
    )
    op.create_index("ix_dispute_payment", "dispute", ["workspace_id", "payment_id"])


def downgrade() -> None:
    """Drop them."""
    for table in (
        "dispute",
        "client_credit",
        "credited_entry",
        "credit_note_tax",
        "credit_note_line",
        "credit_note_counter",
        "credit_note",
    ):
        op.drop_table(table)
    op.drop_column("payment", "note")
    op.drop_column("payment", "paid_on")
    op.drop_column("workspace", "reminder_days")
    op.drop_column("invoice", "stripe_due_minor")
