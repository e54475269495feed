"""Named reads: how often customers come, and who is late by their own rhythm."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest.kernel.database import bulk, merchant_of
from loyalnest.kernel.ids import to_wire
from loyalnest.stamps.visits.values import VISIT, Rhythm

_COLUMNS = """
r.customer_id, r.visits, r.first_at, r.last_at, r.last_store_id, r.gap_days, r.late_at, r.lost_at
"""
_OF = f"""
SELECT {_COLUMNS}
FROM unnest($2::uuid[]) AS k (customer_id)
JOIN rhythms r ON r.merchant_id = $1 AND r.customer_id = k.customer_id
"""  # noqa: S608
# Whoever was late last comes first: they are the likeliest to be won back.
AT_RISK = f"""
SELECT {_COLUMNS}
FROM rhythms r
WHERE r.merchant_id = $1
  AND r.late_at <= $2
  AND r.lost_at > $2
  AND ($3::uuid IS NULL OR r.last_store_id = $3)
  AND (r.late_at, r.customer_id) < ($4::timestamptz, $5::uuid)
ORDER BY r.late_at DESC, r.customer_id DESC
LIMIT $6
"""  # noqa: S608
COUNT_AT_RISK = """
SELECT count(*)
FROM rhythms r
WHERE r.merchant_id = $1
  AND r.late_at <= $2
  AND r.lost_at > $2
  AND ($3::uuid IS NULL OR r.last_store_id = $3)
"""
_VISITS_OF = """
SELECT v.id, v.store_id, v.began_at, v.ended_at, v.stampings, v.amount::text
FROM customers p
JOIN visits v ON v.merchant_id = p.merchant_id AND v.customer_id = p.id
WHERE p.merchant_id = $1
  AND (p.id = $2 OR p.merged_into = $2)
ORDER BY v.began_at
"""


async def rhythms_of(
    session: AsyncSession, customer_ids: Sequence[UUID], /
) -> Mapping[UUID, Rhythm]:
    """How often these living customers come; who never came is left out."""
    connection = await bulk(session)
    rows = await connection.fetch(_OF, merchant_of(session), list(customer_ids))
    return {row[0]: Rhythm(*row) for row in rows}


async def list_at_risk(
    session: AsyncSession,
    *,
    store_id: UUID | None,
    before: tuple[datetime, UUID],
    limit: int,
    now: datetime,
) -> list[Rhythm]:
    """Who is late by their own rhythm and not lost yet, the latest to be late first; of a store,
    those who came there last."""
    connection = await bulk(session)
    rows = await connection.fetch(AT_RISK, merchant_of(session), now, store_id, *before, limit)
    return [Rhythm(*row) for row in rows]


async def count_at_risk(session: AsyncSession, *, store_id: UUID | None, now: datetime) -> int:
    """How many are late by their own rhythm and not lost yet."""
    connection = await bulk(session)
    return await connection.fetchval(COUNT_AT_RISK, merchant_of(session), now, store_id)


async def export_customer(session: AsyncSession, customer_id: UUID) -> dict[str, object]:
    """When a person, under any name of theirs, came, and the rhythm that was told from it."""
    rows = await (await bulk(session)).fetch(_VISITS_OF, merchant_of(session), customer_id)
    rhythm = (await rhythms_of(session, [customer_id])).get(customer_id)
    return {
        "visits": [
            {
                "id": to_wire(VISIT, row[0]),
                "store_id": row[1] and to_wire("sto", row[1]),
                "began_at": row[2].isoformat(),
                "ended_at": row[3].isoformat(),
                "stampings": row[4],
                "amount": row[5],
            }
            for row in rows
        ],
        "rhythm": rhythm
        and {
            "visits": rhythm.visits,
            "gap_days": float(rhythm.gap_days),
            "late_at": rhythm.late_at.isoformat(),
            "lost_at": rhythm.lost_at.isoformat(),
        },
    }
