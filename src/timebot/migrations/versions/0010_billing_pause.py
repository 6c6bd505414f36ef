"""The pause of billing after a restore."""

import sqlalchemy as sa
from alembic import op

from timebot.db import Instant

revision = "0010_billing_pause"
down_revision = "0009_corrections"


def upgrade() -> None:
    """Add the column."""
    op.add_column("workspace", sa.Column("billing_paused_at", Instant(), nullable=True))


def downgrade() -> None:
    """Drop it."""
    op.drop_column("workspace", "billing_paused_at")
