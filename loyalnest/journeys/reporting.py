"""What became of a journey: who entered, what they were told, and what it brought."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest import merchants, orders
from loyalnest.journeys import queries
from loyalnest.journeys.rules.lift import Effect, Group, Lift, lift
from loyalnest.journeys.values import Journey, JourneyId
from loyalnest.journeys.watching import OPT_OUTS_AT_MOST
from loyalnest.kernel.database import bulk, merchant_of

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
       count(DISTINCT customer_id) FILTER (WHERE handed_over_at IS NOT NULL),
       count(DISTINCT customer_id) FILTER (
           WHERE state = 'failed' AND reason IN ('address_invalid', 'not_on_channel'))
FROM messages
WHERE merchant_id = $1 AND journey_id = $2
"""
_NOT_SENT = """
SELECT state, reason, count(*)
FROM messages
WHERE merchant_id = $1
  AND journey_id = $2
  AND state IN ('failed', 'dropped', 'in_doubt')
  AND reason IS NOT NULL
GROUP BY state, reason
ORDER BY count(*) DESC, state, reason
"""
_UNDER_WAY = """
SELECT journey_id, count(*)
FROM enrolments
WHERE merchant_id = $1 AND journey_id = ANY ($2::uuid[]) AND due_at IS NOT NULL
GROUP BY journey_id
"""
_SENT = """
SELECT journey_id, count(*)
FROM messages
WHERE merchant_id = $1 AND journey_id = ANY ($2::uuid[]) AND handed_over_at IS NOT NULL
GROUP BY journey_id
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
    SELECT DISTINCT ON (e.journey_id, coalesce(c.merged_into, c.id))
           e.journey_id, j.days, coalesce(c.merged_into, c.id) AS person, e.held_out, e.entered_at
    FROM unnest($2::uuid[], $3::int[]) AS j (id, days)
    JOIN enrolments e ON e.merchant_id = $1 AND e.journey_id = j.id
    JOIN customers c ON c.merchant_id = e.merchant_id AND c.id = e.customer_id
    ORDER BY e.journey_id, coalesce(c.merged_into, c.id), e.entered_at, e.id
), spent AS (
    SELECT f.journey_id, f.held_out, coalesce(b.orders, 0) AS orders,
           coalesce(b.spent, 0) AS spent
    FROM firsts f
    CROSS JOIN LATERAL (
        SELECT count(*) AS orders, sum({orders.OWN_MONEY}) AS spent
        FROM customers p
        JOIN merchants m ON m.merchant_id = p.merchant_id
        JOIN orders o
          ON o.merchant_id = p.merchant_id AND o.customer_id = p.id
         AND o.placed_at > f.entered_at
         AND o.placed_at <= f.entered_at + make_interval(days => f.days)
         AND {orders.COUNTS}
        WHERE p.merchant_id = $1 AND (p.id = f.person OR p.merged_into = f.person)
    ) b
    WHERE f.entered_at + make_interval(days => f.days) <= $4
)
SELECT journey_id, held_out, count(*), count(*) FILTER (WHERE orders > 0), sum(spent),
       sum(spent * spent)
FROM spent
GROUP BY journey_id, held_out
"""  # noqa: S608
_NOBODY = Group(0, 0, 0.0, 0.0)


class NotSent(NamedTuple):
    """How many messages came to nothing in one way."""

    state: str
    reason: str
    messages: int


class Glance(NamedTuple):
    """How a journey gets on, in three figures."""

    journey_id: JourneyId
    under_way: int
    sent: int
    conversion: Effect


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
    unknown: int
    """People whose number or address doesn't exist, or isn't on the channel."""
    opted_out: int
    not_sent: Sequence[NotSent]
    """Why messages failed, were dropped or are in doubt, the commonest first."""
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
    reasons = await connection.fetch(_NOT_SENT, *key)
    told, held_out = (await _groups_of(session, [journey], now=now))[journey_id]
    currencies = await merchants.currencies_of(session, [journey.merchant_id])
    return Report(
        *entered,
        *sent,
        opted_out=await connection.fetchval(_OPTED_OUT, *key),
        not_sent=[NotSent(*row) for row in reasons],
        currency=currencies[journey.merchant_id],
        counts_days=journey.plan.counts_days,
        counted=told,
        counted_held_out=held_out,
        lift=lift(told, held_out),
    )


async def glances_of(
    session: AsyncSession, journey_ids: Sequence[JourneyId], *, now: datetime
) -> list[Glance]:
    """How those of the journeys get on that there are, in the order of their ids."""
    journeys = await queries.find_many(session, journey_ids)
    connection = await bulk(session)
    key = (merchant_of(session), [it.id for it in journeys])
    under_way = {row[0]: row[1] for row in await connection.fetch(_UNDER_WAY, *key)}
    sent = {row[0]: row[1] for row in await connection.fetch(_SENT, *key)}
    groups = await _groups_of(session, journeys, now=now)
    return [
        Glance(
            it.id,
            under_way.get(it.id, 0),
            sent.get(it.id, 0),
            lift(*groups[it.id]).conversion,
        )
        for it in journeys
    ]


async def _groups_of(
    session: AsyncSession, journeys: Sequence[Journey], *, now: datetime
) -> Mapping[UUID, tuple[Group, Group]]:
    """Those who could hear from each journey, and those who were held out."""
    days = [it.plan.counts_days for it in journeys]
    asked = (merchant_of(session), [it.id for it in journeys], days, now)
    found = {
        (row[0], row[1]): Group(row[2], row[3], float(row[4]), float(row[5]))
        for row in await (await bulk(session)).fetch(_GROUPS, *asked)
    }
    return {
        it.id: (found.get((it.id, False), _NOBODY), found.get((it.id, True), _NOBODY))
        for it in journeys
    }
