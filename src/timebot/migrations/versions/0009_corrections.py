"""Corrections in timekeeping: kept overlaps, periods opened again, what approvers were shown."""

import sqlalchemy as sa
from alembic import op

from timebot.db import Day, Document, Instant, Key
from timebot.migrations.building import same_workspace

revision = "0009_corrections"
down_revision = "0008_channel_links"


def upgrade() -> None:
    """Create the tables and add the columns."""
    op.add_column("submission", sa.Column("reopened_at", Instant(), nullable=True))
    op.add_column("submission", sa.Column("reminded_at", Instant(), nullable=True))
    op.add_column("submission", sa.Column("escalated_at", Instant(), nullable=True))
    op.add_column("time_entry", sa.Column("vouched_at", Instant(), nullable=True))
    unconfirmed = sa.text("NOT is_confirmed AND ended_at IS NOT NULL AND deleted_at IS NULL")
    op.create_index(
        "ix_time_entry_unconfirmed",
        "time_entry",
        ["next_nag_at"],
        sqlite_where=unconfirmed,
        postgresql_where=unconfirmed,
    )
    where = sa.text("client_id IS NULL AND project_id IS NULL")
    op.create_index(
        "uq_approval_route_workspace",
        "approval_route",
        ["workspace_id", "approver_id"],
        unique=True,
        sqlite_where=where,
        postgresql_where=where,
    )
    op.create_table(
        "shown_hours",
        sa.Column("workspace_id", Key(), nullable=False),
        sa.Column("submission_id", Key(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("content", Document(), nullable=False),
        sa.Column("shown_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("workspace_id", "submission_id", "digest", name="pk_shown_hours"),
        same_workspace("shown_hours", "submission_id", "submission"),
        sqlite_strict=True,
    )
    _create_overlap_kept()
    _create_period_reopening()
    _create_period_request()


def _create_overlap_kept() -> None:
    op.create_table(
        "overlap_kept",
        sa.Column("workspace_id", Key(), nullable=False),
        sa.Column("id", Key(), nullable=False),
        sa.Column("member_id", Key(), nullable=False),
        sa.Column("earlier_id", Key(), nullable=False),
        sa.Column("later_id", Key(), nullable=False),
        sa.Column("shared_from", Instant(), nullable=False),
        sa.Column("shared_until", Instant(), nullable=False),
        sa.Column("kept_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("workspace_id", "id", name="pk_overlap_kept"),
        sa.UniqueConstraint(
            "workspace_id",
            "earlier_id",
            "later_id",
            name="uq_overlap_kept_workspace_id_earlier_id_later_id",
        ),
        sa.CheckConstraint("earlier_id <> later_id", name="ck_overlap_kept_two_entries"),
        same_workspace("overlap_kept", "member_id", "member"),
        same_workspace("overlap_kept", "earlier_id", "time_entry"),
        same_workspace("overlap_kept", "later_id", "time_entry"),
        sqlite_strict=True,
    )


def _create_period_reopening() -> None:
    op.create_table(
        "period_reopening",
        sa.Column("workspace_id", Key(), nullable=False),
        sa.Column("id", Key(), nullable=False),
        sa.Column("period_start", Day(), nullable=False),
        sa.Column("reopened_by", Key(), nullable=False),
        sa.Column("reopened_at", Instant(), nullable=False),
        sa.Column("until_at", Instant(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("workspace_id", "id", name="pk_period_reopening"),
        sa.CheckConstraint("reason <> ''", name="ck_period_reopening_reason"),
        sa.CheckConstraint("until_at > reopened_at", name="ck_period_reopening_span"),
        same_workspace("period_reopening", "reopened_by", "member"),
        sqlite_strict=True,
    )
    op.create_index(
        "ix_period_reopening_period", "period_reopening", ["workspace_id", "period_start"]
    )


def _create_period_request() -> None:
    op.create_table(
        "period_request",
        sa.Column("workspace_id", Key(), nullable=False),
        sa.Column("id", Key(), nullable=False),
        sa.Column("member_id", Key(), nullable=False),
        sa.Column("period_start", Day(), nullable=False),
        sa.Column("asked_at", Instant(), nullable=False),
        sa.Column("answered_at", Instant(), nullable=True),
        sa.PrimaryKeyConstraint("workspace_id", "id", name="pk_period_request"),
        same_workspace("period_request", "member_id", "member"),
        sqlite_strict=True,
    )
    where = sa.text("answered_at IS NULL")
    op.create_index(
        "uq_period_request_open",
        "period_request",
        ["workspace_id", "period_start", "member_id"],
        unique=True,
        sqlite_where=where,
        postgresql_where=where,
    )


def downgrade() -> None:
    """Drop them."""
    for table in ("period_request", "period_reopening", "overlap_kept", "shown_hours"):
        op.drop_table(table)
    op.drop_index("uq_approval_route_workspace", "approval_route")
    op.drop_index("ix_time_entry_unconfirmed", "time_entry")
    op.drop_column("time_entry", "vouched_at")
    op.drop_column("submission", "escalated_at")
    op.drop_column("submission", "reminded_at")
    op.drop_column("submission", "reopened_at")
