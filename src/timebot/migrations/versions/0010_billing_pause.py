"""The pause of billing after a restore, and when the books were last compared with Stripe."""

import sqlalchemy as sa
from alembic import op

from timebot.db import Instant

revision = "0010_billing_pause"
down_revision = "0009_corrections"

_COLUMNS = ("billing_paused_at", "reconciled_at")


def upgrade() -> None:
    """Add the columns."""
    for name in _COLUMNS:
        op.add_column("workspace", sa.Column(name, Instant(), nullable=True))


def downgrade() -> None:
    """Drop them."""
    for name in _COLUMNS:
        op.drop_column("workspace", name)
