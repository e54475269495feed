"""Named reads: who is in which segment."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest import tiers
from loyalnest.customers import CustomerId, Group
from loyalnest.kernel.database import bulk, merchant_of
from loyalnest.segments.errors import NotScored
from loyalnest.segments.values import Count, Pair, Score

_SEGMENTS_OF = """
SELECT x.merchant_id, x.customer_id, x.segment
FROM unnest($1::uuid[], $2::uuid[]) AS k (merchant_id, customer_id)
JOIN rfm_scores x ON x.merchant_id = k.merchant_id AND x.customer_id = k.customer_id
"""
_COLUMNS = """
customer_id, orders, spend, first_order_at, last_order_at, rhythm_days, recency, frequency, money,
segment, entered_at, scored_at
"""
_ONE = text(
    f"SELECT {_COLUMNS} FROM rfm_scores"  # noqa: S608
    " WHERE merchant_id = :merchant_id AND customer_id = :customer_id"
)
_IN = text(
    f"SELECT {_COLUMNS} FROM rfm_scores"  # noqa: S608
    " WHERE merchant_id = :merchant_id AND segment = :segment"
    " AND (cast(:after AS uuid) IS NULL OR customer_id > :after)"
    " ORDER BY customer_id LIMIT :limit"
)
_COUNTS = text(
    "SELECT segment, count(*), sum(spend) FROM rfm_scores WHERE merchant_id = :merchant_id"
    " GROUP BY segment"
)
_LIVING = """
JOIN customers c
  ON c.merchant_id = m.merchant_id AND c.id = m.customer_id
 AND c.merged_into IS NULL AND c.erased_at IS NULL
"""
IN_SEGMENT = f"""
SELECT m.customer_id
FROM rfm_scores m
{_LIVING}
WHERE m.merchant_id = $1 AND m.segment = $2 AND m.customer_id > $3
ORDER BY m.customer_id
LIMIT $4
"""  # noqa: S608
# Two looks, each by its index: those whom their own buying bears, and those it was given by hand.
_ON_TIER = f"""
SELECT customer_id
FROM (
    (SELECT m.customer_id
     FROM standings m
     {{also}}
     {_LIVING}
     WHERE m.merchant_id = $1 AND m.tier = $2 AND m.customer_id > $3
       AND (m.override_tier IS NULL OR m.override_until <= $5)
     ORDER BY m.customer_id
     LIMIT $4)
    UNION ALL
    (SELECT m.customer_id
     FROM standings m
     {{also}}
     {_LIVING}
     WHERE m.merchant_id = $1 AND m.override_tier = $2 AND m.customer_id > $3
       AND (m.override_until IS NULL OR m.override_until > $5)
     ORDER BY m.customer_id
     LIMIT $4)
) AS standing
ORDER BY customer_id
LIMIT $4
"""  # noqa: S608
ON_TIER = _ON_TIER.format(also="")
IN_BOTH = _ON_TIER.format(
    also="""JOIN rfm_scores x
       ON x.merchant_id = m.merchant_id AND x.customer_id = m.customer_id AND x.segment = $6"""
)
_LATEST_RUN = text(
    "SELECT average_order, ran_at FROM segment_runs WHERE merchant_id = :merchant_id"
    " ORDER BY run_on DESC LIMIT 1"
)


async def segments_of(session: AsyncSession, who: Sequence[Pair]) -> Mapping[Pair, str]:
    """The segments of these living customers; who has bought nothing is left out."""
    if not who:
        return {}
    connection = await bulk(session)
    rows = await connection.fetch(_SEGMENTS_OF, *map(list, zip(*who, strict=True)))
    return {(row[0], row[1]): row[2] for row in rows}


async def score_of(session: AsyncSession, customer_id: UUID) -> Score:
    """One customer's scores. Raises NotScored."""
    asked = {"merchant_id": merchant_of(session), "customer_id": customer_id}
    row = (await session.execute(_ONE, asked)).one_or_none()
    if row is None:
        raise NotScored
    return Score(*row)


async def scores_in(
    session: AsyncSession, segment: str, *, after: UUID | None, limit: int
) -> list[Score]:
    """The customers of a segment, by id."""
    asked = {
        "merchant_id": merchant_of(session),
        "segment": segment,
        "after": after,
        "limit": limit,
    }
    return [Score(*row) for row in await session.execute(_IN, asked)]


async def counts(session: AsyncSession) -> list[Count]:
    """How many customers each segment has; empty ones are left out."""
    rows = await session.execute(_COUNTS, {"merchant_id": merchant_of(session)})
    return [Count(*row) for row in rows]


async def latest_run(session: AsyncSession) -> tuple[Decimal, datetime] | None:
    """The average order of the last nightly scoring, and when it ran; None before the first."""
    asked = {"merchant_id": merchant_of(session)}
    row = (await session.execute(_LATEST_RUN, asked)).one_or_none()
    return (row[0], row[1]) if row else None


async def groups_of(
    session: AsyncSession, customer_ids: Sequence[CustomerId], /, *, now: datetime
) -> Mapping[CustomerId, Group]:
    """The tier and the segment of each of these customers."""
    merchant_id = merchant_of(session)
    who = [(merchant_id, customer_id) for customer_id in customer_ids]
    standings = await tiers.standings_of(session, who, now=now)
    segments = await segments_of(session, who)
    return {
        it[1]: Group(standings[it].tier if it in standings else None, segments.get(it))
        for it in who
    }


async def members_of(
    session: AsyncSession,
    wanted: Group,
    /,
    *,
    after: CustomerId | None,
    limit: int,
    now: datetime,
) -> Sequence[CustomerId]:
    """Living customers on this tier, in this segment, or both, by id.

    Whoever was not judged yet stands on no tier here.
    """
    asked = [merchant_of(session), wanted.tier or wanted.segment, after or UUID(int=0), limit]
    if wanted.tier is None:
        query = IN_SEGMENT
    elif wanted.segment is None:
        query, asked = ON_TIER, [*asked, now]
    else:
        query, asked = IN_BOTH, [*asked, now, wanted.segment]
    connection = await bulk(session)
    return [row[0] for row in await connection.fetch(query, *asked)]
