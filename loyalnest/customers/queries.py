"""Named reads. None of them locks; every one says whose customers it means."""

from collections.abc import Collection, Mapping, Sequence
from contextlib import aclosing
from datetime import date
from types import MappingProxyType
from uuid import UUID

import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest.customers import candidates
from loyalnest.customers.errors import CustomerGone, CustomerNotFound, MergeNotFound
from loyalnest.customers.rules import search as search_rules
from loyalnest.customers.rules.identity import normalise_email, normalise_phone
from loyalnest.customers.values import (
    ANYWHERE,
    EMAIL,
    PHONE,
    Customer,
    CustomerId,
    MergeId,
)
from loyalnest.kernel import database
from loyalnest.kernel.crypto import KeyRing
from loyalnest.kernel.database import bulk, merchant_of, ring_of

CURRENT = """
SELECT customer.id, coalesce(customer.merged_into, customer.id)
  FROM unnest($1::uuid[], $2::uuid[]) AS asked (merchant_id, id)
  JOIN customers AS customer USING (merchant_id, id)
"""

_BY_IDS = "SELECT * FROM customers WHERE merchant_id = $1 AND id = ANY($2)"

_EACH = """
SELECT customer.*
  FROM unnest($1::uuid[], $2::uuid[]) AS asked (merchant_id, id)
  JOIN customers AS customer USING (merchant_id, id)
"""

_BY_IDENTITY = text("""
SELECT customer_id
  FROM customer_identities
 WHERE merchant_id = :merchant_id
   AND kind = :kind
   AND scope = :scope
   AND key = ANY(:keys)
""")

_BY_EXTERNAL_ID = text("""
SELECT identity.customer_id
  FROM unnest(CAST(:providers AS text[]), CAST(:store_ids AS uuid[])) AS store (provider, id)
  JOIN customer_identities AS identity
    ON identity.merchant_id = :merchant_id
   AND identity.kind = store.provider
   AND identity.scope = store.id
   AND identity.key = :key
""")

_LIST = """
SELECT *
  FROM customers
 WHERE merchant_id = $1
   AND id > $2
   AND merged_into IS NULL
   AND erased_at IS NULL
 ORDER BY id
 LIMIT $3
"""

_COUNT = text("""
SELECT count(*)
  FROM customers
 WHERE merchant_id = :merchant_id
   AND merged_into IS NULL
   AND erased_at IS NULL
""")

_CANDIDATE_PAIRS = text("""
SELECT pair.customer_id, pair.other_id
  FROM merge_candidates AS pair
  JOIN customers AS one
    ON one.merchant_id = pair.merchant_id AND one.id = pair.customer_id
  JOIN customers AS other
    ON other.merchant_id = pair.merchant_id AND other.id = pair.other_id
 WHERE pair.merchant_id = :merchant_id
   AND pair.settled_at IS NULL
   AND one.merged_into IS NULL
   AND other.merged_into IS NULL
   AND one.erased_at IS NULL
   AND other.erased_at IS NULL
 ORDER BY pair.seen_at DESC, pair.customer_id
 LIMIT :limit
""")

_PERSON = text("""
SELECT id
  FROM customers
 WHERE merchant_id = :merchant_id
   AND (id = :customer_id OR merged_into = :customer_id)
 ORDER BY id
""")

_IDENTITIES_OF = text("""
SELECT merchant_id, kind, key, sealed, verified, created_at
  FROM customer_identities
 WHERE merchant_id = :merchant_id
   AND customer_id = ANY(:ids)
 ORDER BY created_at, kind
""")

_KEPT_BY = text("""
SELECT kept_id
  FROM customer_merges
 WHERE merchant_id = :merchant_id
   AND id = :merge_id
   AND unmerged_at IS NULL
""")

_BROUGHT_BY = text("""
WITH RECURSIVE branch (id) AS (
    SELECT merged_id
      FROM customer_merges
     WHERE merchant_id = :merchant_id AND id = :merge_id
     UNION
    SELECT merge.merged_id
      FROM branch
      JOIN customer_merges AS merge
        ON merge.merchant_id = :merchant_id
       AND merge.kept_id = branch.id
       AND merge.unmerged_at IS NULL
)
SELECT id
  FROM branch
""")


async def current_many(
    session: AsyncSession, customers: Sequence[tuple[UUID, CustomerId]]
) -> dict[CustomerId, CustomerId]:
    """The living customer behind each (merchant, customer): itself, or whom it was merged into.

    Merging rewrites what pointed at the merged one, so there is never more than one step to follow.
    Whoever holds a customer's accounts locked and finds it merged here was overtaken by the merge.
    """
    living = {customer_id: customer_id for _, customer_id in customers}
    if not living:
        return living
    merchant_ids, ids = zip(*customers, strict=True)
    connection = await bulk(session)
    rows = await connection.fetch(CURRENT, merchant_ids, ids)
    living.update((row[0], row[1]) for row in rows)
    return living


