"""Somebody is forgotten, and two people turn out to be one."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest import customers
from loyalnest.consents import queries
from loyalnest.consents.secrets import hash_of, secret_of
from loyalnest.consents.service.record import record_many
from loyalnest.consents.service.suppress import Held, suppress_many
from loyalnest.consents.values import Channel, Proof, Purpose, Reason, Said, State, Way
from loyalnest.kernel.database import bulk

ERASURE = "erasure"
Pair = tuple[UUID, UUID]
"""A merchant and one of its customers."""

_FAMILY = text("""
SELECT id
FROM customers
WHERE merchant_id = :merchant_id AND (id = :customer_id OR merged_into = :customer_id)
""")
_FORGET_ADDRESSES = """
DELETE FROM suppressions x
USING unnest($2::text[], $3::bytea[]) AS k (channel, hash)
WHERE x.merchant_id = $1
  AND x.channel = k.channel
  AND x.address_hash = k.hash
  AND NOT x.reason = ANY($4::text[])
"""
_KEEP_HASHES = """
UPDATE suppressions x
SET address_sealed = NULL, actor = $4
FROM unnest($2::text[], $3::bytea[]) AS k (channel, hash)
WHERE x.merchant_id = $1
  AND x.channel = k.channel
  AND x.address_hash = k.hash
"""
_FORGET_ADDRESSEES = """
UPDATE addressees a
SET address_sealed = NULL
FROM unnest($2::text[], $3::bytea[]) AS k (channel, hash)
WHERE a.merchant_id = $1
  AND a.channel = k.channel
  AND a.address_hash = k.hash
  AND a.address_sealed IS NOT NULL
"""
_TABLES = ("consent_states", "consents", "preferences", "channel_identities")
_FORGET = {
    table: f"""
DELETE FROM {table} t
USING unnest($1::uuid[], $2::uuid[]) AS k (merchant_id, customer_id), customers c
WHERE c.merchant_id = k.merchant_id
  AND (c.id = k.customer_id OR c.merged_into = k.customer_id)
  AND t.merchant_id = c.merchant_id
  AND t.customer_id = c.id
"""  # noqa: S608
    for table in _TABLES
}
_REFUSED_BEFORE_MERGE = """
SELECT s.merchant_id, k.customer_id, s.purpose, s.at
FROM unnest($1::uuid[], $2::uuid[]) AS k (merchant_id, customer_id)
JOIN customers c ON c.merchant_id = k.merchant_id AND c.merged_into = k.customer_id
JOIN consent_states s
  ON s.merchant_id = c.merchant_id AND s.customer_id = c.id AND s.channel = ''
WHERE s.state = 'withdrawn'
"""


async def erase_customer(
    session: AsyncSession, *, merchant_id: UUID, customer_id: UUID, now: datetime
) -> None:
    """Forget what somebody said, and who they are to providers; before their addresses go.

    That they wanted nothing is kept as a keyed hash of each address, and no more: whoever brings
    the address in again must not begin to write to it.
    """
    ids = list(
        await session.scalars(_FAMILY, {"merchant_id": merchant_id, "customer_id": customer_id})
    )
    people = await customers.find_many(session, ids)
    refused = {
        it.channel
        for it in await queries.standings_of(session, customer_id)
        if it.purpose is Purpose.OUTREACH and it.state is State.WITHDRAWN
    }
    known: list[tuple[Channel, str]] = []
    for channel in Channel:
        for person in people.values():
            addresses = await queries.addresses_of(session, person, channel)
            known.extend((channel, it) for it in addresses)
    held = [
        Held(channel, address, Reason.UNSUBSCRIBED)
        for channel, address in known
        if channel in refused
    ]
    await suppress_many(session, held, by=ERASURE, now=now)
    secret = await secret_of(session, merchant_id)
    told = [channel.value for channel, _ in known]
    hashes = [hash_of(secret, channel, "", address) for channel, address in known]
    connection = await bulk(session)
    kept = [it.value for it in Reason if it.said_no]
    await connection.execute(_FORGET_ADDRESSES, merchant_id, told, hashes, kept)
    await connection.execute(_KEEP_HASHES, merchant_id, told, hashes, ERASURE)
    await connection.execute(_FORGET_ADDRESSEES, merchant_id, told, hashes)
    await forget_customers(session, [(merchant_id, customer_id)])


async def forget_customers(session: AsyncSession, who: Sequence[Pair]) -> None:
    """Delete what these customers said, and whoever was merged into them."""
    merchant_ids, ids = [merchant_id for merchant_id, _ in who], [id_ for _, id_ in who]
    connection = await bulk(session)
    for table in _TABLES:
        await connection.execute(_FORGET[table], merchant_ids, ids)


async def follow_merges(session: AsyncSession, kept: Sequence[Pair], *, now: datetime) -> None:
    """What somebody had refused before they turned out to be another customer, that one refuses.

    It is for what looks at one customer alone, scores above all. A yes doesn't go over: should the
    merge be undone, nobody has agreed to what another did.
    """
    merchant_ids, ids = [merchant_id for merchant_id, _ in kept], [id_ for _, id_ in kept]
    rows = await (await bulk(session)).fetch(_REFUSED_BEFORE_MERGE, merchant_ids, ids)
    said = [
        Said(
            merchant_id=row["merchant_id"],
            customer_id=row["customer_id"],
            purpose=Purpose(row["purpose"]),
            channel=None,
            state=State.WITHDRAWN,
            at=row["at"],
            proof=Proof(Way.MERGE, "merge"),
            source=f"merge:{row['customer_id']}:{row['purpose']}:{row['at'].isoformat()}",
        )
        for row in rows
    ]
    await record_many(session, said, now=now)
