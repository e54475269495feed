"""What happens to customers on their way: they use codes, say no, become one, are forgotten."""

import asyncio
import signal
from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import text

from bench.post import Post
from loyalnest import customers, journeys, rewards
from loyalnest.journeys import EndedWhy, Entry, PointsGift, RewardGift, Tell, Wait
from loyalnest.kernel import crypto, relay
from loyalnest.kernel.database import Database
from loyalnest.messaging import State
from loyalnest.templates import Occasion
from tests.journeys.cast import WINS_BACK, begun, percent_off, plan
from tests.journeys.test_gifts import balances, say_no
from tests.journeys.test_outreach import EMAIL, enrolments
from tests.messaging.cast import (
    Bakery,
    a_process_of_its_own,
    a_worker,
    by_day,
    open_bakery,
    settled,
    until,
)
from tests.waiting import until_somebody_waits

TWO_WORDS = WINS_BACK.steps


async def let_in(
    bakery: Bakery, journey: journeys.Journey, people: Sequence[UUID], occurrence: str = "test"
) -> int:
    async with bakery.database.tenant(bakery.merchant_id) as session:
        entries = [Entry(journey, journeys.Candidate(it, occurrence)) for it in people]
        return await journeys.enter_many(session, entries, now=by_day())


async def goes_out(bakery: Bakery) -> None:
    async with a_worker(bakery.database, journeys=journeys.standings_of):
        await until(lambda: settled(bakery))


async def test_the_same_news_twice_lets_nobody_in_twice_whatever_the_version(
    database: Database,
) -> None:
    bakery = await open_bakery(database)
    people = await bakery.enrols(200)
    async with Post().open() as post:
        await bakery.uses(post)
    journey = await begun(database, bakery.merchant_id, plan(holdout=30), now=by_day())
    both = await asyncio.gather(*(let_in(bakery, journey, people) for _ in range(2)))
    assert sorted(both) == [0, 200]
    # Who is held out stays so in every version, for every occurrence.
    async with database.tenant(bakery.merchant_id) as session:
        changed = await journeys.change(
            session, journey.id, plan(holdout=30, counts_days=7), actor="test", now=by_day()
        )
    assert changed.version == 2
    assert await let_in(bakery, changed, people, "another") == 200
    lots: dict[UUID, set[bool]] = {}
    for it in await enrolments(bakery, journey):
        lots.setdefault(it.customer_id, set()).add(it.held_out)
    assert all(len(it) == 1 for it in lots.values())
    held_out = sum(True in it for it in lots.values())
    assert 20 < held_out < 100  # beyond that, chance comes once in a hundred million times


async def test_a_code_that_was_used_ends_the_journey(database: Database) -> None:
    bakery = await open_bakery(database)
    people = await bakery.enrols(2)
    gift = await percent_off(database, bakery.merchant_id, 20, by_day())
    first = Tell(occasion=Occasion.WIN_BACK, channels=EMAIL, gift=RewardGift(reward_id=gift))
    over = plan(steps=(first, *TWO_WORDS[1:]), ends_when=("redeemed",))
    async with Post().open() as post:
        await bakery.uses(post)
        journey = await begun(database, bakery.merchant_id, over, now=by_day())
        await let_in(bakery, journey, people)
        await journeys.take_due_steps(database, by_day())
        await goes_out(bakery)
        async with database.tenant(bakery.merchant_id) as session:
            ids = list(
                await session.scalars(
                    text("SELECT id FROM redemptions WHERE customer_id = :id"), {"id": people[0]}
                )
            )
            (code,) = ids
            await rewards.use(session, rewards.RedemptionId(code), actor="test", now=by_day())
        await relay.settle(database, [journeys.CODES], clock=by_day)
        await journeys.take_due_steps(database, by_day() + timedelta(days=4))
    ways = {it.customer_id: it for it in await enrolments(bakery, journey)}
    assert ways[people[0]].ended_why is EndedWhy.REDEEMED
    assert ways[people[0]].redeemed_at is not None
    assert ways[people[1]].ended_why is EndedWhy.FINISHED
    assert len(await bakery.deliveries()) == 3