async def living_many(
    session: AsyncSession, customer_ids: Collection[CustomerId]
) -> dict[CustomerId, CustomerId]:
    """The same for those of the session's merchant's customers that exist."""
    connection = await bulk(session)
    merchant_ids = [merchant_of(session)] * len(customer_ids)
    return {it[0]: it[1] for it in await connection.fetch(CURRENT, merchant_ids, [*customer_ids])}


async def kept_by(session: AsyncSession, merge_id: MergeId) -> CustomerId:
    """Whom a merge that stands left as the one customer. Raises MergeNotFound."""
    names = {"merchant_id": merchant_of(session), "merge_id": merge_id}
    kept = await session.scalar(_KEPT_BY, names)
    if kept is None:
        raise MergeNotFound
    return kept


async def brought_by(session: AsyncSession, merge_id: MergeId) -> list[CustomerId]:
    """Who came with a merge: the merged customer and whoever had been merged into them before.

    The same whether the merge still stands or is undone.
    """
    names = {"merchant_id": merchant_of(session), "merge_id": merge_id}
    return list(await session.scalars(_BROUGHT_BY, names))


async def find_many(
    session: AsyncSession, customer_ids: Sequence[CustomerId]
) -> dict[CustomerId, Customer]:
    """Those of the merchant's customers that exist, merged and erased ones too."""
    if not customer_ids:
        return {}
    connection = await bulk(session)
    rows = await connection.fetch(_BY_IDS, merchant_of(session), list(customer_ids))
    ring = ring_of(session)
    return {row["id"]: opened(row, ring) for row in rows}


async def find_each(
    session: AsyncSession, who: Collection[tuple[UUID, CustomerId]]
) -> dict[CustomerId, Customer]:
    """The same for (merchant, customer) of several merchants."""
    if not who:
        return {}
    rows = await (await bulk(session)).fetch(
        _EACH, [merchant_id for merchant_id, _ in who], [id_ for _, id_ in who]
    )
    ring = ring_of(session)
    return {row["id"]: opened(row, ring) for row in rows}


async def get(session: AsyncSession, customer_id: CustomerId) -> Customer:
    """One customer as it stands, also when it was merged. Raises CustomerNotFound."""
    found = await find_many(session, [customer_id])
    if customer_id not in found:
        raise CustomerNotFound
    return found[customer_id]


async def get_living(session: AsyncSession, customer_id: CustomerId) -> Customer:
    """Who this customer is now, after any merge. Raises CustomerNotFound, CustomerGone."""
    found = await get(session, customer_id)
    if found.merged_into:
        found = await get(session, found.merged_into)
    if found.erased_at:
        raise CustomerGone
    return found


async def find_by_email(session: AsyncSession, email: str) -> list[Customer]:
    """Whoever an e-mail identifies, first; then those who merely show it."""
    normal = normalise_email(email)
    identified = await _identified(session, EMAIL, ANYWHERE, _blind(session, EMAIL, normal))
    terms = {search_rules.email_term(email)} if email.strip() else set[str]()
    shown = await candidates.with_term(session, terms)
    return await _living(session, [*identified, *shown])


async def find_by_phone(
    session: AsyncSession, phone: str, *, region: str | None = None
) -> list[Customer]:
    """Whoever a phone identifies, first; then those who gave it and never verified it."""
    normal = normalise_phone(phone, region)
    identified = await _identified(session, PHONE, ANYWHERE, _blind(session, PHONE, normal))
    terms = {search_rules.phone_term(phone, region)} if normal else set[str]()
    shown = await candidates.with_term(session, terms)
    return await _living(session, [*identified, *shown])


async def find_by_external_id(
    session: AsyncSession, external_id: str, *, stores: Sequence[tuple[str, UUID]]
) -> list[Customer]:
    """Whoever has this id at a provider, in any of the (provider, store)s."""
    rows = await session.scalars(
        _BY_EXTERNAL_ID,
        {
            "merchant_id": merchant_of(session),
            "providers": [provider for provider, _ in stores],
            "store_ids": [store_id for _, store_id in stores],
            "key": external_id.encode(errors="replace"),
        },
    )
    return await _living(session, list(rows))


