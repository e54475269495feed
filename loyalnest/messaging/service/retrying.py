"""Sending again what ended without having arrived, and letting go on what was held."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest.kernel.database import bulk, merchant_of
from loyalnest.kernel.ids import new_id
from loyalnest.messaging import queries, rules
from loyalnest.messaging.errors import MessageNotRetryable
from loyalnest.messaging.queries import Filters
from loyalnest.messaging.values import Delivery, MessageId, State

RETRYABLE = frozenset({State.FAILED, State.DROPPED, State.IN_DOUBT})
AT_ONCE = 1_000

# By the sender that the channel has now. A new attempt, for the old one is over; it is judged anew
# when it goes. One that has gone on by another channel stays as it is, and so does one that a
# journey didn't send on purpose: its day is over, and what it was to bring was taken back.
_RETRY = """
WITH chosen AS (
    SELECT m.id, s.id AS sender_id
    FROM messages m
    JOIN senders s
      ON s.merchant_id = m.merchant_id AND s.channel = m.channel AND s.state <> 'replaced'
    WHERE m.merchant_id = $1
      AND m.id = ANY ($2::uuid[])
      AND m.state IN ('failed', 'dropped', 'in_doubt')
      AND (m.state <> 'dropped' OR m.journey_id IS NULL)
      AND NOT EXISTS (
          SELECT FROM messages f
          WHERE f.merchant_id = m.merchant_id
            AND f.source_id = m.source_id
            AND f.source_kind = m.source_kind
            AND f.step = m.step
            AND f.leg > m.leg)
    ORDER BY m.id
    FOR UPDATE OF m
), put_back AS (
    UPDATE messages m
    SET state = 'waiting', state_at = $3, reason = NULL, code = NULL, provider_id = NULL,
        sender_id = chosen.sender_id, due_at = $3, expires_at = greatest(m.expires_at, $4)
    FROM chosen
    WHERE m.merchant_id = $1 AND m.id = chosen.id
    RETURNING m.id, m.sender_id, m.purpose, coalesce(m.customer_id, m.addressee_id) AS whose
), tried AS (
    SELECT k.message_id, count(*)::smallint AS attempt
    FROM message_moves k
    WHERE k.merchant_id = $1 AND k.message_id = ANY ($2::uuid[])
    GROUP BY k.message_id
), queued AS (
    INSERT INTO message_queue (merchant_id, message_id, sender_id, lane, customer_id, due_at,
                               attempt)
    SELECT $1, put_back.id, put_back.sender_id,
           CASE put_back.purpose WHEN 'transactional' THEN 0 ELSE 1 END, put_back.whose, $3,
           coalesce(tried.attempt, 1)
    FROM put_back
    LEFT JOIN tried ON tried.message_id = put_back.id
), moved AS (
    INSERT INTO message_moves (merchant_id, message_id, id, state, told_at, recorded_at)
    SELECT $1, put_back.id, k.move_id, 'waiting', $3, $3
    FROM put_back
    JOIN unnest($2::uuid[], $5::uuid[]) AS k (message_id, move_id) ON k.message_id = put_back.id
)
SELECT id FROM put_back
"""

# What was refused before goes as another attempt, as it would have without the pause.
_RELEASE = """
WITH going AS (
    UPDATE messages m
    SET state = 'waiting', state_at = $3
    WHERE m.merchant_id = $1 AND m.journey_id = $2 AND m.state = 'held'
    RETURNING m.id, m.sender_id, m.purpose, m.customer_id, m.due_at
), tried AS (
    SELECT k.message_id, count(*)::smallint AS attempt
    FROM message_moves k
    WHERE k.merchant_id = $1 AND k.message_id IN (SELECT id FROM going)
    GROUP BY k.message_id
)
INSERT INTO message_queue (merchant_id, message_id, sender_id, lane, customer_id, due_at, attempt)
SELECT $1, going.id, going.sender_id, CASE going.purpose WHEN 'transactional' THEN 0 ELSE 1 END,
       going.customer_id, going.due_at, coalesce(tried.attempt, 0)
FROM going
LEFT JOIN tried ON tried.message_id = going.id
"""


async def retry(session: AsyncSession, message_id: MessageId, *, now: datetime) -> Delivery:
    """Send a message again that failed, was dropped or is in doubt.

    Raises MessageNotFound, MessageNotRetryable.
    """
    await queries.get_delivery(session, message_id)
    if not await _retry(session, [message_id], now):
        raise MessageNotRetryable
    return await queries.get_delivery(session, message_id)


async def retry_many(session: AsyncSession, filters: Filters, *, now: datetime) -> int:
    """Send again, of what these filters show, what can be; how many, a thousand at the most."""
    ids = await queries.retryable(session, filters, limit=AT_ONCE)
    return len(await _retry(session, ids, now)) if ids else 0


async def release(session: AsyncSession, journey_id: UUID, *, now: datetime) -> None:
    """Let go on what was held while a journey was paused."""
    await (await bulk(session)).execute(_RELEASE, merchant_of(session), journey_id, now)


async def _retry(
    session: AsyncSession, ids: Sequence[MessageId], now: datetime
) -> Sequence[MessageId]:
    lasts: timedelta = rules.LASTS
    rows = await (await bulk(session)).fetch(
        _RETRY, merchant_of(session), list(ids), now, now + lasts, [new_id() for _ in ids]
    )
    return [row[0] for row in rows]
