"""What happens to customers lets them into journeys: each kind of news, told twice, once."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import text

from bench.post import Post
from loyalnest import journeys, ledger, rewards, segments, tiers
from loyalnest.kernel import relay
from loyalnest.kernel.database import Database
from loyalnest.kernel.events import Event, publish
from loyalnest.kernel.ids import from_wire, new_id
from loyalnest.orders import OrderRecorded
from tests.conftest import NOW
from tests.journeys.cast import begun, bought_last, percent_off, plan
from tests.messaging.cast import Bakery, open_bakery

SAYS: dict[str, Any] = {"kind": "tell", "occasion": "offer", "channels": ["email"]}
LATER = NOW + timedelta(hours=1)


async def a_bakery(database: Database, people: int) -> Bakery:
    bakery = await open_bakery(database)
    await bakery.enrols(people)
    async with Post().open() as post:
        await bakery.uses(post)
    return bakery


async def drawn(bakery: Bakery, trigger: dict[str, Any]) -> journeys.Journey:
    over = plan(trigger=trigger, steps=[SAYS], holdout=0)
    return await begun(bakery.database, bakery.merchant_id, over, now=NOW)


async def happens(bakery: Bakery, news: Sequence[Event]) -> None:
    """This is announced, and heard twice, as after a crash."""
    async with bakery.database.tenant(bakery.merchant_id) as session:
        await publish(session, news, now=LATER)
    again = replace(journeys.ENTRIES, name=f"test.{new_id().hex}")
    await relay.settle(bakery.database, [journeys.ENTRIES, again], clock=lambda: LATER)


async def entered(bakery: Bakery, journey: journeys.Journey) -> list[tuple[UUID, str]]:
    async with bakery.database.tenant(bakery.merchant_id) as session:
        ways = await journeys.list_enrolments(
            session, journey.id, customer_id=None, before=None, limit=100
        )
    return [(it.customer_id, it.occurrence.partition(":")[0]) for it in ways]


async def test_a_tier_or_a_segment_that_was_reached_or_left_is_heard_of(database: Database) -> None:
    bakery = await a_bakery(database, 2)
    up, down = bakery.people
    about: dict[str, Any] = {"merchant_id": bakery.merchant_id, "occurred_at": LATER}
    reached = await drawn(bakery, {"kind": "tier", "tiers": ["gold"]})
    lost = await drawn(bakery, {"kind": "tier", "how": "lost", "tiers": ["gold"]})
    came = await drawn(bakery, {"kind": "segment", "segments": ["champions"]})
    went = await drawn(bakery, {"kind": "segment", "how": "left", "segments": ["champions"]})
    await happens(
        bakery,
        [
            tiers.TierReached(
                **about, customer_id=up, from_tier="silver", to_tier="gold", cause="earned"
            ),
            tiers.TierLost(
                **about, customer_id=down, from_tier="gold", to_tier="silver", cause="lapsed"
            ),
            segments.SegmentEntered(
                **about, customer_id=up, segment="champions", from_segment="loyal"
            ),
            segments.SegmentLeft(
                **about, customer_id=down, segment="champions", to_segment="loyal"
            ),
        ],
    )
    assert await entered(bakery, reached) == [(up, "event")]
    assert await entered(bakery, lost) == [(down, "event")]
    assert await entered(bakery, came) == [(up, "event")]
    assert await entered(bakery, went) == [(down, "event")]


async def test_who_passes_several_milestones_at_once_is_told_of_the_last(
    database: Database,
) -> None:
    bakery = await a_bakery(database, 1)
    (person,) = bakery.people
    journey = await drawn(bakery, {"kind": "milestone", "orders": [2, 3, 9]})
    for hours in (1, 2, 3):
        await bought_last(database, bakery.merchant_id, [person], NOW + timedelta(hours=hours))
    async with database.tenant(bakery.merchant_id) as session:
        ids = list(await session.scalars(text("SELECT id FROM orders")))
    news = [
        OrderRecorded(
            merchant_id=bakery.merchant_id,
            customer_id=person,
            occurred_at=LATER,
            order_id=it,
            store_id=new_id(),
            currency="GBP",
            total=Decimal(20),
            spend=Decimal(20),
            channel=None,
        )
        for it in ids
    ]
    await happens(bakery, news)
    async with database.tenant(bakery.merchant_id) as session:
        (way,) = await journeys.list_enrolments(
            session, journey.id, customer_id=None, before=None, limit=9
        )
    assert (way.occurrence, way.facts) == ("orders:3", {"orders": 3})


async def test_few_points_missing_are_told_once_until_the_reward_was_had(
    database: Database,
) -> None:
    bakery = await a_bakery(database, 3)
    near, far, there = bakery.people
    reward = await percent_off(database, bakery.merchant_id, 10, NOW)  # costs 100
    journey = await drawn(
        bakery, {"kind": "almost_there", "reward_id": reward, "missing_at_most": 30}
    )
    for who, points in ((near, 75), (far, 60), (there, 100)):
        await earns(bakery, who, points)
    await happens(bakery, [])
    async with database.tenant(bakery.merchant_id) as session:
        (way,) = await journeys.list_enrolments(
            session, journey.id, customer_id=None, before=None, limit=9
        )
    assert (way.customer_id, way.facts) == (near, {"missing": 25, "reward": "A treat"})
    await earns(bakery, near, 5)
    await happens(bakery, [])
    assert len(await entered(bakery, journey)) == 1
    await earns(bakery, near, 20)
    async with database.tenant(bakery.merchant_id) as session:
        id_ = rewards.RewardId(from_wire(rewards.REWARD, reward))
        await rewards.redeem(
            session,
            rewards.LocalCodes(),
            customer_id=near,
            reward_id=id_,
            actor="test",
            now=LATER,
        )
    await earns(bakery, near, 80)
    await happens(bakery, [])
    assert len(await entered(bakery, journey)) == 2


async def earns(bakery: Bakery, who: UUID, points: int) -> None:
    async with bakery.database.batch([bakery.merchant_id]) as session:
        units = await ledger.unit_ids_of(session, [bakery.merchant_id])
        earned = ledger.Posting(
            merchant_id=bakery.merchant_id,
            customer_id=who,
            unit_id=units[bakery.merchant_id],
            kind=ledger.EntryKind.EARN,
            amount=points,
            source=ledger.Source("test", new_id().hex),
            step="earn",
            occurred_at=LATER,
        )
        await ledger.post_many(session, [earned], now=LATER)
