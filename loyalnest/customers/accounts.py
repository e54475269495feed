"""Named reads: who is behind a provider's accounts, and whether somebody is known by an address."""

from collections.abc import Sequence

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest.customers.queries import find_many
from loyalnest.customers.values import ANYWHERE, AccountRef, Customer, CustomerId
from loyalnest.kernel.database import bulk, merchant_of, ring_of

_BEHIND = """
SELECT k.merchant_id, k.scope, k.kind, k.key, coalesce(c.merged_into, c.id)
FROM unnest($1::uuid[], $2::text[], $3::uuid[], $4::bytea[]) AS k (merchant_id, kind, scope, key)
JOIN customer_identities i
  ON i.merchant_id = k.merchant_id AND i.kind = k.kind AND i.scope = k.scope AND i.key = k.key
JOIN customers c ON c.merchant_id = i.merchant_id AND c.id = i.customer_id
"""
_IDENTIFIED = text("""
SELECT coalesce(c.merged_into, c.id)
FROM customer_identities i
JOIN customers c ON c.merchant_id = i.merchant_id AND c.id = i.customer_id
WHERE i.merchant_id = :merchant_id AND i.kind = :kind AND i.scope = :scope AND i.key = ANY(:keys)
LIMIT 1
""")
_KNOWN = text("""
SELECT key
FROM customer_identities
WHERE merchant_id = :merchant_id AND kind = :kind AND scope = :scope AND key = ANY(:keys)
""")


async def find_accounts(
    session: AsyncSession, accounts: Sequence[AccountRef]
) -> dict[AccountRef, CustomerId]:
    """The living customers behind accounts at a provider, as far as they are known."""
    connection = await bulk(session)
    rows = await connection.fetch(
        _BEHIND,
        [it.merchant_id for it in accounts],
        [it.provider for it in accounts],
        [it.store_id for it in accounts],
        [it.external_id.encode() for it in accounts],
    )
    return {AccountRef(row[0], row[1], row[2], row[3].decode()): row[4] for row in rows}


async def find_identified(session: AsyncSession, kind: str, value: str) -> Customer | None:
    """The living customer whom an address in normal form identifies; not who merely shows it."""
    merchant_id, ring = merchant_of(session), ring_of(session)
    keys = ring.blind_all(merchant_id, kind, value)
    names = {"merchant_id": merchant_id, "kind": kind, "scope": ANYWHERE, "keys": keys}
    found = await session.scalar(_IDENTIFIED, names)
    if found is None:
        return None
    customer = (await find_many(session, [found])).get(found)
    return customer if customer and customer.erased_at is None else None


async def known_among(session: AsyncSession, kind: str, values: Sequence[str]) -> set[str]:
    """Which of these e-mail addresses or phones, in normal form, somebody is known by."""
    merchant_id, ring = merchant_of(session), ring_of(session)
    blinded = {key: it for it in values for key in ring.blind_all(merchant_id, kind, it)}
    names = {"merchant_id": merchant_id, "kind": kind, "scope": ANYWHERE, "keys": list(blinded)}
    return {blinded[bytes(key)] for key in await session.scalars(_KNOWN, names)}
