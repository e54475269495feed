"""Named reads of the log."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

import msgspec
from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest.kernel.database import Row, bulk
from loyalnest.kernel.events import Author
from loyalnest.kernel.relay.errors import EventNotFound
from loyalnest.kernel.relay.values import EventFailure, Lag, LoggedEvent

COLUMNS = """
    events.merchant_id, events.position, events.id, events.type, events.customer_id, events.data,
    events.occurred_at, events.recorded_at, events.author
"""

AFTER = (
    "SELECT"
    + COLUMNS
    + """FROM events
WHERE merchant_id = $1
  AND position > $2
  AND ($3::text[] IS NULL OR type = ANY ($3))
  AND ($4::uuid IS NULL OR customer_id = $4)
ORDER BY position
LIMIT $5
"""
)

_BEFORE = (
    "SELECT"
    + COLUMNS
    + """FROM events
WHERE merchant_id = $1
  AND ($2::bigint IS NULL OR position < $2)
  AND position > $3
  AND ($4::text[] IS NULL OR type = ANY ($4))
  AND ($5::uuid IS NULL OR customer_id = $5)
ORDER BY position DESC
LIMIT $6
"""
)

_ONE = "SELECT" + COLUMNS + "FROM events WHERE merchant_id = $1 AND position = $2"

BETWEEN = (
    "SELECT"
    + COLUMNS
    + """FROM events
WHERE position > $1
  AND position <= $2
  AND ($3::text[] IS NULL OR type = ANY ($3))
  AND ($4::uuid[] IS NULL OR merchant_id = ANY ($4))
ORDER BY position
"""
)

_FAILURES = (
    "SELECT"
    + COLUMNS
    + """, failure.subscriber, failure.attempts, failure.code, failure.detail, failure.failed_at
FROM event_failures AS failure
JOIN events USING (merchant_id, position)
WHERE failure.merchant_id = $1
  AND (failure.position, failure.subscriber) > ($2, $3)
ORDER BY failure.position, failure.subscriber
LIMIT $4
"""
)

_HEAD = "SELECT position FROM event_head"

_LAG = """
SELECT cursor.subscriber, head.position - cursor.position
FROM event_cursors AS cursor
CROSS JOIN event_head AS head
ORDER BY 1
"""

_OUTBOX = """
SELECT coalesce(sum(cardinality(ids)), 0), min(recorded_at)
FROM outbox
"""


async def events_after(
    session: AsyncSession,
    *,
    merchant_id: UUID,
    position: int,
    types: Collection[str] | None = None,
    customer_id: UUID | None = None,
    limit: int = 100,
) -> list[LoggedEvent]:
    """A merchant's events after a position, in order."""
    wanted = None if types is None else sorted(types)
    connection = await bulk(session)
    rows = await connection.fetch(AFTER, merchant_id, position, wanted, customer_id, limit)
    return [event_of(row) for row in rows]


async def events_before(
    session: AsyncSession,
    *,
    merchant_id: UUID,
    position: int | None,
    after: int = 0,
    types: Collection[str] | None = None,
    customer_id: UUID | None = None,
    limit: int = 100,
) -> list[LoggedEvent]:
    """A merchant's events before a position (None: up to now), the latest first."""
    wanted = None if types is None else sorted(types)
    connection = await bulk(session)
    rows = await connection.fetch(_BEFORE, merchant_id, position, after, wanted, customer_id, limit)
    return [event_of(row) for row in rows]


async def get_event(session: AsyncSession, *, merchant_id: UUID, position: int) -> LoggedEvent:
    """One event. Raises EventNotFound."""
    row = await (await bulk(session)).fetchrow(_ONE, merchant_id, position)
    if row is None:
        raise EventNotFound
    return event_of(row)


async def events_between(
    session: AsyncSession,
    *,
    after: int,
    upto: int,
    types: Collection[str] | None = None,
    merchant_ids: Collection[UUID] | None = None,
) -> list[LoggedEvent]:
    """Merchants' events after one position and up to another. For the platform."""
    wanted = None if types is None else sorted(types)
    whose = None if merchant_ids is None else list(merchant_ids)
    rows = await (await bulk(session)).fetch(BETWEEN, after, upto, wanted, whose)
    return [event_of(row) for row in rows]


async def list_failures(
    session: AsyncSession, *, merchant_id: UUID, after: tuple[int, str] = (0, ""), limit: int = 50
) -> list[EventFailure]:
    """A merchant's events that were set aside for a subscriber, oldest first.

    `after` is the position and the subscriber of the last one seen.
    """
    rows = await (await bulk(session)).fetch(_FAILURES, merchant_id, *after, limit)
    return [EventFailure(event_of(row), *tuple(row)[9:]) for row in rows]


async def head_of(session: AsyncSession) -> int:
    """The position of the newest event. For the platform."""
    return await (await bulk(session)).fetchval(_HEAD)


async def lags(session: AsyncSession) -> list[Lag]:
    """How many events each subscriber has yet to see. For the platform."""
    return [Lag(*row.values()) for row in await (await bulk(session)).fetch(_LAG)]


async def unsequenced(session: AsyncSession) -> tuple[int, datetime | None]:
    """How many events wait for a position, and since when. For the platform."""
    row = await (await bulk(session)).fetchrow(_OUTBOX)
    assert row is not None
    return row[0], row[1]


async def count_failures(session: AsyncSession) -> int:
    """How many events are set aside, over all merchants. For the platform."""
    return await (await bulk(session)).fetchval("SELECT count(*) FROM event_failures")


def event_of(row: Row) -> LoggedEvent:
    """The event in a row that begins with COLUMNS."""
    told = tuple(row)
    return LoggedEvent(*told[:8], author=told[8] and msgspec.convert(told[8], Author))
