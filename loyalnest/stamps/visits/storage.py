"""How visits lie in their table: one statement for many."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from loyalnest.kernel.database import Bulk
from loyalnest.stamps.visits.rules import STAY
from loyalnest.stamps.visits.values import Given, Place, Stay, Visit, VisitId

# Whoever settles a merchant's visits does so alone, or two would make one visit of the same stamps
# each.
_TAKE_TURNS = """
SELECT pg_advisory_xact_lock(hashtextextended('visits ' || merchant_id, 0))
FROM unnest($1::text[]) AS m (merchant_id)
"""
# A stamping touches the visits that it is near enough to. What lies between the first and the last
# of them at its place is settled anew; nothing beyond can be joined to it.
_WINDOWS = """
SELECT t.merchant_id, t.customer_id, t.store_id,
       least(t.since, min(v.began_at)), greatest(t.until, max(v.ended_at))
FROM (
    SELECT s.merchant_id, s.customer_id, s.store_id,
           min(s.occurred_at) AS since, max(s.occurred_at) AS until
    FROM unnest($1::uuid[], $2::uuid[]) AS k (merchant_id, stamp_id)
    JOIN stamps s ON s.merchant_id = k.merchant_id AND s.id = k.stamp_id
    WHERE s.kind = 'visit'
    GROUP BY s.merchant_id, s.customer_id, s.store_id
) t
LEFT JOIN visits v
  ON v.merchant_id = t.merchant_id
 AND v.customer_id = t.customer_id
 AND v.store_id IS NOT DISTINCT FROM t.store_id
 AND v.began_at <= t.until + $3::interval
 AND v.ended_at >= t.since - $3::interval
GROUP BY t.merchant_id, t.customer_id, t.store_id, t.since, t.until
"""
_OF_WINDOWS = """
FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::timestamptz[], $5::timestamptz[])
     AS w (merchant_id, customer_id, store_id, since, until)
"""
_KEPT = f"""
SELECT v.merchant_id, v.customer_id, v.store_id, v.id, v.began_at, v.ended_at, v.stampings,
       v.amount, v.order_store_id, v.changed_at
{_OF_WINDOWS}
JOIN visits v
  ON v.merchant_id = w.merchant_id
 AND v.customer_id = w.customer_id
 AND v.store_id IS NOT DISTINCT FROM w.store_id
 AND v.began_at <= w.until
 AND v.ended_at >= w.since
"""  # noqa: S608
_GIVEN = f"""
SELECT w.merchant_id, w.customer_id, w.store_id, s.occurred_at, s.purchase
{_OF_WINDOWS}
JOIN stamps s
  ON s.merchant_id = w.merchant_id
 AND s.customer_id = w.customer_id
 AND s.occurred_at BETWEEN w.since AND w.until
 AND s.store_id IS NOT DISTINCT FROM w.store_id
WHERE s.kind = 'visit'
  AND s.undone_at IS NULL
"""  # noqa: S608
# Of a stamp that nobody said the place of, the books of the merchant's first store have the visit.
_STORES = """
SELECT DISTINCT ON (s.merchant_id) s.merchant_id, s.id
FROM stores s
WHERE s.merchant_id = ANY($1::uuid[])
ORDER BY s.merchant_id, s.id
"""
_PUT = """
INSERT INTO visits AS v (merchant_id, id, customer_id, store_id, order_store_id, began_at, ended_at,
    stampings, amount, changed_at)
SELECT n.merchant_id, n.id, n.customer_id, n.store_id, n.order_store_id, n.began_at, n.ended_at,
       n.stampings, n.amount::numeric, n.changed_at
FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::uuid[], $6::timestamptz[],
            $7::timestamptz[], $8::int[], $9::text[], $10::timestamptz[])
  AS n (merchant_id, id, customer_id, store_id, order_store_id, began_at, ended_at, stampings,
        amount, changed_at)
ON CONFLICT (merchant_id, id) DO UPDATE
SET began_at = excluded.began_at, ended_at = excluded.ended_at, stampings = excluded.stampings,
    amount = excluded.amount, changed_at = excluded.changed_at
"""
_DROP = """
DELETE FROM visits v
USING unnest($1::uuid[], $2::uuid[]) AS k (merchant_id, id)
WHERE v.merchant_id = k.merchant_id AND v.id = k.id
"""

Window = tuple[UUID, UUID, UUID | None, datetime, datetime]
"""A place, and from when until when its visits are settled anew."""


async def take_turns(connection: Bulk, merchant_ids: Sequence[UUID]) -> None:
    """Wait until nobody else settles the visits of these merchants; until the transaction ends."""
    await connection.execute(_TAKE_TURNS, sorted(map(str, set(merchant_ids))))


async def windows_of(connection: Bulk, told: Sequence[tuple[UUID, UUID]]) -> list[Window]:
    """What these stamps (merchant, id) touch; those that are no visits touch nothing."""
    rows = await connection.fetch(_WINDOWS, *map(list, zip(*told, strict=True)), STAY)
    return [(row[0], row[1], row[2], row[3], row[4]) for row in rows]


async def kept_in(connection: Bulk, windows: Sequence[Window]) -> dict[Place, list[Visit]]:
    """The visits as they are kept."""
    kept: dict[Place, list[Visit]] = defaultdict(list)
    for row in await connection.fetch(_KEPT, *map(list, zip(*windows, strict=True))):
        place, stay = Place(row[0], row[1], row[2]), Stay(row[4], row[5], row[6], row[7])
        kept[place].append(Visit(VisitId(row[3]), place, stay, row[8], row[9]))
    return kept


async def given_in(connection: Bulk, windows: Sequence[Window]) -> dict[Place, list[Given]]:
    """The stampings that count by now."""
    given: dict[Place, list[Given]] = defaultdict(list)
    for row in await connection.fetch(_GIVEN, *map(list, zip(*windows, strict=True))):
        given[Place(row[0], row[1], row[2])].append(Given(row[3], row[4]))
    return given


async def first_stores(connection: Bulk, merchant_ids: Sequence[UUID]) -> dict[UUID, UUID]:
    """The oldest store of each of these merchants that has any."""
    rows = await connection.fetch(_STORES, list(merchant_ids))
    return {row[0]: row[1] for row in rows}


async def put(connection: Bulk, visits: Sequence[Visit]) -> None:
    """Write visits, new or changed."""
    if visits:
        rows = [_row(visit) for visit in visits]
        await connection.execute(_PUT, *map(list, zip(*rows, strict=True)))


async def drop(connection: Bulk, visits: Sequence[Visit]) -> None:
    """Forget visits that weren't any."""
    if visits:
        await connection.execute(
            _DROP, [it.place.merchant_id for it in visits], [it.id for it in visits]
        )


def _row(visit: Visit) -> tuple[object, ...]:
    place, stay = visit.place, visit.stay
    return (
        place.merchant_id,
        visit.id,
        place.customer_id,
        place.store_id,
        visit.order_store_id,
        stay.began_at,
        stay.ended_at,
        stay.stampings,
        None if stay.amount is None else str(stay.amount),
        visit.changed_at,
    )
