"""What rewards hold under the installation's keys."""

from collections.abc import AsyncIterator
from uuid import UUID

from loyalnest.kernel.crypto import KeyRing
from loyalnest.kernel.database import Database, bulk
from loyalnest.kernel.keys import Index, Sealed
from loyalnest.rewards.queries import CODE
from loyalnest.rewards.rules import normalised_code

_BATCH = 500
_HASHED_OTHERWISE = """
SELECT merchant_id, id, code_sealed
FROM redemptions
WHERE key_id <> $1 AND (merchant_id, id) > ($2, $3)
ORDER BY merchant_id, id
LIMIT $4
FOR UPDATE
"""
_REHASH = """
UPDATE redemptions d SET code_hash = k.hash, key_id = $4
FROM unnest($1::uuid[], $2::uuid[], $3::bytea[]) AS k (merchant_id, id, hash)
WHERE d.merchant_id = k.merchant_id AND d.id = k.id
"""
_NOBODY = UUID(int=0)


async def rebuild_codes(database: Database, ring: KeyRing) -> AsyncIterator[int]:
    """Hash codes anew that were hashed with another key; the number changed, batch by batch."""
    after = (_NOBODY, _NOBODY)
    while True:
        async with database.platform() as session:
            connection = await bulk(session)
            rows = await connection.fetch(_HASHED_OTHERWISE, ring.current_index, *after, _BATCH)
            if not rows:
                return
            codes = [ring.open(row[0], CODE, bytes(row[2])).decode() for row in rows]
            await connection.execute(
                _REHASH,
                [row[0] for row in rows],
                [row[1] for row in rows],
                [
                    ring.blind(row[0], CODE, normalised_code(code)).hash
                    for row, code in zip(rows, codes, strict=True)
                ],
                ring.current_index,
            )
        after = (rows[-1][0], rows[-1][1])
        yield len(rows)


SEALED = (Sealed("redemptions", "code_sealed", CODE),)
INDEXES = (Index("redemptions", rebuild_codes),)
