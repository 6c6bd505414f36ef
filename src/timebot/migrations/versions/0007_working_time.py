"""Working time in the team's room; reminders, overnight, locks, escalation; the annex."""

import sqlalchemy as sa
from alembic import op

from timebot.db import Day, Flag, Instant, Key, Whole
from timebot.migrations.building import add_checked_column, on_sqlite, same_workspace

revision = "0007_working_time"
down_revision = "0006_payments"

_REMINDERS = ("remind_empty_day", "remind_no_timer", "remind_unsubmitted")
_WORKSPACE = (
    "overnight_rule",
    "annex_detail",
    "lock_after_days",
    "approval_remind_hours",
    "approval_escalate_hours",
)


def upgrade() -> None:
    """Create the table and add the columns."""
    add_checked_column(
        "workspace",
        sa.Column("overnight_rule", sa.Text(), nullable=False, server_default="day_end"),
        "overnight_rule IN ('day_end', 'last_action', 'keep')",
    )
    add_checked_column(
        "workspace",
        sa.Column("annex_detail", sa.Text(), nullable=False, server_default="none"),
        "annex_detail IN ('none', 'times', 'full')",
    )
    for name, default, span in (
        ("lock_after_days", "14", "0 AND 365"),
        ("approval_remind_hours", "24", "1 AND 720"),
        ("approval_escalate_hours", "72", "1 AND 720"),
    ):
        number: sa.Column[int] = sa.Column(
            name, Whole(), nullable=True, server_default=sa.text(default)
        )
        add_checked_column("workspace", number, f"{name} BETWEEN {span}")
    no = sa.text("0" if on_sqlite() else "false")
    for name in _REMINDERS:
        op.add_column("member", sa.Column(name, Flag(), nullable=False, server_default=no))
    op.add_column("member", sa.Column("reminded_on", Day(), nullable=True))
    op.add_column("member", sa.Column("remind_after", Instant(), nullable=True))
    op.add_column("member", sa.Column("home_seen_at", Instant(), nullable=True))
    reminded = sa.text(
        "(remind_empty_day OR remind_no_timer OR remind_unsubmitted) AND deactivated_at IS NULL"
    )
    op.create_index(
        "ix_member_remind",
        "member",
        ["remind_after"],
        sqlite_where=reminded,
        postgresql_where=reminded,
    )
    op.add_column("inbox_delivery", sa.Column("sender", sa.Text(), nullable=True))
    op.create_index(
        "ix_inbox_delivery_sender",
        "inbox_delivery",
        ["scope", "sender", "received_at"],
        sqlite_where=sa.text("sender IS NOT NULL"),
        postgresql_where=sa.text("sender IS NOT NULL"),
    )
    op.create_table(
        "day_off",
        sa.Column("workspace_id", Key(), nullable=False),
        sa.Column("id", Key(), nullable=False),
        sa.Column("member_id", Key(), nullable=True),
        sa.Column("day", Day(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("workspace_id", "id", name="pk_day_off"),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspace.id"], name="fk_day_off_workspace_id"),
        same_workspace("day_off", "member_id", "member"),
        sqlite_strict=True,
    )
    for name, columns, where in (
        ("uq_day_off_firm", ["workspace_id", "day"], "member_id IS NULL"),
        ("uq_day_off_member", ["workspace_id", "member_id", "day"], "member_id IS NOT NULL"),
    ):
        op.create_index(
            name,
            "day_off",
            columns,
            unique=True,
            sqlite_where=sa.text(where),
            postgresql_where=sa.text(where),
        )


def downgrade() -> None:
    """Drop them."""
    op.drop_table("day_off")
    op.drop_index("ix_inbox_delivery_sender", "inbox_delivery")
    op.drop_column("inbox_delivery", "sender")
    op.drop_index("ix_member_remind", "member")
    for name in ("home_seen_at", "remind_after", "reminded_on", *_REMINDERS):
        op.drop_column("member", name)
    for name in reversed(_WORKSPACE):
        op.drop_column("workspace", name)
