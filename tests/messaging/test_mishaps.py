"""Nobody is told twice, and nothing is lost, however badly things meet."""

import asyncio
from collections.abc import AsyncGenerator, Mapping, Sequence
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from bench.post import Post
from loyalnest import journeys, ledger, messaging
from loyalnest.kernel import clock
from loyalnest.kernel.database import Database
from loyalnest.messaging import Channel, Reason, Standing, State, Status
from tests.journeys.cast import WINS_BACK, begun
from tests.messaging.cast import OUTREACH, Bakery, a_worker, by_day, open_bakery, settled, until


@pytest.fixture
async def bakery(lasting_database: Database) -> Bakery:
    return await open_bakery(lasting_database)


@pytest.fixture
async def post() -> AsyncGenerator[Post]:
    async with Post().open() as post:
        yield post


async def test_somebody_who_was_told_as_another_is_not_told_again_within_the_week(
    bakery: Bakery, post: Post
) -> None:
    told, same = await bakery.enrols(2)
    await bakery.uses(post)
    await bakery.asks([told], occasion=OUTREACH)
    async with a_worker(bakery.database):
        await until(lambda: settled(bakery))
        async with bakery.database.tenant(bakery.merchant_id) as session:
            await ledger.merge(
                session,
                merchant_id=bakery.merchant_id,
                kept_id=same,
                merged_id=told,
                actor="test",
                now=clock.now(),
            )
        await bakery.asks([same], occasion=OUTREACH)
        await until(lambda: settled(bakery))
    assert [it.reason for it in await bakery.deliveries()] == [None, "too_soon"]
    assert len(post.taken) == 1


async def test_what_arrived_late_after_all_is_not_told_on_the_next_channel(
    bakery: Bakery, post: Post
) -> None:
    people = await bakery.enrols(2)
    await bakery.uses(post, channel=Channel.SMS)
    await bakery.uses(post)
    await bakery.asks(people, occasion=OUTREACH, channels=[Channel.SMS, Channel.EMAIL])
    async with a_worker(bakery.database):
        await until(lambda: settled(bakery))
    sent = await bakery.deliveries()
    lost = [Status(State.FAILED, at, message_id=it.id, reason=Reason.UNREACHABLE) for it in sent]
    late = Status(State.DELIVERED, at + timedelta(minutes=5), message_id=sent[0].id)
    async with bakery.database.batch([bakery.merchant_id]) as session:
        await messaging.take_status(session, lost, now=at)
        await messaging.take_status(session, [late], now=at)
    async with a_worker(bakery.database):
        await until(lambda: settled(bakery))
    mails = {it.fallback_of: it for it in await bakery.deliveries(channel=Channel.EMAIL)}
    assert (mails[sent[0].id].state, mails[sent[0].id].reason) == (State.DROPPED, "expired")
    assert mails[sent[1].id].state is State.SENT
    assert len(post.taken) == 3


at = clock.now()


async def test_what_is_held_while_its_journey_is_resumed_goes_on(
    bakery: Bakery, post: Post
) -> None:
    people = await bakery.enrols(3)
    await bakery.uses(post)
    journey = await begun(bakery.database, bakery.merchant_id, WINS_BACK, now=by_day())
    async with bakery.database.tenant(bakery.merchant_id) as session:
        await journeys.pause(session, journey.id, now=by_day())
    resuming: list[asyncio.Task[None]] = []

    async def resume() -> None:
        async with bakery.database.tenant(bakery.merchant_id) as session:
            await journeys.resume(session, journey.id, now=by_day())

    async def standings(session: AsyncSession, ids: Sequence[UUID]) -> Mapping[UUID, Standing]:
        found = await journeys.standings_of(session, ids)
        if not resuming:
            resuming.append(asyncio.create_task(resume()))
            await asyncio.wait(resuming, timeout=1)
        return found

    await bakery.asks(people, occasion=OUTREACH, journey_id=journey.id)
    async with a_worker(bakery.database, journeys=standings):
        await until(lambda: resuming and resuming[0].done())
        await until(lambda: settled(bakery))
    assert await bakery.states() == [State.SENT] * 3
