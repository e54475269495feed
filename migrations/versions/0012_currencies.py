"""What other currencies are worth in each merchant's own, and the rate an order was placed at.

Locks: `orders` exclusively for an instant, to add a column without a default. Orders in other
currencies get their rate when it is first said. Way back: drop the table and the column.
"""

from loyalnest.kernel import tenancy

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

TABLES = """
CREATE TABLE exchange_rates (
    merchant_id    uuid NOT NULL REFERENCES merchants,
    currency       text NOT NULL,
    effective_from timestamptz NOT NULL,
    rate           numeric NOT NULL CHECK (rate > 0),
    source         text NOT NULL,
    created_by     text NOT NULL,
    recorded_at    timestamptz NOT NULL,
    PRIMARY KEY (merchant_id, currency, effective_from)
);
ALTER TABLE orders ADD COLUMN rate numeric;
"""


def upgrade() -> None:
    tenancy.create(TABLES, tables=["exchange_rates"], append_only=["exchange_rates"])
