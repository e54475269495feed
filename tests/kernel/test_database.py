import asyncio
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest.kernel import crypto
from loyalnest.kernel import database as db
from loyalnest.kernel.ids import new_id
from loyalnest.kernel.settings import Settings
from tests.conftest import make_merchant


async def test_a_transaction_sees_its_own_merchant_and_no_other(session: AsyncSession) -> None:
    mine = db.merchant_of(session)
    await make_merchant(session, "barber")
    await db.act_for(session, [mine])
    seen = (await session.scalars(text("SELECT merchant_id FROM merchants"))).all()
    assert seen == [mine]


async def test_a_batch_sees_the_merchants_it_was_opened_for(session: AsyncSession) -> None:
    mine = db.merchant_of(session)
    other = await make_merchant(session, "barber")
    await make_merchant(session, "third")
    await db.act_for(session, [mine, other])
    seen = (await session.scalars(text("SELECT merchant_id FROM merchants"))).all()
    assert set(seen) == {mine, other}


class TestByDriver:
    """A transaction that the driver opens and closes."""

    @pytest.fixture
    async def shop(self, lasting_database: db.Database) -> UUID:
        """A merchant called Bakery, beside another one."""
        names = [f"shop-{new_id().hex}" for _ in range(2)]
        async with lasting_database.platform() as session:
            shop, _ = [await make_merchant(session, name) for name in names]
        return shop

    @pytest.fixture
    async def one_connection(
        self, lasting_database: db.Database, ring: crypto.KeyRing, settings: Settings
    ) -> AsyncIterator[db.Database]:
        database = _one_connection_to(lasting_database, ring, settings)
        yield database
        await database.close()

    async def test_sees_one_merchant_and_is_committed(
        self, lasting_database: db.Database, shop: UUID
    ) -> None:
        async with lasting_database.tenant_by_driver(shop) as session:
            driver = await db.bulk(session)
            assert await driver.execute("UPDATE merchants SET name = 'Café'") == "UPDATE 1"
            assert db.merchant_of(session) == shop
        assert await _names(lasting_database, shop) == ["Café"]

    @pytest.mark.parametrize("by_orm", [False, True])
    async def test_an_error_takes_all_of_it_back(
        self, lasting_database: db.Database, shop: UUID, by_orm: bool
    ) -> None:
        async def fails() -> None:
            async with lasting_database.tenant_by_driver(shop) as session:
                await (await db.bulk(session)).execute("UPDATE merchants SET name = 'Café'")
                if by_orm:
                    await session.execute(text("UPDATE merchants SET name = 'Bar'"))
                raise KeyError

        with pytest.raises(KeyError):
            await fails()
        assert await _names(lasting_database, shop) == ["Bakery"]

    async def test_what_the_orm_does_in_it_is_part_of_it(
        self, lasting_database: db.Database, shop: UUID
    ) -> None:
        async with lasting_database.tenant_by_driver(shop) as session:
            await session.execute(text("UPDATE merchants SET name = 'Café'"))
            async with session.begin_nested() as within:
                await (await db.bulk(session)).execute("UPDATE merchants SET name = 'Bar'")
                await within.rollback()
            rows = await (await db.bulk(session)).fetch("SELECT name FROM merchants")
            assert [row[0] for row in rows] == ["Café"]
        assert await _names(lasting_database, shop) == ["Café"]

    async def test_nobody_goes_on_where_one_was_torn_away(
        self, one_connection: db.Database, shop: UUID
    ) -> None:
        """Neither a transaction that stays open nor whom it acted for is handed on."""

        async def torn_away() -> None:
            async with one_connection.tenant_by_driver(shop) as session:
                driver = await db.bulk(session)
                await driver.execute("UPDATE merchants SET name = 'Café'")
                task.cancel()
                # And once more, while it takes back what it did.
                loop.call_soon(loop.call_soon, task.cancel)
                await driver.execute("SELECT pg_sleep(60)")

        loop = asyncio.get_running_loop()
        task = loop.create_task(torn_away())
        with pytest.raises(asyncio.CancelledError):
            await task
        async with one_connection.statement_by_driver() as driver:
            acts_for = await driver.fetchval("SELECT current_setting('loyalnest.merchants', true)")
        assert not acts_for
        assert await _names(one_connection, shop) == ["Bakery"]

    async def test_nobody_goes_on_where_one_was_called_back_before_it_began(
        self, one_connection: db.Database, lasting_database: db.Database, shop: UUID
    ) -> None:
        async def begins() -> None:
            async with one_connection.tenant_by_driver(shop):
                pass

        async with one_connection.statement_by_driver() as driver:
            await driver.fetchval("SELECT 1")
        loop = asyncio.get_running_loop()
        for after in range(12):  # wherever it has come to by then
            task = loop.create_task(begins())
            for _ in range(after):
                await asyncio.sleep(0)
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            async with one_connection.tenant_by_driver(shop) as session:
                await (await db.bulk(session)).execute(f"UPDATE merchants SET name = 'No. {after}'")
            assert await _names(lasting_database, shop) == [f"No. {after}"]


