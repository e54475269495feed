"""A café with its wallets."""

from pathlib import Path

import pytest

from loyalnest.kernel.database import Database
from tests.stamps.cafe import open_cafe
from tests.wallet.cast import Counter, open_counter


@pytest.fixture
async def counter(database: Database, tmp_path: Path) -> Counter:
    """A café with a database of its own: phones belong to no merchant."""
    return open_counter(await open_cafe(database), tmp_path / "objects")
