"""How a command acts on an installation: its database running, its keys open, one event loop."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import TypeVar

from sqlalchemy import make_url, text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from loyalnest.entrypoints.cli.running import running_database, settings_here
from loyalnest.kernel import clock, database, keys
from loyalnest.kernel.database import Database
from loyalnest.kernel.errors import Unavailable
from loyalnest.kernel.settings import Settings

T = TypeVar("T")

ACTOR = "cli"
"""How the records name whoever sits at the command line."""


class SchemaMissing(Unavailable):
    """This database was not set up yet: run `loyalnest db migrate`."""


def act(use_case: Callable[[Database], Awaitable[T]]) -> T:
    """Run a use case on the installation here; its database is started where it is down."""

    async def with_database() -> T:
        async with open_database(settings) as opened:
            return await use_case(opened)

    with running_database(settings_here()) as settings:
        return asyncio.run(with_database())


@asynccontextmanager
async def open_database(
    settings: Settings, *, pool_size: int = 10, batch: bool = False
) -> AsyncGenerator[Database]:
    """The database of these settings, whose URL is known, with the keys that belong to it.

    Raises SchemaMissing, KeyMissing.
    """
    assert settings.database_url is not None
    url = settings.database_url.get_secret_value()
    await _check_schema(url)
    ring = await keys.unlock(url, settings, now=clock.now())
    opened = database.connect(url, ring, settings, pool_size=pool_size, batch=batch)
    try:
        yield opened
    finally:
        await opened.close()


async def _check_schema(url: str) -> None:
    engine = create_async_engine(
        make_url(url).set(drivername="postgresql+asyncpg"), poolclass=NullPool
    )
    try:
        async with engine.connect() as connection:
            if not await connection.scalar(text("SELECT to_regclass('merchants') IS NOT NULL")):
                raise SchemaMissing
    finally:
        await engine.dispose()
