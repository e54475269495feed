"""How standings lie in their tables: one statement for many."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import TypeAlias
from uuid import UUID

from loyalnest import orders
from loyalnest.kernel.database import Bulk, Row
from loyalnest.kernel.ids import new_id
from loyalnest.tiers.values import Basis, Cause, Override, Pair, Place, Progress

Asked: TypeAlias = tuple[Pair, datetime, datetime, str]
"""Who, from when on it counts now, from when on then, and when an order counts."""
COLUMNS = """
s.merchant_id, s.customer_id, s.tier, s.since, s.progress, s.qualified_at, s.kept_until,
s.override_tier, s.override_until, s.override_by, s.override_reason, s.ladder_version
"""
_FIND = f"""
SELECT {COLUMNS}
FROM unnest($1::uuid[], $2::uuid[]) AS k (merchant_id, customer_id)
JOIN standings s ON s.merchant_id = k.merchant_id AND s.customer_id = k.customer_id
"""  # noqa: S608
_LOCK = f"{_FIND} ORDER BY s.merchant_id, s.customer_id FOR UPDATE OF s"
_PUT = """
INSERT INTO standings AS s (merchant_id, customer_id, tier, since, progress, qualified_at,
    kept_until, override_tier, override_until, override_by, override_reason, ladder_version,
    judged_at)
SELECT n.*, $13::timestamptz
FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::timestamptz[], $5::numeric[],
            $6::timestamptz[], $7::timestamptz[], $8::text[], $9::timestamptz[], $10::text[],
            $11::text[], $12::int[])
  AS n (merchant_id, customer_id, tier, since, progress, qualified_at, kept_until, override_tier,
        override_until, override_by, override_reason, ladder_version)
ON CONFLICT (merchant_id, customer_id) DO UPDATE
SET tier = excluded.tier, since = excluded.since, progress = excluded.progress,
    qualified_at = excluded.qualified_at, kept_until = excluded.kept_until,
    override_tier = excluded.override_tier, override_until = excluded.override_until,
    override_by = excluded.override_by, override_reason = excluded.override_reason,
    ladder_version = excluded.ladder_version, judged_at = excluded.judged_at
"""
_MOVE = """
INSERT INTO standing_moves (merchant_id, id, customer_id, from_tier, to_tier, cause,
    ladder_version, actor, reason, occurred_at, recorded_at)
SELECT *, $10::timestamptz, $10::timestamptz
FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::text[], $6::text[], $7::int[],
            $8::text[], $9::text[])
"""
# Only those who are there: whoever was merged away stands nowhere.
_LIVING = """
SELECT c.merchant_id, c.id
FROM unnest($1::uuid[], $2::uuid[]) AS k (merchant_id, customer_id)
JOIN customers c
  ON c.merchant_id = k.merchant_id AND c.id = k.customer_id AND c.merged_into IS NULL
ORDER BY 1, 2
"""
_FORGET = """
DELETE FROM standings s
USING unnest($1::uuid[], $2::uuid[]) AS k (merchant_id, customer_id),
      customers c
WHERE s.merchant_id = k.merchant_id AND s.customer_id = k.customer_id
  AND c.merchant_id = k.merchant_id AND c.id = k.customer_id AND c.merged_into IS NOT NULL
