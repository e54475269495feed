"""Making passes of cards, and taking them back."""

import secrets
from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest.kernel import jobs
from loyalnest.kernel.database import bulk, merchant_of, ring_of
from loyalnest.kernel.events import publish
from loyalnest.kernel.ids import new_id
from loyalnest.wallet import directory, queries
from loyalnest.wallet.events import PassVoided
from loyalnest.wallet.keys import PASS_TOKEN
from loyalnest.wallet.values import Pass, Platform

THROW_AWAY = "wallet.throw_away"
"""The job that deletes what was made of passes."""
_SERIAL_BYTES, _TOKEN_BYTES = 16, 24

_MAKE = """
INSERT INTO passes (merchant_id, id, card_id, platform, serial, token_sealed, tag, made_at,
                    changed_at)
SELECT $1, k.id, k.card_id, $2, k.serial, k.token, 0, $3, date_trunc('second', $3::timestamptz)
FROM unnest($4::uuid[], $5::uuid[], $6::text[], $7::bytea[]) AS k (id, card_id, serial, token)
ON CONFLICT (merchant_id, card_id, platform) DO NOTHING
RETURNING id, serial
"""
# Of a pass that was voided since it was read nothing may be kept: it could name somebody. Nor where
# somebody else noted what they made: theirs would be named nowhere any more.
_MADE_OF = """
UPDATE passes
SET made_of = $3
WHERE merchant_id = $1
  AND id = $2
  AND made_of IS NOT DISTINCT FROM $4
  AND voided_at IS NOT DISTINCT FROM $5
RETURNING true
"""
_NOT_MADE = """
UPDATE passes p
SET made_of = NULL
FROM unnest($2::uuid[], $3::text[]) AS k (id, made_of)
WHERE p.merchant_id = $1 AND p.id = k.id AND p.made_of = k.made_of
"""
_VOID = """
UPDATE passes p
SET voided_at = $2
FROM customers o, cards c
WHERE o.merchant_id = $1
  AND (o.id = $3 OR o.merged_into = $3)
  AND c.merchant_id = $1
  AND c.customer_id = o.id
  AND p.merchant_id = $1
  AND p.card_id = c.id
  AND p.voided_at IS NULL
RETURNING p.id, p.card_id, p.platform, o.id AS customer_id
"""


async def ensure_passes(
    session: AsyncSession, card_ids: Collection[UUID], platform: Platform, *, now: datetime
) -> dict[UUID, Pass]:
    """The passes of cards on a platform, by card; made for those that have none yet."""
    found = await queries.passes_of_cards(session, card_ids, platform)
    missing = [card_id for card_id in card_ids if card_id not in found]
    if not missing:
        return found
    merchant_id, ring = merchant_of(session), ring_of(session)
    tokens = [secrets.token_urlsafe(_TOKEN_BYTES).encode() for _ in missing]
    made = await (await bulk(session)).fetch(
        _MAKE,
        merchant_id,
        platform.value,
        now,
        [new_id() for _ in missing],
        missing,
        [secrets.token_hex(_SERIAL_BYTES) for _ in missing],
        [ring.seal(merchant_id, PASS_TOKEN, token) for token in tokens],
    )
    ids = {directory.hash_of(row["serial"]): row["id"] for row in made}
    await directory.put(session, directory.PASS, ids)
    return await queries.passes_of_cards(session, card_ids, platform)


async def note_made_of(session: AsyncSession, it: Pass, digest: str) -> bool:
    """Remember which content a pass was made of last. Returns False for one that was voided or made
    since it was read: then nothing is remembered, and nothing to be kept."""
    noted = await (await bulk(session)).fetchval(
        _MADE_OF, it.merchant_id, it.id, digest, it.made_of, it.voided_at
    )
    return bool(noted)


async def note_thrown_away(session: AsyncSession, passes: Collection[Pass]) -> None:
    """Remember that nothing is kept of passes any more that had been made as they were read."""
    await (await bulk(session)).execute(
        _NOT_MADE,
        merchant_of(session),
        [it.id for it in passes],
        [it.made_of for it in passes],
    )


async def erase_customer(
    session: AsyncSession, *, merchant_id: UUID, customer_id: UUID, now: datetime
) -> None:
    """Void the passes of somebody's cards, and of whoever was merged into them.

    The books stay as they are. Phones are told, and fetch a pass that is crossed out and names
    nobody; the files that were made before are thrown away.
    """
    rows = await (await bulk(session)).fetch(_VOID, merchant_id, now, customer_id)
    news = [
        PassVoided(
            merchant_id=merchant_id,
            customer_id=row["customer_id"],
            occurred_at=now,
            pass_id=row["id"],
            card_id=row["card_id"],
            platform=row["platform"],
        )
        for row in rows
    ]
    await publish(session, news, now=now)
    if rows:
        ids = [row["id"].hex for row in rows]
        payload = {"merchant_id": merchant_id.hex, "pass_ids": ids}
        await jobs.enqueue(session, THROW_AWAY, payload)
