"""The tables of the billing."""

import sqlalchemy as sa
from alembic import op

from timebot.db import Day, Document, Instant, Key, Whole
from timebot.migrations.building import (
    changed,
    drop_function,
    refuse,
    refuse_insert_unless_draft,
    same_workspace,
)

revision = "0005_billing"
down_revision = "0004_timekeeping"

FROZEN = (
    "workspace_id id run_id client_id created_at currency series year sequence number"
    " issued_on due_on period_start period_end subtotal_minor tax_minor total_minor credit_minor"
    " due_minor seconds_worked minutes_billed printed released_at released_by"
).split()
"""What an invoice says; it stays as it was issued."""

BILLED = (
    "workspace_id id invoice_id line_id time_entry_id project_id member_id worked_on kind"
    " seconds_worked minutes_billed rate_minor rate_source currency amount_minor tax_ppm group_key"
    " group_seconds group_minutes rounding"
).split()
"""Every column of a billing entry but `reversed_by`."""


def upgrade() -> None:
    """Create the tables and what they refuse."""
    op.create_table(
        "invoice_counter",
        sa.Column("workspace_id", Key(), nullable=False),
        sa.Column("series", sa.Text(), nullable=False),
        sa.Column("year", Whole(), nullable=False),
        sa.Column("last", Whole(), nullable=False),
        sa.PrimaryKeyConstraint("workspace_id", "series", "year", name="pk_invoice_counter"),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name="fk_invoice_counter_workspace_id"
        ),
        sqlite_strict=True,
    )
    op.create_table(
        "invoice_run",
        sa.Column("id", Key(), nullable=False),
        sa.Column("workspace_id", Key(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("period_start", Day(), nullable=False),
        sa.Column("period_end", Day(), nullable=False),
        sa.Column("opened_at", Instant(), nullable=False),
        sa.Column("opened_by", Key(), nullable=True),
        sa.Column("closed_at", Instant(), nullable=True),
        sa.PrimaryKeyConstraint("workspace_id", "id", name="pk_invoice_run"),
        sa.CheckConstraint("kind IN ('scheduled', 'manual')", name="ck_invoice_run_kind"),
        sa.CheckConstraint("period_start < period_end", name="ck_invoice_run_period"),
        sa.CheckConstraint("state IN ('open', 'closed')", name="ck_invoice_run_state"),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name="fk_invoice_run_workspace_id"
        ),
        same_workspace("invoice_run", "opened_by", "member"),
        sqlite_strict=True,
    )
    op.create_index(
        "uq_invoice_run_period",
        "invoice_run",
        ["workspace_id", "period_start"],
        unique=True,
        sqlite_where=sa.text("kind = 'scheduled'"),
        postgresql_where=sa.text("kind = 'scheduled'"),
    )
    op.create_table(
        "invoice",
        sa.Column("workspace_id", Key(), nullable=False),
        sa.Column("id", Key(), nullable=False),
        sa.Column("run_id", Key(), nullable=False),
        sa.Column("client_id", Key(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("collection", sa.Text(), nullable=False),
        sa.Column("delivery", sa.Text(), nullable=False),
        sa.Column("hold", sa.Text(), nullable=True),
        sa.Column("hold_reason", sa.Text(), nullable=True),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("series", sa.Text(), nullable=True),
        sa.Column("year", Whole(), nullable=True),
        sa.Column("sequence", Whole(), nullable=True),
        sa.Column("number", sa.Text(), nullable=True),
        sa.Column("issued_on", Day(), nullable=True),
        sa.Column("due_on", Day(), nullable=True),
        sa.Column("period_start", Day(), nullable=False),
        sa.Column("period_end", Day(), nullable=False),
        sa.Column("subtotal_minor", Whole(), nullable=False),
        sa.Column("tax_minor", Whole(), nullable=False),
        sa.Column("total_minor", Whole(), nullable=False),
        sa.Column("credit_minor", Whole(), nullable=False),
        sa.Column("due_minor", Whole(), nullable=False),
        sa.Column("seconds_worked", Whole(), nullable=False),
        sa.Column("minutes_billed", Whole(), nullable=False),
        sa.Column("charge_mode", sa.Text(), nullable=False),
        sa.Column("printed", Document(), nullable=True),
        sa.Column("released_at", Instant(), nullable=True),
        sa.Column("released_by", Key(), nullable=True),
        sa.Column("pdf_sha256", sa.Text(), nullable=True),
        sa.Column("stripe_customer_id", sa.Text(), nullable=True),
        sa.Column("stripe_card_id", sa.Text(), nullable=True),
        sa.Column("stripe_invoice_id", sa.Text(), nullable=True),
        sa.Column("stripe_status", sa.Text(), nullable=True),
        sa.Column("pay_url", sa.Text(), nullable=True),
        sa.Column("paid_at", Instant(), nullable=True),
        sa.Column("paid_how", sa.Text(), nullable=True),
        sa.Column("voided_at", Instant(), nullable=True),
        sa.Column("void_reason", sa.Text(), nullable=True),
        sa.Column("attention", sa.Text(), nullable=True),
        sa.Column("uncollected_at", Instant(), nullable=True),
        sa.Column("next_step_at", Instant(), nullable=True),
        sa.Column("step_attempts", Whole(), nullable=False),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.Column("claimed_until", Instant(), nullable=True),
        sa.Column("fence", Whole(), nullable=False),
        sa.PrimaryKeyConstraint("workspace_id", "id", name="pk_invoice"),
        sa.CheckConstraint(
            "charge_mode IN ('charge', 'link', 'bank')", name="ck_invoice_charge_mode"
        ),
        sa.CheckConstraint(
            "collection IN ('none', 'open', 'paid', 'failed', 'unknown', 'disputed', 'credited')",
            name="ck_invoice_collection",
        ),
        sa.CheckConstraint(
            "delivery IN ('none', 'sent', 'delivered', 'bounced')", name="ck_invoice_delivery"
        ),
        sa.CheckConstraint(
            "document IN ('draft', 'issued', 'rendered', 'void')", name="ck_invoice_document"
        ),
        sa.CheckConstraint(
            "document <> 'draft' OR collection = 'none'", name="ck_invoice_draft_collects_nothing"
        ),
        sa.CheckConstraint("due_minor = total_minor - credit_minor", name="ck_invoice_due"),
        sa.CheckConstraint("hold IS NULL OR hold IN ('held', 'parked')", name="ck_invoice_hold"),
        sa.CheckConstraint(
            "(document = 'draft') = (number IS NULL) AND (number IS NULL) = (sequence IS NULL)"
            " AND (number IS NULL) = (issued_on IS NULL)"
            " AND (number IS NULL) = (released_at IS NULL) AND (number IS NULL"
            " OR (series IS NOT NULL AND year IS NOT NULL))",
            name="ck_invoice_number",
        ),
        sa.CheckConstraint("collection <> 'paid' OR paid_at IS NOT NULL", name="ck_invoice_paid"),
        sa.CheckConstraint("total_minor = subtotal_minor + tax_minor", name="ck_invoice_total"),
        sa.CheckConstraint("(document = 'void') = (voided_at IS NOT NULL)", name="ck_invoice_void"),
        same_workspace("invoice", "client_id", "client"),
        same_workspace("invoice", "released_by", "member"),
        same_workspace("invoice", "run_id", "invoice_run"),
        sa.UniqueConstraint("workspace_id", "number", name="uq_invoice_workspace_id_number"),
        sa.UniqueConstraint(
            "workspace_id", "stripe_invoice_id", name="uq_invoice_workspace_id_stripe_invoice_id"
        ),
        sqlite_strict=True,
    )
    op.create_index(
        "ix_invoice_next_step",
        "invoice",
        ["next_step_at"],
        sqlite_where=sa.text("next_step_at IS NOT NULL"),
        postgresql_where=sa.text("next_step_at IS NOT NULL"),
    )
    op.create_index(
        "uq_invoice_client_run",
        "invoice",
        ["workspace_id", "run_id", "client_id"],
        unique=True,
        sqlite_where=sa.text("voided_at IS NULL"),
        postgresql_where=sa.text("voided_at IS NULL"),
    )
    op.create_index(
        "uq_invoice_number",
        "invoice",
        ["workspace_id", "series", "year", "sequence"],
        unique=True,
        sqlite_where=sa.text("sequence IS NOT NULL"),
        postgresql_where=sa.text("sequence IS NOT NULL"),
    )
    op.create_table(
        "draft_entry",
        sa.Column("workspace_id", Key(), nullable=False),
        sa.Column("time_entry_id", Key(), nullable=False),
        sa.Column("invoice_id", Key(), nullable=False),
        sa.PrimaryKeyConstraint("workspace_id", "time_entry_id", name="pk_draft_entry"),
        same_workspace("draft_entry", "invoice_id", "invoice"),
        same_workspace("draft_entry", "time_entry_id", "time_entry"),
        sqlite_strict=True,
    )
    op.create_index("ix_draft_entry_invoice", "draft_entry", ["workspace_id", "invoice_id"])
    op.create_table(
        "entry_hold",
        sa.Column("workspace_id", Key(), nullable=False),
        sa.Column("id", Key(), nullable=False),
        sa.Column("time_entry_id", Key(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("held_by", Key(), nullable=False),
        sa.Column("held_at", Instant(), nullable=False),
        sa.Column("lifted_at", Instant(), nullable=True),
        sa.PrimaryKeyConstraint("workspace_id", "id", name="pk_entry_hold"),
        same_workspace("entry_hold", "held_by", "member"),
        same_workspace("entry_hold", "time_entry_id", "time_entry"),
        sqlite_strict=True,
    )
    op.create_index(
        "uq_entry_hold_live",
        "entry_hold",
        ["workspace_id", "time_entry_id"],
        unique=True,
        sqlite_where=sa.text("lifted_at IS NULL"),
        postgresql_where=sa.text("lifted_at IS NULL"),
    )
    op.create_table(
        "invoice_line",
        sa.Column("workspace_id", Key(), nullable=False),
        sa.Column("id", Key(), nullable=False),
        sa.Column("invoice_id", Key(), nullable=False),
        sa.Column("position", Whole(), nullable=False),
        sa.Column("worked_on", Day(), nullable=True),
        sa.Column("member_name", sa.Text(), nullable=True),
        sa.Column("project_name", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("ticket_ref", sa.Text(), nullable=True),
        sa.Column("ticket_url", sa.Text(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("seconds_worked", Whole(), nullable=False),
        sa.Column("minutes_billed", Whole(), nullable=False),
        sa.Column("rate_minor", Whole(), nullable=False),
        sa.Column("amount_minor", Whole(), nullable=False),
        sa.Column("tax_ppm", Whole(), nullable=False),
        sa.Column("tax_note", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("workspace_id", "id", name="pk_invoice_line"),
        sa.CheckConstraint("kind IN ('billable', 'no_charge')", name="ck_invoice_line_kind"),
        sa.CheckConstraint("minutes_billed >= 0", name="ck_invoice_line_minutes_billed"),
        same_workspace("invoice_line", "invoice_id", "invoice"),
        sa.UniqueConstraint(
            "workspace_id",
            "invoice_id",
            "position",
            name="uq_invoice_line_workspace_id_invoice_id_position",
        ),
        sqlite_strict=True,
    )
    op.create_table(
        "invoice_tax",
        sa.Column("workspace_id", Key(), nullable=False),
        sa.Column("invoice_id", Key(), nullable=False),
        sa.Column("position", Whole(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("tax_ppm", Whole(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("base_minor", Whole(), nullable=False),
        sa.Column("tax_minor", Whole(), nullable=False),
        sa.PrimaryKeyConstraint("workspace_id", "invoice_id", "position", name="pk_invoice_tax"),
        same_workspace("invoice_tax", "invoice_id", "invoice"),
        sqlite_strict=True,
    )
    op.create_table(
        "billing_entry",
        sa.Column("workspace_id", Key(), nullable=False),
        sa.Column("id", Key(), nullable=False),
        sa.Column("invoice_id", Key(), nullable=False),
        sa.Column("line_id", Key(), nullable=False),
        sa.Column("time_entry_id", Key(), nullable=False),
        sa.Column("project_id", Key(), nullable=False),
        sa.Column("member_id", Key(), nullable=False),
        sa.Column("worked_on", Day(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("seconds_worked", Whole(), nullable=False),
        sa.Column("minutes_billed", Whole(), nullable=False),
        sa.Column("rate_minor", Whole(), nullable=False),
        sa.Column("rate_source", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("amount_minor", Whole(), nullable=False),
        sa.Column("tax_ppm", Whole(), nullable=False),
        sa.Column("group_key", sa.Text(), nullable=False),
        sa.Column("group_seconds", Whole(), nullable=False),
        sa.Column("group_minutes", Whole(), nullable=False),
        sa.Column("rounding", Document(), nullable=False),
        sa.Column("reversed_by", Key(), nullable=True),
        sa.PrimaryKeyConstraint("workspace_id", "id", name="pk_billing_entry"),
        same_workspace("billing_entry", "invoice_id", "invoice"),
        same_workspace("billing_entry", "line_id", "invoice_line"),
        same_workspace("billing_entry", "time_entry_id", "time_entry"),
        sqlite_strict=True,
    )
    op.create_index("ix_billing_entry_group", "billing_entry", ["workspace_id", "group_key"])
    op.create_index(
        "ix_billing_entry_line", "billing_entry", ["workspace_id", "invoice_id", "line_id"]
    )
    op.create_index(
        "uq_billing_entry_live",
        "billing_entry",
        ["workspace_id", "time_entry_id"],
        unique=True,
        sqlite_where=sa.text("reversed_by IS NULL"),
        postgresql_where=sa.text("reversed_by IS NULL"),
    )
    _refuse_to_change_what_was_issued()


def _refuse_to_change_what_was_issued() -> None:
    refuse(
        "UPDATE",
        "invoice",
        "an issued invoice is never changed",
        when=f"(OLD.document <> 'draft' AND ({changed(FROZEN)} OR NEW.document = 'draft'))"
        " OR (OLD.document = 'void' AND NEW.document <> 'void')"
        f" OR (OLD.pdf_sha256 IS NOT NULL AND {changed(['pdf_sha256'])})",
    )
    refuse(
        "DELETE",
        "invoice",
        "an invoice with a number is never deleted",
        when="OLD.number IS NOT NULL",
    )
    for table in ("invoice_line", "invoice_tax"):
        refuse("UPDATE", table, "an issued invoice is never changed")
    refuse(
        "UPDATE",
        "billing_entry",
        "a billing entry is only ever reversed, and once",
        when=f"OLD.reversed_by IS NOT NULL OR {changed(BILLED)}",
    )
    for table in ("invoice_line", "invoice_tax", "billing_entry"):
        refuse("DELETE", table, "an issued invoice is never changed")
    refuse_insert_unless_draft(["invoice_line", "invoice_tax", "billing_entry"])


def downgrade() -> None:
    """Drop them."""
    for table in (
        "billing_entry",
        "invoice_tax",
        "invoice_line",
        "entry_hold",
        "draft_entry",
        "invoice",
        "invoice_run",
        "invoice_counter",
    ):
        op.drop_table(table)
    drop_function("timebot_refuse_unless_draft")