async def test_who_says_no_on_the_way_hears_no_second_word(database: Database) -> None:
    bakery = await open_bakery(database)
    stays, leaves = await bakery.enrols(2)
    async with Post().open() as post:
        await bakery.uses(post)
        later = plan(steps=(TWO_WORDS[0], Wait(hours=24 * 8), TWO_WORDS[2]))
        journey = await begun(database, bakery.merchant_id, later, now=by_day())
        await let_in(bakery, journey, [stays, leaves])
        await journeys.take_due_steps(database, by_day())
        await goes_out(bakery)
        await say_no(database, bakery, [leaves])

        def week_later() -> Any:
            return by_day() + timedelta(days=8)

        await journeys.take_due_steps(database, week_later())
        async with a_worker(database, journeys=journeys.standings_of, now=week_later):
            await until(lambda: settled(bakery))
    second = [it for it in await bakery.deliveries() if it.occasion == Occasion.OFFER]
    assert {it.customer_id: (it.state, it.reason) for it in second} == {
        stays: (State.SENT, None),
        leaves: (State.DROPPED, "opted_out"),
    }


async def test_two_journeys_at_once_say_one_thing_a_week(database: Database) -> None:
    bakery = await open_bakery(database)
    people = await bakery.enrols(20)
    async with Post().open() as post:
        await bakery.uses(post)
        for name in ("One", "Two"):
            one_word = plan(name=f"Journey {name}", steps=TWO_WORDS[:1])
            journey = await begun(database, bakery.merchant_id, one_word, now=by_day())
            await let_in(bakery, journey, people)
        await asyncio.gather(*(journeys.take_due_steps(database, by_day()) for _ in range(4)))
        async with (
            a_worker(database, journeys=journeys.standings_of),
            a_worker(database, journeys=journeys.standings_of),
        ):
            await until(lambda: settled(bakery))
    told = await bakery.deliveries()
    sent = [it.customer_id for it in told if it.state is State.SENT]
    assert len(told) == 40
    assert len(sent) == len(set(sent)) == 20
    assert {it.reason for it in told if it.state is State.DROPPED} == {"too_soon"}


async def test_who_becomes_somebody_else_or_is_forgotten_hears_no_more(database: Database) -> None:
    bakery = await open_bakery(database)
    kept, merged, erased = await bakery.enrols(3)
    async with Post().open() as post:
        await bakery.uses(post)
        journey = await begun(database, bakery.merchant_id, WINS_BACK, now=by_day())
        await let_in(bakery, journey, [kept, merged, erased])
        await journeys.take_due_steps(database, by_day())
        await goes_out(bakery)
        async with database.batch([bakery.merchant_id]) as session:
            await customers.merge_identities(
                session,
                merchant_id=bakery.merchant_id,
                kept_id=kept,
                merged_id=merged,
                actor="test",
                now=by_day(),
            )
            await customers.erase_customer(
                session,
                merchant_id=bakery.merchant_id,
                customer_id=erased,
                now=by_day(),
            )
        await journeys.take_due_steps(database, by_day() + timedelta(days=4))
        assert await let_in(bakery, journey, [merged, erased], "another") == 0
    ways = {it.customer_id: it.ended_why for it in await enrolments(bakery, journey)}
    assert ways == {kept: EndedWhy.FINISHED, merged: EndedWhy.GONE, erased: EndedWhy.GONE}
    assert len(await bakery.deliveries()) == 4


async def test_a_step_whose_process_is_killed_in_the_middle_is_taken_once(
    database: Database, ring: crypto.KeyRing
) -> None:
    bakery = await open_bakery(database)
    people = await bakery.enrols(3)
    async with Post().open() as post:
        await bakery.uses(post)
        step = Tell(occasion=Occasion.WIN_BACK, channels=EMAIL, gift=PointsGift(points=50))
        first = plan(steps=(step,), name="First")
        await let_in(bakery, await begun(database, bakery.merchant_id, first, now=by_day()), people)
        await journeys.take_due_steps(database, by_day())
        again = await begun(database, bakery.merchant_id, plan(steps=(step,)), now=by_day())
        await let_in(bakery, again, people)
        # Somebody holds an account, so that the step stops where it has claimed and not committed.
        async with database.tenant(bakery.merchant_id) as session:
            await session.execute(text("SELECT FROM accounts FOR UPDATE"))
            async with a_process_of_its_own("tests.journeys.stepper", database, ring) as stepper:
                await until_somebody_waits(database)
                stepper.send_signal(signal.SIGKILL)
                await stepper.wait()
        assert await balances(database, bakery) == dict.fromkeys(people, 50)
        assert all(it.due_at for it in await enrolments(bakery, again))
        # The database finds out that the dead one has gone, and lets go of what it held.
        await until(lambda: taken(bakery, again))
        await goes_out(bakery)
    assert await balances(database, bakery) == dict.fromkeys(people, 100)
    assert len(await bakery.deliveries()) == 6


async def taken(bakery: Bakery, journey: journeys.Journey) -> bool:
    await journeys.take_due_steps(bakery.database, by_day())
    return all(it.ended_why for it in await enrolments(bakery, journey))
