"""Who sends for whom: each sender has one worker at a time, for a few seconds, renewed.

A worker that dies leaves its senders to others when its time is over; one that was asleep for
longer finds its time over and sends nothing. Instants are the database's, so that workers on
several machines agree.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest.kernel.database import bulk
from loyalnest.messaging.sending.calls import CALL_S
from loyalnest.messaging.values import SenderId

LEASE = timedelta(seconds=9)
RENEWED_EVERY_S = 0.7
HANDS_OVER_S = LEASE.total_seconds() - CALL_S - 0.5
"""For how long after it was taken or renewed: what is handed over by then has an answer, or is
given up, before another may begin."""

Key = tuple[UUID, SenderId]
"""Merchant and sender."""

# From one sender with something due to the next, however much each has: a few look-ups in indexes
# for each that has anything at all to go. OFFSET 0 keeps them that: joined, a thousand senders
# would be held against a thousand where the plan was made while there were few.
_DUE = """
WITH RECURSIVE queued (merchant_id, sender_id) AS (
    (SELECT merchant_id, sender_id
     FROM message_queue
     ORDER BY merchant_id, sender_id
     LIMIT 1)
  UNION ALL
    SELECT next.merchant_id, next.sender_id
    FROM queued
    CROSS JOIN LATERAL (
        SELECT q.merchant_id, q.sender_id
        FROM message_queue q
        WHERE (q.merchant_id, q.sender_id) > (queued.merchant_id, queued.sender_id)
        ORDER BY q.merchant_id, q.sender_id
        LIMIT 1
    ) next
)
SELECT queued.merchant_id, queued.sender_id
FROM queued
CROSS JOIN LATERAL (
    SELECT
    FROM sender_pace p
    WHERE p.merchant_id = queued.merchant_id
      AND p.sender_id = queued.sender_id
      AND (p.paused_until IS NULL OR p.paused_until <= $2)
      AND (p.owner = $1 OR p.owned_until IS NULL OR p.owned_until <= now())
    OFFSET 0
) free
CROSS JOIN LATERAL (
    SELECT
    FROM senders s
    WHERE s.merchant_id = queued.merchant_id
      AND s.id = queued.sender_id
      AND s.state IN ('on', 'replaced')
    OFFSET 0
) open
WHERE EXISTS (
      SELECT FROM unnest('{0,1}'::smallint[]) AS lanes (lane)
      CROSS JOIN LATERAL (
          SELECT FROM message_queue q
          WHERE q.merchant_id = queued.merchant_id
            AND q.sender_id = queued.sender_id
            AND q.lane = lanes.lane
            AND q.due_at <= $2
          LIMIT 1
      ) due
  )
"""

# `rested` says for how long nobody has owned it, whoever that was.
_TAKE = """
UPDATE sender_pace p
SET owner = $2, owned_until = now() + $3
FROM (
    SELECT merchant_id, sender_id, owner, owned_until
    FROM sender_pace
    WHERE (merchant_id, sender_id) IN (SELECT * FROM unnest($1::uuid[], $4::uuid[]))
    ORDER BY merchant_id, sender_id
    FOR UPDATE SKIP LOCKED
) was
WHERE p.merchant_id = was.merchant_id
  AND p.sender_id = was.sender_id
  AND (was.owner = $2 OR was.owned_until IS NULL OR was.owned_until <= now())
RETURNING p.merchant_id, p.sender_id, was.owner IS NOT DISTINCT FROM $2,
          coalesce(extract(epoch FROM now() - was.owned_until), 3600)::float8
"""

_RENEW = """
UPDATE sender_pace p
SET owned_until = now() + $3
FROM unnest($1::uuid[], $4::uuid[]) AS mine (merchant_id, sender_id)
WHERE p.merchant_id = mine.merchant_id
  AND p.sender_id = mine.sender_id
  AND p.owner = $2
RETURNING p.merchant_id, p.sender_id
"""

_LEAVE = """
UPDATE sender_pace
SET owned_until = now()
WHERE merchant_id = $1 AND sender_id = $2 AND owner = $3
"""


@dataclass(frozen=True, slots=True)
class Taken:
    """A sender that this worker now sends for."""

    key: Key
    was_mine: bool
    """Nobody else has sent for it since this worker did."""
    rested_s: float
    """For how long nobody has."""


async def due(session: AsyncSession, owner: UUID, *, now: datetime) -> list[Key]:
    """Senders with something to go that nobody else is sending for. For the platform."""
    rows = await (await bulk(session)).fetch(_DUE, owner, now)
    return [(row[0], row[1]) for row in rows]


async def take(session: AsyncSession, keys: Sequence[Key], owner: UUID) -> list[Taken]:
    """Begin to send for those of them that are free. For the platform."""
    merchant_ids, sender_ids = _columns(keys)
    rows = await (await bulk(session)).fetch(_TAKE, merchant_ids, owner, LEASE, sender_ids)
    return [Taken((row[0], row[1]), row[2], row[3]) for row in rows]


async def renew(session: AsyncSession, keys: Sequence[Key], owner: UUID) -> set[Key]:
    """Go on sending for these; which of them are still one's own. For the platform."""
    merchant_ids, sender_ids = _columns(keys)
    rows = await (await bulk(session)).fetch(_RENEW, merchant_ids, owner, LEASE, sender_ids)
    return {(row[0], row[1]) for row in rows}


async def leave(session: AsyncSession, key: Key, owner: UUID) -> None:
    """Let others send for it."""
    await (await bulk(session)).execute(_LEAVE, *key, owner)


def _columns(keys: Sequence[Key]) -> tuple[list[UUID], list[UUID]]:
    return [merchant_id for merchant_id, _ in keys], [sender_id for _, sender_id in keys]
