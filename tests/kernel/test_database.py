import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest.kernel import crypto
from loyalnest.kernel import database as db
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


class TestPlans:
    """A connection keeps what it planned, but not for long."""

    @pytest.fixture
    async def one_connection(
        self, shared_database: db.Database, ring: crypto.KeyRing, settings: Settings
    ) -> AsyncIterator[db.Database]:
        url = shared_database.engine.url.render_as_string(hide_password=False)
        database = db.connect(url, ring, settings, pool_size=1, batch=True)
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


async def _plan(database: db.Database) -> str:
    async with database.engine.connect() as connection:
        lines = await connection.scalars(text("EXPLAIN EXECUTE look_up(1)"))
        return "\n".join(lines)
