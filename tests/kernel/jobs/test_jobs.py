"""A job exists if the change does, is done once it can be, and is never thrown away."""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, cast

import pytest

from loyalnest.kernel import clock, jobs
from loyalnest.kernel.database import Bulk, Database, bulk
from tests.kernel.inbox.bakery import open_bakeries


class Oven:
    """Bakes what it is asked to; told to, it fails."""

    def __init__(self) -> None:
        self.baked: list[str] = []
        self.failures = 0
        self.job = jobs.Job("bake", self.bake)
        self.alarms = 0

    async def bake(self, database: Database, payload: jobs.Payload, now: datetime) -> None:
        if self.failures:
            self.failures -= 1
            raise RuntimeError("anna@example.com burnt her fingers")
        self.baked.append(payload["loaf"])

    async def ring(self, database: Database, now: datetime) -> None:
        self.alarms += 1
        if self.alarms == 1:
            raise RuntimeError("a cracked bell")


async def test_a_job_is_done_after_the_change_that_asked_for_it(database: Database):
    (merchant,) = await open_bakeries(database, 1)
    oven = Oven()
    async with database.tenant(merchant) as session:
        await jobs.enqueue(session, "bake", {"loaf": "rye"})

    await _run_until(database, oven, lambda: bool(oven.baked))

    assert oven.baked == ["rye"]


async def test_a_change_that_is_rolled_back_leaves_no_job(database: Database):
    (merchant,) = await open_bakeries(database, 1)

    async def change_our_mind() -> None:
        async with database.tenant(merchant) as session:
            await jobs.enqueue(session, "bake", {"loaf": "rye"})
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await change_our_mind()

    assert await _waiting(database) == 0


async def test_a_key_asks_for_a_job_once(database: Database):
    (merchant,) = await open_bakeries(database, 1)
    for _ in range(3):
        async with database.tenant(merchant) as session:
            await jobs.enqueue(session, "bake", {"loaf": "rye"}, key="rye")

    assert await _waiting(database) == 1


async def test_a_job_for_later_waits(database: Database):
    (merchant,) = await open_bakeries(database, 1)
    async with database.tenant(merchant) as session:
        await jobs.enqueue(session, "bake", {"loaf": "rye"}, delay=timedelta(hours=1))

    assert await _waiting(database) == 0


async def test_a_job_that_fails_is_tried_again(database: Database):
    (merchant,) = await open_bakeries(database, 1)
    oven = Oven()
    oven.failures = 1
    async with database.tenant(merchant) as session:
        await jobs.enqueue(session, "bake", {"loaf": "rye"})

    await _run_until(database, oven, lambda: bool(oven.baked))

    assert oven.baked == ["rye"]


async def test_a_job_that_keeps_failing_is_held_without_personal_data(database: Database):
    (merchant,) = await open_bakeries(database, 1)
    oven = Oven()
    oven.failures = 1
    async with database.tenant(merchant) as session:
        await jobs.enqueue(session, "bake", {"loaf": "rye"})
    async with database.platform() as session:
        await (await bulk(session)).execute("UPDATE jobs.pgqueuer SET attempts = 5")

    await _run_until(database, oven, lambda: not oven.failures)

    async with database.platform() as session:
        (held,) = await jobs.held_jobs(session)
        kept = await (await bulk(session)).fetch("SELECT traceback FROM jobs.pgqueuer_log")
        with pytest.raises(jobs.JobNotHeld):
            await jobs.retry_held(session, [held.id, held.id + 1])
        assert await jobs.count_held(session) == 1, "all are queued again, or none"
        await jobs.retry_held(session, [held.id])
        assert await jobs.count_held(session) == 0
    assert held.name == "bake"
    assert "INTERNAL_ERROR" in (held.reason or "")
    assert "anna" not in str([tuple(row) for row in kept])
    await _run_until(database, oven, lambda: bool(oven.baked))


async def test_the_timetable_is_kept_even_after_a_failure(database: Database):
    oven = Oven()
    every_second = jobs.Recurring("ring", "* * * * * *", oven.ring)

    await _run_until(database, oven, lambda: oven.alarms >= 2, every_second)

    assert oven.alarms >= 2


async def test_the_schema_is_what_the_installed_library_wants(database: Database):
    async with database.engine.connect() as connection:
        raw = await connection.get_raw_connection()
        assert await jobs.pending_upgrade(cast(Bulk, raw.driver_connection)) == []


async def _run_until(
    database: Database, oven: Oven, done: Callable[[], bool], *timetable: jobs.Recurring
) -> None:
    stopping = asyncio.Event()
    running = asyncio.create_task(jobs.run_jobs(database, [oven.job], timetable, stopping))
    for _ in range(1200):
        if done() or running.done():
            break
        await asyncio.sleep(0.05)
    stopping.set()
    await running
    assert done()


async def _waiting(database: Database) -> Any:
    async with database.platform() as session:
        count, _ = await jobs.waiting_jobs(session, now=clock.now())
    return count
