"""Addresses that nobody has confirmed are found when their days are over.

Locks: `captures` exclusively while the index is made, seconds for a million rows. Way back: drop
the index.
"""

from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        "CREATE INDEX captures_unconfirmed ON captures (merchant_id, agreed_at)"
        " WHERE confirmed_at IS NULL"
    )
