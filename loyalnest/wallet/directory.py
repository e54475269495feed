"""Whose a pass or a phone is: requests of phones name a serial or themselves, and no merchant.

Both are names that nobody can guess, so that a hash without a key tells nothing of them, and stays
when the installation's keys are replaced. A phone may hold passes of several merchants.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest.kernel.database import bulk, merchant_of

PASS, DEVICE = "pass", "pass_device"

_LIST = """
INSERT INTO directory (kind, hash, merchant_id, subject_id)
SELECT $1, k.hash, $2, k.id
FROM unnest($3::bytea[], $4::uuid[]) AS k (hash, id)
ON CONFLICT DO NOTHING
"""
_FIND = "SELECT merchant_id, subject_id FROM directory WHERE kind = $1 AND hash = $2"
_UNLIST = """
DELETE FROM directory
WHERE kind = $1 AND merchant_id = $2 AND hash = ANY($3::bytea[])
"""


@dataclass(frozen=True, slots=True)
class Listed:
    """A merchant's pass, or a phone as one merchant knows it."""

    merchant_id: UUID
    id: UUID


def hash_of(name: str) -> bytes:
    """What a serial or a phone's name is known by."""
    return hashlib.sha256(name.encode()).digest()[:16]


async def put(session: AsyncSession, kind: str, ids: Mapping[bytes, UUID]) -> None:
    """List the merchant's ids by the hashes of their names."""
    connection = await bulk(session)
    merchant_id = merchant_of(session)
    await connection.execute(_LIST, kind, merchant_id, list(ids), list(ids.values()))


async def find(session: AsyncSession, kind: str, name: str) -> list[Listed]:
    """Whose is called so; in a transaction for nobody yet."""
    rows = await (await bulk(session)).fetch(_FIND, kind, hash_of(name))
    return [Listed(row[0], row[1]) for row in rows]


async def take_out(session: AsyncSession, kind: str, hashes: list[bytes]) -> None:
    """List these names of the merchant's no more."""
    await (await bulk(session)).execute(_UNLIST, kind, merchant_of(session), hashes)
