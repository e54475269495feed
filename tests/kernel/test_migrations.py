"""A server of the operator's own, where our login is no superuser."""

import os
from collections.abc import AsyncGenerator

import pytest
from sqlalchemy import make_url, text
from sqlalchemy.ext.asyncio import create_async_engine

from loyalnest.kernel import crypto, migrations
from loyalnest.kernel import database as db
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


async def test_a_login_that_may_make_roles_sets_up_its_database_and_works_in_it(
    own_server: str, settings: Settings, ring: crypto.KeyRing
) -> None:
    name = make_url(own_server).username
    roles = {"application_role": f"{name}_app", "platform_role": f"{name}_all"}
    settings = settings.model_copy(update=roles)
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
