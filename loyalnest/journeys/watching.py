"""Watching what people answer to journeys: one that too many say no to pauses itself."""

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import text

from loyalnest.journeys import queries, service
from loyalnest.journeys.values import JourneyId
from loyalnest.kernel.database import Database
from loyalnest.kernel.jobs import Recurring, merchant_by_merchant

OPT_OUTS_AT_MOST = Decimal("0.02")
"""The share of those who were told above which a journey does harm."""
TOLD_AT_LEAST = 200
"""People, for a share to mean anything: of a hundred, three say no by chance alone."""
REASON = "opted_out_too_often"

# Since somebody last looked at it: whoever lets it go on, or words it anew, begins from nothing.
# A no within a week of a message is taken for an answer to it.
_HARMFUL = text("""
SELECT j.merchant_id, j.id
FROM journeys j
CROSS JOIN LATERAL (
    SELECT count(DISTINCT m.customer_id) AS told,
           count(DISTINCT m.customer_id) FILTER (WHERE s.customer_id IS NOT NULL) AS said_no
    FROM messages m
    LEFT JOIN consent_states s
      ON s.merchant_id = m.merchant_id AND s.customer_id = m.customer_id AND s.channel = m.channel
     AND s.purpose = 'outreach' AND s.state = 'withdrawn'
     AND s.at >= m.handed_over_at AND s.at < m.handed_over_at + interval '7 days'
    WHERE m.merchant_id = j.merchant_id
      AND m.journey_id = j.id
      AND m.handed_over_at >= j.updated_at
) answers
WHERE j.state = 'active'
  AND answers.told >= :at_least
  AND answers.said_no > answers.told * cast(:at_most AS numeric)
ORDER BY j.merchant_id, j.id
""")


async def pause_the_harmful(database: Database, now: datetime) -> None:
    """Pause every journey that more than two in a hundred of those told want no more of."""
    async with database.platform() as session:
        asked = {"at_least": TOLD_AT_LEAST, "at_most": OPT_OUTS_AT_MOST}
        found = [(row[0], row[1]) for row in await session.execute(_HARMFUL, asked)]

    async def pause_of(merchant_id: UUID) -> None:
        ids = [JourneyId(it) for merchant, it in found if merchant == merchant_id]
        async with database.tenant(merchant_id) as session:
            harmful = await queries.find_many(session, ids)
            await service.pause_many(session, harmful, reason=REASON, now=now)

    await merchant_by_merchant(dict(found), pause_of)


WATCH = Recurring("journeys.watch", "*/10 * * * *", pause_the_harmful)
