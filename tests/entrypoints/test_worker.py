"""The worker's parts side by side, and how they end."""

import asyncio
import os
import signal
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest.entrypoints import worker
from loyalnest.kernel import events, inbox, relay
from loyalnest.kernel.database import Database
from loyalnest.kernel.errors import Unavailable
from tests.kernel.inbox.bakery import Till, deliver, sale, sold
from tests.kernel.relay.bell import BellRang, Listener, heard, open_shops

_PATIENCE_S = 60


class RingingTill(Till):
    """Rings the bell for every sale."""

    async def apply(
        self, session: AsyncSession, sales: Sequence[inbox.Prepared], now: datetime
    ) -> None:
        await super().apply(session, sales, now)
        rung = [
            BellRang(merchant_id=sale.delivery.merchant_id, occurred_at=now, times=1)
            for sale in sales
        ]
        await events.publish(session, rung, now=now)


async def test_a_delivery_is_applied_and_its_event_heard(database: Database):
    (shop,) = await open_shops(database)
    till, listener = RingingTill(), Listener()
    stopping = asyncio.Event()
    work = worker.Work(providers=[till.provider], subscribers=[listener.subscriber])
    working = asyncio.create_task(worker.run(database, work, stopping))
    await asyncio.sleep(0.5)

    await deliver(database, [sale(shop, "bread")])
    await _heard(database, 1)

    stopping.set()
    async with asyncio.timeout(10):
        await working
    assert await sold(database) == ["bread"]


async def test_parts_come_back_after_the_database_went_away(database: Database):
    (shop,) = await open_shops(database)
    till, listener = RingingTill(), Listener()
    stopping = asyncio.Event()
    work = worker.Work(providers=[till.provider], subscribers=[listener.subscriber])
    working = asyncio.create_task(worker.run(database, work, stopping))
    await asyncio.sleep(0.5)

    async with database.engine.begin() as connection:
        await connection.execute(
            text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        )
    bread = sale(shop, "bread")
    async with asyncio.timeout(_PATIENCE_S):
        while not await _taken(database, bread):  # noqa: ASYNC110
            await asyncio.sleep(0.05)
    await _heard(database, 1)

    stopping.set()
    await working
    assert await heard(database) == [1]


async def test_a_part_that_failed_in_a_group_begins_again_with_nothing_left_of_that():
    stopping = asyncio.Event()
    marks: list[int] = []

    async def fail() -> None:
        raise ConnectionRefusedError

    async def part() -> None:
        task = asyncio.current_task()
        assert task is not None
        marks.append(task.cancelling())
        if len(marks) == 2:
            stopping.set()
            return
        async with asyncio.TaskGroup() as both:
            both.create_task(fail())
            both.create_task(asyncio.sleep(60))

    async with asyncio.timeout(10):
        await worker.keep_running("part", part, stopping)
    assert marks == [0, 0]


async def test_a_signal_ends_the_worker_after_its_batch(database: Database):
    (shop,) = await open_shops(database)
    till = Till()
    till.pause_s = 0.5
    await deliver(database, [sale(shop, "bread")])
    working = asyncio.create_task(worker.serve(database, worker.Work(providers=[till.provider])))
    async with asyncio.timeout(_PATIENCE_S):
        await till.has_sold.wait()

    os.kill(os.getpid(), signal.SIGTERM)
    async with asyncio.timeout(10):
        await working

    assert await sold(database) == ["bread"]
    assert await relay.sequence(database) == 0


async def _taken(database: Database, delivery: inbox.NewDelivery) -> bool:
    """Whether intake took it; it says no where it meets a connection that was lost."""
    try:
        await deliver(database, [delivery])
    except Unavailable:
        return False
    return True


async def _heard(database: Database, count: int) -> None:
    async with asyncio.timeout(_PATIENCE_S):
        while len(await heard(database)) < count:  # noqa: ASYNC110
            await asyncio.sleep(0.05)
