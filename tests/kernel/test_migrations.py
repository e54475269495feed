"""A server of the operator's own, where our login is no superuser."""

import os
from collections.abc import AsyncGenerator

import pytest
from sqlalchemy import make_url, text
from sqlalchemy.ext.asyncio import create_async_engine

from loyalnest.kernel import crypto, migrations
from loyalnest.kernel import database as db
from loyalnest.kernel.ids import new_id
from loyalnest.kernel.settings import Settings


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
