"""The program as it is served, and a shop whose pages ask it."""

from collections.abc import AsyncGenerator
from dataclasses import replace

import httpx
import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest import merchants, storefront
from loyalnest.entrypoints import doors
from loyalnest.kernel.database import Database
from tests.doors import Hands, house
from tests.shop import Shop, open_shop
from tests.storefront.pages import Desk, desk_of


@pytest.fixture
async def client(lasting_database: Database) -> AsyncGenerator[httpx.AsyncClient]:
    """Whoever opens a page of a shop, or decides what is on it. Nothing is remembered of others."""
    config = storefront.config_route(
        lasting_database, find_shop=shopify_shop, address="https://points.example", clock=Hands()
    )
    parts = replace(doors.description(lasting_database.settings), open=[config])
    async with house(lasting_database, parts=parts) as client:
        yield client


async def shopify_shop(session: AsyncSession, domain: str) -> merchants.Shop | None:
    return await merchants.find_shop(session, provider="shopify", domain=domain)


@pytest.fixture
async def shop(lasting_database: Database) -> Shop:
    return await open_shop(lasting_database)


@pytest.fixture
async def desk(client: httpx.AsyncClient, shop: Shop) -> Desk:
    return await desk_of(client, shop)
