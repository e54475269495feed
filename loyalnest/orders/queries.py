"""Named reads of orders."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest.kernel.database import Bulk, Row, bulk, merchant_of
from loyalnest.ledger import Source
from loyalnest.orders import storage
from loyalnest.orders.errors import OrderNotFound
from loyalnest.orders.values import Order, OrderId, Total, source_of

_BY_ID = f"SELECT {storage.COLUMNS} FROM orders o WHERE o.merchant_id = $1 AND o.id = $2"  # noqa: S608

# Orders keep the identity they came through; whoever was merged into a customer brought theirs.
_OF_CUSTOMER = f"""
SELECT {storage.COLUMNS}
FROM orders o
WHERE o.merchant_id = $1
  AND o.customer_id IN (
      SELECT c.id
      FROM customers c
      WHERE c.merchant_id = $1 AND (c.id = $2 OR c.merged_into = $2))
  AND ($3::uuid IS NULL OR o.id < $3)
ORDER BY o.id DESC
LIMIT $4
"""  # noqa: S608

_LATEST = f"""
SELECT {storage.COLUMNS}
FROM orders o
WHERE o.merchant_id = $1
  AND o.placed_at IS NOT NULL
  AND ($2::uuid IS NULL OR o.id < $2)
ORDER BY o.id DESC
LIMIT $3
"""  # noqa: S608

_SOURCES = "SELECT o.id FROM orders o WHERE o.merchant_id = $1 AND o.customer_id = ANY($2::uuid[])"

_WAITING = f"""
SELECT {storage.COLUMNS}
FROM orders o
WHERE o.merchant_id = $1
  AND o.placed_at IS NULL
  AND ($2::uuid IS NULL OR o.id > $2)
ORDER BY o.id
LIMIT $3
"""  # noqa: S608

_TALLY = """
SELECT (SELECT count(*) FROM orders WHERE merchant_id = $1),
       (SELECT count(*) FROM refunds WHERE merchant_id = $1)
"""


_TOTALS = """
SELECT o.id, coalesce(o.spend, 0), o.kept,
       o.cancelled_at IS NOT NULL OR o.deleted_at IS NOT NULL
FROM unnest($1::uuid[], $2::uuid[]) AS k (merchant_id, id)
JOIN orders o ON o.merchant_id = k.merchant_id AND o.id = k.id
"""

# An order that was cancelled or deleted is nobody's first one.
_WITH_EARLIER = """
SELECT k.order_id
FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::timestamptz[])
     AS k (merchant_id, living_id, order_id, placed_at)
WHERE EXISTS (
    SELECT FROM customers c
    JOIN orders o ON o.merchant_id = c.merchant_id AND o.customer_id = c.id
    WHERE c.merchant_id = k.merchant_id
      AND (c.id = k.living_id OR c.merged_into = k.living_id)
      AND (o.placed_at, o.id) < (k.placed_at, k.order_id)
      AND o.cancelled_at IS NULL
      AND o.deleted_at IS NULL)
"""


async def get(session: AsyncSession, order_id: OrderId) -> Order:
    """One order with its refunds. Raises OrderNotFound."""
    connection = await bulk(session)
    rows = await connection.fetch(_BY_ID, merchant_of(session), order_id)
    if not rows:
        raise OrderNotFound
    return (await _with_refunds(connection, rows))[0]


async def list_of_customer(
    session: AsyncSession, customer_id: UUID, *, after: UUID | None, limit: int
) -> list[Order]:
    """A customer's orders, the latest recorded first, with those of whom was merged into them."""
    connection = await bulk(session)
    rows = await connection.fetch(_OF_CUSTOMER, merchant_of(session), customer_id, after, limit)
    return await _with_refunds(connection, rows)


async def list_latest(session: AsyncSession, *, after: UUID | None, limit: int) -> list[Order]:
    """The merchant's orders, the latest recorded first."""
    connection = await bulk(session)
    rows = await connection.fetch(_LATEST, merchant_of(session), after, limit)
    return await _with_refunds(connection, rows)


async def sources_of(session: AsyncSession, customer_ids: Sequence[UUID]) -> list[Source]:
    """How the books name the orders that came through these customers' identities."""
    connection = await bulk(session)
    rows = await connection.fetch(_SOURCES, merchant_of(session), list(customer_ids))
    return [source_of(OrderId(row[0])) for row in rows]


async def tally(session: AsyncSession) -> tuple[int, int]:
    """How many orders a merchant has, and how many refunds of them. Counts every row."""
    row = await (await bulk(session)).fetchrow(_TALLY, merchant_of(session))
    assert row is not None
    return row[0], row[1]


async def totals_of(session: AsyncSession, asked: Sequence[tuple[UUID, UUID]]) -> dict[UUID, Total]:
    """What these orders (merchant, id) came to, and what is left of it."""
    connection = await bulk(session)
    rows = await connection.fetch(_TOTALS, *map(list, zip(*asked, strict=True)))
    return {row[0]: Total(row[1], row[2], row[3]) for row in rows}


async def with_earlier_ones(
    session: AsyncSession, asked: Sequence[tuple[UUID, UUID, UUID, datetime]]
) -> set[UUID]:
    """Which of these orders (merchant, living customer, id, placed at) are not a customer's first.

    An earlier order counts whichever of the customer's merged identities it came through.
    """
    connection = await bulk(session)
    rows = await connection.fetch(_WITH_EARLIER, *map(list, zip(*asked, strict=True)))
    return {row[0] for row in rows}


async def list_waiting(session: AsyncSession, *, after: UUID | None, limit: int) -> list[Order]:
    """Orders of which only a refund or a cancellation has come so far, the oldest first."""
    connection = await bulk(session)
    rows = await connection.fetch(_WAITING, merchant_of(session), after, limit)
    return await _with_refunds(connection, rows)


async def _with_refunds(connection: Bulk, rows: Sequence[Row]) -> list[Order]:
    refunds = await storage.refunds_of(connection, [(row[0], row[3]) for row in rows])
    return [storage.read(row, refunds.get(row[3], ())) for row in rows]
