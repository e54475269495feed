"""Noting what became of what journeys gave."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest import messaging
from loyalnest.journeys.values import ENROLMENT, SOURCE
from loyalnest.kernel.database import bulk
from loyalnest.kernel.ids import from_wire

_GIVEN = """
SELECT r.merchant_id, r.id, r.given_for_id, r.given_step
FROM unnest($1::uuid[], $2::uuid[]) AS k (merchant_id, id)
JOIN redemptions r ON r.merchant_id = k.merchant_id AND r.id = k.id AND r.given_for = $3
"""
_NOTE = """
UPDATE enrolments e
SET redeemed_at = k.at
FROM unnest($1::uuid[], $2::uuid[], $3::timestamptz[]) AS k (merchant_id, id, at)
WHERE e.merchant_id = k.merchant_id AND e.id = k.id AND e.redeemed_at IS NULL
"""
# The message that brought the code, on whichever channel it got through in the end.
_MESSAGES = """
SELECT DISTINCT ON (k.id, k.step) m.id, k.at
FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::timestamptz[]) AS k (merchant_id, id, step, at)
JOIN messages m
  ON m.merchant_id = k.merchant_id AND m.source_id = k.id AND m.source_kind = $5 AND m.step = k.step
WHERE m.handed_over_at IS NOT NULL
ORDER BY k.id, k.step, m.leg DESC
"""


async def note_used(
    session: AsyncSession, used: Sequence[tuple[UUID, UUID, datetime]], *, now: datetime
) -> None:
    """Note which codes (merchant, redemption) that journeys gave were used, and when."""
    connection = await bulk(session)
    asked = [[it[0] for it in used], [it[1] for it in used]]
    at = {it[1]: it[2] for it in used}
    found = [
        (row[0], from_wire(ENROLMENT, row[2]), row[3], at[row[1]])
        for row in await connection.fetch(_GIVEN, *asked, SOURCE)
    ]
    if not found:
        return
    merchants, ids, steps, instants = map(list, zip(*found, strict=True))
    await connection.execute(_NOTE, merchants, ids, instants)
    rows = await connection.fetch(_MESSAGES, merchants, ids, steps, instants, SOURCE)
    await messaging.note_redeemed(session, [(row[0], row[1]) for row in rows], now=now)
