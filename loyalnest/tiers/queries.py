"""Named reads: ladders, and where customers stand."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest.kernel.database import bulk, merchant_of
from loyalnest.tiers.storage import COLUMNS, place_of
from loyalnest.tiers.values import ONE, Ladder, LadderVersion, Move, Pair, Place, Standing

_WITH_LADDERS = "SELECT DISTINCT merchant_id FROM tier_ladders"
_NEWEST = """
SELECT DISTINCT ON (merchant_id) merchant_id, version, effective_from, ladder::text, created_by
FROM tier_ladders
WHERE merchant_id = ANY($1::uuid[])
ORDER BY merchant_id, version DESC
"""
_VERSIONS = text(
    "SELECT merchant_id, version, effective_from, ladder, created_by FROM tier_ladders"
    " WHERE merchant_id = :merchant_id ORDER BY version DESC"
)
_STANDINGS = """
SELECT s.merchant_id, s.customer_id,
       CASE WHEN s.override_tier IS NOT NULL
                 AND (s.override_until IS NULL OR s.override_until > $3)
            THEN s.override_tier ELSE s.tier END
FROM unnest($1::uuid[], $2::uuid[]) AS k (merchant_id, customer_id)
JOIN standings s ON s.merchant_id = k.merchant_id AND s.customer_id = k.customer_id
"""
_PLACE = f"""
SELECT {COLUMNS} FROM standings s WHERE s.merchant_id = $1 AND s.customer_id = $2
"""  # noqa: S608
_MOVES = text("""
SELECT id, customer_id, from_tier, to_tier, cause, ladder_version, actor, reason, occurred_at
FROM standing_moves
WHERE merchant_id = :merchant_id AND customer_id = :customer_id
  AND (cast(:before AS uuid) IS NULL OR id < :before)
ORDER BY id DESC
LIMIT :limit
""")
# By their own buying, out of the index alone; then the few who stand elsewhere by hand.
_COUNTS = text("""
SELECT tier, sum(customers)::bigint
FROM (
    SELECT tier, count(*) AS customers
    FROM standings
    WHERE merchant_id = :merchant_id
    GROUP BY tier
    UNION ALL
    SELECT unnest(ARRAY[tier, override_tier]), unnest(ARRAY[-1, 1])
    FROM standings
    WHERE merchant_id = :merchant_id AND override_tier IS NOT NULL
      AND (override_until IS NULL OR override_until > :now)
) AS counted
GROUP BY tier
""")


async def with_ladders(session: AsyncSession) -> list[UUID]:
    """The merchants that ever had tiers. For the platform."""
    return [row[0] for row in await (await bulk(session)).fetch(_WITH_LADDERS)]


async def ladders_of(
    session: AsyncSession, merchant_ids: Sequence[UUID]
) -> dict[UUID, LadderVersion]:
    """The newest ladder of each merchant that has one."""
    connection = await bulk(session)
    found: dict[UUID, LadderVersion] = {}
    for merchant_id, version, since, ladder, by in await connection.fetch(
        _NEWEST, list(merchant_ids)
    ):
        # Parsed once for what it says: a ladder is read far more often than it changes.
        parsed = _parsed.get(ladder)
        if parsed is None:
            if len(_parsed) >= _PARSED_AT_MOST:
                _parsed.clear()
            parsed = _parsed[ladder] = Ladder.model_validate_json(ladder)
        found[merchant_id] = LadderVersion(merchant_id, version, since, parsed, by)
    return found


_PARSED_AT_MOST = 10_000
_parsed: dict[str, Ladder] = {}


async def standings_of(
    session: AsyncSession, who: Sequence[Pair], *, now: datetime
) -> Mapping[Pair, Standing]:
    """Where these living customers stand; nobody of a merchant without tiers.

    One small query where no merchant has tiers, two otherwise, however many customers.
    """
    if not who:
        return {}
    ladders = await ladders_of(session, list({merchant_id for merchant_id, _ in who}))
    climbing = [it for it in who if it[0] in ladders and ladders[it[0]].ladder.enabled]
    if not climbing:
        return {}
    connection = await bulk(session)
    rows = await connection.fetch(_STANDINGS, *map(list, zip(*climbing, strict=True)), now)
    keys = {(row[0], row[1]): row[2] for row in rows}
    return {it: _standing(ladders[it[0]], keys.get(it)) for it in climbing}


def _standing(version: LadderVersion, key: str | None) -> Standing:
    tier = version.ladder.tier(key)
    if tier is None:  # not judged yet, or the tier is gone: the lowest one, if it asks for nothing
        first = version.ladder.tiers[0] if version.ladder.tiers else None
        tier = first if first is not None and first.threshold == 0 else None
    if tier is None:
        return Standing(None, "", ONE, version.version)
    return Standing(tier.key, tier.name, tier.multiplier, version.version)


async def find_place(session: AsyncSession, customer_id: UUID) -> Place | None:
    """What is kept of one customer's standing; None for one who was never judged."""
    row = await (await bulk(session)).fetchrow(_PLACE, merchant_of(session), customer_id)
    return place_of(row) if row else None


async def moves_of(
    session: AsyncSession, customer_id: UUID, *, before: UUID | None, limit: int
) -> list[Move]:
    """How somebody's tier changed, the latest first."""
    asked = {
        "merchant_id": merchant_of(session),
        "customer_id": customer_id,
        "before": before,
        "limit": limit,
    }
    return [Move(*row) for row in await session.execute(_MOVES, asked)]


async def versions_of(session: AsyncSession) -> list[LadderVersion]:
    """Every version of the merchant's ladder, the newest first."""
    rows = await session.execute(_VERSIONS, {"merchant_id": merchant_of(session)})
    return [
        LadderVersion(row[0], row[1], row[2], Ladder.model_validate(row[3]), row[4]) for row in rows
    ]


async def counts(session: AsyncSession, *, now: datetime) -> Mapping[str | None, int]:
    """How many customers stand on each tier, those who were given one by hand included."""
    rows = await session.execute(_COUNTS, {"merchant_id": merchant_of(session), "now": now})
    return {row[0]: row[1] for row in rows}
