"""Named reads of deliveries, and what is measured of the queue."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest.kernel.database import bulk, ring_of
from loyalnest.kernel.inbox.errors import DeliveryNotFound
from loyalnest.kernel.inbox.values import Standing, lane_of

_SEEN = """
SELECT delivery.id, delivery.store_id, delivery.provider, delivery.topic, delivery.received_at,
       delivery.triggered_at,
"""

_WAITING = (
    _SEEN
    + """'waiting', waiting.attempts, waiting.due_at, NULL::text, NULL::text, NULL::timestamptz
FROM inbox AS waiting
JOIN deliveries AS delivery
  ON delivery.merchant_id = waiting.merchant_id
 AND delivery.id = waiting.delivery_id
WHERE waiting.lane = $5
  AND waiting.merchant_id = $1
  AND ($2::text IS NOT NULL)
  AND ($3::uuid IS NULL OR waiting.delivery_id > $3)
ORDER BY waiting.delivery_id
LIMIT $4
"""
)

_DEAD = (
    _SEEN
    + """'dead', letter.attempts, NULL::timestamptz, letter.code, letter.detail, letter.failed_at
FROM dead_letters AS letter
JOIN deliveries AS delivery
  ON delivery.merchant_id = letter.merchant_id
 AND delivery.id = letter.delivery_id
WHERE letter.merchant_id = $1
  AND ($2::text IS NOT NULL)
  AND ($3::uuid IS NULL OR letter.delivery_id > $3)
ORDER BY letter.delivery_id
LIMIT $4
"""
)

_KEPT = (
    _SEEN
    + """delivery.state, 0, NULL::timestamptz, NULL::text, NULL::text, NULL::timestamptz
FROM deliveries AS delivery
WHERE delivery.merchant_id = $1
  AND delivery.state = $2
  AND delivery.state <> 'queued'
  AND ($3::uuid IS NULL OR delivery.id > $3)
ORDER BY delivery.id
LIMIT $4
"""
)

_ONE = (
    _SEEN
    + """CASE WHEN letter.code IS NOT NULL THEN 'dead'
            WHEN waiting.due_at IS NOT NULL THEN 'waiting'
            WHEN delivery.state = 'queued' THEN 'applied'
            ELSE delivery.state END,
       coalesce(letter.attempts, waiting.attempts, 0), waiting.due_at, letter.code, letter.detail,
       letter.failed_at, delivery.body
FROM deliveries AS delivery
LEFT JOIN inbox AS waiting
  ON waiting.lane = $3
 AND waiting.merchant_id = delivery.merchant_id
 AND waiting.delivery_id = delivery.id
LEFT JOIN dead_letters AS letter
  ON letter.merchant_id = delivery.merchant_id
 AND letter.delivery_id = delivery.id
WHERE delivery.merchant_id = $1
  AND delivery.id = $2
"""
)

_DEPTH = "SELECT count(*), min(due_at) FROM inbox"
_SET_ASIDE = "SELECT count(*) FROM dead_letters"


@dataclass(frozen=True, slots=True)
class SeenDelivery:
    """A delivery as people see it. What it says is left out: that is personal data."""

    id: UUID
    store_id: UUID
    provider: str
    topic: str
    received_at: datetime
    triggered_at: datetime | None
    standing: Standing
    attempts: int
    due_at: datetime | None
    code: str | None
    detail: str | None
    failed_at: datetime | None


async def list_deliveries(
    session: AsyncSession,
    *,
    merchant_id: UUID,
    standing: Standing,
    after: UUID | None = None,
    limit: int = 50,
) -> list[SeenDelivery]:
    """A merchant's deliveries that stand like this, oldest first.

    Those that were applied are not listed; there are too many to be of use.
    """
    connection = await bulk(session)
    arguments = (merchant_id, standing.value, after, limit)
    if standing is Standing.WAITING:
        rows = await connection.fetch(_WAITING, *arguments, lane_of(merchant_id))
    elif standing is Standing.DEAD:
        rows = await connection.fetch(_DEAD, *arguments)
    else:
        rows = await connection.fetch(_KEPT, *arguments)
    return [_seen(tuple(row)) for row in rows]


async def get_delivery(
    session: AsyncSession, *, merchant_id: UUID, delivery_id: UUID
) -> tuple[SeenDelivery, bytes]:
    """One delivery and the bytes that came. Raises DeliveryNotFound."""
    connection = await bulk(session)
    row = await connection.fetchrow(_ONE, merchant_id, delivery_id, lane_of(merchant_id))
    if row is None:
        raise DeliveryNotFound
    *seen, sealed = tuple(row)
    return _seen(seen), ring_of(session).open(merchant_id, "deliveries.body", sealed)


async def depth(session: AsyncSession) -> tuple[int, datetime | None]:
    """How many deliveries wait, and since when the first is due. For the platform."""
    row = await (await bulk(session)).fetchrow(_DEPTH)
    assert row is not None
    return row[0], row[1]


async def count_dead(session: AsyncSession) -> int:
    """How many deliveries are set aside as dead letters. For the platform."""
    return await (await bulk(session)).fetchval(_SET_ASIDE)


def _seen(row: Sequence[Any]) -> SeenDelivery:
    values = list(row)
    values[6] = Standing(values[6])
    return SeenDelivery(*values)
