"""The tables of the clients."""

import sqlalchemy as sa
from alembic import op

from timebot.db import Day, Document, Flag, Instant, Key, Whole
from timebot.migrations.building import same_workspace

revision = "0003_clients"
down_revision = "0002_team"


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "client",
        sa.Column("id", Key(), nullable=False),
        sa.Column("workspace_id", Key(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_key", sa.Text(), nullable=False),
        sa.Column("aliases", Document(), nullable=False),
        sa.Column("emails", Document(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("locale", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=True),
        sa.Column("tax_id", sa.Text(), nullable=True),
        sa.Column("tax_ppm", Whole(), nullable=True),
        sa.Column("tax_note", sa.Text(), nullable=True),
        sa.Column("purchase_order", sa.Text(), nullable=True),
        sa.Column("invoice_series", sa.Text(), nullable=True),
        sa.Column("terms_days", Whole(), nullable=True),
        sa.Column("collection", sa.Text(), nullable=False),
        sa.Column("is_retainer", Flag(), nullable=False),
        sa.Column("line_grouping", sa.Text(), nullable=False),
        sa.Column("annex_detail", sa.Text(), nullable=True),
        sa.Column("rounding_increment", Whole(), nullable=True),
        sa.Column("rounding_mode", sa.Text(), nullable=True),
        sa.Column("rounding_minimum", Whole(), nullable=True),
        sa.Column("rounding_scope", sa.Text(), nullable=True),
        sa.Column("uplift_ceiling_percent", Whole(), nullable=True),
        sa.Column("stripe_customer_id", sa.Text(), nullable=True),
        sa.Column("card_id", sa.Text(), nullable=True),
        sa.Column("card_brand", sa.Text(), nullable=True),
        sa.Column("card_last4", sa.Text(), nullable=True),
        sa.Column("card_exp_month", Whole(), nullable=True),
        sa.Column("card_exp_year", Whole(), nullable=True),
        sa.Column("card_link_digest", sa.Text(), nullable=True),
        sa.Column("card_link_until", Instant(), nullable=True),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("archived_at", Instant(), nullable=True),
        sa.PrimaryKeyConstraint("workspace_id", "id", name="pk_client"),
        sa.CheckConstraint("collection IN ('charge', 'send')", name="ck_client_collection"),
        sa.CheckConstraint(
            "line_grouping IN ('entry', 'day', 'person', 'project')", name="ck_client_line_grouping"
        ),
        sa.CheckConstraint(
            "annex_detail IN ('none', 'times', 'full')", name="ck_client_annex_detail"
        ),
        sa.CheckConstraint("name <> ''", name="ck_client_name"),
        sa.CheckConstraint(
            "(rounding_increment IS NULL) = (rounding_mode IS NULL)"
            " AND (rounding_increment IS NULL) = (rounding_minimum IS NULL)"
            " AND (rounding_increment IS NULL) = (rounding_scope IS NULL)"
            " AND rounding_increment BETWEEN 1 AND 1440"
            " AND rounding_mode IN ('up', 'nearest', 'down', 'none')"
            " AND rounding_minimum BETWEEN 0 AND 1440 AND rounding_scope IN ('entry', 'day')",
            name="ck_client_rounding",
        ),
        sa.CheckConstraint("tax_ppm BETWEEN 0 AND 1000000", name="ck_client_tax_ppm"),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspace.id"], name="fk_client_workspace_id"),
        sa.UniqueConstraint(
            "workspace_id", "stripe_customer_id", name="uq_client_workspace_id_stripe_customer_id"
        ),
        sqlite_strict=True,
    )
    op.create_index(
        "uq_client_name_key",
        "client",
        ["workspace_id", "name_key"],
        unique=True,
        sqlite_where=sa.text("archived_at IS NULL"),
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_table(
        "project",
        sa.Column("workspace_id", Key(), nullable=False),
        sa.Column("id", Key(), nullable=False),
        sa.Column("client_id", Key(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_key", sa.Text(), nullable=False),
        sa.Column("aliases", Document(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("billable", sa.Text(), nullable=False),
        sa.Column("budget_minutes", Whole(), nullable=True),
        sa.Column("budget_minor", Whole(), nullable=True),
        sa.Column("budget_alerted_percent", Whole(), nullable=False),
        sa.Column("rounding_increment", Whole(), nullable=True),
        sa.Column("rounding_mode", sa.Text(), nullable=True),
        sa.Column("rounding_minimum", Whole(), nullable=True),
        sa.Column("rounding_scope", sa.Text(), nullable=True),
        sa.Column("external_ref", sa.Text(), nullable=True),
        sa.Column("created_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("workspace_id", "id", name="pk_project"),
        sa.CheckConstraint(
            "billable IN ('billable', 'no_charge', 'internal')", name="ck_project_billable"
        ),
        sa.CheckConstraint(
            "budget_minutes IS NULL OR budget_minor IS NULL", name="ck_project_budget"
        ),
        sa.CheckConstraint("name <> ''", name="ck_project_name"),
        sa.CheckConstraint(
            "(rounding_increment IS NULL) = (rounding_mode IS NULL)"
            " AND (rounding_increment IS NULL) = (rounding_minimum IS NULL)"
            " AND (rounding_increment IS NULL) = (rounding_scope IS NULL)"
            " AND rounding_increment BETWEEN 1 AND 1440"
            " AND rounding_mode IN ('up', 'nearest', 'down', 'none')"
            " AND rounding_minimum BETWEEN 0 AND 1440 AND rounding_scope IN ('entry', 'day')",
            name="ck_project_rounding",
        ),
        sa.CheckConstraint(
            "state IN ('active', 'paused', 'completed', 'archived')", name="ck_project_state"
        ),
        same_workspace("project", "client_id", "client"),
        sqlite_strict=True,
    )
    op.create_index(
        "uq_project_name_key",
        "project",
        ["workspace_id", "client_id", "name_key"],
        unique=True,
        sqlite_where=sa.text("state <> 'archived'"),
        postgresql_where=sa.text("state <> 'archived'"),
    )
    op.create_table(
        "rate",
        sa.Column("workspace_id", Key(), nullable=False),
        sa.Column("id", Key(), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("client_id", Key(), nullable=True),
        sa.Column("project_id", Key(), nullable=True),
        sa.Column("member_id", Key(), nullable=True),
        sa.Column("amount_minor", Whole(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("valid_from", Day(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("workspace_id", "id", name="pk_rate"),
        sa.CheckConstraint("amount_minor >= 0", name="ck_rate_amount_minor"),
        sa.CheckConstraint(
            "(scope = 'client' AND client_id IS NOT NULL AND project_id IS NULL"
            " AND member_id IS NULL) OR (scope = 'project' AND project_id IS NOT NULL"
            " AND client_id IS NULL AND member_id IS NULL) OR (scope = 'member'"
            " AND member_id IS NOT NULL AND client_id IS NULL AND project_id IS NULL)"
            " OR (scope = 'member_on_project' AND member_id IS NOT NULL"
            " AND project_id IS NOT NULL AND client_id IS NULL)",
            name="ck_rate_scope",
        ),
        same_workspace("rate", "client_id", "client"),
        same_workspace("rate", "member_id", "member"),
        same_workspace("rate", "project_id", "project"),
        sqlite_strict=True,
    )
    op.create_index(
        "uq_rate_client",
        "rate",
        ["workspace_id", "client_id", "valid_from"],
        unique=True,
        sqlite_where=sa.text("scope = 'client'"),
        postgresql_where=sa.text("scope = 'client'"),
    )
    op.create_index(
        "uq_rate_member",
        "rate",
        ["workspace_id", "member_id", "currency", "valid_from"],
        unique=True,
        sqlite_where=sa.text("scope = 'member'"),
        postgresql_where=sa.text("scope = 'member'"),
    )
    op.create_index(
        "uq_rate_member_on_project",
        "rate",
        ["workspace_id", "member_id", "project_id", "valid_from"],
        unique=True,
        sqlite_where=sa.text("scope = 'member_on_project'"),
        postgresql_where=sa.text("scope = 'member_on_project'"),
    )
    op.create_index(
        "uq_rate_project",
        "rate",
        ["workspace_id", "project_id", "valid_from"],
        unique=True,
        sqlite_where=sa.text("scope = 'project'"),
        postgresql_where=sa.text("scope = 'project'"),
    )


def downgrade() -> None:
    """Drop them."""
    for table in (
        "rate",
        "project",
        "client",
    ):
        op.drop_table(table)
