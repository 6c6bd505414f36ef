"""Slack channels that are linked to a client or project."""

import sqlalchemy as sa
from alembic import op

from timebot.db import Instant, Key
from timebot.migrations.building import same_workspace

revision = "0008_channel_links"
down_revision = "0007_working_time"


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "channel_link",
        sa.Column("workspace_id", Key(), nullable=False),
        sa.Column("channel_id", sa.Text(), nullable=False),
        sa.Column("client_id", Key(), nullable=True),
        sa.Column("project_id", Key(), nullable=True),
        sa.Column("linked_by", Key(), nullable=False),
        sa.Column("linked_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("workspace_id", "channel_id", name="pk_channel_link"),
        sa.CheckConstraint(
            "(client_id IS NULL) <> (project_id IS NULL)", name="ck_channel_link_one_place"
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name="fk_channel_link_workspace_id"
        ),
        same_workspace("channel_link", "client_id", "client"),
        same_workspace("channel_link", "project_id", "project"),
        same_workspace("channel_link", "linked_by", "member"),
        sqlite_strict=True,
    )


def downgrade() -> None:
    """Drop it."""
    op.drop_table("channel_link")
