"""Replacing the keys while everything runs.

Each step is finished for every process before the next begins, so at no instant does anybody meet
a value that cannot be read or look for one under a hash that isn't there:

1. the new keys are handed out, and used for nothing
2. they make what is new; look-ups go by the old and the new index key
3. what the old data keys sealed is sealed anew, what the old index keys hashed is hashed anew
4. the old keys are retired

It can end anywhere and be started again: what is done is recognised by its key's id.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text

from loyalnest.kernel.crypto import (
    KeyRing,
    with_coming_keys,
    with_newest_alone,
    with_newest_in_use,
)
from loyalnest.kernel.database import Bulk, Database, Row, bulk
from loyalnest.kernel.keys.ring import Keys, remember

_UNSETTLED = text("""
SELECT count(*)
  FROM pg_stat_activity
 WHERE datname = current_database()
   AND application_name = 'loyalnest'
   AND pid <> pg_backend_pid()
   AND xact_start < :since
""")

_RETIRE = text("""
UPDATE encryption_keys
   SET retired_at = :now
 WHERE retired_at IS NULL
   AND NOT (purpose = 'data' AND key_id = :data_id)
   AND NOT (purpose = 'index' AND key_id = :index_id)
""")

_PRIMARY_KEY = """
SELECT attribute.attname, format_type(attribute.atttypid, attribute.atttypmod)
  FROM pg_index
  JOIN pg_attribute AS attribute
    ON attribute.attrelid = pg_index.indrelid AND attribute.attnum = ANY(pg_index.indkey)
 WHERE pg_index.indrelid = $1::text::regclass AND pg_index.indisprimary
 ORDER BY array_position(pg_index.indkey::smallint[], attribute.attnum)
