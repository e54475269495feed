"""Timetable: windows move on and overrides end at midnight, by each merchant's clock."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import text

from loyalnest.kernel.database import Database
from loyalnest.kernel.jobs import Recurring, merchant_by_merchant
from loyalnest.tiers.service import judge_many

_PAGE = 1000
# The hour after midnight. Where a change of clocks leaves it out, the next night makes up for it.
_DUE = text("""
SELECT DISTINCT l.merchant_id
FROM tier_ladders l
JOIN merchants m ON m.merchant_id = l.merchant_id
WHERE extract(hour FROM cast(:now AS timestamptz) AT TIME ZONE m.time_zone) = 0
ORDER BY l.merchant_id
""")
_MAY_FALL = text("""
SELECT customer_id
FROM standings
WHERE merchant_id = :merchant_id
  AND (tier IS NOT NULL OR override_tier IS NOT NULL)
  AND (cast(:after AS uuid) IS NULL OR customer_id > :after)
ORDER BY customer_id
LIMIT :limit
""")


async def judge_by_night(database: Database, now: datetime) -> None:
    """Judge everybody who has a tier to lose, of the merchants whose day has just begun."""
    async with database.platform() as session:
        due = list(await session.scalars(_DUE, {"now": now}))
    await merchant_by_merchant(due, lambda each: judge_standing(database, each, now=now))


async def judge_standing(database: Database, merchant_id: UUID, *, now: datetime) -> None:
    """Judge everybody of a merchant who has a tier to lose, a page at a time."""
    after = None
    while True:
        async with database.tenant(merchant_id) as session:
            asked = {"merchant_id": merchant_id, "after": after, "limit": _PAGE}
            page = list(await session.scalars(_MAY_FALL, asked))
            await judge_many(session, [(merchant_id, id_) for id_ in page], now=now)
        if not page:
            return
        after = page[-1]


NIGHTLY = Recurring("tiers.judge", "15 * * * *", judge_by_night)
