"""What tiers bring besides points: early access, rewards of their own, and what is only said.

Locks: creates only; nothing existing is touched. Way back: drop what is created here.
"""

from loyalnest.kernel import tenancy

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

TABLES = """
CREATE TABLE perks (
    merchant_id uuid NOT NULL REFERENCES merchants,
    id          uuid NOT NULL,
    state       text NOT NULL CHECK (state IN ('draft', 'active', 'paused', 'archived')),
    version     integer NOT NULL CHECK (version > 0),
    terms       jsonb NOT NULL,
    created_at  timestamptz NOT NULL,
    updated_at  timestamptz NOT NULL,
    updated_by  text NOT NULL,
    PRIMARY KEY (merchant_id, id)
);
"""


def upgrade() -> None:
    tenancy.create(TABLES, tables=["perks"])
