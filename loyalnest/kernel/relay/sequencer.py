"""Gives each event its position in the log.

An id drawn from a sequence doesn't follow the order of commits: a reader that trusts it skips what
commits late. So positions are given afterwards, by one transaction at a time, to what has been
committed to the outbox by then. A transaction that stays open elsewhere delays nobody; its events
come later. Positions are plain numbers and survive a dump, a restore and a move.
"""

import asyncio
from collections.abc import Collection
from contextlib import suppress
from typing import NamedTuple

from loyalnest.kernel.database import Database, bulk
from loyalnest.kernel.pace import Pace

PACKS = 64

_HEAD = "SELECT position FROM event_head"

# Locking a row is written to disk, so it is left alone while nothing waits. The smallest id is
# found by the index, past what was deleted; EXISTS would read through all of that.
_LOCK_HEAD = """
SELECT position
FROM event_head
WHERE (SELECT min(id) FROM outbox) IS NOT NULL
FOR UPDATE SKIP LOCKED
"""

# One row of the outbox holds the events of one `publish`, packed as arrays. Rows need no lock of
# their own: whoever holds the head is the only one to take them.
MOVE = """
WITH taken AS (
    DELETE FROM outbox
    WHERE ctid = ANY (ARRAY(SELECT ctid FROM outbox ORDER BY id LIMIT $2))
    RETURNING *
), moved AS (
    INSERT INTO events (merchant_id, position, id, type, customer_id, data, occurred_at,
                        recorded_at, author)
    SELECT one.merchant_id, $1 + row_number() OVER (ORDER BY taken.id, one.place), one.id,
           one.type, one.customer_id, one.data::jsonb, one.occurred_at, taken.recorded_at,
           taken.author::jsonb
    FROM taken
    CROSS JOIN LATERAL unnest(taken.merchant_ids, taken.ids, taken.types, taken.customer_ids,
                              taken.data, taken.occurred_at)
        WITH ORDINALITY
        AS one (merchant_id, id, type, customer_id, data, occurred_at, place)
    RETURNING type
)
UPDATE event_head
SET position = $1 + (SELECT count(*) FROM moved)
WHERE EXISTS (SELECT FROM moved)
RETURNING position, ARRAY(SELECT DISTINCT type FROM moved) AS types,
    (SELECT count(*) FROM taken) AS packs
"""

_LOOK_S = 0.05


class Moved(NamedTuple):
    """What one move of the sequencer brought into the log."""

    events: int
    position: int
    """The newest in the log, whoever gave it."""
    types: Collection[str]
    was_full: bool = False
    """As much as one move takes was waiting, and more may be."""


class Head:
    """The newest position a process knows of, and a way to wait for a newer one."""

    def __init__(self) -> None:
        self.position = 0
        self._newest: dict[str, int] = {}
        self._newest_unseen = 0
        self._risen = asyncio.Event()

    def rise(self, moved: Moved) -> None:
        """The log has grown. What another process moved may have been of any type."""
        if moved.position <= self.position:
            return
        if moved.position - moved.events > self.position:
            self._newest_unseen = moved.position - moved.events
        self._newest.update(dict.fromkeys(moved.types, moved.position))
        self.position = moved.position
        self._risen.set()
        self._risen = asyncio.Event()

    async def wait_beyond(
        self, position: int, *, types: frozenset[str] | None, timeout_s: float
    ) -> None:
        """Wait until the log may hold events of these types (None: of any) beyond a position, but
        not for long."""
        with suppress(TimeoutError):
            async with asyncio.timeout(timeout_s):
                while self._newest_of(types) <= position:
                    await self._risen.wait()

    def _newest_of(self, types: frozenset[str] | None) -> int:
        if types is None:
            return self.position
        return max(self._newest_unseen, *(self._newest.get(it, 0) for it in types), 0)


async def sequence(database: Database) -> int:
    """Move what waits in the outbox into the log, some at a time. Returns how many events moved.

    Returns 0 as well while another process is doing it.
    """
    return (await _sequence(database)).events


async def run_sequencer(database: Database, stopping: asyncio.Event, *, head: Head) -> None:
    """Keep the log up to date until told to stop, and `head` at its newest position.

    A short pause after each move lets events gather, unless more are waiting than one move takes.
    Without any, the outbox is looked at ever more seldom.
    """
    pace = Pace(_LOOK_S)
    while not stopping.is_set():
        moved = await _sequence(database)
        head.rise(moved)
        pause_s = pace.pause_s(found=moved.events > 0)
        if not moved.was_full:
            await asyncio.sleep(pause_s)


async def _sequence(database: Database) -> Moved:
    async with database.platform() as session:
        connection = await bulk(session)
        position = await connection.fetchval(_LOCK_HEAD)
        if position is None:
            return Moved(0, await connection.fetchval(_HEAD), ())
        row = await connection.fetchrow(MOVE, position, PACKS)
        if row is None:
            return Moved(0, position, ())
        full = row["packs"] == PACKS
        return Moved(row["position"] - position, row["position"], row["types"], was_full=full)
