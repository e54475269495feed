"""Every delivery is applied once; one that can't be never holds up another."""

import asyncio
from datetime import timedelta

from sqlalchemy import text

from loyalnest.kernel import clock, inbox
from loyalnest.kernel.database import Database
from tests.kernel.inbox.bakery import Till, count, deliver, open_bakeries, sale, sold


async def test_a_batch_is_applied_in_the_order_it_came(database: Database):
    (merchant,) = await open_bakeries(database, 1)
    till = Till()
    for n in range(5):
        await deliver(database, [sale(merchant, f"sale {n}")])

    taken = await inbox.drain(database, [till.provider])

    assert taken == 5
    assert till.batches == [[f"sale {n}" for n in range(5)]]
    assert await count(database, "inbox") == 0


async def test_a_body_nobody_can_read_becomes_a_dead_letter_at_once(database: Database):
    (merchant,) = await open_bakeries(database, 1)
    await deliver(
        database, [sale(merchant, "a"), sale(merchant, "b", body=b"{"), sale(merchant, "c")]
    )

    await inbox.drain(database, [Till().provider])

    assert await sold(database) == ["a", "c"]
    async with database.platform() as session:
        letters = (await session.execute(text("SELECT code, attempts FROM dead_letters"))).all()
    assert [tuple(letter) for letter in letters] == [("UNREADABLE_SALE", 1)]


async def test_what_can_never_be_applied_becomes_a_dead_letter_at_once(database: Database):
    (merchant,) = await open_bakeries(database, 1)
    await deliver(database, [sale(merchant, name) for name in ("a", "impossible", "c")])

    await inbox.drain(database, [Till().provider])

    assert await sold(database) == ["a", "c"]
    async with database.platform() as session:
        letters = (await session.execute(text("SELECT code, attempts FROM dead_letters"))).all()
    assert [tuple(letter) for letter in letters] == [("IMPOSSIBLE_SALE", 1)]


async def test_a_poisoned_delivery_never_blocks_its_neighbours(database: Database):
    merchants = await open_bakeries(database, 4)
    till = Till()
    till.poison = {"sale 13"}
    await deliver(database, [sale(merchants[n % 4], f"sale {n}") for n in range(40)])
    now = clock.now()  # and stays so: in half a second it would be tried again

    await inbox.drain(database, [till.provider], clock=lambda: now)

    assert len(await sold(database)) == 39
    assert "sale 13" not in await sold(database)
    assert await count(database, "inbox WHERE attempts = 1") == 1


async def test_five_retries_then_a_dead_letter_without_personal_data(database: Database):
    (merchant,) = await open_bakeries(database, 1)
    till = Till()
    till.poison = {"bread"}
    await deliver(database, [sale(merchant, "bread")])
    ahead = timedelta()

    def later():
        return clock.now() + ahead

    tries = 0
    while await count(database, "inbox"):
        tries += await inbox.drain(database, [till.provider], clock=later)
        ahead += timedelta(minutes=1)

    assert tries == 6
    async with database.platform() as session:
        letter = (await session.execute(text("SELECT * FROM dead_letters"))).one()
    assert letter.attempts == 6
    assert letter.code == "INTERNAL_ERROR"
    assert "anna" not in letter.detail


async def test_a_batch_that_meets_another_is_tried_again_without_counting(database: Database):
    (merchant,) = await open_bakeries(database, 1)
    till = Till()
    till.contended = 3
    await deliver(database, [sale(merchant, "bread")])

    await inbox.drain(database, [till.provider])

    assert await sold(database) == ["bread"]
    assert await count(database, "dead_letters") == 0


async def test_two_workers_never_apply_one_delivery_twice(database: Database):
    merchants = await open_bakeries(database, 20)
    till = Till()
    till.pause_s = 0.01
    small = Database(
        database.engine, database.ring, database.settings.model_copy(update={"inbox_batch": 25})
    )
    await deliver(database, [sale(merchants[n % 20], f"sale {n:04}") for n in range(1000)])

    await asyncio.gather(*(inbox.drain(small, [till.provider]) for _ in range(4)))

    assert await sold(database) == [f"sale {n:04}" for n in range(1000)]
    assert await count(database, "inbox") == 0


async def test_a_worker_that_dies_in_a_batch_leaves_nothing_half_done(database: Database):
    (merchant,) = await open_bakeries(database, 1)
    till = Till()
    till.may_go_on.clear()
    await deliver(database, [sale(merchant, "bread")])
    working = asyncio.create_task(inbox.drain(database, [till.provider]))
    await till.has_sold.wait()

    async with database.engine.begin() as connection:
        await connection.execute(
            text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        )
    till.may_go_on.set()
    results = await asyncio.gather(working, return_exceptions=True)
    assert isinstance(results[0], Exception)
    assert await sold(database) == []
    assert await count(database, "inbox WHERE attempts = 0") == 1

    await inbox.drain(database, [till.provider])
    assert await sold(database) == ["bread"]


async def test_a_delivery_nobody_is_installed_for_is_set_aside(database: Database):
    (merchant,) = await open_bakeries(database, 1)
    await deliver(database, [sale(merchant, "bread")])

    await inbox.drain(database, [])

    assert await count(database, "dead_letters WHERE code = 'UNKNOWN_PROVIDER'") == 1
