"""Named reads: what people have asked, and what waits for an answer."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest.kernel.crypto import KeyRing
from loyalnest.kernel.database import merchant_of, ring_of
from loyalnest.privacy.errors import RequestNotFound
from loyalnest.privacy.values import ANSWER, NOTE, Kind, PrivacyRequest, Standing

_COLUMNS = """
SELECT r.merchant_id, r.id, r.customer_id, r.kind, r.note_sealed, r.asked_at, r.due_at,
       r.answered_at, r.answered_by, r.answer_sealed
"""
_ONE = f"""
{_COLUMNS}
FROM privacy_requests r
WHERE r.merchant_id = :merchant_id AND r.id = :id
"""
_BY_ID, _BY_ID_LOCKED = text(_ONE), text(f"{_ONE} FOR UPDATE")
# What waits longest first; what is answered, the latest first.
_OPEN = text(f"""
{_COLUMNS}
FROM privacy_requests r
WHERE r.merchant_id = :merchant_id
  AND r.answered_at IS NULL
  AND (NOT :overdue OR r.due_at < :now)
  AND (cast(:after AS uuid) IS NULL OR r.id > :after)
ORDER BY r.id
LIMIT :limit
""")
_ANSWERED = text(f"""
{_COLUMNS}
FROM privacy_requests r
WHERE r.merchant_id = :merchant_id
  AND r.answered_at IS NOT NULL
  AND (cast(:after AS uuid) IS NULL OR r.id < :after)
ORDER BY r.id DESC
LIMIT :limit
""")
_OF_PERSON = text(f"""
{_COLUMNS}
FROM customers c
JOIN privacy_requests r ON r.merchant_id = c.merchant_id AND r.customer_id = c.id
WHERE c.merchant_id = :merchant_id
  AND (c.id = :customer_id OR c.merged_into = :customer_id)
ORDER BY r.id DESC
LIMIT 200
""")
_OVERDUE = text("""
SELECT merchant_id, count(*)
FROM privacy_requests
WHERE answered_at IS NULL AND due_at < :now
GROUP BY merchant_id
ORDER BY merchant_id
""")


async def get(session: AsyncSession, request_id: UUID, *, lock: bool = False) -> PrivacyRequest:
    """One request, held until the transaction ends if asked for. Raises RequestNotFound."""
    asked = {"merchant_id": merchant_of(session), "id": request_id}
    row = (await session.execute(_BY_ID_LOCKED if lock else _BY_ID, asked)).one_or_none()
    if row is None:
        raise RequestNotFound
    return _request(ring_of(session), row)


async def list_requests(
    session: AsyncSession, standing: Standing, *, after: UUID | None, limit: int, now: datetime
) -> list[PrivacyRequest]:
    """What waits, the longest first, or what was answered, the latest asked first.

    What is overdue waits as well.
    """
    asked = {"merchant_id": merchant_of(session), "after": after, "limit": limit}
    if standing is Standing.ANSWERED:
        rows = await session.execute(_ANSWERED, asked)
    else:
        asked |= {"overdue": standing is Standing.OVERDUE, "now": now}
        rows = await session.execute(_OPEN, asked)
    return [_request(ring_of(session), row) for row in rows]


async def requests_of(session: AsyncSession, customer_id: UUID) -> list[PrivacyRequest]:
    """What a living customer has asked, under any name of theirs, the latest first."""
    asked = {"merchant_id": merchant_of(session), "customer_id": customer_id}
    ring = ring_of(session)
    return [_request(ring, row) for row in await session.execute(_OF_PERSON, asked)]


async def export_customer(session: AsyncSession, customer_id: UUID) -> dict[str, object]:
    """What a person has asked about their data, and what they were answered."""
    return {
        "privacy_requests": [
            {
                "kind": it.kind.value,
                "asked_at": it.asked_at.isoformat(),
                "note": it.note,
                "answered_at": it.answered_at and it.answered_at.isoformat(),
                "answer": it.answer,
            }
            for it in await requests_of(session, customer_id)
        ]
    }


async def overdue(session: AsyncSession, *, now: datetime) -> Sequence[tuple[UUID, int]]:
    """How many requests are past their time, by merchant. For the platform."""
    return [(row[0], row[1]) for row in await session.execute(_OVERDUE, {"now": now})]


def _request(ring: KeyRing, row: Row[Any]) -> PrivacyRequest:
    return PrivacyRequest(
        merchant_id=row.merchant_id,
        id=row.id,
        customer_id=row.customer_id,
        kind=Kind(row.kind),
        note=ring.open_text(row.merchant_id, NOTE, row.note_sealed),
        asked_at=row.asked_at,
        due_at=row.due_at,
        answered_at=row.answered_at,
        answered_by=row.answered_by,
        answer=ring.open_text(row.merchant_id, ANSWER, row.answer_sealed),
    )