async def search(
    session: AsyncSession, asked: str, *, limit: int = 50, region: str | None = None
) -> list[Customer]:
    """Customers by whatever somebody types, best match first.

    An e-mail, its local part or its domain, or a phone must fit exactly; each word of a name may be
    a beginning, or, from three letters on, be one typo away. Once there are enough who fit well,
    nobody is looked for who fits worse; and of more than a few hundred who fit alike some are left
    out: whoever asks so broadly will have to ask more closely.
    """
    question = search_rules.question(asked, region)
    exact = await _living(session, await candidates.with_term(session, question.whole))
    seen = {one.id: one for one in exact}
    # A whole e-mail or phone outdoes any name.
    best = dict.fromkeys(seen, -1)
    async with aclosing(candidates.by_name(session, question.parts, limit=limit)) as steps:
        async for ids in steps:
            fresh = await find_many(session, [id_ for id_ in ids if id_ not in seen])
            seen |= fresh
            for one in fresh.values():
                rank = search_rules.rank(question.words, one.name or "")
                if rank is not None:
                    living = one.merged_into or one.id
                    best[living] = min(rank, best.get(living, rank))
            if len(best) >= limit:
                break
    people = await _living(session, list(best), known=seen)
    people.sort(key=lambda one: (best[one.id], (one.name or "").casefold(), one.id))
    return people[:limit]


async def list_customers(
    session: AsyncSession, *, after: CustomerId | None, limit: int
) -> list[Customer]:
    """The merchant's living customers in the order they came."""
    connection = await bulk(session)
    rows = await connection.fetch(_LIST, merchant_of(session), after or UUID(int=0), limit)
    ring = ring_of(session)
    return [opened(row, ring) for row in rows]


async def count(session: AsyncSession) -> int:
    """How many living customers a merchant has. Counts every row."""
    found = await session.scalar(_COUNT, {"merchant_id": merchant_of(session)})
    assert found is not None
    return found


async def list_merge_candidates(
    session: AsyncSession, *, limit: int = 50
) -> list[tuple[CustomerId, CustomerId]]:
    """Pairs that may be one person, as nobody has decided yet."""
    rows = await session.execute(
        _CANDIDATE_PAIRS, {"merchant_id": merchant_of(session), "limit": limit}
    )
    return [(row[0], row[1]) for row in rows]


async def export_customer(session: AsyncSession, customer_id: CustomerId) -> dict[str, object]:
    """Everything held about a person here, and about whoever was merged into them, in plain form.

    Raises CustomerNotFound.
    """
    names = {"merchant_id": merchant_of(session), "customer_id": customer_id}
    ids = list(await session.scalars(_PERSON, names))
    people = await find_many(session, ids)
    if customer_id not in people:
        raise CustomerNotFound
    ring = ring_of(session)
    identities = await session.execute(_IDENTITIES_OF, {**names, "ids": ids})
    return {
        "customers": [msgspec.to_builtins(people[id_]) for id_ in ids],
        "identities": [
            {
                "kind": row.kind,
                "value": ring.open_text(row.merchant_id, "customer_identities.sealed", row.sealed)
                or bytes(row.key).decode(),
                "verified": row.verified,
                "since": row.created_at.isoformat(),
            }
            for row in identities
        ],
    }


def _blind(session: AsyncSession, kind: str, value: str | None) -> list[bytes]:
    return ring_of(session).blind_all(merchant_of(session), kind, value) if value else []


async def _identified(
    session: AsyncSession, kind: str, scope: UUID, keys: Sequence[bytes]
) -> list[CustomerId]:
    names = {"merchant_id": merchant_of(session), "kind": kind, "scope": scope, "keys": list(keys)}
    return list(await session.scalars(_BY_IDENTITY, names)) if keys else []


async def _living(
    session: AsyncSession,
    ids: Sequence[CustomerId],
    known: Mapping[CustomerId, Customer] = MappingProxyType({}),
) -> list[Customer]:
    """The customers behind these ids who are still there, each once, in order."""
    found = {**known, **await find_many(session, [id_ for id_ in ids if id_ not in known])}
    into = {id_: found[id_].merged_into or id_ for id_ in ids if id_ in found}
    kept = await find_many(session, [id_ for id_ in into.values() if id_ not in found])
    everybody = {**found, **kept}
    living = dict.fromkeys(into[id_] for id_ in ids if id_ in into)
    return [everybody[id_] for id_ in living if id_ in everybody and not everybody[id_].erased_at]


def opened(row: database.Row, ring: KeyRing) -> Customer:
    """A row of `customers` with its personal data decrypted."""
    birthday = ring.open_text(row["merchant_id"], "customers.birthday", row["birthday_sealed"])
    return Customer(
        merchant_id=row["merchant_id"],
        id=row["id"],
        email=ring.open_text(row["merchant_id"], "customers.email", row["email_sealed"]),
        phone=ring.open_text(row["merchant_id"], "customers.phone", row["phone_sealed"]),
        name=ring.open_text(row["merchant_id"], "customers.name", row["name_sealed"]),
        birthday=date.fromisoformat(birthday) if birthday else None,
        locale=row["locale"],
        enrolled_at=row["enrolled_at"],
        merged_into=row["merged_into"],
        erased_at=row["erased_at"],
        created_at=row["created_at"],
        updated_at=row["updated_at"],
    )
