"""E-mail addresses that people left on a shop's pages, and what they agreed to.

Locks: creates only; nothing existing is touched. Way back: drop what is created here.
"""

from loyalnest.kernel import tenancy

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

TABLES = """
CREATE TABLE captures (
    merchant_id   uuid NOT NULL,
    id            uuid NOT NULL,
    email_sealed  bytea NOT NULL,
    email_hash    bytea NOT NULL,
    key_id        smallint NOT NULL,
    nudge_id      uuid NOT NULL,
    nudge_version integer NOT NULL,
    language      text NOT NULL,
    agreed_to     text NOT NULL CHECK (agreed_to <> ''),
    agreed_at     timestamptz NOT NULL,
    confirmed_at  timestamptz,
    customer_id   uuid,
    PRIMARY KEY (merchant_id, id),
    UNIQUE (merchant_id, email_hash),
    FOREIGN KEY (merchant_id, nudge_id, nudge_version) REFERENCES nudge_versions,
    FOREIGN KEY (merchant_id, customer_id) REFERENCES customers
) PARTITION BY HASH (merchant_id);
CREATE INDEX captures_nudge ON captures (merchant_id, nudge_id, id);
CREATE INDEX captures_customer ON captures (merchant_id, customer_id)
    WHERE customer_id IS NOT NULL;
"""


def upgrade() -> None:
    tenancy.create(TABLES, tables=["captures"], partitioned=["captures"])
