"""Named reads of the addresses that people left, and what is held of them under the keys."""

from collections.abc import AsyncIterator, Iterable
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest import customers
from loyalnest.kernel.crypto import KeyRing
from loyalnest.kernel.database import Database, bulk, merchant_of, ring_of
from loyalnest.kernel.keys import Index, Sealed
from loyalnest.storefront import signing_in
from loyalnest.storefront.errors import CaptureNotFound
from loyalnest.storefront.values import Capture, CaptureId, NudgeId

SEALED_AS = "captures.email"
HASHED_AS = customers.EMAIL
"""As a customer's identity is, so that the database itself can tell whose an address is."""
EXPORTED_AT_MOST = 50_000

_COLUMNS = """
c.merchant_id, c.id, c.email_sealed, c.nudge_id, c.nudge_version, c.language, c.agreed_to,
c.agreed_at, c.confirmed_at, c.customer_id
"""
_LIST = text(f"""
SELECT {_COLUMNS}
FROM captures c
WHERE c.merchant_id = :merchant_id
  AND (cast(:nudge_id AS uuid) IS NULL OR c.nudge_id = :nudge_id)
  AND (cast(:hashes AS bytea[]) IS NULL OR c.email_hash = ANY(:hashes))
  AND (cast(:before AS uuid) IS NULL OR c.id < :before)
ORDER BY c.id DESC
LIMIT :limit
""")  # noqa: S608
_ONE = text(f"SELECT {_COLUMNS} FROM captures c WHERE c.merchant_id = :merchant_id AND c.id = :id")  # noqa: S608
_OF_PERSON = text(f"""
SELECT {_COLUMNS}
FROM customers p
JOIN captures c ON c.merchant_id = p.merchant_id AND c.customer_id = p.id
WHERE p.merchant_id = :merchant_id
  AND (p.id = :customer_id OR p.merged_into = :customer_id)
ORDER BY c.id
""")  # noqa: S608
_ASKING = "SELECT DISTINCT merchant_id FROM nudges"
_HASHED_OTHERWISE = """
SELECT merchant_id, id, email_sealed
FROM captures
WHERE key_id <> $1 AND (merchant_id, id) > ($2, $3)
ORDER BY merchant_id, id
LIMIT $4
FOR UPDATE
"""
_REHASH = """
UPDATE captures c SET email_hash = k.hash, key_id = $4
FROM unnest($1::uuid[], $2::uuid[], $3::bytea[]) AS k (merchant_id, id, hash)
WHERE c.merchant_id = k.merchant_id AND c.id = k.id
"""
_BATCH = 500
_NOBODY = UUID(int=0)


async def list_captures(
    session: AsyncSession,
    *,
    nudge_id: NudgeId | None = None,
    email: str | None = None,
    before: UUID | None = None,
    limit: int,
) -> list[Capture]:
    """Addresses that were left, the latest first; `email` finds the one that it is."""
    hashes = None
    if email is not None:
        normal = customers.normalise_email(email) or ""
        hashes = ring_of(session).blind_all(merchant_of(session), HASHED_AS, normal)
    asked = {
        "merchant_id": merchant_of(session),
        "nudge_id": nudge_id,
        "hashes": hashes,
        "before": before,
        "limit": limit,
    }
    ring = ring_of(session)
    return [_capture(ring, row) for row in await session.execute(_LIST, asked)]


async def get_capture(session: AsyncSession, capture_id: CaptureId) -> Capture:
    """One address that was left. Raises CaptureNotFound."""
    asked = {"merchant_id": merchant_of(session), "id": capture_id}
    row = (await session.execute(_ONE, asked)).one_or_none()
    if row is None:
        raise CaptureNotFound
    return _capture(ring_of(session), row)


async def export_customer(session: AsyncSession, customer_id: UUID) -> dict[str, object]:
    """What is held here of a person and whoever was merged into them."""
    asked = {"merchant_id": merchant_of(session), "customer_id": customer_id}
    ring = ring_of(session)
    found = [_capture(ring, row) for row in await session.execute(_OF_PERSON, asked)]
    return {
        "addresses_left": [
            {
                "email": it.email,
                "agreed_to": it.agreed_to,
                "agreed_at": it.agreed_at.isoformat(),
                "confirmed_at": it.confirmed_at and it.confirmed_at.isoformat(),
                "language": it.language,
            }
            for it in found
        ]
    }


async def asking(session: AsyncSession) -> list[UUID]:
    """The merchants whose pages ever asked for anything. For the platform."""
    return [row[0] for row in await (await bulk(session)).fetch(_ASKING)]


async def rebuild_hashes(database: Database, ring: KeyRing) -> AsyncIterator[int]:
    """Hash addresses anew that were hashed with another key; the number changed, by batches."""
    after = (_NOBODY, _NOBODY)
    while True:
        async with database.platform() as session:
            connection = await bulk(session)
            rows = await connection.fetch(_HASHED_OTHERWISE, ring.current_index, *after, _BATCH)
            if not rows:
                return
            hashes = [
                ring.blind(row[0], HASHED_AS, ring.open(row[0], SEALED_AS, bytes(row[2])).decode())
                for row in rows
            ]
            await connection.execute(
                _REHASH,
                [row[0] for row in rows],
                [row[1] for row in rows],
                [it.hash for it in hashes],
                ring.current_index,
            )
        after = (rows[-1][0], rows[-1][1])
        yield len(rows)


SEALED = (Sealed("captures", "email_sealed", SEALED_AS), signing_in.SEALED)
INDEXES = (Index("captures", rebuild_hashes),)


def _capture(ring: KeyRing, row: Iterable[Any]) -> Capture:
    (merchant_id, id_, sealed, nudge_id, version, language, agreed_to, agreed_at, confirmed_at,
     customer_id) = row  # fmt: skip
    return Capture(
        merchant_id=merchant_id,
        id=CaptureId(id_),
        email=ring.open(merchant_id, SEALED_AS, bytes(sealed)).decode(),
        nudge_id=NudgeId(nudge_id),
        nudge_version=version,
        language=language,
        agreed_to=agreed_to,
        agreed_at=agreed_at,
        confirmed_at=confirmed_at,
        customer_id=customer_id,
    )
