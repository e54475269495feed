"""A counter to stamp at, each test with a café of its own."""

import itertools
from collections.abc import AsyncGenerator

import pytest

from loyalnest.kernel.database import Database
from tests.stamps.counter import Counter, open_counter

_handles = itertools.count()


@pytest.fixture
async def counter(lasting_database: Database) -> AsyncGenerator[Counter]:
    async with open_counter(lasting_database, f"cafe{next(_handles)}") as counter:
        yield counter
