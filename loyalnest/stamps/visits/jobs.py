"""Timetable: what is usual among a merchant's guests is told anew each night."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest.kernel.database import Database, bulk
from loyalnest.kernel.jobs import Recurring, merchant_by_merchant
from loyalnest.stamps.visits import rules
from loyalnest.stamps.visits.service import reckon_many

_BITE = 1000
_NOBODY = UUID(int=0)
# The first hour of a merchant's own day that this comes along in.
_DUE = text("""
SELECT m.merchant_id
FROM merchants m
LEFT JOIN usual_rhythms u ON u.merchant_id = m.merchant_id
WHERE extract(hour FROM cast(:now AS timestamptz) AT TIME ZONE m.time_zone) >= 2
  AND u.told_on IS DISTINCT FROM (cast(:now AS timestamptz) AT TIME ZONE m.time_zone)::date
  AND EXISTS (SELECT FROM rhythms r WHERE r.merchant_id = m.merchant_id)
ORDER BY m.merchant_id
""")
# By halves of a day, so that everybody's dates don't move by minutes every night. Who has come on
# two days has a single gap, which is no rhythm yet.
_TELL = """
WITH told AS (
    SELECT count(*) AS guests,
           round(2 * percentile_cont(0.5) WITHIN GROUP (ORDER BY own_days)::numeric) / 2 AS median
    FROM rhythms
    WHERE merchant_id = $1 AND visits > 2 AND own_days IS NOT NULL
      AND last_at > $2::timestamptz - interval '1 year'
), before AS (
    SELECT gap_days FROM usual_rhythms WHERE merchant_id = $1
)
INSERT INTO usual_rhythms AS u (merchant_id, gap_days, guests, told_on, told_at)
SELECT m.merchant_id, CASE WHEN t.guests >= $3 THEN greatest(t.median, 1) ELSE $4 END, t.guests,
       ($2::timestamptz AT TIME ZONE m.time_zone)::date, $2
FROM merchants m
CROSS JOIN told t
WHERE m.merchant_id = $1
ON CONFLICT (merchant_id) DO UPDATE
SET gap_days = excluded.gap_days, guests = excluded.guests, told_on = excluded.told_on,
    told_at = excluded.told_at
RETURNING u.gap_days IS DISTINCT FROM coalesce((SELECT gap_days FROM before), $4)
"""
_NEXT = """
SELECT customer_id
FROM rhythms
WHERE merchant_id = $1 AND customer_id > $2
ORDER BY customer_id
LIMIT $3
"""


async def tell_what_is_usual(database: Database, now: datetime) -> None:
    """Tell, for every merchant whose night has come, how often their guests usually come.

    Where that has changed, everybody's own rhythm is reckoned anew: it leans on what is usual
    until there is enough of their own.
    """
    async with database.platform() as session:
        due = list(await session.scalars(_DUE, {"now": now}))

    async def tell(merchant_id: UUID) -> None:
        async with database.tenant(merchant_id) as session:
            changed = await (await bulk(session)).fetchval(
                _TELL, merchant_id, now, rules.GUESTS, rules.USUAL_DAYS
            )
            if changed:
                await _reckon_everybody(session, merchant_id, now=now)

    await merchant_by_merchant(due, tell)


async def _reckon_everybody(session: AsyncSession, merchant_id: UUID, *, now: datetime) -> None:
    after = _NOBODY
    while True:
        rows = await (await bulk(session)).fetch(_NEXT, merchant_id, after, _BITE)
        await reckon_many(session, [(merchant_id, row[0]) for row in rows], now=now)
        if len(rows) < _BITE:
            return
        after = rows[-1][0]


NIGHTLY = Recurring("visits.usual", "25 * * * *", tell_what_is_usual)
