"""The web addresses of a store, from whose pages customers' doors may be called.

Locks: `stores` exclusively for an instant; no row is rewritten. Way back: drop the column and both
indexes.
"""

from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE stores ADD COLUMN web_addresses text[] NOT NULL DEFAULT '{}'")
    # Before anybody is known a browser asks whether a page may call at all.
    op.execute("CREATE INDEX stores_web_addresses ON stores USING gin (web_addresses)")
    op.execute("CREATE INDEX stores_domain ON stores (domain)")
