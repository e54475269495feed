"""Events say who did something, and from where.

One author for each batch that was announced together. Locks: `outbox` and `events` for an instant,
for a column that is empty rewrites nothing. Way back: drop the columns.
"""

from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE outbox ADD COLUMN author text")
    op.execute("ALTER TABLE events ADD COLUMN author jsonb")
