"""Timetable: what lies ahead is told in the morning, by each merchant's clock."""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeAlias
from uuid import UUID

import structlog
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest import messaging
from loyalnest.kernel.database import Database, bulk
from loyalnest.kernel.faults import Fault, classify, reason_of
from loyalnest.kernel.jobs import Recurring, merchant_by_merchant
from loyalnest.messaging import Ask
from loyalnest.notices import foretelling
from loyalnest.notices.foretelling import Around, SpeaksElsewhere

log = structlog.get_logger(__name__)

MORNING = 9
"""The hour of a merchant's day from which on its customers are told."""
_TOGETHER = 50
_DUE = text("""
SELECT m.merchant_id
FROM merchants m
LEFT JOIN notice_days d ON d.merchant_id = m.merchant_id
WHERE extract(hour FROM cast(:now AS timestamptz) AT TIME ZONE m.time_zone) >= :morning
  AND (d.told_on IS NULL
       OR d.told_on < (cast(:now AS timestamptz) AT TIME ZONE m.time_zone)::date)
  AND EXISTS (
      SELECT FROM senders s WHERE s.merchant_id = m.merchant_id AND s.state <> 'replaced')
ORDER BY m.merchant_id
""")
_TOLD = """
INSERT INTO notice_days (merchant_id, told_on)
SELECT m.merchant_id, ($2::timestamptz AT TIME ZONE m.time_zone)::date
FROM merchants m
WHERE m.merchant_id = ANY ($1::uuid[])
ON CONFLICT (merchant_id) DO UPDATE SET told_on = excluded.told_on
"""

_Look: TypeAlias = Callable[
    [AsyncSession, Around, Mapping[UUID, Any]],
    Awaitable[tuple[list[Ask], Mapping[UUID, Any]]],
]


def daily_of(speak_of_points: SpeaksElsewhere) -> Recurring:
    """The entry of the timetable. `speak_of_points` are those who tell of points by a journey."""

    async def tell(database: Database, now: datetime) -> None:
        await tell_ahead(database, now, speak_of_points=speak_of_points)

    return Recurring("notices.ahead", "10 * * * *", tell)


async def tell_ahead(
    database: Database, now: datetime, *, speak_of_points: SpeaksElsewhere
) -> None:
    """Tell customers what they would lose, of merchants whose morning it is and who haven't yet.

    Each bite commits by itself. A run that was cut short is taken up by the next, which asks
    for nothing twice.
    """
    async with database.platform() as session:
        due = list(await session.scalars(_DUE, {"now": now, "morning": MORNING}))

    async def tell(merchant_ids: Sequence[UUID]) -> None:
        async with database.batch(merchant_ids) as session:
            silent = await speak_of_points(session, list(merchant_ids))
        by_us = [it for it in merchant_ids if it not in silent]
        await _go_through(database, foretelling.points, by_us, now)
        await _go_through(database, foretelling.cards, merchant_ids, now)
        await _go_through(database, foretelling.codes, merchant_ids, now)
        await _go_through(database, foretelling.tiers_at_risk, merchant_ids, now)
        async with database.batch(merchant_ids) as session:
            await (await bulk(session)).execute(_TOLD, list(merchant_ids), now)

    alone: list[UUID] = []
    for together in (due[n : n + _TOGETHER] for n in range(0, len(due), _TOGETHER)):
        try:
            await tell(together)
        except Exception as error:
            if classify(error) is Fault.OUTAGE:
                raise
            log.warning("notices.batch_failed", merchants=len(together), why=reason_of(error).code)
            alone += together
    await merchant_by_merchant(alone, lambda each: tell([each]))


async def _go_through(
    database: Database, look: _Look, merchant_ids: Collection[UUID], now: datetime
) -> None:
    """Look at everybody of these merchants, a share of each at a time."""
    left, after = list(merchant_ids), dict[UUID, Any]()
    while left:
        async with database.batch(left) as session:
            known = await foretelling.around(session, left, now=now)
            asks, more = await look(session, known, after)
            await messaging.ask(session, asks, now=now)
        left, after = list(more), dict(more)
