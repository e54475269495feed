"""What customers ask about their data.

Locks: creates only; nothing existing is touched. Way back: drop what is created here.
"""

from loyalnest.kernel import tenancy

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

TABLES = """
CREATE TABLE privacy_requests (
    merchant_id   uuid NOT NULL REFERENCES merchants,
    id            uuid NOT NULL,
    customer_id   uuid NOT NULL,
    kind          text NOT NULL CHECK (kind IN ('access', 'correction', 'erasure', 'objection')),
    note_sealed   bytea,
    asked_at      timestamptz NOT NULL,
    due_at        timestamptz NOT NULL,
    answered_at   timestamptz,
    answered_by   text,
    answer_sealed bytea,
    PRIMARY KEY (merchant_id, id),
    FOREIGN KEY (merchant_id, customer_id) REFERENCES customers,
    CHECK ((answered_at IS NULL) = (answered_by IS NULL))
);
CREATE UNIQUE INDEX privacy_requests_waiting
    ON privacy_requests (merchant_id, customer_id, kind) WHERE answered_at IS NULL;
CREATE INDEX privacy_requests_open ON privacy_requests (merchant_id, id) WHERE answered_at IS NULL;
CREATE INDEX privacy_requests_of ON privacy_requests (merchant_id, customer_id, id);
"""


def upgrade() -> None:
    tenancy.create(TABLES, tables=["privacy_requests"])
