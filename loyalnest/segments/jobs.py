"""Timetable: everybody is scored anew in the merchant's night, since recency passes by itself."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import text

from loyalnest.kernel.database import Database
from loyalnest.kernel.jobs import Recurring, merchant_by_merchant
from loyalnest.segments.service import score_everybody

# The first hour of a merchant's own day that this comes along in; a night that was missed is made
# up for in the morning.
_DUE = text("""
SELECT m.merchant_id
FROM merchants m
WHERE extract(hour FROM cast(:now AS timestamptz) AT TIME ZONE m.time_zone) >= 1
  AND NOT EXISTS (
      SELECT FROM segment_runs r
      WHERE r.merchant_id = m.merchant_id
        AND r.run_on = (cast(:now AS timestamptz) AT TIME ZONE m.time_zone)::date)
ORDER BY m.merchant_id
""")


async def score_by_night(database: Database, now: datetime) -> None:
    """Score the customers of every merchant whose night has come; one transaction each."""
    async with database.platform() as session:
        due = list(await session.scalars(_DUE, {"now": now}))

    async def score_of(merchant_id: UUID) -> None:
        async with database.tenant(merchant_id) as session:
            await score_everybody(session, merchant_id, now=now)

    await merchant_by_merchant(due, score_of)


NIGHTLY = Recurring("segments.score", "10 * * * *", score_by_night)
