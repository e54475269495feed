"""The driver without the product around it, with types."""

from collections.abc import Iterable, Sequence
from importlib import import_module
from typing import Any, Protocol, cast

from loyalnest.kernel.database import Bulk, Row

_asyncpg: Any = import_module("asyncpg")


class Statement(Protocol):
    """A prepared statement."""

    async def fetch(self, *args: object) -> list[Row]: ...


class Connection(Bulk, Protocol):
    """A connection of one's own."""

    async def prepare(self, query: str) -> Statement: ...
    def transaction(self) -> Any: ...
    async def copy_records_to_table(
        self, table_name: str, *, records: Iterable[Sequence[object]], columns: Sequence[str]
    ) -> str: ...
    async def close(self) -> None: ...


async def connect(url: str) -> Connection:
    """Connect as whoever the URL says."""
    return cast(Connection, await _asyncpg.connect(url))
