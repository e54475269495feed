"""Who would enter a journey by the calendar: looked for, many at once, in the order of their ids.

Each looks behind a customer's id and answers at most so many, so that a merchant of any size is
gone through in bites. Whoever entered for the same occurrence before is left out.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest import customers, ledger, merchants
from loyalnest.journeys.values import Birthday, Candidate, ExpiryAhead, Inactivity, Journey
from loyalnest.kernel.database import bulk

BITE = 2000
SCHEDULED = frozenset({"inactivity", "birthday", "expiry"})
_NOBODY = UUID(int=0)

_NEW = """
  AND NOT EXISTS (
      SELECT FROM enrolments e
      WHERE e.merchant_id = $1
        AND e.journey_id = $2
        AND e.customer_id = f.customer_id
        AND e.occurrence = f.occurrence)
ORDER BY f.customer_id
LIMIT $4
"""
# A lapse is told by the order that it follows. A rhythm of less than a week is taken for a week:
# whoever buys bread every day is not lost on the second. Who has bought once has none.
_INACTIVE = f"""
SELECT f.customer_id, f.occurrence
FROM (
    SELECT x.customer_id,
           'since:' || to_char(x.last_order_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS')
               AS occurrence
    FROM rfm_scores x
    WHERE x.merchant_id = $1
      AND x.last_order_at <= $5::timestamptz - CASE
          WHEN $6::int IS NOT NULL THEN make_interval(days => $6::int)
          WHEN x.rhythm_days IS NOT NULL
          THEN greatest(x.rhythm_days * $7::numeric, 7)::float8 * interval '1 day' END
) f
WHERE f.customer_id > $3
{_NEW}
"""  # noqa: S608
# What ends at midnight can be used on the day before, and no more on the one that begins.
_EXPIRING = f"""
SELECT f.customer_id, f.occurrence, f.points, f.day
FROM (
    SELECT DISTINCT ON (l.customer_id)
           l.customer_id,
           d.day,
           'on:' || d.day AS occurrence,
           sum(l.remaining) OVER (PARTITION BY l.customer_id, d.day)::bigint AS points
    FROM lots l
    CROSS JOIN LATERAL (
        SELECT ((l.expires_at - interval '1 microsecond') AT TIME ZONE $7)::date AS day
    ) d
    WHERE l.merchant_id = $1
      AND l.unit_id = $8
      AND l.remaining > 0
      AND (l.held_until IS NULL OR l.released_at IS NOT NULL)
      AND l.expires_at > $5::timestamptz
      AND l.expires_at <= $5::timestamptz + make_interval(days => $6::int)
    ORDER BY l.customer_id, l.expires_at
) f
WHERE f.customer_id > $3
{_NEW}
"""  # noqa: S608
_WITH_BIRTHDAY = """
SELECT c.id, coalesce(p.time_zone, m.time_zone)
FROM customers c
JOIN merchants m ON m.merchant_id = c.merchant_id
LEFT JOIN preferences p ON p.merchant_id = c.merchant_id AND p.customer_id = c.id
WHERE c.merchant_id = $1
  AND c.birthday_sealed IS NOT NULL
  AND c.merged_into IS NULL
  AND c.erased_at IS NULL
  AND c.id > $2
ORDER BY c.id
LIMIT $3
"""


class Bite(NamedTuple):
    """Some of those who would enter, and behind whom to look for the next; None: that is all."""

    found: Sequence[Candidate]
    after: UUID | None


async def find(
    session: AsyncSession, journey: Journey, *, after: UUID | None = None, now: datetime
) -> Bite:
    """Some of those who would enter a journey by the calendar, whatever its audience."""
    trigger = journey.plan.trigger
    begin = after or _NOBODY
    if isinstance(trigger, Birthday):
        return await _birthdays(session, journey, trigger, begin, now)
    asked: list[Any] = [journey.merchant_id, journey.id, begin, BITE, now]
    if isinstance(trigger, Inactivity):
        query, more = _INACTIVE, [trigger.days, trigger.rhythm]
    elif isinstance(trigger, ExpiryAhead):
        zones = await merchants.zones_of(session, [journey.merchant_id])
        units = await ledger.unit_ids_of(session, [journey.merchant_id])
        zone = zones[journey.merchant_id].key
        query, more = _EXPIRING, [trigger.days_before, zone, units[journey.merchant_id]]
    else:
        return Bite([], None)
    rows = await (await bulk(session)).fetch(query, *asked, *more)
    found = [Candidate(row[0], row[1], _facts(row)) for row in rows]
    return Bite(found, rows[-1][0] if len(rows) == BITE else None)


def _facts(row: Any) -> dict[str, Any]:
    if len(row) == 2:
        return {}
    return {"points": row[2], "expires_on": row[3].isoformat()}


async def _birthdays(
    session: AsyncSession, journey: Journey, trigger: Birthday, begin: UUID, now: datetime
) -> Bite:
    """Birthdays are sealed: each is opened to be looked at, and none is kept."""
    rows = await (await bulk(session)).fetch(_WITH_BIRTHDAY, journey.merchant_id, begin, BITE)
    zones = {row[0]: ZoneInfo(row[1]) for row in rows}
    people = await customers.find_many(session, [*zones])
    found = [
        Candidate(id_, f"year:{day.year}")
        for id_, zone in zones.items()
        if (born := people[id_].birthday)
        if customers.is_birthday(born, day := _day(now, zone, trigger.days_before))
    ]
    return Bite(found, rows[-1][0] if len(rows) == BITE else None)


def _day(now: datetime, zone: ZoneInfo, days_before: int) -> date:
    return now.astimezone(zone).date() + timedelta(days=days_before)
