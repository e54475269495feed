"""What a customer is about to lose."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

import msgspec
from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest.kernel.database import bulk, merchant_of
from loyalnest.ledger.expiry import inactive_at
from loyalnest.ledger.service.units import read_units

_DATED = """
SELECT u.code, l.expires_at, sum(l.remaining)::bigint
FROM lots l
JOIN units u ON u.merchant_id = l.merchant_id AND u.id = l.unit_id
WHERE l.merchant_id = $1
  AND l.customer_id = $2
  AND l.remaining > 0
  AND l.expires_at > $3
  AND l.expires_at <= $4
GROUP BY u.code, l.expires_at
ORDER BY l.expires_at, u.code
"""

_NEXT = """
SELECT l.customer_id, u.code, min(l.expires_at)
FROM lots l
JOIN units u ON u.merchant_id = l.merchant_id AND u.id = l.unit_id
WHERE l.merchant_id = $1
  AND l.customer_id = ANY ($2::uuid[])
  AND l.remaining > 0
  AND l.expires_at > $3
GROUP BY l.customer_id, u.code
"""

_IDLE = """
SELECT a.unit_id, a.available, a.last_active_at, a.customer_id
FROM accounts a
WHERE a.merchant_id = $1
  AND a.customer_id = ANY ($2::uuid[])
  AND a.available > 0
  AND a.last_active_at IS NOT NULL
  AND a.moved_to IS NULL
"""


class Lapse(msgspec.Struct, frozen=True):
    """Points that lapse at an instant unless they are spent before."""

    unit: str
    points: int
    at: datetime


async def lapsing_of(
    session: AsyncSession, customer_id: UUID, *, now: datetime, until: datetime
) -> Sequence[Lapse]:
    """What of a customer's points lapses by then, the soonest first.

    Where a unit lapses for want of activity, all of it does at once, and any activity saves it.
    """
    merchant_id = merchant_of(session)
    connection = await bulk(session)
    dated = [
        Lapse(code, points, at)
        for code, at, points in await connection.fetch(_DATED, merchant_id, customer_id, now, until)
    ]
    accounts = await connection.fetch(_IDLE, merchant_id, [customer_id])
    units = await read_units(session, {(merchant_id, row[0]) for row in accounts})
    for unit_id, available, active_at, _ in accounts:
        unit = units[merchant_id, unit_id]
        at = inactive_at(unit.expiry, active_at, unit.time_zone)
        if at is not None and now < at <= until:
            dated.append(Lapse(unit.code, available, at))
    return sorted(dated, key=lambda lapse: lapse.at)


async def next_lapses(
    session: AsyncSession, customer_ids: Collection[UUID], *, now: datetime
) -> dict[tuple[UUID, str], datetime]:
    """When the first of somebody's points of a unit lapse, by customer and the unit's code; who has
    none that lapse is left out."""
    merchant_id, connection = merchant_of(session), await bulk(session)
    rows = await connection.fetch(_NEXT, merchant_id, list(customer_ids), now)
    found = {(row[0], row[1]): row[2] for row in rows}
    accounts = await connection.fetch(_IDLE, merchant_id, list(customer_ids))
    units = await read_units(session, {(merchant_id, row[0]) for row in accounts})
    for unit_id, _, active_at, customer_id in accounts:
        unit = units[merchant_id, unit_id]
        at = inactive_at(unit.expiry, active_at, unit.time_zone)
        if at is not None and now < at:
            key = (customer_id, unit.code)
            found[key] = min(at, found.get(key, at))
    return found
