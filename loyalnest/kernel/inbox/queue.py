"""The queue itself: taking rows out, and putting back what failed.

Taking is deleting. It happens in the transaction that applies the deliveries, so there is no lease
to recover: a worker that dies leaves the rows where they were, and one that commits has done both.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest.kernel.database import bulk
from loyalnest.kernel.faults import Reason
from loyalnest.kernel.inbox.values import LANES

_EVER = datetime(2000, 1, 1, tzinfo=UTC)
_SLACK = timedelta(seconds=2)
_SWEEP = timedelta(seconds=5)
_FIRST_PAUSE = timedelta(milliseconds=500)

# Lanes are visited in the order given until the batch is full: the outer LIMIT stops pulling rows,
# and a row that was not pulled is not locked. `since` skips the index entries of rows that are long
# gone. Rows are fetched by ctid, and bodies by their key in a sub-select that can't be flattened,
# so that no estimate can turn this into a scan of either table.
_DUE = """
WITH due AS MATERIALIZED (
    SELECT queued.ctid
    FROM unnest($1::smallint[], $2::timestamptz[]) AS lane (number, since)
    CROSS JOIN LATERAL (
        SELECT inbox.ctid
        FROM inbox
        WHERE inbox.lane = lane.number
          AND inbox.due_at >= lane.since
          AND inbox.due_at <= $3
        ORDER BY inbox.due_at, inbox.delivery_id
        FOR UPDATE SKIP LOCKED
    ) AS queued
    LIMIT $4
"""

# The same, for rows that are known.
_KNOWN = """
WITH due AS MATERIALIZED (
    SELECT queued.ctid
    FROM unnest($1::smallint[], $2::timestamptz[], $3::uuid[]) AS key (lane, due_at, delivery_id)
    CROSS JOIN LATERAL (
        SELECT inbox.ctid
        FROM inbox
        WHERE inbox.lane = key.lane
          AND inbox.due_at = key.due_at
          AND inbox.delivery_id = key.delivery_id
        FOR UPDATE SKIP LOCKED
    ) AS queued
"""

# The rest of either statement: take the rows out, and fetch their bodies.
_TAKE = """
), claimed AS (
    DELETE FROM inbox
    WHERE ctid = ANY (ARRAY(SELECT ctid FROM due))
    RETURNING merchant_id, delivery_id, lane, due_at, attempts
)
SELECT claimed.merchant_id, claimed.delivery_id, claimed.lane, claimed.due_at, claimed.attempts,
       body.store_id, body.provider, body.topic, body.body, body.triggered_at, body.received_at
FROM claimed
CROSS JOIN LATERAL (
    SELECT *
    FROM deliveries
    WHERE deliveries.merchant_id = claimed.merchant_id
      AND deliveries.id = claimed.delivery_id
    LIMIT 1
) AS body
ORDER BY body.received_at, claimed.delivery_id
"""
CLAIM = _DUE + _TAKE
_RECLAIM = _KNOWN + _TAKE

# Within a merchant one batch is applied at a time; two merchants of one lane wait for each other
# too, which costs nothing worth a finer lock. Taken in order, so that two batches can't block.
_HOLD_LANES = """
SELECT pg_advisory_xact_lock(1769234292, lane)
FROM (SELECT DISTINCT lane FROM unnest($1::int[]) AS lane ORDER BY lane) lanes
"""

_PUT_BACK = """
INSERT INTO inbox (merchant_id, delivery_id, lane, attempts, due_at)
SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::smallint[], $4::smallint[], $5::timestamptz[])
"""

_SET_ASIDE = """
INSERT INTO dead_letters (merchant_id, delivery_id, attempts, code, detail, failed_at)
SELECT merchant_id, delivery_id, attempts, code, detail, $6
FROM unnest($1::uuid[], $2::uuid[], $3::smallint[], $4::text[], $5::text[])
    AS given (merchant_id, delivery_id, attempts, code, detail)
ON CONFLICT (merchant_id, delivery_id) DO UPDATE
SET attempts = excluded.attempts,
    code = excluded.code,
    detail = excluded.detail,
    failed_at = excluded.failed_at
"""

_NOTE_LATE = """
UPDATE deliveries
SET applied_at = $3
FROM unnest($1::uuid[], $2::uuid[]) AS late (merchant_id, id)
WHERE deliveries.merchant_id = late.merchant_id
  AND deliveries.id = late.id
