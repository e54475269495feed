"""What is told of messages that aren't known by their provider's ids yet: kept until they are."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest.kernel.database import bulk, merchant_of
from loyalnest.messaging.values import Reason, Status, told

# Whoever keeps what is told of a message that isn't known, and whoever makes it known, wait for
# each other: else the one would look before the other is done, and the other before the one.
_WAIT_FOR_TURN = """
SELECT pg_advisory_xact_lock(hashtextextended(k.provider_id, 1))
FROM (SELECT DISTINCT provider_id FROM unnest($1::text[]) AS u (provider_id) ORDER BY 1) k
"""

_KNOWN = """
SELECT provider_id
FROM messages
WHERE merchant_id = $1 AND provider_id = ANY ($2::text[])
"""

_KEEP = """
INSERT INTO early_statuses (merchant_id, provider_id, state, reason, code, told_at, recorded_at)
SELECT $1, k.provider_id, k.state, k.reason, k.code, k.told_at, $2
FROM unnest($3::text[], $4::text[], $5::text[], $6::text[], $7::timestamptz[])
  AS k (provider_id, state, reason, code, told_at)
ON CONFLICT DO NOTHING
"""

_TAKE_OUT = """
DELETE FROM early_statuses
WHERE merchant_id = $1 AND provider_id = ANY ($2::text[])
RETURNING provider_id, state, reason, code, told_at
"""


async def keep(
    session: AsyncSession, unknown: Sequence[Status], *, now: datetime
) -> Sequence[Status]:
    """Keep what is told of messages that aren't known. Answers what is told of those that are by
    now."""
    if not unknown:
        return []
    connection, merchant_id = await bulk(session), merchant_of(session)
    named = [it.provider_id for it in unknown]
    await connection.execute(_WAIT_FOR_TURN, named)
    known = {row[0] for row in await connection.fetch(_KNOWN, merchant_id, named)}
    kept = [it for it in unknown if it.provider_id not in known]
    await connection.execute(
        _KEEP,
        merchant_id,
        now,
        [it.provider_id for it in kept],
        [it.state.value for it in kept],
        [it.reason and it.reason.value for it in kept],
        [it.code for it in kept],
        [it.at for it in kept],
    )
    return [it for it in unknown if it.provider_id in known]


async def take_out(session: AsyncSession, provider_ids: Sequence[str]) -> list[Status]:
    """What was kept of these messages, which are known from now on."""
    connection = await bulk(session)
    await connection.execute(_WAIT_FOR_TURN, list(provider_ids))
    rows = await connection.fetch(_TAKE_OUT, merchant_of(session), list(provider_ids))
    return [
        Status(
            told(row["state"]),
            row["told_at"],
            provider_id=row["provider_id"],
            reason=Reason(row["reason"]) if row["reason"] else None,
            code=row["code"],
        )
        for row in rows
    ]
