"""The tables of the team."""

import sqlalchemy as sa
from alembic import op

from timebot.db import Day, Flag, Instant, Key, Whole

revision = "0002_team"
down_revision = "0001_journal"


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "workspace",
        sa.Column("id", Key(), nullable=False),
        sa.Column("slack_team_id", sa.Text(), nullable=False),
        sa.Column("slack_enterprise_id", sa.Text(), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("seller_name", sa.Text(), nullable=True),
        sa.Column("seller_address", sa.Text(), nullable=True),
        sa.Column("seller_tax_id", sa.Text(), nullable=True),
        sa.Column("seller_email", sa.Text(), nullable=True),
        sa.Column("seller_bank", sa.Text(), nullable=True),
        sa.Column("seller_logo", sa.LargeBinary(), nullable=True),
        sa.Column("seller_logo_type", sa.Text(), nullable=True),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("locale", sa.Text(), nullable=False),
        sa.Column("zone", sa.Text(), nullable=False),
        sa.Column("anchor_on", Day(), nullable=True),
        sa.Column("go_live_on", Day(), nullable=True),
        sa.Column("send_minute", Whole(), nullable=False),
        sa.Column("grace_days", Whole(), nullable=False),
        sa.Column("rounding_increment", Whole(), nullable=False),
        sa.Column("rounding_mode", sa.Text(), nullable=False),
        sa.Column("rounding_minimum", Whole(), nullable=False),
        sa.Column("rounding_scope", sa.Text(), nullable=False),
        sa.Column("start_policy", sa.Text(), nullable=False),
        sa.Column("nag_after_minutes", Whole(), nullable=False),
        sa.Column("working_days", sa.Text(), nullable=False),
        sa.Column("day_start_minute", Whole(), nullable=False),
        sa.Column("day_end_minute", Whole(), nullable=False),
        sa.Column("terms_days", Whole(), nullable=False),
        sa.Column("deviation_percent", Whole(), nullable=False),
        sa.Column("billing_channel", sa.Text(), nullable=True),
        sa.Column("self_approval", Flag(), nullable=False),
        sa.Column("auto_release_hours", Whole(), nullable=True),
        sa.Column("invoice_series", sa.Text(), nullable=False),
        sa.Column("tax_name", sa.Text(), nullable=False),
        sa.Column("tax_ppm", Whole(), nullable=False),
        sa.Column("project_word", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_workspace"),
        sa.CheckConstraint("day_end_minute BETWEEN 0 AND 1439", name="ck_workspace_day_end_minute"),
        sa.CheckConstraint(
            "day_start_minute BETWEEN 0 AND 1439", name="ck_workspace_day_start_minute"
        ),
        sa.CheckConstraint("grace_days BETWEEN 0 AND 30", name="ck_workspace_grace_days"),
        sa.CheckConstraint(
            "rounding_increment BETWEEN 1 AND 1440", name="ck_workspace_rounding_increment"
        ),
        sa.CheckConstraint(
            "rounding_minimum BETWEEN 0 AND 1440", name="ck_workspace_rounding_minimum"
        ),
        sa.CheckConstraint(
            "rounding_mode IN ('up', 'nearest', 'down', 'none')", name="ck_workspace_rounding_mode"
        ),
        sa.CheckConstraint(
            "rounding_scope IN ('entry', 'day')", name="ck_workspace_rounding_scope"
        ),
        sa.CheckConstraint("send_minute BETWEEN 0 AND 1439", name="ck_workspace_send_minute"),
        sa.CheckConstraint(
            "start_policy IN ('switch', 'refuse')", name="ck_workspace_start_policy"
        ),
        sa.CheckConstraint("tax_ppm BETWEEN 0 AND 1000000", name="ck_workspace_tax_ppm"),
        sa.UniqueConstraint("slack_team_id", name="uq_workspace_slack_team_id"),
        sqlite_strict=True,
    )
    op.create_table(
        "member",
        sa.Column("id", Key(), nullable=False),
        sa.Column("workspace_id", Key(), nullable=False),
        sa.Column("slack_user_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("zone", sa.Text(), nullable=False),
        sa.Column("zone_is_known", Flag(), nullable=False),
        sa.Column("working_days", sa.Text(), nullable=True),
        sa.Column("day_start_minute", Whole(), nullable=True),
        sa.Column("day_end_minute", Whole(), nullable=True),
        sa.Column("nag_at_day_end", Flag(), nullable=False),
        sa.Column("profile_at", Instant(), nullable=True),
        sa.Column("deactivated_at", Instant(), nullable=True),
        sa.Column("last_entry_number", Whole(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("workspace_id", "id", name="pk_member"),
        sa.CheckConstraint("day_end_minute BETWEEN 0 AND 1439", name="ck_member_day_end_minute"),
        sa.CheckConstraint(
            "day_start_minute BETWEEN 0 AND 1439", name="ck_member_day_start_minute"
        ),
        sa.CheckConstraint("kind IN ('person', 'guest', 'bot', 'external')", name="ck_member_kind"),
        sa.CheckConstraint(
            "kind = 'person' OR role = 'none'", name="ck_member_only_persons_have_rights"
        ),
        sa.CheckConstraint(
            "role IN ('none', 'member', 'approver', 'billing', 'owner')", name="ck_member_role"
        ),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspace.id"], name="fk_member_workspace_id"),
        sa.UniqueConstraint(
            "workspace_id", "slack_user_id", name="uq_member_workspace_id_slack_user_id"
        ),
        sqlite_strict=True,
    )
    op.create_table(
        "slack_installation",
        sa.Column("workspace_id", Key(), nullable=False),
        sa.Column("app_id", sa.Text(), nullable=True),
        sa.Column("bot_user_id", sa.Text(), nullable=True),
        sa.Column("bot_id", sa.Text(), nullable=True),
        sa.Column("bot_token", sa.Text(), nullable=True),
        sa.Column("scopes", sa.Text(), nullable=True),
        sa.Column("installed_by", sa.Text(), nullable=True),
        sa.Column("installed_at", Instant(), nullable=False),
        sa.Column("revoked_at", Instant(), nullable=True),
        sa.PrimaryKeyConstraint("workspace_id", name="pk_slack_installation"),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name="fk_slack_installation_workspace_id"
        ),
        sqlite_strict=True,
    )


def downgrade() -> None:
    """Drop them."""
    for table in (
        "slack_installation",
        "member",
        "workspace",
    ):
        op.drop_table(table)
