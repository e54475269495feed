"""People are invited by a link, leave, and are forgotten; their sessions say on what they run.

Locks: `staff_members` and `refresh_tokens` exclusively for an instant; no row is rewritten. Way
back: drop the columns; people who were erased meanwhile have to be deleted first, since they have
no address.
"""

from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        ALTER TABLE staff_members
            ALTER COLUMN email_sealed DROP NOT NULL,
            ALTER COLUMN email_hash DROP NOT NULL,
            ADD COLUMN link_hash bytea,
            ADD COLUMN link_expires_at timestamptz,
            ADD COLUMN removed_at timestamptz,
            ADD COLUMN erased_at timestamptz,
            ADD CHECK ((link_hash IS NULL) = (link_expires_at IS NULL)),
            ADD CHECK (erased_at IS NULL OR removed_at IS NOT NULL),
            ADD CHECK (erased_at IS NULL
                       OR (email_sealed IS NULL AND email_hash IS NULL AND name_sealed IS NULL)),
            ADD CHECK (erased_at IS NOT NULL
                       OR (email_sealed IS NOT NULL AND email_hash IS NOT NULL))
    """)
    op.execute("ALTER TABLE refresh_tokens ADD COLUMN device text")
