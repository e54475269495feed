"""Nobody misses an event, nobody hears one twice, and nobody waits for somebody else."""

import asyncio
import random
import re
from dataclasses import replace
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest.kernel import events, relay
from loyalnest.kernel.database import Database, bulk
from loyalnest.kernel.relay.queries import AFTER, BETWEEN
from tests.conftest import NOW
from tests.kernel.inbox.bakery import count
from tests.kernel.relay.bell import DoorOpened, Listener, heard, open_shops, ring, rings


async def test_events_are_heard_once_and_in_the_order_they_were_published(database: Database):
    (shop,) = await open_shops(database)
    listener = Listener()
    await ring(database, shop, 1, 2)
    await ring(database, shop, 3)

    await relay.settle(database, [listener.subscriber])
    await relay.settle(database, [listener.subscriber])

    assert await heard(database) == [1, 2, 3]
    async with database.tenant(shop) as session:
        log = await relay.events_after(session, merchant_id=shop, position=0)
    assert [(event.position, event.data) for event in log] == [
        (1, {"times": 1}),
        (2, {"times": 2}),
        (3, {"times": 3}),
    ]
    assert await count(database, "outbox") == 0


async def test_a_subscriber_hears_those_merchants_alone_that_it_asks_for(database: Database):
    loud, quiet = await open_shops(database, 2)
    listener = Listener()
    asked: list[UUID] = []

    async def wanted(_: AsyncSession) -> list[UUID]:
        return asked

    subscriber = replace(listener.subscriber, merchants=wanted)
    await ring(database, loud, 1)
    await relay.settle(database, [subscriber])
    assert listener.calls == 0, "nobody was wanted, so nothing was read"

    asked.append(loud)
    await ring(database, quiet, 2)
    await ring(database, loud, 3)
    await relay.settle(database, [subscriber])

    assert await heard(database) == [3], "what came before it asked is past"


async def test_looking_in_vain_writes_nothing_to_disk(database: Database):
    (shop,) = await open_shops(database)
    listener = Listener()
    await ring(database, shop, 1)
    await relay.settle(database, [listener.subscriber])
    locked_by = "SELECT xmax::text FROM event_head UNION ALL SELECT xmax::text FROM event_cursors"
    before = await _column(database, locked_by)

    await relay.settle(database, [listener.subscriber])

    assert await _column(database, locked_by) == before


async def test_a_transaction_that_is_rolled_back_has_announced_nothing(database: Database):
    (shop,) = await open_shops(database)
    listener = Listener()

    async def change_our_mind() -> None:
        async with database.tenant(shop) as session:
            await events.publish(session, rings(shop, 1), now=NOW)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await change_our_mind()
    await relay.settle(database, [listener.subscriber])

    assert await heard(database) == []


async def test_a_transaction_that_stays_open_delays_nobody_and_is_not_skipped(database: Database):
    (shop,) = await open_shops(database)
    listener = Listener()

    async with database.tenant(shop) as slow:
        await events.publish(slow, rings(shop, 1), now=NOW)
        await ring(database, shop, 2)
        await relay.settle(database, [listener.subscriber])
        assert len(await heard(database)) == 1
    await relay.settle(database, [listener.subscriber])

    assert await heard(database) == [1, 2]
    async with database.tenant(shop) as session:
        log = await relay.events_after(session, merchant_id=shop, position=0)
    assert [event.data["times"] for event in log] == [2, 1]


async def test_no_reader_skips_an_event_while_many_write_and_many_sequence(database: Database):
    shops = await open_shops(database, 4)
    listener = Listener()
    stopping = asyncio.Event()
    head = relay.Head()

    async def writes(shop: UUID) -> None:
        for _ in range(25):
            async with database.tenant(shop) as session:
                await events.publish(session, rings(shop, 1, 2), now=NOW)
                await asyncio.sleep(random.uniform(0, 0.01))

    relays = [
        asyncio.create_task(relay.run_sequencer(database, stopping, head=head)),
        asyncio.create_task(relay.run_sequencer(database, stopping, head=relay.Head())),
        asyncio.create_task(relay.Delivery(database, listener.subscriber).run(stopping, head=head)),
    ]
    await asyncio.gather(*(writes(shop) for shop in shops))
    for _ in range(1200):
        if len(await heard(database)) >= 200:
            break
        await asyncio.sleep(0.05)
    stopping.set()
    await asyncio.gather(*relays)

    assert await heard(database) == list(range(1, 201))


async def test_a_subscriber_sees_only_the_types_it_asked_for(database: Database):
    (shop,) = await open_shops(database)
    doors = Listener("doors", frozenset({"door.opened"}))
    async with database.tenant(shop) as session:
        door = DoorOpened(merchant_id=shop, occurred_at=NOW)
        await events.publish(session, [*rings(shop, 1, 2), door, *rings(shop, 3)], now=NOW)

    await relay.settle(database, [doors.subscriber])

    assert await heard(database, "doors") == [3]
    assert await _lags(database) == [relay.Lag("doors", 0)]