"""


@dataclass(frozen=True, slots=True)
class Claimed:
    """A row taken from the queue, with its sealed body."""

    merchant_id: UUID
    delivery_id: UUID
    lane: int
    due_at: datetime
    attempts: int
    store_id: UUID
    provider: str
    topic: str
    body: bytes
    triggered_at: datetime | None
    received_at: datetime


@dataclass(frozen=True, slots=True)
class Failed:
    """A claimed delivery that could not be applied, and why."""

    row: Claimed
    reason: Reason
    hopeless: bool = False
    """Trying again can't help: the body itself is at fault."""


class Lanes:
    """Where one process stands in the queue: whose turn it is, and from when to look.

    Deleted rows leave index entries behind until vacuum comes by. A claim that started at the
    lane's beginning would step over all of them each time, so it starts a little before the last
    row it took. Whatever is older (a commit that took seconds, a batch that another worker rolled
    back) is found by a claim from the beginning every few seconds.
    """

    def __init__(self) -> None:
        self._since = [_EVER] * LANES
        self._first = 0
        self._swept_at = _EVER

    def look(self, now: datetime) -> tuple[list[int], list[datetime]]:
        """The lanes in the order to visit them, and the instant to start from in each."""
        if now - self._swept_at >= _SWEEP:
            self._swept_at = now
            self._since = [_EVER] * LANES
        order = [(self._first + turn) % LANES for turn in range(LANES)]
        return order, [self._since[lane] for lane in order]

    def took(self, rows: Sequence[Claimed]) -> None:
        """Remember what was taken; the next claim starts with the lane after the last one."""
        for row in rows:
            self._since[row.lane] = max(self._since[row.lane], row.due_at - _SLACK)
        last = max(rows, key=lambda row: (row.lane - self._first) % LANES)
        self._first = (last.lane + 1) % LANES

    def gave_back(self) -> None:
        """A batch was rolled back: look from the beginning again."""
        self._since = [_EVER] * LANES


async def claim(session: AsyncSession, lanes: Lanes, *, limit: int, now: datetime) -> list[Claimed]:
    """Take up to `limit` due rows out of the queue, for as long as this transaction lasts."""
    order, since = lanes.look(now)
    rows = await (await bulk(session)).fetch(CLAIM, order, since, now, limit)
    claimed = [Claimed(*row.values()) for row in rows]
    if claimed:
        lanes.took(claimed)
    return claimed


async def reclaim(session: AsyncSession, rows: Sequence[Claimed]) -> list[Claimed]:
    """Take these rows again, less those that another worker has by now."""
    again = await (await bulk(session)).fetch(
        _RECLAIM,
        [row.lane for row in rows],
        [row.due_at for row in rows],
        [row.delivery_id for row in rows],
    )
    return [Claimed(*row.values()) for row in again]


async def hold_lanes(session: AsyncSession, rows: Sequence[Claimed]) -> None:
    """Wait until no other worker applies deliveries of these lanes."""
    await (await bulk(session)).execute(_HOLD_LANES, [row.lane for row in rows])


async def put_aside(
    session: AsyncSession, failures: Sequence[Failed], *, retries: int, now: datetime
) -> None:
    """Queue what failed for another try, later each time; after the last, make it a dead letter."""
    if not failures:
        return
    dead: list[Failed] = []
    again: list[Failed] = []
    for failed in failures:
        last = failed.hopeless or failed.row.attempts >= retries
        (dead if last else again).append(failed)
    connection = await bulk(session)
    if again:
        await connection.execute(
            _PUT_BACK,
            [failed.row.merchant_id for failed in again],
            [failed.row.delivery_id for failed in again],
            [failed.row.lane for failed in again],
            [failed.row.attempts + 1 for failed in again],
            [now + pause_after(failed.row.attempts) for failed in again],
        )
    if dead:
        await connection.execute(
            _SET_ASIDE,
            [failed.row.merchant_id for failed in dead],
            [failed.row.delivery_id for failed in dead],
            [failed.row.attempts + 1 for failed in dead],
            [failed.reason.code for failed in dead],
            [failed.reason.detail for failed in dead],
            now,
        )


async def note_late(session: AsyncSession, rows: Sequence[Claimed], *, now: datetime) -> None:
    """Write down when deliveries were applied that had to wait for long.

    For all others the instant they came serves as well, and the row is left alone.
    """
    if rows:
        await (await bulk(session)).execute(
            _NOTE_LATE, [row.merchant_id for row in rows], [row.delivery_id for row in rows], now
        )


def pause_after(attempts: int) -> timedelta:
    """How long to wait after one more failure: 500 ms, doubled each time, give or take a fifth."""
    jitter = random.uniform(0.8, 1.2)  # noqa: S311
    return _FIRST_PAUSE * jitter * (1 << attempts)