"""


@dataclass(frozen=True, slots=True)
class Sealed:
    """A column of sealed values: the table (with a `merchant_id`), the column, the field's name.

    `batch` is how many rows are read at a time; fewer where a value may be large.
    """

    table: str
    column: str
    name: str
    batch: int = 1000


@dataclass(frozen=True, slots=True)
class Index:
    """Blind hashes somewhere, and the way to make them anew.

    `rebuild` hashes with the ring's current index key what another key hashed, removes the old
    hashes, in transactions of its own, and yields how many values each of them covered. What is
    under the current key already is left alone.
    """

    name: str
    rebuild: Callable[[Database, KeyRing], AsyncIterator[int]]


@dataclass(frozen=True, slots=True)
class Rotated:
    """What a rotation did: values touched by table and column or index, and the keys now alone."""

    values: dict[str, int]
    data_id: int
    index_id: int


Progress = Callable[[str, int], None]


async def rotate(
    database: Database,
    keys: Keys,
    *,
    sealed: Sequence[Sealed],
    indexes: Sequence[Index],
    now: datetime,
    grace_s: float = 1.0,
    progress: Progress = lambda what, count: None,
) -> Rotated:
    """Replace every key; take up a rotation that was interrupted.

    `grace_s` is how long a process may hold a ring outside of a transaction. Raises KeysFixed when
    the keys come from the environment and no new key has been put there yet.
    """
    ring = keys()
    if len(ring.data) == len(ring.index) == 1:
        keys.replace(with_coming_keys(ring))
    await _remember(database, keys(), now)
    await _everybody_knows(database, grace_s)
    if keys() != with_newest_in_use(keys()):
        keys.replace(with_newest_in_use(keys()))
        await _everybody_knows(database, grace_s)
    ring = keys()
    values: dict[str, int] = {}
    # A value that was read before and written after its row was passed is met by the next round.
    while await _renew(database, ring, sealed, indexes, values, progress):
        pass
    await _retire(database, ring, now)
    if keys.replaceable:
        keys.replace(with_newest_alone(ring))
    return Rotated(values, ring.current_data, ring.current_index)


async def _renew(
    database: Database,
    ring: KeyRing,
    sealed: Sequence[Sealed],
    indexes: Sequence[Index],
    values: dict[str, int],
    progress: Progress,
) -> int:
    """Go over everything once and count what had to be touched."""
    renewals = [(f"{one.table}.{one.column}", _reseal(database, ring, one)) for one in sealed]
    renewals += [(index.name, index.rebuild(database, ring)) for index in indexes]
    touched = 0
    for what, batches in renewals:
        async for count in batches:
            values[what] = values.get(what, 0) + count
            touched += count
            progress(what, count)
    return touched


async def _reseal(database: Database, ring: KeyRing, what: Sealed) -> AsyncIterator[int]:
    async with database.platform() as session:
        rows = await (await bulk(session)).fetch(_PRIMARY_KEY, what.table)
    primary_key = [(str(row[0]), str(row[1])) for row in rows]
    after: tuple[Any, ...] | None = None
    while True:
        async with database.platform() as session:
            connection = await bulk(session)
            batch = await _behind(connection, ring, what, primary_key, after)
            if not batch:
                return
            await _seal_anew(connection, ring, what, primary_key, batch)
        after = tuple(batch[-1])[:-2]
        yield len(batch)


async def _behind(
    connection: Bulk,
    ring: KeyRing,
    what: Sealed,
    primary_key: Sequence[tuple[str, str]],
    after: tuple[Any, ...] | None,
) -> list[Row]:
    """The next rows sealed with another than the current key, in the order of their primary key."""
    names = ", ".join(name for name, _ in primary_key)
    places = ", ".join(f"${place}::{type_}" for place, (_, type_) in enumerate(primary_key, 3))
    query = f"""
        SELECT {names}, merchant_id AS bound_to, {what.column} AS sealed
          FROM {what.table}
         WHERE substring({what.column} FROM 2 FOR 2) <> $1
           {f"AND ({names}) > ({places})" if after else ""}
         ORDER BY {names}
         LIMIT $2
        """  # noqa: S608 (the names come from the code)
    return await connection.fetch(query, ring.current_data.to_bytes(2), what.batch, *(after or ()))


async def _seal_anew(
    connection: Bulk,
    ring: KeyRing,
    what: Sealed,
    primary_key: Sequence[tuple[str, str]],
    batch: Sequence[Row],
) -> None:
    """Write the values back where nobody has changed them meanwhile."""
    names = [name for name, _ in primary_key]
    arrays = ", ".join(f"${place}::{type_}[]" for place, (_, type_) in enumerate(primary_key, 3))
    same = " AND ".join(f"target.{name} = anew.{name}" for name in names)
    query = f"""
        UPDATE {what.table} AS target
           SET {what.column} = anew.value
          FROM unnest($1::bytea[], $2::bytea[], {arrays})
               AS anew (value, old_value, {", ".join(names)})
         WHERE {same} AND target.{what.column} = anew.old_value
        """  # noqa: S608 (the names come from the code)
    columns = [list(column) for column in zip(*(tuple(row) for row in batch), strict=True)]
    bound_to, old = columns[-2], columns[-1]
    values = [
        _again(ring, merchant_id, what.name, value)
        for merchant_id, value in zip(bound_to, old, strict=True)
    ]
    await connection.execute(query, values, old, *columns[:-2])


def _again(ring: KeyRing, merchant_id: UUID, name: str, sealed: bytes) -> bytes:
    return ring.seal(merchant_id, name, ring.open(merchant_id, name, sealed))


async def _everybody_knows(database: Database, grace_s: float) -> None:
    """Wait until whoever may still be using the ring as it was before is through with it."""
    await asyncio.sleep(grace_s)
    async with database.platform() as session:
        since = await session.scalar(text("SELECT clock_timestamp()"))
    while True:
        async with database.platform() as session:
            if not await session.scalar(_UNSETTLED, {"since": since}):
                return
        await asyncio.sleep(0.1)


async def _remember(database: Database, ring: KeyRing, now: datetime) -> None:
    async with database.platform() as session:
        await remember(await session.connection(), ring.fingerprints(), now=now)


async def _retire(database: Database, ring: KeyRing, now: datetime) -> None:
    ids = {"data_id": ring.current_data, "index_id": ring.current_index}
    async with database.platform() as session:
        await session.execute(_RETIRE, {"now": now, **ids})
