"""Addresses that asked for a link to sign in, until a worker has seen to it.

Locks: creates only; nothing existing is touched. Way back: drop what is created here.
"""

from loyalnest.kernel import tenancy

revision = "0046"
down_revision = "0045"
branch_labels = None
depends_on = None

TABLES = """
CREATE TABLE sign_in_requests (
    merchant_id  uuid NOT NULL REFERENCES merchants,
    id           uuid NOT NULL,
    store_id     uuid NOT NULL,
    email_sealed bytea NOT NULL,
    language     text NOT NULL,
    asked_at     timestamptz NOT NULL,
    PRIMARY KEY (merchant_id, id)
);
"""


def upgrade() -> None:
    tenancy.create(TABLES, tables=["sign_in_requests"])
