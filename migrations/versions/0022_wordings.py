"""How a merchant says the product's texts instead, and which of them it has read.

Locks: creates only; nothing existing is touched. Way back: drop what is created here; every text
is then shown as it came.
"""

from loyalnest.kernel import tenancy

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

TABLES = """
CREATE TABLE wordings (
    merchant_id  uuid NOT NULL REFERENCES merchants,
    language     text NOT NULL,
    key          text NOT NULL,
    forms        jsonb,
    read_against text NOT NULL,
    saved_at     timestamptz NOT NULL,
    saved_by     text NOT NULL,
    PRIMARY KEY (merchant_id, language, key)
);
"""


def upgrade() -> None:
    tenancy.create(TABLES, tables=["wordings"])
