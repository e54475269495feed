"""The program as it is served, and a shop whose pages ask it."""

from collections.abc import AsyncGenerator

import httpx
import pytest

from loyalnest.entrypoints import wiring
from loyalnest.kernel.database import Database
from tests.doors import house
from tests.shop import Shop, open_shop
from tests.storefront.pages import Desk, desk_of


@pytest.fixture
async def client(lasting_database: Database) -> AsyncGenerator[httpx.AsyncClient]:
    """Whoever opens a page of a shop, or decides what is on it. Nothing is remembered of others."""
    parts = wiring.parts(lasting_database, lasting_database.settings)
    async with house(lasting_database, parts=parts) as client:
        yield client


@pytest.fixture
async def shop(lasting_database: Database) -> Shop:
    return await open_shop(lasting_database)


@pytest.fixture
async def desk(client: httpx.AsyncClient, shop: Shop) -> Desk:
    return await desk_of(client, shop)
