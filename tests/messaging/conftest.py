"""A bakery that writes to its members, and a provider."""

from collections.abc import AsyncGenerator

import pytest

from bench.post import Post
from loyalnest.kernel.database import Database
from tests.messaging.cast import Bakery, open_bakery


@pytest.fixture
async def bakery(lasting_database: Database) -> Bakery:
    return await open_bakery(lasting_database)


@pytest.fixture
async def post() -> AsyncGenerator[Post]:
    async with Post().open() as post:
        yield post
