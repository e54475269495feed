"""What is asked for is handed over once, whatever happens on the way."""

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import text

from bench.post import Answer, Mood, Post, offer
from loyalnest import consents, messaging
from loyalnest.kernel import clock
from loyalnest.kernel.database import Database
from loyalnest.messaging import Channel, Provider, Reason, SenderState, Standing, State
from tests.doors import Hands
from tests.messaging.cast import (
    OUTREACH,
    Bakery,
    a_worker,
    by_day,
    news_of,
    open_bakery,
    settled,
    until,
)


async def test_what_is_asked_for_twice_by_ten_workers_is_sent_once_in_order(
    bakery: Bakery, post: Post
) -> None:
    people = await bakery.enrols(10)
    await bakery.uses(post)
    both = [await bakery.asks(people, sources=people) for _ in range(2)]
    assert both[1] == [None] * 10
    later = [await bakery.asks(people) for _ in range(4)]
    async with AsyncExitStack() as workers:
        for _ in range(10):
            await workers.enter_async_context(a_worker(bakery.database))
        await until(lambda: settled(bakery))
    assert set(await bakery.states()) == {State.SENT}
    for place, person in enumerate(people):
        ids = [both[0][place], *(each[place] for each in later)]
        to = f"member{bakery.people.index(person)}@example.com"
        sent = [letter["id"] for letter in post.taken if letter["to"] == to]
        assert sent == [id_.hex for id_ in ids if id_]


async def test_outreach_reaches_somebody_once_in_seven_days_whatever_asks_for_it(
    bakery: Bakery, post: Post
) -> None:
    people = await bakery.enrols(5)
    await bakery.uses(post)
    await bakery.uses(post, channel=Channel.SMS)
    now = Hands(datetime(2026, 3, 10, 12, tzinfo=ZoneInfo("UTC")))
    past = now.at - timedelta(days=1)
    for channel in (Channel.EMAIL, Channel.SMS, Channel.EMAIL):
        await bakery.asks(people, occasion=OUTREACH, channels=[channel], due_at=past)
    async with a_worker(bakery.database, now=now), a_worker(bakery.database, now=now):
        await until(lambda: settled(bakery))
        assert Counter(await bakery.states()) == {State.SENT: 5, State.DROPPED: 10}
        assert {it.reason for it in await bakery.deliveries(state=State.DROPPED)} == {"too_soon"}
        now.pass_by(days=7)
        await bakery.asks(people, occasion=OUTREACH, due_at=now.at)
        await until(lambda: settled(bakery))
    assert len(post.taken) == 10


async def test_outreach_waits_for_the_morning_on_the_night_the_clocks_go_forward(
    bakery: Bakery, post: Post
) -> None:
    people = await bakery.enrols(3)
    await bakery.uses(post, channel=Channel.SMS)
    night = Hands(datetime(2026, 3, 28, 22, 30, tzinfo=ZoneInfo("UTC")))
    await bakery.asks(people, occasion=OUTREACH, channels=[Channel.SMS], due_at=night.at)
    async with a_worker(bakery.database, now=night):
        await until(lambda: _waits_until(bakery, datetime(2026, 3, 29, 7, tzinfo=ZoneInfo("UTC"))))
        night.at = datetime(2026, 3, 29, 6, 59, 59, tzinfo=ZoneInfo("UTC"))
        await asyncio.sleep(0.4)
        assert post.taken == []
        night.pass_by(seconds=1)
        await until(lambda: settled(bakery))
    assert len(post.taken) == 3


async def _waits_until(bakery: Bakery, instant: datetime) -> bool:
    async with bakery.database.tenant(bakery.merchant_id) as session:
        found = await session.scalars(
            text("SELECT due_at FROM message_queue WHERE merchant_id = :id"),
            {"id": bakery.merchant_id},
        )
        return set(found) == {instant}


