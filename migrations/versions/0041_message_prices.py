"""What a message costs a merchant on each channel, for what journeys would come to.

Locks: creates only; nothing existing is touched. Way back: drop what is created here.
"""

from loyalnest.kernel import tenancy

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None

TABLES = """
CREATE TABLE message_prices (
    merchant_id uuid NOT NULL REFERENCES merchants,
    channel     text NOT NULL,
    price       numeric NOT NULL CHECK (price >= 0),
    changed_at  timestamptz NOT NULL,
    changed_by  text NOT NULL,
    PRIMARY KEY (merchant_id, channel)
);
"""


def upgrade() -> None:
    tenancy.create(TABLES, tables=["message_prices"])
