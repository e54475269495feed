"""Use cases: score the customers that something happened to, and everybody every night."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest.kernel.database import Row, bulk
from loyalnest.kernel.events import Event, publish
from loyalnest.segments import rules, scoring
from loyalnest.segments.events import SegmentEntered, SegmentLeft
from loyalnest.segments.values import Pair

_SEGMENTS = rules.every_segment()
_SO_FAR_HOLDS_FOR = timedelta(minutes=5)
_NO_AVERAGE = Decimal(1)
_RAN = """
INSERT INTO segment_runs (merchant_id, run_on, average_order, scored, ran_at)
SELECT $1, ($3::timestamptz AT TIME ZONE m.time_zone)::date, $2,
       (SELECT count(*) FROM rfm_scores x WHERE x.merchant_id = $1), $3
FROM merchants m
WHERE m.merchant_id = $1
ON CONFLICT (merchant_id, run_on) DO UPDATE
SET average_order = excluded.average_order, scored = excluded.scored, ran_at = excluded.ran_at
"""


async def score_many(session: AsyncSession, who: Sequence[Pair], *, now: datetime) -> None:
    """Score these living customers anew, and announce who has changed segment.

    Money is measured by the average order of the merchant's last night, so that a day's scores
    compare; before the first night, by the average so far.
    """
    if not who:
        return
    pairs = sorted(set(who))
    merchant_ids = sorted({merchant_id for merchant_id, _ in pairs})
    averages = await _averages(session, merchant_ids, now=now)
    connection = await bulk(session)
    changes = await connection.fetch(
        scoring.SCORE_SOME,
        [merchant_id for merchant_id, _ in pairs],
        [customer_id for _, customer_id in pairs],
        [averages[merchant_id] for merchant_id, _ in pairs],
        now,
        _SEGMENTS,
    )
    await _announce(session, changes, now=now)


async def score_everybody(session: AsyncSession, merchant_id: UUID, *, now: datetime) -> int:
    """Score all customers of a merchant, by its average order of today; how many moved."""
    connection = await bulk(session)
    ((_, average),) = await connection.fetch(scoring.AVERAGE, [merchant_id])
    changes = await connection.fetch(
        scoring.SCORE_EVERYBODY, merchant_id, None, average or _NO_AVERAGE, now, _SEGMENTS
    )
    await connection.execute(_RAN, merchant_id, average, now)
    await _announce(session, changes, now=now)
    return len(changes)


async def _averages(
    session: AsyncSession, merchant_ids: Sequence[UUID], *, now: datetime
) -> dict[UUID, Decimal]:
    connection = await bulk(session)
    latest = await connection.fetch(
        scoring.LATEST_AVERAGE, list(merchant_ids), now - _SO_FAR_HOLDS_FOR
    )
    found: dict[UUID, Decimal] = {row[0]: row[1] for row in latest}
    if missing := [it for it in merchant_ids if it not in found]:
        so_far = {row[0]: row[1] for row in await connection.fetch(scoring.AVERAGE, missing)}
        await connection.execute(scoring.KEEP_AVERAGE, list(so_far), list(so_far.values()), now)
        found |= so_far
    return {merchant_id: found[merchant_id] or _NO_AVERAGE for merchant_id in merchant_ids}


async def _announce(session: AsyncSession, changes: Sequence[Row], *, now: datetime) -> None:
    events: list[Event] = []
    for merchant_id, customer_id, before, after in changes:
        if before is not None:
            left = SegmentLeft(
                merchant_id=merchant_id,
                customer_id=customer_id,
                occurred_at=now,
                segment=before,
                to_segment=after,
            )
            events.append(left)
        if after is not None:
            entered = SegmentEntered(
                merchant_id=merchant_id,
                customer_id=customer_id,
                occurred_at=now,
                segment=after,
                from_segment=before,
            )
            events.append(entered)
    await publish(session, events, now=now)
