"""What became of a journey: who entered, what they were told, and what it brought."""

from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest import merchants, orders
from loyalnest.journeys import queries
from loyalnest.journeys.rules.lift import Group, Lift, lift
from loyalnest.journeys.values import JourneyId
from loyalnest.kernel.database import bulk

_ENTERED = """
SELECT count(*) FILTER (WHERE NOT held_out), count(*) FILTER (WHERE held_out),
       count(*) FILTER (WHERE due_at IS NOT NULL), count(*) FILTER (WHERE redeemed_at IS NOT NULL)
FROM enrolments
WHERE merchant_id = $1 AND journey_id = $2
"""
_MESSAGES = """
SELECT count(*) FILTER (WHERE handed_over_at IS NOT NULL),
       count(*) FILTER (WHERE state IN ('delivered', 'read') OR clicked_at IS NOT NULL),
       count(*) FILTER (WHERE state = 'read' OR clicked_at IS NOT NULL),
       count(*) FILTER (WHERE clicked_at IS NOT NULL),
       count(*) FILTER (WHERE state = 'failed'),
       count(*) FILTER (WHERE state = 'dropped'),
       count(*) FILTER (WHERE state = 'in_doubt'),
       count(DISTINCT customer_id) FILTER (WHERE handed_over_at IS NOT NULL)
FROM messages
WHERE merchant_id = $1 AND journey_id = $2
"""
# A no within a week of a message is taken for an answer to it.
_OPTED_OUT = """
SELECT count(DISTINCT m.customer_id)
FROM messages m
JOIN consent_states s
  ON s.merchant_id = m.merchant_id AND s.customer_id = m.customer_id AND s.channel = m.channel
 AND s.purpose = 'outreach' AND s.state = 'withdrawn'
 AND s.at >= m.handed_over_at AND s.at < m.handed_over_at + interval '7 days'
WHERE m.merchant_id = $1 AND m.journey_id = $2
"""
_GROUPS = f"""
WITH firsts AS (
    SELECT DISTINCT ON (coalesce(c.merged_into, c.id))
           coalesce(c.merged_into, c.id) AS person, e.held_out, e.entered_at
    FROM enrolments e
    JOIN customers c ON c.merchant_id = e.merchant_id AND c.id = e.customer_id
    WHERE e.merchant_id = $1 AND e.journey_id = $2
    ORDER BY coalesce(c.merged_into, c.id), e.entered_at, e.id
), spent AS (
    SELECT f.person, f.held_out, coalesce(b.orders, 0) AS orders, coalesce(b.spent, 0) AS spent
    FROM firsts f
    CROSS JOIN LATERAL (
        SELECT count(*) AS orders, sum({orders.OWN_MONEY}) AS spent
        FROM customers p
        JOIN merchants m ON m.merchant_id = p.merchant_id
        JOIN orders o
          ON o.merchant_id = p.merchant_id AND o.customer_id = p.id
         AND o.placed_at > f.entered_at
         AND o.placed_at <= f.entered_at + make_interval(days => $3)
         AND o.kept > 0
        WHERE p.merchant_id = $1 AND (p.id = f.person OR p.merged_into = f.person)
    ) b
    WHERE f.entered_at + make_interval(days => $3) <= $4
)
SELECT held_out, count(*), count(*) FILTER (WHERE orders > 0), sum(spent), sum(spent * spent)
FROM spent
GROUP BY held_out
"""  # noqa: S608
OPT_OUTS_AT_MOST = Decimal("0.02")
"""The share of those who were told above which a journey does harm."""


class Report(NamedTuple):
    """What became of a journey so far."""

    entered: int
    held_out: int
    under_way: int
    redeemed: int
    sent: int
    delivered: int
    read: int
    clicked: int
    failed: int
    dropped: int
    in_doubt: int
    told: int
    """People who were told something."""
    opted_out: int
    currency: str
    counts_days: int
    counted: Group
    counted_held_out: Group
    lift: Lift

    @property
    def opted_out_too_often(self) -> bool:
        """Whether more than two in a hundred of those who were told want nothing more."""
        return self.opted_out > self.told * OPT_OUTS_AT_MOST


async def report_of(session: AsyncSession, journey_id: JourneyId, *, now: datetime) -> Report:
    """What became of a journey so far. Raises JourneyNotFound."""
    journey = await queries.get(session, journey_id)
    connection = await bulk(session)
    key = (journey.merchant_id, journey_id)
    entered = await connection.fetchrow(_ENTERED, *key)
    sent = await connection.fetchrow(_MESSAGES, *key)
    assert entered is not None
    assert sent is not None
    days = journey.plan.counts_days
    groups = {
        row[0]: Group(row[1], row[2], float(row[3]), float(row[4]))
        for row in await connection.fetch(_GROUPS, *key, days, now)
    }
    told, held_out = (groups.get(it, Group(0, 0, 0.0, 0.0)) for it in (False, True))
    currencies = await merchants.currencies_of(session, [journey.merchant_id])
    return Report(
        *entered,
        *sent,
        opted_out=await connection.fetchval(_OPTED_OUT, *key),
        currency=currencies[journey.merchant_id],
        counts_days=days,
        counted=told,
        counted_held_out=held_out,
        lift=lift(told, held_out),
    )
