"""Nobody is told twice, and nothing is lost, however badly things meet."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine
from sqlalchemy.pool import NullPool

from bench.post import Answer, Post, offer
from loyalnest import journeys, ledger, messaging
from loyalnest.entrypoints.worker import keep_running
from loyalnest.kernel import clock
from loyalnest.kernel.database import Database
from loyalnest.kernel.ids import new_id
from loyalnest.messaging import (
    Accepted,
    Account,
    Channel,
    Desk,
    Found,
    Letter,
    Outcome,
    Provider,
    Reason,
    Sending,
    Standing,
    State,
    Status,
    Unseen,
)
from loyalnest.messaging.sending import Stationery, ownership
from loyalnest.messaging.service import recording
from loyalnest.messaging.service.recording import Ended
from tests.journeys.cast import WINS_BACK, begun
from tests.messaging.cast import (
    ADDRESS,
    OUTREACH,
    Bakery,
    a_worker,
    by_day,
    news_of,
    settled,
    until,
)


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


async def test_what_a_provider_said_is_kept_while_the_database_is_away(bakery: Bakery) -> None:
    people = await bakery.enrols(1)
    unsure = offer(provider=Provider.SMTP, repeats_safely_for=None, calls_at_once=4)
    async with Post(lambda _: Answer(delay_s=1), remembers=False).open() as post:
        await bakery.uses(post, by=unsure)
        await bakery.asks(people, occasion=OUTREACH)
        stopping = asyncio.Event()
        desk = Desk(bakery.database, Sending((unsure,), Stationery(ADDRESS), None, by_day))
        working = asyncio.create_task(
            keep_running("messages", lambda: desk.run(stopping), stopping)
        )
        await until(lambda: post.taken)
        await _hangs_up(bakery.database, for_s=2.5)
        await until(lambda: settled(bakery))
        stopping.set()
        await working
    assert await bakery.states() == [State.SENT]
    assert len(post.taken) == 1


async def _hangs_up(database: Database, *, for_s: float) -> None:
    """The database ends every connection, and every one that is made anew, for so long."""
    url = database.engine.url
    other = create_async_engine(
        url.set(database="postgres"), poolclass=NullPool, isolation_level="AUTOCOMMIT"
    )
    end = text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = :name")
    loop = asyncio.get_running_loop()
    until_s = loop.time() + for_s
    async with other.connect() as connection:
        while loop.time() < until_s:
            await connection.execute(end, {"name": url.database})
            await asyncio.sleep(0.005)
    await other.dispose()


async def test_what_a_provider_tells_before_it_answers_stands(bakery: Bakery) -> None:
    """Why a message failed is not forgotten, that it was sent is told once, and what has arrived
    goes on by no other channel though its repetition was refused."""
    people = await bakery.enrols(3)
    failing, sent, arrived = people
    async with Post(lambda _: Answer(delay_s=1)).open() as post:
        phone = await bakery.uses(post, channel=Channel.SMS)
        await bakery.uses(post)
        await bakery.asks([failing, sent])
        await bakery.asks([arrived], channels=[Channel.SMS, Channel.EMAIL])
        async with a_worker(bakery.database):
            await until(lambda: len(post.taken) == 3)
            by_person = {it.customer_id: it.id for it in await bakery.deliveries()}
            post.mood = lambda _: Answer(400, b"content_refused", takes=False)
            told = [
                Status(State.FAILED, at, message_id=by_person[failing], reason=Reason.UNREACHABLE),
                Status(State.SENT, at, message_id=by_person[sent]),
                Status(State.DELIVERED, at, message_id=by_person[arrived]),
            ]
            async with bakery.database.batch([bakery.merchant_id]) as session:
                await messaging.take_status(session, told, now=at)
            await until(lambda: _queue_is_empty(bakery))
    async with bakery.database.batch([bakery.merchant_id]) as session:
        owner = new_id()
        queue = text(
            "INSERT INTO message_queue (merchant_id, message_id, sender_id, lane, customer_id,"
            " due_at, claimed_by) VALUES (:merchant, :id, :sender, 0, :who, now(), :owner)"
        )
        keys = {"merchant": bakery.merchant_id, "id": by_person[arrived], "owner": owner}
        await session.execute(queue, {**keys, "sender": phone.id, "who": arrived})
        refused = Ended(by_person[arrived], State.FAILED, Reason.CONTENT_REFUSED)
        await recording.end(
            session, [refused], merchant_id=bakery.merchant_id, owner=owner, now=by_day()
        )
    found = {it.customer_id: it for it in await bakery.deliveries()}
    assert len(await bakery.deliveries()) == 3
    assert (found[failing].state, found[failing].reason) == (State.FAILED, "unreachable")
    assert (found[arrived].state, found[arrived].reason) == (State.DELIVERED, None)
    assert found[failing].provider_id
    assert len(await news_of(bakery, "message.sent")) == 3


async def _queue_is_empty(bakery: Bakery) -> bool:
    async with bakery.database.tenant(bakery.merchant_id) as session:
        return not await session.scalar(text("SELECT count(*) FROM message_queue"))


async def test_what_is_told_while_it_is_being_written_down_is_not_lost(bakery: Bakery) -> None:
    people = await bakery.enrols(1)
    async with Post(lambda _: Answer(delay_s=1)).open() as post:
        await bakery.uses(post)
        await bakery.asks(people)
        async with a_worker(bakery.database):
            await until(lambda: post.taken)
            early = Status(State.DELIVERED, at, provider_id=f"pv-1-{post.taken[0]['key']}")
            async with bakery.database.batch([bakery.merchant_id]) as session:
                await messaging.take_status(session, [early], now=at)
                await asyncio.sleep(2)
            await until(lambda: settled(bakery))
    assert await bakery.states() == [State.DELIVERED]


async def test_who_takes_over_waits_until_nothing_of_the_others_is_under_way(
    bakery: Bakery, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A worker that can't reach the database while a slow call of its is under way."""
    people = await bakery.enrols(1)
    taken: list[str] = []

    def open_(_: Account) -> _Slow:
        return _Slow(taken)

    klaviyo = offer(provider=Provider.KLAVIYO, repeats_safely_for=None, looks_up=True)
    slow = replace(klaviyo, open=open_)

    async def unreached(*_: object) -> set[ownership.Key]:
        await asyncio.sleep(60)
        return set()

    async with Post().open() as post:
        await bakery.uses(post, by=slow)
    await bakery.asks(people, occasion=OUTREACH)
    monkeypatch.setattr(ownership, "renew", unreached)
    async with a_worker(bakery.database, slow), a_worker(bakery.database, slow):
        await until(lambda: settled(bakery))
        await asyncio.sleep(5)
    assert len(taken) == 1
    assert await bakery.states() == [State.SENT]


class _Slow:
    """A provider that takes letters in its own time, and knows those that it has taken."""

    def __init__(self, taken: list[str]):
        self._taken = taken

    async def send(self, letters: Sequence[Letter]) -> Sequence[Outcome]:
        await asyncio.sleep(4.5)
        self._taken += [letter.key for letter in letters]
        return [Accepted(letter.key) for letter in letters]

    async def look_up(self, letters: Sequence[Letter]) -> Sequence[Found]:
        return [Accepted(it.key) if it.key in self._taken else Unseen() for it in letters]

    async def close(self) -> None:
        pass
