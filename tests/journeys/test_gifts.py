"""What journeys give goes with its message: who is not told of it doesn't have it."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from bench.post import Answer, Post
from loyalnest import consents, journeys, ledger, messaging, notices, rewards
from loyalnest.journeys import PointsGift, RewardGift, Tell
from loyalnest.kernel import relay
from loyalnest.kernel.database import Database
from loyalnest.kernel.ids import new_id
from loyalnest.messaging import Channel, State
from loyalnest.templates import Occasion
from tests.journeys.cast import begun, percent_off, plan
from tests.journeys.test_outreach import EMAIL, lapsed
from tests.messaging.cast import Bakery, a_worker, by_day, open_bakery, settled, until

NEWS = [journeys.GIFTS, journeys.CODES, notices.NOTICES]


async def set_out(database: Database, bakery: Bakery, post: Post, gift: Any) -> journeys.Journey:
    """A journey with one step that gives something; whoever is in it has taken that step."""
    await bakery.uses(post)
    told = plan(steps=(Tell(occasion=Occasion.WIN_BACK, channels=EMAIL, gift=gift),))
    journey = await begun(database, bakery.merchant_id, told, now=by_day())
    await journeys.enter_by_calendar(database, by_day())
    await journeys.take_due_steps(database, by_day())
    return journey


async def say_no(database: Database, bakery: Bakery, people: Sequence[UUID]) -> None:
    said = [
        consents.Said(
            bakery.merchant_id,
            it,
            consents.Purpose.OUTREACH,
            consents.Channel.EMAIL,
            consents.State.WITHDRAWN,
            by_day(),
            consents.Proof(consents.Way.IMPORT, "test"),
        )
        for it in people
    ]
    async with database.batch([bakery.merchant_id]) as session:
        await consents.record_many(session, said, now=by_day())


async def balances(database: Database, bakery: Bakery) -> dict[UUID, int]:
    async with database.tenant(bakery.merchant_id) as session:
        rows = await session.execute(text("SELECT customer_id, available FROM accounts"))
        return {row[0]: row[1] for row in rows}


async def test_points_of_a_message_that_is_dropped_are_taken_back_once(database: Database) -> None:
    bakery = await open_bakery(database)
    told, silent, spender = await lapsed(database, bakery, 3)
    async with Post().open() as post:
        await set_out(database, bakery, post, PointsGift(points=50))
        assert await balances(database, bakery) == {told: 50, silent: 50, spender: 50}
        await spend(database, bakery, spender, 20)
        await say_no(database, bakery, [silent, spender])
        async with a_worker(database, journeys=journeys.standings_of):
            await until(lambda: settled(bakery))
        for _ in range(2):
            await relay.settle(database, NEWS, clock=by_day)
    # What was spent of them meanwhile is forgiven: nobody owes for what they found.
    assert await balances(database, bakery) == {told: 50, silent: 0, spender: 0}
    async with database.platform() as session:
        assert (await ledger.verify(session)).clean
    states = {it.customer_id: it.state for it in await bakery.deliveries()}
    assert states == {told: State.SENT, silent: State.DROPPED, spender: State.DROPPED}
    # It can't be sent by hand afterwards: it would promise what is gone.
    dropped = [it.id for it in await bakery.deliveries() if it.state is State.DROPPED]
    async with database.tenant(bakery.merchant_id) as session:
        with pytest.raises(messaging.MessageNotRetryable):
            await messaging.retry(session, dropped[0], now=by_day())
        assert not await messaging.retry_many(session, messaging.Filters(), now=by_day())


async def spend(database: Database, bakery: Bakery, who: UUID, points: int) -> None:
    async with database.batch([bakery.merchant_id]) as session:
        units = await ledger.unit_ids_of(session, [bakery.merchant_id])
        spent = ledger.Posting(
            merchant_id=bakery.merchant_id,
            customer_id=who,
            unit_id=units[bakery.merchant_id],
            kind=ledger.EntryKind.REDEEM,
            amount=-points,
            source=ledger.Source("test", new_id().hex),
            step="spend",
            occurred_at=by_day(),
        )
        await ledger.post_many(session, [spent], now=by_day())


async def test_the_code_of_a_message_that_is_dropped_is_cancelled_and_told_by_nobody_else(
    database: Database,
) -> None:
    bakery = await open_bakery(database)
    told, silent = await lapsed(database, bakery, 2)
    gift = await percent_off(database, bakery.merchant_id, 20, by_day())
    async with Post().open() as post:
        await set_out(database, bakery, post, RewardGift(reward_id=gift))
        await say_no(database, bakery, [silent])
        async with a_worker(database, journeys=journeys.standings_of):
            await until(lambda: settled(bakery))
            await relay.settle(database, NEWS, clock=by_day)
            await until(lambda: settled(bakery))
    async with database.tenant(bakery.merchant_id) as session:
        rows = await session.execute(text("SELECT customer_id, state FROM redemptions"))
        codes = {row[0]: row[1] for row in rows}
    assert codes == {told: rewards.State.ISSUED, silent: rewards.State.CANCELLED}
    # One mail brought the code; no notice brings it a second time.
    assert [it.occasion for it in await bakery.deliveries()] == [Occasion.WIN_BACK] * 2


async def test_what_a_provider_refused_keeps_its_gift_and_can_be_sent_again(
    database: Database,
) -> None:
    bakery = await open_bakery(database)
    (unlucky,) = await lapsed(database, bakery, 1)
    async with Post(lambda _: Answer(400, b"content_refused", takes=False)).open() as post:
        await set_out(database, bakery, post, PointsGift(points=50))
        async with a_worker(database, journeys=journeys.standings_of):
            await until(lambda: settled(bakery))
        await relay.settle(database, NEWS, clock=by_day)
    assert await bakery.states() == [State.FAILED]
    assert await balances(database, bakery) == {unlucky: 50}


async def test_who_is_told_on_the_next_channel_keeps_the_gift(database: Database) -> None:
    bakery = await open_bakery(database)
    (person,) = await lapsed(database, bakery, 1)
    async with Post().open() as post:
        await bakery.uses(post, channel=Channel.SMS)
        await bakery.uses(post)
        both = (Channel.EMAIL, Channel.SMS)
        step = Tell(occasion=Occasion.WIN_BACK, channels=both, gift=PointsGift(points=50))
        await begun(database, bakery.merchant_id, plan(steps=(step,)), now=by_day())
        await journeys.enter_by_calendar(database, by_day())
        await journeys.take_due_steps(database, by_day())
        await say_no(database, bakery, [person])
        async with a_worker(database, journeys=journeys.standings_of):
            await until(lambda: settled(bakery))
            await relay.settle(database, NEWS, clock=by_day)
            await until(lambda: settled(bakery))
    assert await bakery.states() == [State.DROPPED, State.SENT]
    assert await balances(database, bakery) == {person: 50}


async def test_what_was_not_sent_yet_when_a_journey_ends_is_not_given(database: Database) -> None:
    bakery = await open_bakery(database)
    (person,) = await lapsed(database, bakery, 1)
    async with Post().open() as post:
        journey = await set_out(database, bakery, post, PointsGift(points=50))
        async with database.tenant(bakery.merchant_id) as session:
            await journeys.end(session, journey.id, now=by_day() + timedelta(seconds=1))
        async with a_worker(database, journeys=journeys.standings_of):
            await until(lambda: settled(bakery))
        await relay.settle(database, NEWS, clock=by_day)
    assert await balances(database, bakery) == {person: 0}
