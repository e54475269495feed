"""What merchants sent themselves to see how it looks; apart from messages, so that none counts.

Locks: creates only; nothing existing is touched. Way back: drop it.
"""

from loyalnest.kernel import tenancy

revision = "0048"
down_revision = "0047"
branch_labels = None
depends_on = None

TABLES = """
CREATE TABLE message_tests (
    merchant_id uuid NOT NULL,
    id          uuid NOT NULL,
    sender_id   uuid NOT NULL,
    channel     text NOT NULL,
    occasion    text NOT NULL,
    language    text NOT NULL,
    sent_to     text NOT NULL,
    outcome     text CHECK (outcome IN ('taken', 'refused', 'unclear')),
    reason      text,
    code        text,
    sent_at     timestamptz NOT NULL,
    sent_by     text NOT NULL,
    PRIMARY KEY (merchant_id, id),
    FOREIGN KEY (merchant_id, sender_id) REFERENCES senders
);
COMMENT ON COLUMN message_tests.sent_to IS 'as much of the address as tells it from others';
"""


def upgrade() -> None:
    tenancy.create(TABLES, tables=["message_tests"])
