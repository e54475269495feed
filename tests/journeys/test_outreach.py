"""Customers on their way through journeys, as the worker takes them."""

import asyncio
from datetime import timedelta
from uuid import UUID

import pytest
from pydantic import ValidationError
from sqlalchemy import text

from bench.post import Post
from loyalnest import journeys, messaging, segments
from loyalnest.journeys import PointsGift, RewardGift, State, Tell
from loyalnest.kernel import relay
from loyalnest.kernel.database import Database
from loyalnest.kernel.events import publish
from loyalnest.messaging import Channel
from loyalnest.templates import Occasion
from tests.journeys.cast import WINS_BACK, begun, bought_last, percent_off, plan
from tests.messaging.cast import Bakery, a_worker, by_day, open_bakery, settled, until

EMAIL = (Channel.EMAIL,)


async def lapsed(database: Database, bakery: Bakery, count: int) -> list[UUID]:
    """So many members who bought something forty days ago, and nothing since."""
    people = await bakery.enrols(count)
    await bought_last(database, bakery.merchant_id, people, by_day() - timedelta(days=40))
    async with database.tenant(bakery.merchant_id) as session:
        await segments.score_everybody(session, bakery.merchant_id, now=by_day())
    return people


async def enrolments(bakery: Bakery, journey: journeys.Journey) -> list[journeys.Enrolment]:
    async with bakery.database.tenant(bakery.merchant_id) as session:
        return await journeys.list_enrolments(
            session, journey.id, customer_id=None, before=None, limit=1000
        )


async def test_whoever_lapsed_is_told_once_by_ten_workers_through_a_pause(
    database: Database,
) -> None:
    bakery = await open_bakery(database)
    people = await lapsed(database, bakery, 12)
    async with Post().open() as post:
        await bakery.uses(post)
        journey = await begun(database, bakery.merchant_id, WINS_BACK, now=by_day())
        for _ in range(2):
            await asyncio.gather(
                *(journeys.enter_by_calendar(database, by_day()) for _ in range(3))
            )
        await asyncio.gather(*(journeys.take_due_steps(database, by_day()) for _ in range(10)))
        async with database.tenant(bakery.merchant_id) as session:
            await journeys.pause(session, journey.id, now=by_day())
        async with a_worker(database, journeys=journeys.standings_of):
            await until(lambda: _all(bakery, messaging.State.HELD))
            assert await bakery.states() == [messaging.State.HELD] * 12
            await journeys.take_due_steps(database, by_day() + timedelta(days=10))
            async with database.tenant(bakery.merchant_id) as session:
                await journeys.resume(session, journey.id, now=by_day())
            await until(lambda: settled(bakery))
        sent = await bakery.deliveries()
        assert sorted(it.customer_id for it in sent if it.customer_id) == sorted(people)
        assert {it.state for it in sent} == {messaging.State.SENT}
        # Who buys meanwhile hears no more; the rest hear the second word, and that was it.
        await bought_last(database, bakery.merchant_id, people[:5], by_day() + timedelta(minutes=5))
        for _ in range(2):
            await journeys.take_due_steps(database, by_day() + timedelta(days=4))
    assert len(await bakery.deliveries()) == 12 + 7
    ways = [it.ended_why for it in await enrolments(bakery, journey)]
    assert sorted(filter(None, ways)) == ["bought"] * 5 + ["finished"] * 7


async def _all(bakery: Bakery, state: messaging.State) -> bool:
    return set(await bakery.states()) == {state}


