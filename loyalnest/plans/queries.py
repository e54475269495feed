"""Named reads: the orders of a merchant's month.

An order counts in the month it was placed in, by the merchant's calendar. Past orders that are
brought in count for nothing, late ones for their own month; a visit at the counter is no order that
a shop's connection brings, and counts for nothing either. Ids tell when a row was made, so the
month's orders are one stretch of the primary key.
"""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest import orders
from loyalnest.kernel.database import merchant_of
from loyalnest.plans.values import Plan, Usage

OF_MONTH = f"""
SELECT m.merchant_id, m.month, (
    SELECT count(*)
    FROM orders o
    WHERE o.merchant_id = m.merchant_id
      AND o.id >= cast(:first_id AS uuid)
      AND o.placed_at >= m.month AT TIME ZONE m.time_zone
      AND o.placed_at < (m.month + interval '1 month') AT TIME ZONE m.time_zone
      AND o.channel IS DISTINCT FROM '{orders.COUNTER}'
) AS orders
FROM (
    SELECT merchant_id, time_zone,
           date_trunc('month', cast(:now AS timestamptz) AT TIME ZONE time_zone) AS month
    FROM merchants
) m
"""  # noqa: S608
_ONE = text(OF_MONTH + "WHERE m.merchant_id = :merchant_id")


async def usage_of(session: AsyncSession, plan: Plan, *, now: datetime) -> Usage:
    """What the session's merchant has used of a plan this month."""
    about = {"merchant_id": merchant_of(session), "now": now, "first_id": first_id(now)}
    found = (await session.execute(_ONE, about)).one()
    return Usage(plan, found.month.date(), found.orders)


def first_id(now: datetime) -> UUID:
    """No order of anybody's current month has a smaller id: it was made after the month began."""
    # In the far west the old month lasts half a day longer; in the far east the new one begins 14
    # hours sooner, and two days more forgive a clock that is slow.
    in_the_west = now.astimezone(UTC) - timedelta(hours=12)
    begun = in_the_west.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    earliest = begun - timedelta(days=3)
    return UUID(int=int(earliest.timestamp() * 1000) << 80)
