"""From the days that customers came on to how often they do, and when they are late.

Reckoned from the visits each time, so that what was late, undone or merged leaves no trace.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest import consents, merchants
from loyalnest.kernel.database import Bulk, bulk
from loyalnest.stamps.visits import rules
from loyalnest.stamps.visits.values import Days, Pair

_REFUSED = consents.refused(
    consents.Purpose.RFM_TRACKING, merchant="c.merchant_id", customer="c.id"
)
# Each living customer with everybody who was merged into them, one customer at a time whatever the
# planner believes of their number.
_DAYS = f"""
SELECT l.merchant_id, l.customer_id, v.visits, v.first_at, v.last_at, v.latest, v.store_id
FROM (
    SELECT c.merchant_id, c.id AS customer_id, m.time_zone
    FROM unnest($1::uuid[], $2::uuid[]) AS k (merchant_id, customer_id)
    JOIN merchants m ON m.merchant_id = k.merchant_id
    JOIN customers c
      ON c.merchant_id = k.merchant_id AND c.id = k.customer_id
     AND c.merged_into IS NULL AND c.erased_at IS NULL
    WHERE NOT {_REFUSED}
    OFFSET 0
) l
CROSS JOIN LATERAL (
    SELECT count(*) AS visits, min(it.began_at) AS first_at, max(it.began_at) AS last_at,
           (array_agg(it.store_id ORDER BY it.began_at DESC))[1] AS store_id,
           (array_agg(DISTINCT (it.began_at AT TIME ZONE l.time_zone)::date
                      ORDER BY (it.began_at AT TIME ZONE l.time_zone)::date DESC))[1:$3] AS latest
    FROM customers p
    JOIN visits it ON it.merchant_id = p.merchant_id AND it.customer_id = p.id
    WHERE p.merchant_id = l.merchant_id
      AND (p.id = l.customer_id OR p.merged_into = l.customer_id)
) v
WHERE v.visits > 0
"""  # noqa: S608
_USUAL = "SELECT merchant_id, gap_days FROM usual_rhythms WHERE merchant_id = ANY($1::uuid[])"
_PUT = """
INSERT INTO rhythms AS r (merchant_id, customer_id, visits, first_at, last_at, last_store_id,
    own_days, gap_days, late_at, lost_at, reckoned_at)
SELECT n.merchant_id, n.customer_id, n.visits, n.first_at, n.last_at, n.last_store_id,
       n.own_days::numeric, n.gap_days::numeric, n.late_at, n.lost_at, $11
FROM unnest($1::uuid[], $2::uuid[], $3::int[], $4::timestamptz[], $5::timestamptz[], $6::uuid[],
            $7::text[], $8::text[], $9::timestamptz[], $10::timestamptz[])
  AS n (merchant_id, customer_id, visits, first_at, last_at, last_store_id, own_days, gap_days,
        late_at, lost_at)
ON CONFLICT (merchant_id, customer_id) DO UPDATE
SET visits = excluded.visits, first_at = excluded.first_at, last_at = excluded.last_at,
    last_store_id = excluded.last_store_id, own_days = excluded.own_days,
    gap_days = excluded.gap_days, late_at = excluded.late_at, lost_at = excluded.lost_at,
    reckoned_at = excluded.reckoned_at
"""
_DROP = """
DELETE FROM rhythms r
USING unnest($1::uuid[], $2::uuid[]) AS k (merchant_id, customer_id)
WHERE r.merchant_id = k.merchant_id AND r.customer_id = k.customer_id
"""


async def reckon(session: AsyncSession, who: Sequence[Pair], *, now: datetime) -> None:
    """Write how often these customers come; forget it of those who have no rhythm."""
    connection = await bulk(session)
    rows = await connection.fetch(_DAYS, *map(list, zip(*who, strict=True)), rules.DAYS)
    merchant_ids = sorted({merchant_id for merchant_id, _ in who})
    zones = await merchants.zones_of(session, merchant_ids)
    usual = await _usual(connection, merchant_ids)
    found: list[tuple[object, ...]] = []
    for merchant_id, customer_id, visits, first_at, last_at, latest, store_id in rows:
        days = Days(visits, first_at, last_at, tuple(latest))
        tempo = rules.tempo(days.latest, usual[merchant_id])
        late_at, lost_at = rules.lateness(days, tempo.allowed_days, zones[merchant_id])
        own = None if tempo.own_days is None else str(tempo.own_days)
        gap = str(tempo.gap_days)
        about = (visits, first_at, last_at, store_id, own, gap, late_at, lost_at)
        found.append((merchant_id, customer_id, *about))
    if found:
        await connection.execute(_PUT, *map(list, zip(*found, strict=True)), now)
    if gone := sorted(set(who) - {(row[0], row[1]) for row in rows}):
        await connection.execute(_DROP, *map(list, zip(*gone, strict=True)))


async def _usual(connection: Bulk, merchant_ids: Sequence[UUID]) -> Mapping[UUID, Decimal]:
    known = {row[0]: row[1] for row in await connection.fetch(_USUAL, list(merchant_ids))}
    return {it: known.get(it, rules.USUAL_DAYS) for it in merchant_ids}