async def test_whoever_leaves_is_left_alone_a_second_later_however_much_waits(
    bakery: Bakery, post: Post
) -> None:
    people = await bakery.enrols(300)
    await bakery.uses(post, rate_per_s=60)
    await bakery.asks(people, occasion=OUTREACH)
    async with a_worker(bakery.database):
        await until(lambda: len(post.taken) >= 60)
        async with bakery.database.batch([bakery.merchant_id]) as session:
            now = by_day()
            said = [
                consents.Said(
                    bakery.merchant_id,
                    person,
                    consents.Purpose.OUTREACH,
                    consents.Channel.EMAIL,
                    consents.State.WITHDRAWN,
                    now,
                    consents.Proof(consents.Way.CUSTOMER_PAGE, "test"),
                )
                for person in people
            ]
            await consents.record_many(session, said, now=now)
        left_at_s = asyncio.get_running_loop().time()
        await until(lambda: settled(bakery))
    assert max(call.sent_at_s for call in post.calls) < left_at_s + 1
    assert Counter(await bakery.states()) == {
        State.SENT: len(post.taken),
        State.DROPPED: 300 - len(post.taken),
    }
    assert {it.reason for it in await bakery.deliveries(state=State.DROPPED)} == {"opted_out"}


async def test_several_workers_keep_to_the_pace_in_every_second(bakery: Bakery, post: Post) -> None:
    people = await bakery.enrols(100)
    await bakery.uses(post, rate_per_s=40)
    await bakery.asks(people)
    async with a_worker(bakery.database), a_worker(bakery.database), a_worker(bakery.database):
        await until(lambda: settled(bakery))
    sent = sorted(call.sent_at_s for call in post.calls)
    assert all(later - earlier >= 1 for earlier, later in zip(sent, sent[40:], strict=False))


async def test_a_provider_that_is_down_slow_or_talks_nonsense_holds_nobody_else_up(
    lasting_database: Database, post: Post
) -> None:
    moods: dict[str, Mood] = {
        "slow": lambda _: Answer(delay_s=20),
        "nonsense": lambda _: Answer(body=b"<html>Welcome</html>", takes=False),
        "failing": lambda _: Answer(status=503, takes=False),
    }
    async with AsyncExitStack() as stack:
        bad: dict[str, Bakery] = {}
        for name, mood in moods.items():
            other = await stack.enter_async_context(Post(mood=mood).open())
            bad[name] = await open_bakery(lasting_database)
            await bad[name].uses(other)
            await bad[name].asks(await bad[name].enrols(40))
        bad["down"] = await open_bakery(lasting_database)
        await bad["down"].uses(Post(port=1))
        await bad["down"].asks(await bad["down"].enrols(40))
        well = await open_bakery(lasting_database)
        await well.uses(post)
        worker = await stack.enter_async_context(a_worker(lasting_database))
        await until(lambda: _rests(bad["down"]))
        began_s = asyncio.get_running_loop().time()
        await well.asks(await well.enrols(40))
        await until(lambda: len(post.taken) == 40)
        # Nobody has waited for an answer that takes 20 seconds.
        assert asyncio.get_running_loop().time() - began_s < 15
        await until(lambda: _rests(bad["nonsense"]))
        await until(lambda: _rests(bad["failing"]))
        assert worker is not None
    assert State.SENT not in await bad["down"].states()


async def _rests(bakery: Bakery) -> bool:
    sender = await bakery.sender()
    return sender.failures >= 5 and sender.paused_until is not None


async def test_a_provider_that_asks_for_time_gets_it_and_nothing_is_lost(
    bakery: Bakery, post: Post
) -> None:
    said: list[float] = []

    def busy_at_first(_: object) -> Answer:
        if not said:
            said.append(asyncio.get_running_loop().time())
            return Answer(status=429, headers={"Retry-After": "1"}, takes=False)
        return Answer()

    post.mood = busy_at_first
    await bakery.uses(post)
    await bakery.asks(await bakery.enrols(5))
    async with a_worker(bakery.database, offer(calls_at_once=1)):
        await until(lambda: settled(bakery))
    assert len(post.taken) == 5
    assert post.calls[1].came_at_s - said[0] >= 1


async def test_an_account_that_is_refused_waits_until_it_is_mended(
    bakery: Bakery, post: Post
) -> None:
    post.mood = lambda _: Answer(status=401, body=b"credentials_refused", takes=False)
    sender = await bakery.uses(post)
    await bakery.asks(await bakery.enrols(3))
    async with a_worker(bakery.database):
        await until(lambda: _is(bakery, SenderState.BROKEN))
        assert set(await bakery.states()) == {State.WAITING}
        post.mood = lambda _: Answer()
        async with bakery.database.tenant(bakery.merchant_id) as session:
            broken = await messaging.get_sender(session, sender.id)
            assert broken.reason is Reason.CREDENTIALS_REFUSED
            setup = messaging.Setup(Channel.EMAIL, sender.origin, values={"token": "a new one"})
            await messaging.change(
                session,
                sender.id,
                setup,
                offer(),
                read_version=broken.version,
                actor="test",
                now=clock.now(),
            )
        await until(lambda: settled(bakery))
    assert len(post.taken) == 3
    assert sorted(await news_of(bakery, "sender.")) == [
        "sender.broke",
        "sender.saved",
        "sender.saved",
    ]


