"""Whom a user of a store's own admin is on the staff, so that its word lets them in.

Locks: creates only; nothing existing is touched. Way back: drop what is created here; people then
sign in with their password inside a store's admin, too.
"""

from loyalnest.kernel import tenancy

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

TABLES = """
CREATE TABLE store_users (
    merchant_id uuid NOT NULL,
    store_id    uuid NOT NULL,
    external_id text NOT NULL,
    staff_id    uuid NOT NULL,
    linked_at   timestamptz NOT NULL,
    PRIMARY KEY (merchant_id, store_id, external_id),
    FOREIGN KEY (merchant_id, store_id) REFERENCES stores,
    FOREIGN KEY (merchant_id, staff_id) REFERENCES staff_members ON DELETE CASCADE
);
CREATE INDEX store_users_staff ON store_users (merchant_id, staff_id);
"""


def upgrade() -> None:
    tenancy.create(TABLES, tables=["store_users"])
