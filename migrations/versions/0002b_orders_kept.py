"""What remains spent of each order, kept beside it for whoever adds orders up.

Locks: `orders` exclusively for an instant, then row by row while the past is filled in. Way back:
`ALTER TABLE orders DROP COLUMN kept`.
"""

from alembic import op

revision = "0002b"
down_revision = "0002"
branch_labels = None
depends_on = None

# Refunds of money alone were rare and are measured without their tax here; the next news of such
# an order sets it right.
_FILL = """
WITH lines AS (
    SELECT o.merchant_id, o.id, (l ->> 'net')::numeric AS net,
           greatest((l ->> 'quantity')::numeric, 1) AS quantity,
           greatest((l ->> 'quantity')::numeric - (l ->> 'current_quantity')::numeric,
                    coalesce((SELECT sum((r.lines ->> (l ->> 'id'))::numeric) FROM refunds r
                              WHERE r.merchant_id = o.merchant_id AND r.order_id = o.id
                                AND r.effective AND r.lines ? (l ->> 'id')), 0)) AS gone
    FROM orders o, jsonb_array_elements(o.lines) AS l
    WHERE o.cancelled_at IS NULL AND o.deleted_at IS NULL
      AND NOT coalesce((l ->> 'gift_card')::boolean, false)
), sums AS (
    SELECT merchant_id, id, sum(net * (1 - least(gone, quantity) / quantity)) AS kept
    FROM lines
    GROUP BY merchant_id, id
)
UPDATE orders o
SET kept = greatest(0, round(s.kept - coalesce((
        SELECT sum(r.amount) FROM refunds r
        WHERE r.merchant_id = o.merchant_id AND r.order_id = o.id
          AND r.effective AND r.lines = '{}'), 0), 6))
FROM sums s
WHERE o.merchant_id = s.merchant_id AND o.id = s.id
"""


def upgrade() -> None:
    op.execute("ALTER TABLE orders ADD COLUMN kept numeric NOT NULL DEFAULT 0")
    op.get_bind().exec_driver_sql(_FILL)
