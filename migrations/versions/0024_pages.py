"""What merchants say on the pages about their programs, and pictures that these hold on to.

Locks: the new column of `pictures` has a constant default and rewrites nothing; the table is locked
for an instant. Way back: drop what is created here; the pages then say what we say.
"""

from alembic import op

from loyalnest.kernel import tenancy

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

TABLES = """
CREATE TABLE page_versions (
    merchant_id uuid NOT NULL REFERENCES merchants,
    page        text NOT NULL CHECK (page IN ('loyalty', 'refer')),
    version     integer NOT NULL CHECK (version > 0),
    settings    jsonb NOT NULL,
    changed_at  timestamptz NOT NULL,
    changed_by  text NOT NULL,
    PRIMARY KEY (merchant_id, page, version)
);
"""


def upgrade() -> None:
    tenancy.create(TABLES, tables=["page_versions"], append_only=["page_versions"])
    op.execute("ALTER TABLE pictures ADD COLUMN held_for text[] NOT NULL DEFAULT '{}'")
