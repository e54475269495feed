"""Timetable: who enters by the calendar is looked for hourly, and steps are taken by the minute."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import text

from loyalnest.journeys import finding, queries, service
from loyalnest.journeys.service import Entry
from loyalnest.journeys.values import Journey, JourneyId
from loyalnest.kernel.database import Database
from loyalnest.kernel.jobs import Recurring, merchant_by_merchant

_STEPS_AT_ONCE = 500
_SCHEDULED = text("""
SELECT DISTINCT merchant_id
FROM journeys
WHERE state = 'active' AND trigger = ANY (:kinds)
ORDER BY merchant_id
""")
_DUE = text("""
SELECT j.merchant_id, j.id
FROM journeys j
WHERE j.state = 'active'
  AND EXISTS (
      SELECT FROM enrolments e
      WHERE e.merchant_id = j.merchant_id AND e.journey_id = j.id AND e.due_at <= :now)
ORDER BY j.merchant_id, j.id
""")


async def enter_by_calendar(database: Database, now: datetime) -> None:
    """Let everybody enter whose day has come; each bite commits by itself."""
    async with database.platform() as session:
        kinds = sorted(finding.SCHEDULED)
        merchants = list(await session.scalars(_SCHEDULED, {"kinds": kinds}))

    async def enter_of(merchant_id: UUID) -> None:
        async with database.tenant(merchant_id) as session:
            journeys = await queries.active(session, [merchant_id], finding.SCHEDULED)
        for journey in journeys:
            await _enter(database, journey, now)

    await merchant_by_merchant(merchants, enter_of)


async def _enter(database: Database, journey: Journey, now: datetime) -> None:
    after: UUID | None = None
    more = True
    while more:
        async with database.tenant(journey.merchant_id) as session:
            found, after = await finding.find(session, journey, after=after, now=now)
            await service.enter_many(session, [Entry(journey, it) for it in found], now=now)
        more = after is not None


async def take_due_steps(database: Database, now: datetime) -> None:
    """Take all steps that are due; each batch commits by itself."""
    async with database.platform() as session:
        due = [(row[0], row[1]) for row in await session.execute(_DUE, {"now": now})]

    async def steps_of(merchant_id: UUID) -> None:
        for journey_id in (id_ for merchant, id_ in due if merchant == merchant_id):
            await _take(database, merchant_id, JourneyId(journey_id), now)

    await merchant_by_merchant(dict(due), steps_of)


async def _take(
    database: Database, merchant_id: UUID, journey_id: JourneyId, now: datetime
) -> None:
    taken = _STEPS_AT_ONCE
    while taken == _STEPS_AT_ONCE:
        async with database.tenant(merchant_id) as session:
            journey = await queries.get(session, journey_id)
            taken = await service.take_steps(session, journey, limit=_STEPS_AT_ONCE, now=now)


HOURLY = Recurring("journeys.enter", "5 * * * *", enter_by_calendar)
STEPS = Recurring("journeys.steps", "* * * * *", take_due_steps)