async def test_an_event_that_fails_is_set_aside_and_the_others_are_heard(database: Database):
    shops = await open_shops(database, 2)
    listener = Listener()
    listener.poison = {13}
    for n in range(40):
        await ring(database, shops[n % 2], n)

    await relay.settle(database, [listener.subscriber])

    assert sorted(await heard(database)) == [n for n in range(1, 41) if n != 14]
    async with database.tenant(shops[1]) as session:
        (failure,) = await relay.list_failures(session, merchant_id=shops[1])
    assert (failure.subscriber, failure.event.position, failure.code) == (
        "listener",
        14,
        "INTERNAL_ERROR",
    )
    assert "anna" not in failure.detail


async def test_a_failure_can_be_retried_until_it_works(database: Database):
    (shop,) = await open_shops(database)
    listener = Listener()
    listener.poison = {1}
    await ring(database, shop, 1)
    await relay.settle(database, [listener.subscriber])

    async def retry() -> bool:
        async with database.tenant(shop) as session:
            return await relay.retry_failure(
                session,
                [listener.subscriber],
                merchant_id=shop,
                subscriber="listener",
                position=1,
                now=NOW,
            )

    assert not await retry()
    async with database.tenant(shop) as session:
        (failure,) = await relay.list_failures(session, merchant_id=shop)
    assert failure.attempts == 2

    listener.poison = set()
    assert await retry()
    assert await heard(database) == [1]
    with pytest.raises(relay.FailureNotFound):
        await retry()


async def test_two_processes_serve_one_subscriber_without_hearing_twice(database: Database):
    (shop,) = await open_shops(database)
    listener = Listener()
    for _ in range(30):
        await ring(database, shop, *range(100))
    while await relay.sequence(database):
        pass
    deliveries = [relay.Delivery(database, listener.subscriber) for _ in range(3)]
    await deliveries[0].begin()

    async def follow(delivery: relay.Delivery) -> None:
        while await _lags(database) != [relay.Lag("listener", 0)]:
            await delivery.step()

    async with asyncio.timeout(60):
        await asyncio.gather(*(follow(delivery) for delivery in deliveries))

    assert await heard(database) == list(range(1, 3001))


async def test_the_relay_reads_the_log_by_its_positions(database: Database):
    shops = await open_shops(database, 40)
    # In turns: a stretch of the log that is one shop's would be most of a partition.
    for _ in range(5):
        for shop in shops:
            await ring(database, shop, *range(20))
        while await relay.sequence(database):
            pass
    async with database.engine.begin() as connection:
        await connection.execute(text("ANALYZE events"))

    async with database.platform() as session:
        connection = await bulk(session)
        rows = await connection.fetch("EXPLAIN " + BETWEEN, 2000, 2020, None, None)
        parts = await connection.fetch(
            "SELECT tableoid::regclass::text, count(*) FROM events GROUP BY 1"
        )

    plan = "\n".join(str(row[0]) for row in rows)
    # Shops fall into the partitions by chance; one with a page or two is rightly read as a whole.
    large = {name for name, events in parts if events >= 300}
    assert large
    assert not large & set(re.findall(r"Seq Scan on (\w+)", plan))
    assert large <= set(re.findall(r"(events_\d+)_position_idx", plan))


async def test_a_merchant_reads_its_own_events_by_position(database: Database):
    shops = await open_shops(database, 40)
    for shop in shops:
        await ring(database, shop, *range(100))
    while await relay.sequence(database):
        pass
    async with database.engine.begin() as connection:
        await connection.execute(text("ANALYZE events"))

    # A partition where one is alone by chance would rightly be read as a whole, or by positions.
    of_the_fullest = """
        SELECT array_agg(DISTINCT merchant_id)
        FROM events
        GROUP BY tableoid
        ORDER BY count(*) DESC
        LIMIT 1
    """
    async with database.platform() as session:
        shop, other, *_ = await (await bulk(session)).fetchval(of_the_fullest)
    async with database.tenant(shop) as session:
        connection = await bulk(session)
        await connection.execute("SET LOCAL enable_seqscan = off")
        rows = await connection.fetch("EXPLAIN " + AFTER, shop, 0, None, None, 50)
        log = await relay.events_after(session, merchant_id=other, position=0)

    plan = "\n".join(str(row[0]) for row in rows)
    assert "Seq Scan" not in plan
    assert re.search(r"pkey on .*\n +Index Cond: \(+merchant_id", plan), plan
    assert log == []


async def _lags(database: Database) -> list[relay.Lag]:
    async with database.platform() as session:
        return await relay.lags(session)


async def _column(database: Database, query: str) -> list[str]:
    async with database.platform() as session:
        return [row[0] for row in await (await bulk(session)).fetch(query)]