class TestPlans:
    """A connection keeps what it planned, but not for long."""

    @pytest.fixture
    async def one_connection(
        self, shared_database: db.Database, ring: crypto.KeyRing, settings: Settings
    ) -> AsyncIterator[db.Database]:
        database = _one_connection_to(shared_database, ring, settings)
        async with database.engine.begin() as connection:
            # Planned while any index looked bad, as it does in an empty table.
            await connection.execute(text("SET enable_indexscan = off"))
            await connection.execute(text("SET enable_bitmapscan = off"))
            look_up = "PREPARE look_up AS SELECT 1 FROM pg_class WHERE oid = $1"
            await connection.execute(text(look_up))
            await connection.execute(text("EXECUTE look_up(1)"))
            await connection.execute(text("RESET enable_indexscan"))
            await connection.execute(text("RESET enable_bitmapscan"))
        yield database
        await database.close()

    async def test_is_kept_for_the_next_transaction(self, one_connection: db.Database) -> None:
        assert "Seq Scan" in await _plan(one_connection)

    async def test_is_made_anew_after_a_while(
        self, one_connection: db.Database, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(db, "_PLANS_KEPT_FOR_S", 0.0)
        assert "Index" in await _plan(one_connection)

    async def test_a_connection_that_hung_up_is_replaced_before_it_is_used(
        self, one_connection: db.Database, shared_database: db.Database
    ) -> None:
        async with one_connection.engine.connect() as connection:
            pid = (await connection.scalars(text("SELECT pg_backend_pid()"))).one()
            driver: Any = (await connection.get_raw_connection()).driver_connection
        async with shared_database.engine.connect() as other:
            await other.execute(text("SELECT pg_terminate_backend(:pid, 5000)"), {"pid": pid})
        while not driver.is_closed():  # noqa: ASYNC110 (the news is on its way)
            await asyncio.sleep(0.01)
        async with one_connection.engine.connect() as connection:
            assert (await connection.scalars(text("SELECT pg_backend_pid()"))).one() != pid

    async def test_a_connection_that_is_gone_is_replaced(
        self,
        one_connection: db.Database,
        shared_database: db.Database,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        async with one_connection.engine.connect() as connection:
            pid = (await connection.scalars(text("SELECT pg_backend_pid()"))).one()
        async with shared_database.engine.connect() as other:
            await other.execute(text("SELECT pg_terminate_backend(:pid, 5000)"), {"pid": pid})
        monkeypatch.setattr(db, "_PLANS_KEPT_FOR_S", 0.0)
        async with one_connection.engine.connect() as connection:
            assert (await connection.scalars(text("SELECT pg_backend_pid()"))).one() != pid


def _one_connection_to(
    database: db.Database, ring: crypto.KeyRing, settings: Settings
) -> db.Database:
    url = database.engine.url.render_as_string(hide_password=False)
    return db.connect(url, ring, settings, pool_size=1, batch=True)


async def _names(database: db.Database, merchant_id: UUID) -> list[str]:
    async with database.tenant(merchant_id) as session:
        return list(await session.scalars(text("SELECT name FROM merchants")))


async def _plan(database: db.Database) -> str:
    async with database.engine.connect() as connection:
        lines = await connection.scalars(text("EXPLAIN EXECUTE look_up(1)"))
        return "\n".join(lines)
