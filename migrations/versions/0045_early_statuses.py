"""What providers told of messages that never became known is found by its age.

Locks: `early_statuses` against writing while the index is made, which is an instant, for few wait
in it. Way back: drop the index.
"""

from alembic import op

revision = "0045"
down_revision = "0044"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("CREATE INDEX early_statuses_age ON early_statuses (recorded_at)")
