"""A shop whose books have to balance when the test is over."""

from collections.abc import AsyncGenerator

import pytest

from loyalnest.kernel.database import Database
from tests.shop import Shop, open_shop


@pytest.fixture
async def shop(lasting_database: Database) -> AsyncGenerator[Shop]:
    shop = await open_shop(lasting_database)
    yield shop
    assert await shop.books_balance()
