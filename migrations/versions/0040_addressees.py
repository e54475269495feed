"""Addresses of people who are no customers, and messages to them.

Locks: `messages` exclusively while its column is added, and read once for its check and its foreign
key, which holds up writers to it for seconds in a million rows. Way back: drop what is added, after
deleting the messages without a customer.
"""

from loyalnest.kernel import tenancy

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None

TABLES = """
CREATE TABLE addressees (
    merchant_id    uuid NOT NULL REFERENCES merchants,
    id             uuid NOT NULL,
    channel        text NOT NULL CHECK (channel IN ('email', 'sms', 'whatsapp')),
    address_hash   bytea NOT NULL,
    address_sealed bytea,
    language       text NOT NULL,
    kept_until     timestamptz NOT NULL,
    PRIMARY KEY (merchant_id, id)
);
CREATE INDEX addressees_by_address ON addressees (merchant_id, channel, address_hash)
    WHERE address_sealed IS NOT NULL;

ALTER TABLE messages ALTER COLUMN customer_id DROP NOT NULL;
ALTER TABLE messages ADD COLUMN addressee_id uuid;
ALTER TABLE messages ADD CONSTRAINT messages_are_for_one
    CHECK (num_nonnulls(customer_id, addressee_id) = 1);
ALTER TABLE messages ADD CONSTRAINT messages_addressee
    FOREIGN KEY (merchant_id, addressee_id) REFERENCES addressees;
"""


def upgrade() -> None:
    tenancy.create(TABLES, tables=["addressees"])
