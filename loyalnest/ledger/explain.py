"""Where every point of a customer came from, and where it went."""

from datetime import datetime
from uuid import UUID

import msgspec
from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest.kernel.database import bulk
from loyalnest.ledger.values import DrawKind, EntryId, LotId, Source

# What a merge moved over is traced back to what first brought it in.
_LOTS = """
WITH RECURSIVE own AS (
    SELECT l.id AS lot_id, l.entry_id, l.origin_id
    FROM entries e
    JOIN lots l ON l.merchant_id = e.merchant_id AND l.entry_id = e.id
    WHERE e.merchant_id = $1 AND e.customer_id = $2
  UNION ALL
    SELECT own.lot_id, l.entry_id, l.origin_id
    FROM own
    JOIN lots l ON l.merchant_id = $1 AND l.id = own.origin_id
)
SELECT l.id, u.code, l.earned, l.remaining, l.held_until, l.released_at, l.expires_at,
       l.origin_id, e.source_kind, e.source_id, e.occurred_at
FROM own
JOIN lots l ON l.merchant_id = $1 AND l.id = own.lot_id
JOIN entries e ON e.merchant_id = $1 AND e.id = own.entry_id
JOIN units u ON u.merchant_id = $1 AND u.id = l.unit_id
WHERE own.origin_id IS NULL
ORDER BY e.occurred_at, l.id
"""

_DRAWS = """
SELECT d.lot_id, d.kind, d.amount, d.entry_id, e.source_kind, e.source_id, d.occurred_at
FROM unnest($2::uuid[]) AS k (id)
JOIN draws d ON d.merchant_id = $1 AND d.lot_id = k.id
JOIN entries e ON e.merchant_id = d.merchant_id AND e.id = d.entry_id
ORDER BY d.occurred_at, d.id
"""


class End(msgspec.Struct, frozen=True):
    """What became of some of a lot's points; below zero they came back."""

    kind: DrawKind
    amount: int
    entry_id: EntryId
    source: Source
    occurred_at: datetime


class Trace(msgspec.Struct, frozen=True):
    """One lot from its source to its ends: `earned` = `left` + the sum of the ends."""

    lot_id: LotId
    unit: str
    source: Source
    """What first brought the points in, also when a merge moved them since."""
    occurred_at: datetime
    earned: int
    left: int
    held_until: datetime | None
    released_at: datetime | None
    expires_at: datetime | None
    came_from: LotId | None
    """The lot that it was before a merge moved it."""
    ends: list[End]


async def explain(session: AsyncSession, *, merchant_id: UUID, customer_id: UUID) -> list[Trace]:
    """Every point a customer ever got, from its source to its end, oldest first."""
    connection = await bulk(session)
    lots = await connection.fetch(_LOTS, merchant_id, customer_id)
    ends: dict[UUID, list[End]] = {row[0]: [] for row in lots}
    for row in await connection.fetch(_DRAWS, merchant_id, list(ends)):
        lot_id, kind, amount, entry_id, source_kind, source_id, at = row
        ends[lot_id].append(
            End(DrawKind(kind), amount, entry_id, Source(source_kind, source_id), at)
        )
    traces: list[Trace] = []
    for row in lots:
        lot_id, unit, earned, left, held, released, expires, origin, kind, source_id, at = row
        source = Source(kind, source_id)
        traces.append(
            Trace(
                lot_id, unit, source, at, earned, left, held, released, expires, origin,
                ends[lot_id],
            )
        )  # fmt: skip
    return traces
