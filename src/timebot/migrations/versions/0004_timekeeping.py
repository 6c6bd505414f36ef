"""The tables of the timekeeping."""

import sqlalchemy as sa
from alembic import op

from timebot.db import Day, Document, Flag, Instant, Key, Whole
from timebot.migrations.building import same_workspace

revision = "0004_timekeeping"
down_revision = "0003_clients"


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "submission",
        sa.Column("workspace_id", Key(), nullable=False),
        sa.Column("id", Key(), nullable=False),
        sa.Column("member_id", Key(), nullable=False),
        sa.Column("submitted_at", Instant(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("settled_at", Instant(), nullable=True),
        sa.PrimaryKeyConstraint("workspace_id", "id", name="pk_submission"),
        same_workspace("submission", "member_id", "member"),
        sqlite_strict=True,
    )
    op.create_table(
        "approval_route",
        sa.Column("workspace_id", Key(), nullable=False),
        sa.Column("id", Key(), nullable=False),
        sa.Column("client_id", Key(), nullable=True),
        sa.Column("project_id", Key(), nullable=True),
        sa.Column("approver_id", Key(), nullable=False),
        sa.Column("substitute_id", Key(), nullable=True),
        sa.PrimaryKeyConstraint("workspace_id", "id", name="pk_approval_route"),
        sa.CheckConstraint(
            "client_id IS NULL OR project_id IS NULL", name="ck_approval_route_scope"
        ),
        same_workspace("approval_route", "approver_id", "member"),
        same_workspace("approval_route", "client_id", "client"),
        same_workspace("approval_route", "project_id", "project"),
        same_workspace("approval_route", "substitute_id", "member"),
        sqlite_strict=True,
    )
    op.create_index(
        "uq_approval_route_client",
        "approval_route",
        ["workspace_id", "client_id", "approver_id"],
        unique=True,
        sqlite_where=sa.text("client_id IS NOT NULL"),
        postgresql_where=sa.text("client_id IS NOT NULL"),
    )
    op.create_index(
        "uq_approval_route_project",
        "approval_route",
        ["workspace_id", "project_id", "approver_id"],
        unique=True,
        sqlite_where=sa.text("project_id IS NOT NULL"),
        postgresql_where=sa.text("project_id IS NOT NULL"),
    )
    op.create_table(
        "time_entry",
        sa.Column("workspace_id", Key(), nullable=False),
        sa.Column("id", Key(), nullable=False),
        sa.Column("member_id", Key(), nullable=False),
        sa.Column("number", Whole(), nullable=False),
        sa.Column("project_id", Key(), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("started_at", Instant(), nullable=False),
        sa.Column("ended_at", Instant(), nullable=True),
        sa.Column("worked_on", Day(), nullable=False),
        sa.Column("zone", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("billable", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("is_confirmed", Flag(), nullable=False),
        sa.Column("ticket_ref", sa.Text(), nullable=True),
        sa.Column("ticket_url", sa.Text(), nullable=True),
        sa.Column("permalink", sa.Text(), nullable=True),
        sa.Column("rate_minor", Whole(), nullable=True),
        sa.Column("rate_currency", sa.Text(), nullable=True),
        sa.Column("rate_source", sa.Text(), nullable=True),
        sa.Column("rate_id", Key(), nullable=True),
        sa.Column("submission_id", Key(), nullable=True),
        sa.Column("approved_by", Key(), nullable=True),
        sa.Column("approved_at", Instant(), nullable=True),
        sa.Column("approval_digest", sa.Text(), nullable=True),
        sa.Column("self_approval", Flag(), nullable=False),
        sa.Column("rejected_by", Key(), nullable=True),
        sa.Column("rejected_at", Instant(), nullable=True),
        sa.Column("rejection_reason", sa.Text(), nullable=True),
        sa.Column("next_nag_at", Instant(), nullable=True),
        sa.Column("version", Whole(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("deleted_at", Instant(), nullable=True),
        sa.PrimaryKeyConstraint("workspace_id", "id", name="pk_time_entry"),
        sa.CheckConstraint(
            "(state IN ('approved', 'applied')) = (approved_by IS NOT NULL)"
            " AND (approved_by IS NULL) = (approved_at IS NULL)",
            name="ck_time_entry_approved",
        ),
        sa.CheckConstraint(
            "approved_by IS NULL OR approved_by <> member_id OR self_approval",
            name="ck_time_entry_approver_is_not_author",
        ),
        sa.CheckConstraint(
            "billable IN ('billable', 'no_charge', 'internal')", name="ck_time_entry_billable"
        ),
        sa.CheckConstraint(
            "deleted_at IS NULL OR state IN ('running', 'draft')",
            name="ck_time_entry_deleted_only_as_draft",
        ),
        sa.CheckConstraint(
            "(rate_minor IS NULL) = (rate_currency IS NULL)"
            " AND (rate_minor IS NULL) = (rate_source IS NULL)",
            name="ck_time_entry_rate",
        ),
        sa.CheckConstraint(
            "(state = 'running') = (ended_at IS NULL)", name="ck_time_entry_running"
        ),
        sa.CheckConstraint("source IN ('timer', 'manual', 'import')", name="ck_time_entry_source"),
        sa.CheckConstraint("ended_at IS NULL OR ended_at >= started_at", name="ck_time_entry_span"),
        sa.CheckConstraint(
            "state IN ('running', 'draft', 'pending_review', 'approved', 'applied')",
            name="ck_time_entry_state",
        ),
        sa.CheckConstraint(
            "state NOT IN ('pending_review', 'approved', 'applied') OR (submission_id IS NOT NULL"
            " AND project_id IS NOT NULL AND is_confirmed)",
            name="ck_time_entry_submitted",
        ),
        same_workspace("time_entry", "approved_by", "member"),
        same_workspace("time_entry", "member_id", "member"),
        same_workspace("time_entry", "project_id", "project"),
        same_workspace("time_entry", "rejected_by", "member"),
        same_workspace("time_entry", "submission_id", "submission"),
        sa.UniqueConstraint(
            "workspace_id",
            "member_id",
            "number",
            name="uq_time_entry_workspace_id_member_id_number",
        ),
        sqlite_strict=True,
    )
    op.create_index(
        "ix_time_entry_member_day", "time_entry", ["workspace_id", "member_id", "worked_on"]
    )
    op.create_index(
        "ix_time_entry_nag",
        "time_entry",
        ["next_nag_at"],
        sqlite_where=sa.text("ended_at IS NULL AND deleted_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL AND deleted_at IS NULL"),
    )
    op.create_index(
        "ix_time_entry_project_day", "time_entry", ["workspace_id", "project_id", "worked_on"]
    )
    op.create_index("ix_time_entry_submission", "time_entry", ["workspace_id", "submission_id"])
    op.create_index(
        "uq_time_entry_running",
        "time_entry",
        ["workspace_id", "member_id"],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL AND deleted_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL AND deleted_at IS NULL"),
    )
    op.create_table(
        "member_action",
        sa.Column("workspace_id", Key(), nullable=False),
        sa.Column("id", Key(), nullable=False),
        sa.Column("member_id", Key(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("entry_id", Key(), nullable=False),
        sa.Column("other_entry_id", Key(), nullable=True),
        sa.Column("before", Document(), nullable=True),
        sa.Column("entry_version", Whole(), nullable=False),
        sa.Column("undone_at", Instant(), nullable=True),
        sa.PrimaryKeyConstraint("workspace_id", "id", name="pk_member_action"),
        same_workspace("member_action", "entry_id", "time_entry"),
        same_workspace("member_action", "member_id", "member"),
        same_workspace("member_action", "other_entry_id", "time_entry"),
        sqlite_strict=True,
    )
    op.create_index("ix_member_action_latest", "member_action", ["workspace_id", "member_id", "at"])


def downgrade() -> None:
    """Drop them."""
    for table in (
        "member_action",
        "time_entry",
        "approval_route",
        "submission",
    ):
        op.drop_table(table)