async def test_a_share_is_held_out_and_the_rest_get_a_code_of_their_own(database: Database) -> None:
    bakery = await open_bakery(database)
    await lapsed(database, bakery, 40)
    gift = await percent_off(database, bakery.merchant_id, 20, by_day())
    drawn = plan(
        steps=(Tell(occasion=Occasion.WIN_BACK, channels=EMAIL, gift=RewardGift(reward_id=gift)),),
        holdout=50,
    )
    async with Post().open() as post:
        await bakery.uses(post)
        journey = await begun(database, bakery.merchant_id, drawn, now=by_day())
        await journeys.enter_by_calendar(database, by_day())
        await journeys.take_due_steps(database, by_day())
        async with a_worker(database, journeys=journeys.standings_of):
            await until(lambda: settled(bakery))
    ways = await enrolments(bakery, journey)
    out = {it.customer_id for it in ways if it.held_out}
    assert len(ways) == 40
    assert 2 < len(out) < 38  # beyond that, chance comes once in a thousand million times
    told = await bakery.deliveries()
    assert {it.customer_id for it in told} == {it.customer_id for it in ways} - out
    async with database.tenant(bakery.merchant_id) as session:
        codes = await session.scalar(text("SELECT count(DISTINCT code_hash) FROM redemptions"))
    assert codes == len(told)
    assert {it.state for it in told} == {messaging.State.SENT}


async def test_who_can_not_be_told_is_given_nothing(database: Database) -> None:
    bakery = await open_bakery(database)
    told = await lapsed(database, bakery, 1)
    (silent,) = await bakery.enrols(1, wanting_outreach=False)
    await bought_last(database, bakery.merchant_id, [silent], by_day() - timedelta(days=40))
    async with database.tenant(bakery.merchant_id) as session:
        await segments.score_everybody(session, bakery.merchant_id, now=by_day())
    drawn = plan(steps=(Tell(occasion=Occasion.OFFER, channels=EMAIL, gift=PointsGift(points=50)),))
    async with Post().open() as post:
        await bakery.uses(post)
        journey = await begun(database, bakery.merchant_id, drawn, now=by_day())
        async with database.tenant(bakery.merchant_id) as session:
            foreseen = await journeys.estimate(session, journey.id, now=by_day())
        assert (foreseen.audience, foreseen.reachable) == (2, {Channel.EMAIL: 1})
        assert (foreseen.unreachable, foreseen.messages, foreseen.points) == (1, 1, 50)
        await journeys.enter_by_calendar(database, by_day())
        await journeys.take_due_steps(database, by_day())
        async with a_worker(database, journeys=journeys.standings_of):
            await until(lambda: settled(bakery))
    async with database.tenant(bakery.merchant_id) as session:
        paid = await session.execute(text("SELECT customer_id, amount FROM entries"))
        assert [tuple(row) for row in paid] == [(told[0], 50)]
    why = {it.customer_id: it.reason for it in await bakery.deliveries()}
    assert why == {told[0]: None, silent: "no_consent"}


async def test_a_provider_whose_quota_is_used_up_pauses_the_journey(database: Database) -> None:
    bakery = await open_bakery(database)
    async with Post().open() as post:
        sender = await bakery.uses(post)
        journey = await begun(database, bakery.merchant_id, WINS_BACK, now=by_day())
    async with database.tenant(bakery.merchant_id) as session:
        stopped = messaging.SenderPaused(
            merchant_id=bakery.merchant_id,
            occurred_at=by_day(),
            sender_id=sender.id,
            channel="email",
            reason="quota_reached",
        )
        await publish(session, [stopped], now=by_day())
    await relay.settle(database, [journeys.SENDERS], clock=by_day)
    async with database.tenant(bakery.merchant_id) as session:
        stuck = await journeys.get(session, journey.id)
    assert (stuck.state, stuck.paused_for) == (State.PAUSED, "quota_reached")


@pytest.mark.parametrize(
    "changed",
    [
        {"steps": ({"kind": "wait", "hours": 1},)},
        {"steps": (*WINS_BACK.steps, {"kind": "wait", "hours": 1})},
        {"steps": ({"kind": "tell", "occasion": "points_earned", "channels": ["email"]},)},
        {"steps": ({"kind": "tell", "occasion": "milestone", "channels": ["email"]},)},
        {"ends_when": ("left_segment",)},
        {"trigger": {"kind": "inactivity", "days": 20, "rhythm": "2"}},
    ],
)
def test_a_plan_that_makes_no_sense_is_refused(changed: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        plan(**changed)