async def _is(bakery: Bakery, state: SenderState) -> bool:
    return (await bakery.sender()).state is state


async def test_a_number_that_doesnt_exist_is_never_tried_again_and_the_mail_goes_instead(
    bakery: Bakery, post: Post
) -> None:
    async with Post(mood=lambda _: Answer(400, b"address_invalid", takes=False)).open() as phone:
        await bakery.uses(phone, channel=Channel.SMS, by=offer(provider=Provider.TWILIO))
        await bakery.uses(post)
        people = await bakery.enrols(3)
        offers = offer(), offer(provider=Provider.TWILIO)
        async with a_worker(bakery.database, *offers):
            chain = [Channel.SMS, Channel.EMAIL]
            await bakery.asks(people, channels=chain)
            await until(lambda: len(post.taken) == 3)
            await bakery.asks(people, channels=chain)
            await until(lambda: len(post.taken) == 6)
            await until(lambda: settled(bakery))
    assert len(phone.calls) == 3
    sms = await bakery.deliveries(channel=Channel.SMS)
    mails = await bakery.deliveries(channel=Channel.EMAIL)
    assert [it.reason for it in sms] == ["address_invalid"] * 3 + ["suppressed"] * 3
    assert sorted(it.fallback_of or "" for it in mails) == sorted(it.id for it in sms)
    assert (await news_of(bakery, "message.fell_back")) == ["message.fell_back"] * 6


async def test_a_journey_that_was_paused_goes_on_where_it_was(bakery: Bakery, post: Post) -> None:
    people = await bakery.enrols(6)
    await bakery.uses(post)
    running, ended = people[0], people[1]  # any ids will do
    standing = {running: Standing.PAUSED}

    async def journeys(_: object, ids: Sequence[UUID]) -> dict[UUID, Standing]:
        return {id_: standing[id_] for id_ in ids if id_ in standing}

    await bakery.asks(people[:3], occasion=OUTREACH, journey_id=running)
    await bakery.asks(people[3:], occasion=OUTREACH, journey_id=ended)
    async with a_worker(bakery.database, journeys=journeys):
        await until(lambda: settled(bakery))
        assert Counter(await bakery.states()) == {State.HELD: 3, State.DROPPED: 3}
        standing[running] = Standing.RUNNING
        for _ in range(2):
            async with bakery.database.tenant(bakery.merchant_id) as session:
                await messaging.release(session, running, now=clock.now())
        await until(lambda: settled(bakery))
    assert len(post.taken) == 3
    assert [it.reason for it in await bakery.deliveries(state=State.DROPPED)] == ["ended"] * 3


async def test_what_was_refused_before_a_pause_goes_under_another_key(bakery: Bakery) -> None:
    people = await bakery.enrols(1)
    running = people[0]  # any id will do
    standing = {running: Standing.RUNNING}
    keys: list[str] = []

    def refuses_once(letters: Sequence[Mapping[str, Any]]) -> Answer:
        keys.extend(each["key"] for each in letters)
        if len(keys) > 1:
            return Answer()
        standing[running] = Standing.PAUSED
        return Answer(503, takes=False)

    async def journeys(_: object, ids: Sequence[UUID]) -> dict[UUID, Standing]:
        return {id_: standing[id_] for id_ in ids}

    async with Post(refuses_once).open() as post:
        await bakery.uses(post)
        await bakery.asks(people, occasion=OUTREACH, journey_id=running)
        async with a_worker(bakery.database, journeys=journeys):
            await until(lambda: settled(bakery))
            assert await bakery.states() == [State.HELD]
            standing[running] = Standing.RUNNING
            async with bakery.database.tenant(bakery.merchant_id) as session:
                await messaging.release(session, running, now=clock.now())
            await until(lambda: settled(bakery))
    assert await bakery.states() == [State.SENT]
    assert [key.rpartition("-")[2] for key in keys] == ["0", "1"]