"""
# $1-$4: merchant, customer, from when on it counts now, and then; $5: when an order counts. Each
# with everybody who was merged into them. What they put in is looked up one customer at a time,
# whatever the planner believes of their number (which `OFFSET 0` keeps from it).
_WHO = """
WITH asked AS (
    SELECT k.*, m.currency, m.time_zone
    FROM unnest($1::uuid[], $2::uuid[], $3::timestamptz[], $4::timestamptz[], $5::text[])
         AS k (merchant_id, customer_id, now_from, then_from, award_on)
    JOIN merchants m ON m.merchant_id = k.merchant_id
), who AS (
    SELECT *, customer_id AS came_as FROM asked
    UNION ALL
    SELECT k.*, c.id
    FROM asked k
    JOIN customers c ON c.merchant_id = k.merchant_id AND c.merged_into = k.customer_id
)
"""
_OF_ORDERS = f"""
FROM who m
CROSS JOIN LATERAL (
    SELECT placed_at AS at, currency, kept, rate
    FROM orders o
    WHERE merchant_id = m.merchant_id
      AND customer_id = m.came_as
      AND placed_at IS NOT NULL
      AND {orders.COUNTS}
      AND CASE m.award_on WHEN 'paid' THEN paid_at IS NOT NULL
                          WHEN 'fulfilled' THEN fulfilled_at IS NOT NULL
                          ELSE true END
    OFFSET 0
) o
"""  # noqa: S608
_OF_POINTS = """
FROM who m
JOIN units u ON u.merchant_id = m.merchant_id AND u.code = 'points'
CROSS JOIN LATERAL (
    SELECT amount, occurred_at AS at
    FROM entries
    WHERE merchant_id = m.merchant_id
      AND customer_id = m.came_as
      AND unit_id = u.id
      AND kind IN ('earn', 'refund')
      AND source_kind <> 'tier'
    OFFSET 0
) o
"""
_WHAT = {
    Basis.SPEND: (orders.OWN_MONEY, _OF_ORDERS),
    Basis.ORDERS: ("1", _OF_ORDERS),
    Basis.POINTS: ("o.amount", _OF_POINTS),
}
_PROGRESS = {
    basis: f"""
{_WHO}
SELECT m.merchant_id, m.customer_id,
       coalesce(sum({what}) FILTER (WHERE o.at >= m.now_from), 0),
       coalesce(sum({what}) FILTER (WHERE o.at >= m.then_from), 0)
{source}
GROUP BY m.merchant_id, m.customer_id
"""
    for basis, (what, source) in _WHAT.items()
}
_LEAVING = {
    basis: f"""
{_WHO}
SELECT m.customer_id, (o.at AT TIME ZONE m.time_zone)::date, sum({what})
{source}
WHERE o.at >= m.now_from AND o.at < m.then_from
GROUP BY 1, 2
"""
    for basis, (what, source) in _WHAT.items()
}
# A tier that somebody has by hand ends, or doesn't, whatever they buy.
_BY_THEMSELVES = f"""
SELECT s.*
FROM unnest($1::uuid[], $2::uuid[]) AS k (merchant_id, after_id)
CROSS JOIN LATERAL (
    SELECT {COLUMNS}
    FROM standings s
    WHERE s.merchant_id = k.merchant_id
      AND s.customer_id > k.after_id
      AND s.tier IS NOT NULL
      AND (s.override_tier IS NULL OR s.override_until <= $3)
    ORDER BY s.customer_id
    LIMIT $4
) s
"""  # noqa: S608


async def living(connection: Bulk, who: Sequence[Pair]) -> list[Pair]:
    """Those of them who are there, in key order; the standings of the others are forgotten."""
    found = [(row[0], row[1]) for row in await connection.fetch(_LIVING, *_columns(who))]
    if gone := set(who).difference(found):
        await connection.execute(_FORGET, *_columns(sorted(gone)))
    return found


async def lock(connection: Bulk, who: Sequence[Pair]) -> dict[Pair, Place]:
    """Take hold of the standings that there are."""
    rows = await connection.fetch(_LOCK, *_columns(who))
    return {(row[0], row[1]): place_of(row) for row in rows}


async def find(connection: Bulk, who: Sequence[Pair]) -> dict[Pair, Place]:
    """The standings that there are, to look at: whoever climbs meanwhile is not held up."""
    rows = await connection.fetch(_FIND, *_columns(who))
    return {(row[0], row[1]): place_of(row) for row in rows}


async def progress_of(
    connection: Bulk,
    basis: Basis,
    asked: Sequence[Asked],
) -> dict[Pair, Progress]:
    """What customers have put in."""
    if not asked:
        return {}
    rows = await connection.fetch(_PROGRESS[basis], *_of_windows(asked))
    return {(row[0], row[1]): Progress(Decimal(row[2]), Decimal(row[3])) for row in rows}


async def leaving_of(
    connection: Bulk, basis: Basis, asked: Sequence[Asked]
) -> dict[UUID, dict[date, Decimal]]:
    """What customers put in that counts in the window of now and not in a later one, by day."""
    leaving: dict[UUID, dict[date, Decimal]] = {}
    if asked:
        for customer_id, day, what in await connection.fetch(_LEAVING[basis], *_of_windows(asked)):
            leaving.setdefault(customer_id, {})[day] = Decimal(what)
    return leaving


def _of_windows(asked: Sequence[Asked]) -> tuple[list[object], ...]:
    return (
        [who[0] for who, _, _, _ in asked],
        [who[1] for who, _, _, _ in asked],
        [now_from for _, now_from, _, _ in asked],
        [then_from for _, _, then_from, _ in asked],
        [award_on for _, _, _, award_on in asked],
    )


async def by_themselves(
    connection: Bulk, after: Mapping[UUID, UUID], *, limit: int, now: datetime
) -> list[Place]:
    """Up to `limit` of each merchant's customers behind one whose own buying gave them a tier."""
    rows = await connection.fetch(_BY_THEMSELVES, list(after), list(after.values()), now, limit)
    return [place_of(row) for row in rows]


async def put(connection: Bulk, places: Sequence[Place], *, now: datetime) -> None:
    """Write standings that are locked or new."""
    if not places:
        return
    rows = [
        (
            it.merchant_id,
            it.customer_id,
            it.tier,
            it.since,
            it.progress,
            it.qualified_at,
            it.kept_until,
            it.override and it.override.tier,
            it.override and it.override.until,
            it.override and it.override.by,
            it.override and it.override.reason,
            it.ladder_version,
        )
        for it in places
    ]
    await connection.execute(_PUT, *map(list, zip(*rows, strict=True)), now)


async def record_moves(
    connection: Bulk,
    moves: Sequence[tuple[Place, str | None, str | None, Cause, str, str | None]],
    *,
    now: datetime,
) -> None:
    """Write moves: whose, from, to, why, by whom, and what they said."""
    if not moves:
        return
    rows = [
        (
            place.merchant_id,
            new_id(),
            place.customer_id,
            before,
            after,
            cause.value,
            place.ladder_version,
            actor,
            reason,
        )
        for place, before, after, cause, actor, reason in moves
    ]
    await connection.execute(_MOVE, *map(list, zip(*rows, strict=True)), now)


def place_of(row: Row) -> Place:
    """A standing from its row (`COLUMNS`)."""
    (merchant_id, customer_id, tier, since, progress, qualified_at, kept_until, override_tier,
     override_until, override_by, override_reason, version) = row  # fmt: skip
    override = None
    if override_tier is not None:
        override = Override(override_tier, override_until, override_by, override_reason)
    return Place(
        merchant_id=merchant_id,
        customer_id=customer_id,
        tier=tier,
        since=since,
        progress=progress,
        qualified_at=qualified_at,
        kept_until=kept_until,
        override=override,
        ladder_version=version,
    )


def _columns(who: Sequence[Pair]) -> tuple[list[UUID], list[UUID]]:
    return [merchant_id for merchant_id, _ in who], [customer_id for _, customer_id in who]
