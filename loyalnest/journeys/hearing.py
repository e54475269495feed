"""Who would enter journeys by what has just happened: one question for each kind of trigger."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest import customers, ledger, orders, rewards
from loyalnest.journeys import card_news
from loyalnest.journeys.service import Entry
from loyalnest.journeys.values import (
    AlmostThere,
    Candidate,
    CardAlmostFull,
    CardMilestone,
    Happened,
    Journey,
    Milestone,
    SegmentChange,
    TierChange,
)
from loyalnest.kernel.database import bulk
from loyalnest.kernel.ids import from_wire
from loyalnest.kernel.relay import LoggedEvent

Pair = tuple[UUID, UUID]
"""A merchant and one of its living customers."""
ORDERED = "order.recorded"
CAME_IN = frozenset({"points.earned", "points.released", "points.restored", "points.adjusted"})

# The how manyth of its customer each order was when it became known: by now there may be more.
_ORDERS = f"""
SELECT k.customer_id,
       (SELECT count(*)
        FROM customers p
        JOIN orders o
          ON o.merchant_id = p.merchant_id AND o.customer_id = p.id
         AND o.placed_at IS NOT NULL AND {orders.COUNTS}
         AND (o.recorded_at, o.id) <= (it.recorded_at, it.id)
        WHERE p.merchant_id = $1 AND (p.id = k.customer_id OR p.merged_into = k.customer_id))
FROM unnest($2::uuid[], $3::uuid[]) AS k (customer_id, order_id)
JOIN orders it ON it.merchant_id = $1 AND it.id = k.order_id
WHERE EXISTS (
    SELECT FROM orders o
    WHERE o.merchant_id = it.merchant_id AND o.id = it.id
      AND o.placed_at IS NOT NULL AND {orders.COUNTS})
"""  # noqa: S608
# Another one follows once the reward was got again.
_BALANCES = """
SELECT k.merchant_id, k.customer_id, a.available,
       (SELECT count(*)
        FROM redemptions r
        WHERE r.merchant_id = k.merchant_id
          AND r.customer_id = k.customer_id
          AND r.reward_id = $4)
FROM unnest($1::uuid[], $2::uuid[]) AS k (merchant_id, customer_id)
JOIN accounts a
  ON a.merchant_id = k.merchant_id AND a.customer_id = k.customer_id AND a.unit_id = $3
"""


async def heard(
    session: AsyncSession, journeys: Sequence[Journey], events: Sequence[LoggedEvent]
) -> list[Entry]:
    """Who would enter these running journeys by these events, whatever their audiences."""
    by_event = await _living(session, events)
    entries: list[Entry] = []
    for journey in journeys:
        told = [
            it
            for it in events
            if it.merchant_id == journey.merchant_id and it.customer_id and _since(journey, it)
        ]
        entries += await _entries(session, journey, told, by_event)
    return entries


def _since(journey: Journey, event: LoggedEvent) -> bool:
    """Only what happened and was heard of after the start counts, not history that is read in."""
    started = journey.started_at
    return started is not None and min(event.occurred_at, event.recorded_at) >= started


async def _living(session: AsyncSession, events: Sequence[LoggedEvent]) -> dict[UUID, UUID]:
    pairs = {(it.merchant_id, it.customer_id) for it in events if it.customer_id}
    return {**await customers.current_many(session, sorted(pairs))}


async def _entries(
    session: AsyncSession,
    journey: Journey,
    events: Sequence[LoggedEvent],
    living: Mapping[UUID, UUID],
) -> list[Entry]:
    trigger = journey.plan.trigger
    if isinstance(trigger, Milestone):
        return await _milestones(session, journey, trigger, events, living)
    if isinstance(trigger, AlmostThere):
        return await _almost_there(session, journey, trigger, events, living)
    if isinstance(trigger, CardAlmostFull):
        return await card_news.almost_full(session, journey, trigger, events, living)
    if isinstance(trigger, CardMilestone):
        return await card_news.milestones(session, journey, trigger, events, living)
    return [
        Entry(journey, Candidate(living[it.customer_id], f"event:{it.id}"))
        for it in events
        if it.customer_id and _wanted(trigger, it)
    ]


def _wanted(trigger: Any, event: LoggedEvent) -> bool:
    if isinstance(trigger, Happened):
        return event.type == trigger.event
    if isinstance(trigger, TierChange):
        tier = event.data.get("to_tier" if trigger.how == "reached" else "from_tier")
        return event.type == f"tier.{trigger.how}" and (not trigger.tiers or tier in trigger.tiers)
    if isinstance(trigger, SegmentChange):
        return event.type == f"segment.{trigger.how}" and event.data["segment"] in trigger.segments
    return False


async def _milestones(
    session: AsyncSession,
    journey: Journey,
    trigger: Milestone,
    events: Sequence[LoggedEvent],
    living: Mapping[UUID, UUID],
) -> list[Entry]:
    """Whoever has come to a number of orders; to the highest, with several at once."""
    fresh = [
        (living[it.customer_id], UUID(it.data["order_id"]))
        for it in events
        if it.customer_id and it.type == ORDERED
    ]
    if not fresh:
        return []
    asked = [journey.merchant_id, *map(list, zip(*fresh, strict=True))]
    reached: dict[UUID, int] = {}
    for customer_id, number in await (await bulk(session)).fetch(_ORDERS, *asked):
        if number in trigger.orders:
            reached[customer_id] = max(number, reached.get(customer_id, 0))
    return [
        Entry(journey, Candidate(customer_id, f"orders:{number}", {"orders": number}))
        for customer_id, number in reached.items()
    ]


async def _almost_there(
    session: AsyncSession,
    journey: Journey,
    trigger: AlmostThere,
    events: Sequence[LoggedEvent],
    living: Mapping[UUID, UUID],
) -> list[Entry]:
    who = {living[it.customer_id] for it in events if it.customer_id and it.type in CAME_IN}
    reward_id = rewards.RewardId(from_wire(rewards.REWARD, trigger.reward_id))
    found = await rewards.find_many(session, [reward_id]) if who else []
    if not found:
        return []
    terms = found[0].terms
    units = await ledger.unit_ids_of(session, [journey.merchant_id])
    asked = [[journey.merchant_id] * len(who), [*who], units[journey.merchant_id], reward_id]
    entries: list[Entry] = []
    for _, customer_id, available, had in await (await bulk(session)).fetch(_BALANCES, *asked):
        missing = terms.cost - available
        if 0 < missing <= trigger.missing_at_most:
            facts = {"missing": missing, "reward": terms.name}
            entries.append(Entry(journey, Candidate(customer_id, f"had:{had}", facts)))
    return entries
