"""People who are no customers, and are written to once all the same: an address, and no more.

The address is kept sealed for as long as somebody has to write there. What stays is its hash, so
that whoever was written to can still end it, and a provider's word still counts.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import CursorResult, text
from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest.consents import rules
from loyalnest.consents.errors import AddressInvalid
from loyalnest.consents.events import AddressSuppressed
from loyalnest.consents.keys import ADDRESSEE
from loyalnest.consents.secrets import hash_of, secret_of
from loyalnest.consents.values import Addressee, Channel, Reason
from loyalnest.kernel.database import bulk, merchant_of, ring_of
from loyalnest.kernel.events import publish
from loyalnest.kernel.ids import new_id

_KEEP = """
INSERT INTO addressees (merchant_id, id, channel, address_hash, address_sealed, language,
                        kept_until)
SELECT $1, k.id, k.channel, k.hash, k.sealed, k.language, $7
FROM unnest($2::uuid[], $3::text[], $4::bytea[], $5::bytea[], $6::text[])
     AS k (id, channel, hash, sealed, language)
ON CONFLICT (merchant_id, id) DO UPDATE
SET address_sealed = excluded.address_sealed, kept_until = excluded.kept_until
WHERE addressees.address_hash = excluded.address_hash
"""
_FIND = """
SELECT id, channel, address_sealed, language
FROM addressees
WHERE merchant_id = $1 AND id = ANY ($2::uuid[])
"""
_FORGET = """
UPDATE addressees
SET address_sealed = NULL
WHERE merchant_id = $1 AND id = ANY ($2::uuid[])
"""
_FORGET_OLD = text("""
UPDATE addressees
SET address_sealed = NULL
WHERE address_sealed IS NOT NULL AND kept_until < :now
""")
# By what is kept of the address: who says no is heard, long after it was forgotten.
_SUPPRESS = """
WITH held AS (
    INSERT INTO suppressions (merchant_id, id, channel, address_hash, address_sealed, reason, since,
                              actor)
    SELECT $1, k.new_id, a.channel, a.address_hash, NULL, k.reason, $5, $6
    FROM unnest($2::uuid[], $3::uuid[], $4::text[]) AS k (addressee_id, new_id, reason)
    JOIN addressees a ON a.merchant_id = $1 AND a.id = k.addressee_id
    ON CONFLICT (merchant_id, channel, address_hash, reason) DO NOTHING
    RETURNING id, channel, reason
), forgotten AS (
    UPDATE addressees a
    SET address_sealed = NULL
    FROM addressees named
    WHERE named.merchant_id = $1
      AND named.id = ANY ($2::uuid[])
      AND a.merchant_id = $1
      AND a.channel = named.channel
      AND a.address_hash = named.address_hash
      AND a.address_sealed IS NOT NULL
)
SELECT * FROM held
"""


async def keep_addresses(
    session: AsyncSession, new: Sequence[Addressee], *, until: datetime
) -> None:
    """Keep addresses of people who are no customers, to be written to until an instant.

    One that was forgotten is known again, should its owner have to be written to once more.

    Raises AddressInvalid.
    """
    merchant_id, ring = merchant_of(session), ring_of(session)
    secret = await secret_of(session, merchant_id)
    normal = [rules.normalise(it.channel, it.address or "") for it in new]
    if None in normal:
        raise AddressInvalid(fields={"address": "is none of this channel"})
    told = [(it, address) for it, address in zip(new, normal, strict=True) if address]
    await (await bulk(session)).execute(
        _KEEP,
        merchant_id,
        [it.id for it, _ in told],
        [it.channel.value for it, _ in told],
        [hash_of(secret, it.channel, "", address) for it, address in told],
        [ring.seal(merchant_id, ADDRESSEE, address.encode()) for _, address in told],
        [it.language for it, _ in told],
        until,
    )


async def find_addressees(session: AsyncSession, ids: Sequence[UUID]) -> dict[UUID, Addressee]:
    """Whom these ids stand for; without an address where it was forgotten."""
    merchant_id, ring = merchant_of(session), ring_of(session)
    rows = await (await bulk(session)).fetch(_FIND, merchant_id, list(ids))
    return {
        row["id"]: Addressee(
            row["id"],
            Channel(row["channel"]),
            row["address_sealed"]
            and ring.open(merchant_id, ADDRESSEE, bytes(row["address_sealed"])).decode(),
            row["language"],
        )
        for row in rows
    }


async def forget_addressees(session: AsyncSession, ids: Sequence[UUID]) -> None:
    """Forget where these people are reached; what is yet to go to them doesn't go."""
    if ids:
        await (await bulk(session)).execute(_FORGET, merchant_of(session), list(ids))


async def forget_old_addressees(session: AsyncSession, *, now: datetime) -> int:
    """Forget addresses that nobody has to write to any more, of all merchants the session sees."""
    done = await session.execute(_FORGET_OLD, {"now": now})
    assert isinstance(done, CursorResult)
    return done.rowcount


async def suppress_addressees(
    session: AsyncSession, held: Sequence[tuple[UUID, Reason]], *, by: str, now: datetime
) -> int:
    """Let these people's addresses get nothing from now on, and forget them; how many are new."""
    if not held:
        return 0
    merchant_id = merchant_of(session)
    rows = await (await bulk(session)).fetch(
        _SUPPRESS,
        merchant_id,
        [id_ for id_, _ in held],
        [new_id() for _ in held],
        [reason.value for _, reason in held],
        now,
        by,
    )
    news = [
        AddressSuppressed(
            merchant_id=merchant_id,
            occurred_at=now,
            suppression_id=row["id"],
            channel=row["channel"],
            reason=row["reason"],
        )
        for row in rows
    ]
    await publish(session, news, now=now)
    return len(rows)
