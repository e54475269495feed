"""A vendor's report names the sender it is about; whose that is, is found by its id.

Locks: an index on a table of a few rows a merchant, made in a moment. Way back: drop it.
"""

from alembic import op

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("CREATE UNIQUE INDEX senders_by_id ON senders (id)")
