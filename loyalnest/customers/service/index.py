"""Keeping the search index in step with the customers it finds."""

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest.customers.rules import search
from loyalnest.customers.values import EMAIL, PHONE, SEARCH_KEY, CustomerId
from loyalnest.kernel.crypto import KeyRing
from loyalnest.kernel.database import Bulk, Database, bulk, ring_of

_BATCH = 500

# The lock keeps an index made from an older state from being written after a newer one.
_LOCK = """
SELECT customer.merchant_id, customer.id, customer.email_sealed, customer.phone_sealed,
       customer.name_sealed
  FROM unnest($1::uuid[], $2::uuid[]) AS asked (merchant_id, id)
  JOIN customers AS customer USING (merchant_id, id)
 ORDER BY customer.merchant_id, customer.id
   FOR NO KEY UPDATE OF customer
"""

_INDEXED = """
SELECT terms.merchant_id, terms.customer_id, terms.tokens
  FROM unnest($1::uuid[], $2::uuid[]) AS asked (merchant_id, customer_id)
  JOIN customer_terms AS terms USING (merchant_id, customer_id)
"""

_FORGET = """
DELETE FROM customer_terms AS terms
 USING unnest($1::uuid[], $2::uuid[]) AS gone (merchant_id, customer_id)
 WHERE terms.merchant_id = gone.merchant_id AND terms.customer_id = gone.customer_id
"""

_REMOVE = """
DELETE FROM customer_search AS entry
 USING unnest($1::uuid[], $2::bigint[], $3::uuid[]) AS gone (merchant_id, token, customer_id)
 WHERE entry.merchant_id = gone.merchant_id AND entry.token = gone.token
   AND entry.customer_id = gone.customer_id
"""

# An array of arrays has to be rectangular; each customer's tokens travel as a literal.
_REMEMBER = """
INSERT INTO customer_terms (merchant_id, customer_id, key_id, tokens)
SELECT merchant_id, customer_id, $4, tokens::bigint[]
  FROM unnest($1::uuid[], $2::uuid[], $3::text[]) AS fresh (merchant_id, customer_id, tokens)
ON CONFLICT (merchant_id, customer_id) DO UPDATE
   SET key_id = excluded.key_id, tokens = excluded.tokens
"""

_ADD = """
INSERT INTO customer_search (merchant_id, token, customer_id)
SELECT * FROM unnest($1::uuid[], $2::bigint[], $3::uuid[])
"""

_HASHED_OTHERWISE = """
SELECT merchant_id, customer_id
  FROM customer_terms
 WHERE key_id <> $1 AND (merchant_id, customer_id) > ($2, $3)
 ORDER BY merchant_id, customer_id
 LIMIT $4
"""

_IDENTITIES_HASHED_OTHERWISE = """
SELECT merchant_id, kind, scope, key, customer_id, verified, sealed, origin_id, created_at
  FROM customer_identities
 WHERE sealed IS NOT NULL AND key_id <> $1 AND (merchant_id, kind, scope, key) > ($2, $3, $4, $5)
 ORDER BY merchant_id, kind, scope, key
 LIMIT $6
   FOR UPDATE
"""

_DROP_IDENTITIES = """
DELETE FROM customer_identities AS identity
 USING unnest($1::uuid[], $2::text[], $3::uuid[], $4::bytea[])
       AS former (merchant_id, kind, scope, key)
 WHERE identity.merchant_id = former.merchant_id AND identity.kind = former.kind
   AND identity.scope = former.scope AND identity.key = former.key
"""

_PUT_IDENTITIES = """
INSERT INTO customer_identities (merchant_id, kind, scope, key, customer_id, verified, sealed,
                                 origin_id, created_at, key_id)
SELECT fresh.*, $10
  FROM unnest($1::uuid[], $2::text[], $3::uuid[], $4::bytea[], $5::uuid[], $6::boolean[],
              $7::bytea[], $8::uuid[], $9::timestamptz[]) AS fresh
ON CONFLICT DO NOTHING
"""


