"""Guests' days refer to nobody any more: they are made of visits, which do, and each check cost as
much as the row.

A step of its own: the worker has read `customers` by the time it waits for the figures that 0054
writes anew, so that whoever held those and asked for `customers` as well would wait for it forever.

Locks: `customers` and `guest_days` exclusively, in the order in which the worker takes them, for an
instant; everybody waits while it waits for those who are at work. Way back: let `guest_days`
(merchant_id, customer_id) refer to `customers`.
"""

from loyalnest.kernel import tenancy

revision = "0055"
down_revision = "0054"
branch_labels = None
depends_on = None


def upgrade() -> None:
    tenancy.run("""
    LOCK TABLE customers, guest_days IN ACCESS EXCLUSIVE MODE;
    ALTER TABLE guest_days DROP CONSTRAINT IF EXISTS guest_days_merchant_id_customer_id_fkey;
    """)
