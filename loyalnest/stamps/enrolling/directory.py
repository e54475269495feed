"""Where the code of a poster leads: the installation's directory knows its merchant."""

from collections.abc import AsyncIterator, Sequence
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest.kernel.crypto import KeyRing
from loyalnest.kernel.database import Database, act_for, bulk, ring_of
from loyalnest.kernel.keys import Index

_KIND = "poster"
_LIST = """
INSERT INTO directory (kind, hash, merchant_id, subject_id)
SELECT $1, k.hash, k.merchant_id, k.id
FROM unnest($2::bytea[], $3::uuid[], $4::uuid[]) AS k (hash, merchant_id, id)
ON CONFLICT DO NOTHING
RETURNING 1
"""
_WHOSE = text("""
SELECT merchant_id, subject_id
FROM directory
WHERE kind = :kind AND hash = ANY(:hashes)
""")
_ALL = "SELECT merchant_id, id, code FROM posters"
_UNLIST = "DELETE FROM directory WHERE kind = $1 AND hash = ANY($2::bytea[])"


async def list_poster(session: AsyncSession, merchant_id: UUID, id: UUID, code: str) -> None:
    """Let a poster be found by its code."""
    await _put(session, ring_of(session), [(merchant_id, id, code)])


async def enter(session: AsyncSession, code: str) -> UUID | None:
    """Act for the merchant whose poster has this code; which one it is, None for no such code.

    For a session that was opened for nobody.
    """
    asked = {"kind": _KIND, "hashes": ring_of(session).blind_all(None, _KIND, code)}
    row = (await session.execute(_WHOSE, asked)).one_or_none()
    if row is None:
        return None
    await act_for(session, [row.merchant_id])
    return row.subject_id


async def _put(session: AsyncSession, ring: KeyRing, rows: Sequence[tuple[UUID, UUID, str]]) -> int:
    hashes = [ring.blind(None, _KIND, code).hash for _, _, code in rows]
    merchant_ids, ids = [row[0] for row in rows], [row[1] for row in rows]
    return len(await (await bulk(session)).fetch(_LIST, _KIND, hashes, merchant_ids, ids))


async def _rebuild(database: Database, ring: KeyRing) -> AsyncIterator[int]:
    async with database.platform() as session:
        connection = await bulk(session)
        rows = [(row[0], row[1], row[2]) for row in await connection.fetch(_ALL)]
        listed = await _put(session, ring, rows)
        current = {ring.blind(None, _KIND, code).hash for _, _, code in rows}
        older = {it for row in rows for it in ring.blind_all(None, _KIND, row[2])} - current
        await connection.execute(_UNLIST, _KIND, list(older))
    if listed:
        yield listed


INDEX = Index("directory of posters", _rebuild)
