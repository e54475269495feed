"""Whom a journey would take in today, and what it would promise them, before it starts."""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest import campaigns
from loyalnest.journeys import finding, queries
from loyalnest.journeys.service import Entry, gifts
from loyalnest.journeys.service.entering import within_audience
from loyalnest.journeys.values import JourneyId, PointsGift, RewardGift
from loyalnest.messaging import Channel


class Estimate(NamedTuple):
    """What would come of a journey that began now, for those whom its calendar finds today."""

    foreseen: bool
    """False where only what is yet to happen lets anybody in: then nobody can be counted."""
    audience: int
    held_out: int
    reachable: Mapping[Channel, int]
    """People who can be told the first thing, by the channel that it would take."""
    unreachable: int
    messages: int
    """At most: whoever buys meanwhile hears less."""
    points: int
    """That it would give, at most."""
    codes: int


async def estimate(session: AsyncSession, journey_id: JourneyId, *, now: datetime) -> Estimate:
    """What would come of a journey that began now. Raises JourneyNotFound."""
    journey = await queries.get(session, journey_id)
    plan = journey.plan
    ways: Counter[Channel | None] = Counter()
    audience = 0
    after: UUID | None = None
    more = True
    while more:
        found, after = await finding.find(session, journey, after=after, now=now)
        who = await within_audience(session, [Entry(journey, it) for it in found], now=now)
        audience += len(who)
        people = [it.who.customer_id for it in who]
        told = [it for it in people if not campaigns.is_held_out(journey.id, it, plan.holdout)]
        first = plan.tells[0]
        asked = [(it, first.channels, first.occasion) for it in told]
        ways.update(await gifts.reach(session, journey.merchant_id, asked, now=now))
        more = after is not None
    reached = sum(count for channel, count in ways.items() if channel)
    given = [it.gift for it in plan.tells]
    return Estimate(
        foreseen=plan.trigger.kind in finding.SCHEDULED,
        audience=audience,
        held_out=audience - ways.total(),
        reachable={channel: count for channel, count in ways.items() if channel},
        unreachable=ways[None],
        messages=reached * len(plan.tells),
        points=reached * sum(it.points for it in given if isinstance(it, PointsGift)),
        codes=reached * sum(isinstance(it, RewardGift) for it in given),
    )
