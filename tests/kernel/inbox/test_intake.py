"""What is acknowledged is on disk, once."""

import asyncio
import itertools

import pytest
from sqlalchemy import text

from loyalnest.kernel import inbox
from loyalnest.kernel.database import Database
from loyalnest.kernel.errors import Unavailable
from tests.kernel.inbox.bakery import count, deliver, open_bakeries, sale
from tests.waiting import until_somebody_waits


async def test_many_deliveries_at_once_are_all_stored(database: Database):
    merchants = await open_bakeries(database, 3)

    await deliver(database, [sale(merchants[n % 3], f"sale {n}") for n in range(1200)])

    assert await count(database, "deliveries") == 1200
    assert await count(database, "inbox") == 1200


async def test_a_delivery_sent_again_is_acknowledged_and_not_queued_again(database: Database):
    (merchant,) = await open_bakeries(database, 1)

    await deliver(database, [sale(merchant, "bread")] * 5)
    await deliver(database, [sale(merchant, "bread"), sale(merchant, "rolls")])

    assert await count(database, "deliveries") == 2
    assert await count(database, "inbox") == 2


async def test_two_merchants_may_use_the_same_key(database: Database):
    merchants = await open_bakeries(database, 2)

    await deliver(database, [sale(merchant, "bread") for merchant in merchants])

    assert await count(database, "inbox") == 2


async def test_what_nobody_handles_is_kept_and_not_queued(database: Database):
    (merchant,) = await open_bakeries(database, 1)

    await deliver(
        database, [sale(merchant, "a", topic="gossip"), sale(merchant, "b", topic="erase")]
    )

    assert await count(database, "deliveries WHERE state = 'unhandled'") == 1
    assert await count(database, "deliveries WHERE state = 'request'") == 1
    assert await count(database, "inbox") == 0


async def test_a_row_the_database_refuses_fails_its_own_caller_only(database: Database):
    (merchant,) = await open_bakeries(database, 1)
    good = [sale(merchant, f"sale {n}") for n in range(20)]
    bad = sale(merchant, "nul \0 in its key")

    async with inbox.Intake(database, writers=1) as intake:
        answers = await asyncio.gather(
            *(intake.put(delivery) for delivery in [*good[:10], bad, *good[10:]]),
            return_exceptions=True,
        )

    assert [type(answer) for answer in answers if answer] == [inbox.Unstorable]
    assert await count(database, "inbox") == 20


async def test_bodies_are_sealed_at_rest(database: Database):
    (merchant,) = await open_bakeries(database, 1)

    await deliver(database, [sale(merchant, "x", body=b"anna@example.com \0\xff")])

    async with database.platform() as session:
        body = await session.scalar(text("SELECT body FROM deliveries"))
    assert b"anna" not in body
    assert database.ring.open(merchant, "deliveries.body", body) == b"anna@example.com \0\xff"


async def test_intake_refuses_while_too_much_is_waiting(database: Database):
    (merchant,) = await open_bakeries(database, 1)
    tight = Database(
        database.engine,
        database.ring,
        database.settings.model_copy(update={"inbox_backlog_limit": 3}),
    )
    await deliver(database, [sale(merchant, f"sale {n}") for n in range(3)])

    async def put_until_refused(intake: inbox.Intake) -> None:
        """It begins to refuse once it has looked at how much is waiting."""
        async with asyncio.timeout(20):
            for n in itertools.count():
                await intake.put(sale(merchant, f"one too many {n}"))

    async with inbox.Intake(tight) as intake:
        with pytest.raises(inbox.BacklogFull) as refusal:
            await put_until_refused(intake)

    assert refusal.value.retry_after_s > 0


async def test_a_closed_intake_has_stored_what_it_took_and_takes_no_more(database: Database):
    (merchant,) = await open_bakeries(database, 1)
    async with inbox.Intake(database) as intake:
        puts = [asyncio.create_task(intake.put(sale(merchant, f"sale {n}"))) for n in range(50)]
        await asyncio.sleep(0)
    await asyncio.gather(*puts)

    assert await count(database, "inbox") == 50
    with pytest.raises(inbox.IntakeClosed):
        await intake.put(sale(merchant, "late"))


async def test_a_lost_connection_blames_no_delivery_and_is_replaced(database: Database):
    (merchant,) = await open_bakeries(database, 1)

    async with inbox.Intake(database) as intake:
        async with database.engine.begin() as other:
            await other.execute(text("LOCK TABLE deliveries"))
            waiting = [
                asyncio.create_task(intake.put(sale(merchant, f"during {n}"))) for n in range(4)
            ]
            await until_somebody_waits(database)
            await other.execute(
                text(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
                )
            )
            answers = await asyncio.gather(*waiting, return_exceptions=True)
        for n in range(4):
            await _put_when_possible(intake, sale(merchant, f"after {n}"))

    assert [type(answer) for answer in answers] == [Unavailable] * 4
    assert await count(database, "inbox") == 4


async def _put_when_possible(intake: inbox.Intake, delivery: inbox.NewDelivery) -> None:
    for _ in range(20):
        try:
            return await intake.put(delivery)
        except Unavailable:
            await asyncio.sleep(0.01)
    raise TimeoutError
