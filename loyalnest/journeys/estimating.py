"""Whom a journey would take in today, and what it would promise them, before it starts."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest import campaigns, merchants, templates
from loyalnest.journeys import finding, queries
from loyalnest.journeys.prices import prices_of
from loyalnest.journeys.service import Entry, gifts
from loyalnest.journeys.service.entering import within_audience
from loyalnest.journeys.values import Journey, JourneyId, PointsGift, RewardGift, Tell
from loyalnest.messaging import Channel

Way = tuple[tuple[Channel, ...], str]
"""Where it is tried to tell somebody, and for what purpose: what reaching them hangs on."""


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
    by_channel: Mapping[Channel, int]
    """The same messages by the channel that each would take."""
    cost: Mapping[Channel, Decimal]
    """Of these messages, where the merchant has said what one costs."""
    currency: str
    points: int
    """That it would give, at most."""
    codes: int


async def estimate(session: AsyncSession, journey_id: JourneyId, *, now: datetime) -> Estimate:
    """What would come of a journey that began now. Raises JourneyNotFound."""
    journey = await queries.get(session, journey_id)
    tells = journey.plan.tells
    counted = await _count(session, journey, now=now)
    reached = [_reached(counted.ways[_way(it)]) for it in tells]
    first, by_channel = reached[0], sum(reached, Counter[Channel]())
    gifts_of = [(it.gift, ways.total()) for it, ways in zip(tells, reached, strict=True)]
    prices = await prices_of(session)
    currencies = await merchants.currencies_of(session, [journey.merchant_id])
    return Estimate(
        foreseen=journey.plan.trigger.kind in finding.SCHEDULED,
        audience=counted.audience,
        held_out=counted.held_out,
        reachable=first,
        unreachable=counted.audience - counted.held_out - first.total(),
        messages=by_channel.total(),
        by_channel=by_channel,
        cost={it: by_channel[it] * prices[it] for it in by_channel if it in prices},
        currency=currencies[journey.merchant_id],
        points=sum(it.points * people for it, people in gifts_of if isinstance(it, PointsGift)),
        codes=sum(people for it, people in gifts_of if isinstance(it, RewardGift)),
    )


class _Counted(NamedTuple):
    audience: int
    held_out: int
    ways: Mapping[Way, Counter[Channel | None]]


async def _count(session: AsyncSession, journey: Journey, *, now: datetime) -> _Counted:
    """Everybody who would enter now, and how each of them could be told."""
    wanted = {_way(it): it for it in journey.plan.tells}
    ways = {it: Counter[Channel | None]() for it in wanted}
    audience = held_out = 0
    after: UUID | None = None
    more = True
    while more:
        found, after = await finding.find(session, journey, after=after, now=now)
        who = await within_audience(session, [Entry(journey, it) for it in found], now=now)
        told = _told(journey, [it.who.customer_id for it in who])
        audience += len(who)
        held_out += len(who) - len(told)
        asked = [(it, tell.channels, tell.occasion) for tell in wanted.values() for it in told]
        reach = iter(await gifts.reach(session, journey.merchant_id, asked, now=now))
        for way in wanted:
            ways[way].update(next(reach) for _ in told)
        more = after is not None
    return _Counted(audience, held_out, ways)


def _told(journey: Journey, people: Sequence[UUID]) -> list[UUID]:
    share = journey.plan.holdout
    return [it for it in people if not campaigns.is_held_out(journey.id, it, share)]


def _way(tell: Tell) -> Way:
    return tell.channels, templates.terms_of(tell.occasion).purpose


def _reached(ways: Mapping[Channel | None, int]) -> Counter[Channel]:
    return Counter({channel: count for channel, count in ways.items() if channel})
