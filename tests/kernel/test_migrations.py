"""A server of the operator's own, where our login is no superuser."""

import asyncio
import os
from collections import Counter
from collections.abc import AsyncGenerator
from datetime import date
from uuid import UUID

import pytest
from sqlalchemy import make_url, text
from sqlalchemy.ext.asyncio import create_async_engine

from loyalnest.kernel import crypto, migrations
from loyalnest.kernel import database as db
from loyalnest.kernel.ids import new_id
from loyalnest.kernel.settings import Settings
from tests.waiting import until_somebody_waits


@pytest.fixture
async def own_server(cluster_url: str, worker_id: str) -> AsyncGenerator[str]:
    """The URL of a login that may make roles, and of a database that belongs to it; its name is
    theirs too."""
    prefix = os.environ.get("LOYALNEST_TEST_PREFIX", "loyalnest")
    name = f"{prefix}_operator_{worker_id}"
    engine = create_async_engine(
        make_url(cluster_url).set(drivername="postgresql+asyncpg"), isolation_level="AUTOCOMMIT"
    )
    remove = [f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"]
    remove += [f"DROP ROLE IF EXISTS {role}" for role in (f"{name}_app", f"{name}_all", name)]
    make = [
        f"CREATE ROLE {name} LOGIN CREATEROLE PASSWORD 'x'",
        f"CREATE DATABASE {name} OWNER {name}",
    ]
    async with engine.connect() as connection:
        for statement in (*remove, *make):
            await connection.execute(text(statement))
        url = make_url(cluster_url).set(username=name, password="x", database=name)
        yield url.render_as_string(hide_password=False)
        for statement in remove:
            await connection.execute(text(statement))
    await engine.dispose()


@pytest.fixture
def own_settings(own_server: str, settings: Settings) -> Settings:
    """With roles that are that server's alone."""
    name = make_url(own_server).username
    roles = {"application_role": f"{name}_app", "platform_role": f"{name}_all"}
    return settings.model_copy(update=roles)


async def test_a_login_that_may_make_roles_sets_up_its_database_and_works_in_it(
    own_server: str, own_settings: Settings, ring: crypto.KeyRing
) -> None:
    name, settings = make_url(own_server).username, own_settings
    for _ in range(2):
        await migrations.migrate(own_server, settings, runtime_login=name)

    database = db.connect(own_server, ring, settings, pool_size=1)
    async with database.platform() as session:
        assert await session.scalar(text("SELECT current_user")) == f"{name}_all"
        assert await session.scalar(text("SELECT count(*) FROM merchants")) == 0
    async with database.batch([]) as session:
        assert await session.scalar(text("SELECT current_user")) == f"{name}_app"
    async with database.engine.connect() as connection:
        # Before it has said for whom it acts it has the rights of neither, where grants can say so.
        inherits = text("SELECT pg_has_role(:role, 'USAGE'), current_setting('server_version_num')")
        has, version = (await connection.execute(inherits, {"role": f"{name}_all"})).one()
        assert has == (int(version) < 160_000)
    await database.close()


async def test_what_customers_were_found_by_they_are_found_by_when_terms_became_numbers(
    own_server: str, own_settings: Settings, ring: crypto.KeyRing
) -> None:
    one, other, ada, bea = (new_id() for _ in range(4))
    terms = "8000000000000003", "fffffffffffffffe", "0000000000000001", "7ffffffffffffffe"
    least, below, above, most = map(bytes.fromhex, terms)
    found_by = [
        *((one, ada, token, 2) for token in (most, below, least)),
        (one, bea, below, 1),
        (other, ada, above, 1),
    ]
    await migrations.migrate(own_server, own_settings, up_to="0017")
    database = db.connect(own_server, ring, own_settings, pool_size=1)
    async with database.platform() as session:
        fill = text("INSERT INTO customer_search VALUES (:merchant, :token, :customer, :key)")
        names = ("merchant", "customer", "token", "key")
        await session.execute(fill, [dict(zip(names, it, strict=True)) for it in found_by])
    await migrations.migrate(own_server, own_settings)

    async with database.platform() as session:
        rows = await session.execute(
            text("SELECT merchant_id, customer_id, token FROM customer_search")
        )
        assert {tuple(row) for row in rows} == {
            (merchant, customer, int.from_bytes(token, signed=True))
            for merchant, customer, token, _ in found_by
        }
        rows = await session.execute(
            text("SELECT merchant_id, customer_id, key_id, tokens FROM customer_terms")
        )
        assert {(*row[:3], *sorted(row.tokens)) for row in rows} == {
            (one, ada, 2, *(int.from_bytes(it, signed=True) for it in (least, below, most))),
            (one, bea, 1, -2),
            (other, ada, 1, 1),
        }
        forced = text("""
            SELECT count(*) FROM pg_class
            WHERE relname IN ('customer_search', 'customer_terms') AND relforcerowsecurity
        """)
        assert await session.scalar(forced) == 2
    await database.close()


_NORTH, _NOWHERE = new_id(), UUID(int=0)
_ARRIVALS = [
    (date(2026, 3, 31), date(2026, 3, 1), 4),
    (date(2026, 4, 1), date(2026, 3, 31), 3),
    (date(2026, 4, 30), date(2026, 3, 1), 2),
    (date(2026, 4, 30), date.min, 5),
    (date(2026, 4, 2), date(2026, 2, 2), 0),
]
# The sixth and the thirteenth of April are Mondays.
_FIGURES = [
    (date(2026, 4, 6), "visit", _NORTH, 9, "", 2, 0, 0, 0),
    (date(2026, 4, 13), "visit", _NOWHERE, 9, "", 1, 0, 0, 0),
]


async def test_what_was_added_up_by_the_day_stands_by_month_and_of_all_stores(
    own_server: str, own_settings: Settings, ring: crypto.KeyRing
) -> None:
    one, april = new_id(), date(2026, 4, 1)
    await migrations.migrate(own_server, own_settings, up_to="0053")
    database = db.connect(own_server, ring, own_settings, pool_size=1)
    async with database.platform() as session:
        connection = await db.bulk(session)
        for row in _ARRIVALS:
            fill = "INSERT INTO shop_arrivals VALUES ($1, $2, $3, $4, $5)"
            await connection.execute(fill, one, _NORTH, *row)
        for row in _FIGURES:
            fill = "INSERT INTO shop_figures VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)"
            await connection.execute(fill, one, *row)
    await migrations.migrate(own_server, own_settings)

    async with database.platform() as session:
        connection = await db.bulk(session)
        arrivals = "SELECT rounded, day, previous_day, guests FROM shop_arrivals"
        told = {tuple(row)[:3]: row[3] for row in await connection.fetch(arrivals)}
        lines = {
            tuple(row)
            for row in await connection.fetch(
                "SELECT store_id, grain, day, kind, weekday, hour, clerk, happened"
                " FROM shop_figures WHERE grain > 0"
            )
        }
    expected: Counter[tuple[int, date, date]] = Counter()
    for day, before, guests in _ARRIVALS[:-1]:
        month, month_before = day.replace(day=1), before.replace(day=1)
        expected[0, day, before] += guests
        expected[1, month, before] += guests
        expected[2, day, month_before] += guests
        expected[3, month, month_before] += guests
    assert told == expected
    assert lines == {
        (_NOWHERE, 1, date(2026, 4, 6), "visit", 0, -1, "", 2),
        (_NORTH, 1, date(2026, 4, 6), "visit", 0, -1, "", 2),
        (_NOWHERE, 1, date(2026, 4, 13), "visit", 0, -1, "", 1),
        (_NOWHERE, 2, april, "visit", 1, 9, "", 3),
        (_NORTH, 2, april, "visit", 1, 9, "", 2),
    }
    await database.close()


async def test_a_worker_that_is_at_work_lets_figures_be_written_anew(
    own_server: str, own_settings: Settings, ring: crypto.KeyRing
) -> None:
    await migrations.migrate(own_server, own_settings, up_to="0053")
    database = db.connect(own_server, ring, own_settings, pool_size=2)
    async with database.platform() as at_work:
        # As the worker does with what has become of visits: whose they are, then what they come to.
        await at_work.execute(text("SELECT FROM customers"))
        migrating = asyncio.create_task(migrations.migrate(own_server, own_settings, up_to="0055"))
        await until_somebody_waits(database)
        async with asyncio.timeout(20):
            await at_work.execute(text("SELECT FROM shop_figures, shop_arrivals, guest_days"))
    await migrating
    await database.close()