async def index_many(session: AsyncSession, customers: Sequence[tuple[UUID, CustomerId]]) -> None:
    """Make (merchant, customer)s findable by what is known of them now, and by nothing else."""
    if not customers:
        return
    ring, connection = ring_of(session), await bulk(session)
    rows = await connection.fetch(_LOCK, *_columns(sorted(set(customers)), 2))
    wanted = {(row[0], row[1]): _tokens(ring, tuple(row)) for row in rows}
    indexed = await _indexed(connection, list(wanted))
    terms = [(*who, f"{{{','.join(map(str, sorted(tokens)))}}}") for who, tokens in wanted.items()]
    await connection.execute(_REMEMBER, *_columns(terms, 3), ring.current_index)
    await _remove(connection, {who: tokens - wanted[who] for who, tokens in indexed.items()})
    fresh = _entries({who: tokens - indexed.get(who, set()) for who, tokens in wanted.items()})
    if fresh:
        await connection.execute(_ADD, *_columns(fresh, 3))


async def clear(connection: Bulk, customers: Sequence[tuple[UUID, CustomerId]]) -> None:
    """Let nobody be found by anything any more. The caller has locked them."""
    await _remove(connection, await _indexed(connection, customers))
    await connection.execute(_FORGET, *_columns(sorted(set(customers)), 2))


async def _indexed(
    connection: Bulk, customers: Sequence[tuple[UUID, CustomerId]]
) -> dict[tuple[UUID, CustomerId], set[int]]:
    """What they are found by so far. Asked once they are locked, for only then it stays so."""
    rows = await connection.fetch(_INDEXED, *_columns(sorted(set(customers)), 2))
    return {(row[0], row[1]): set(row[2]) for row in rows}


async def _remove(connection: Bulk, gone: Mapping[tuple[UUID, CustomerId], set[int]]) -> None:
    if entries := _entries(gone):
        await connection.execute(_REMOVE, *_columns(entries, 3))


def _entries(tokens: Mapping[tuple[UUID, CustomerId], set[int]]) -> list[tuple[object, ...]]:
    """The rows of the index, in its order: neighbours are written together."""
    return sorted(
        (merchant_id, token, customer_id)
        for (merchant_id, customer_id), own in tokens.items()
        for token in own
    )


async def rebuild_search(database: Database, ring: KeyRing) -> AsyncIterator[int]:
    """Index everybody anew who was indexed under another key."""
    after = (UUID(int=0), UUID(int=0))
    while True:
        async with database.platform() as session:
            connection = await bulk(session)
            rows = await connection.fetch(_HASHED_OTHERWISE, ring.current_index, *after, _BATCH)
            customers = [(row[0], row[1]) for row in rows]
            await index_many(session, customers)
        if not customers:
            return
        after = customers[-1]
        yield len(customers)


async def rebuild_identities(database: Database, ring: KeyRing) -> AsyncIterator[int]:
    """Hash every e-mail and phone anew that was hashed under another key."""
    after: tuple[Any, ...] = (UUID(int=0), "", UUID(int=0), b"")
    while True:
        async with database.platform() as session:
            connection = await bulk(session)
            rows = [
                tuple(row)
                for row in await connection.fetch(
                    _IDENTITIES_HASHED_OTHERWISE, ring.current_index, *after, _BATCH
                )
            ]
            await connection.execute(_DROP_IDENTITIES, *_columns(rows, 4))
            anew = sorted((_hashed_anew(ring, row) for row in rows), key=lambda row: row[:4])
            await connection.execute(_PUT_IDENTITIES, *_columns(anew, 9), ring.current_index)
        if not rows:
            return
        after = rows[-1][:4]
        yield len(rows)


def _hashed_anew(ring: KeyRing, row: tuple[Any, ...]) -> tuple[Any, ...]:
    merchant_id, kind, scope, _, customer_id, verified, sealed, *rest = row
    value = ring.open(merchant_id, "customer_identities.sealed", sealed).decode()
    assert kind in (EMAIL, PHONE)
    key = ring.blind(merchant_id, kind, value).hash
    return (merchant_id, kind, scope, key, customer_id, verified, sealed, *rest)


def _tokens(ring: KeyRing, row: tuple[Any, ...]) -> set[int]:
    merchant_id, _, email, phone, name = row
    terms = search.terms_of(
        email=ring.open_text(merchant_id, "customers.email", email),
        phone=ring.open_text(merchant_id, "customers.phone", phone),
        name=ring.open_text(merchant_id, "customers.name", name),
    )
    return set(search.hashed(terms, ring.blind(merchant_id, SEARCH_KEY, "").hash))


def _columns(rows: Sequence[Sequence[object]], width: int) -> list[list[object]]:
    return [[row[column] for row in rows] for column in range(width)]
