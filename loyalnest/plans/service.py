"""Use cases: thresholds are noted and told, once each a month."""

from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest.kernel.events import publish
from loyalnest.plans.events import UsageThresholdReached
from loyalnest.plans.queries import OF_MONTH, first_id
from loyalnest.plans.values import THRESHOLDS, Plan

_NOTE = text(f"""
INSERT INTO usage_notices (merchant_id, month, percent, orders, plan, reached_at)
SELECT u.merchant_id, u.month::date, t.percent, u.orders, :plan, :now
FROM ({OF_MONTH}) u
JOIN unnest(cast(:thresholds AS integer[])) AS t (percent)
  ON u.orders * 100 >= t.percent * cast(:limit AS bigint)
ON CONFLICT DO NOTHING
RETURNING merchant_id, month, percent, orders
""")  # noqa: S608


async def note_usage(session: AsyncSession, plan: Plan, *, now: datetime) -> int:
    """Tell every merchant that has reached a threshold of the plan; answers how many are new.

    For a session opened for the platform.
    """
    if plan.orders is None:
        return 0
    about = {
        "plan": plan.name,
        "limit": plan.orders,
        "thresholds": list(THRESHOLDS),
        "now": now,
        "first_id": first_id(now),
    }
    reached = [
        UsageThresholdReached(
            merchant_id=row.merchant_id,
            occurred_at=now,
            month=row.month,
            percent=row.percent,
            orders=row.orders,
            limit=plan.orders,
            plan=plan.name,
        )
        for row in await session.execute(_NOTE, about)
    ]
    await publish(session, reached, now=now)
    return len(reached)
