"""What lets a customer in once: links that were sent, and signatures that were used.

Locks: creates only; nothing existing is touched. Way back: drop what is created here.
"""

from loyalnest.kernel import tenancy

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

TABLES = """
CREATE TABLE customer_passes (
    merchant_id uuid NOT NULL,
    id          uuid NOT NULL,
    customer_id uuid NOT NULL,
    secret_hash bytea NOT NULL,
    vouched_by  text NOT NULL CHECK (vouched_by IN ('key', 'stf', 'sto')),
    voucher_id  uuid NOT NULL,
    made_at     timestamptz NOT NULL,
    expires_at  timestamptz NOT NULL,
    used_at     timestamptz,
    PRIMARY KEY (merchant_id, id),
    UNIQUE (merchant_id, secret_hash),
    FOREIGN KEY (merchant_id, customer_id) REFERENCES customers
) PARTITION BY HASH (merchant_id);
CREATE INDEX customer_passes_customer ON customer_passes (merchant_id, customer_id);
"""


def upgrade() -> None:
    tenancy.create(TABLES, tables=["customer_passes"], partitioned=["customer_passes"])
