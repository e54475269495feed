"""A journey laid over what has happened: who would have entered, each on their day.

For looking at a report where the answer is known: nobody was told anything then, so nothing but
chance divides those who are held out from the rest.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from itertools import groupby

from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest import orders
from loyalnest.journeys.service import Entry, enter_many
from loyalnest.journeys.values import Candidate, Inactivity, Journey
from loyalnest.kernel.database import Row, bulk

# As the hourly search would have found them, had it looked once a day: at the first midnight at
# which nothing was bought for so many days, unless something was meanwhile.
_LAPSED = f"""
WITH bought AS (
    SELECT coalesce(c.merged_into, c.id) AS person, o.placed_at,
           lead(o.placed_at) OVER (
               PARTITION BY coalesce(c.merged_into, c.id) ORDER BY o.placed_at) AS next_at
    FROM orders o
    JOIN customers c ON c.merchant_id = o.merchant_id AND c.id = o.customer_id
    WHERE o.merchant_id = $1 AND o.placed_at IS NOT NULL AND {orders.COUNTS}
), found AS (
    SELECT person, placed_at, next_at,
           date_trunc('day', placed_at, 'UTC') + make_interval(days => $2 + 1) AS looked_at
    FROM bought
)
SELECT looked_at, person,
       'since:' || to_char(placed_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS') AS occurrence
FROM found
WHERE looked_at BETWEEN $3 AND $4 AND (next_at IS NULL OR next_at > looked_at)
ORDER BY looked_at, person, placed_at
"""  # noqa: S608


async def enter_in_hindsight(
    session: AsyncSession, journey: Journey, *, since: datetime, now: datetime
) -> Mapping[datetime, int]:
    """Let those enter who would have, from then until now; how many did on each day.

    For journeys that follow a number of days without an order: that is all of the past that is
    kept as it was.
    """
    trigger = journey.plan.trigger
    assert isinstance(trigger, Inactivity)
    assert trigger.days is not None
    rows = await (await bulk(session)).fetch(
        _LAPSED, journey.merchant_id, trigger.days, since, now - timedelta(hours=1)
    )
    entered: dict[datetime, int] = {}
    for at, found in groupby(map(_found, rows), key=lambda it: it[0]):
        entries = [Entry(journey, who) for _, who in found]
        entered[at] = await enter_many(session, entries, now=at)
    return entered


def _found(row: Row) -> tuple[datetime, Candidate]:
    return row[0], Candidate(row[1], row[2])
