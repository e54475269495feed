"""Recognising people: from what a batch of orders says to the customers it is about."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest.customers.events import CustomerCreated, CustomerUpdated
from loyalnest.customers.rules import identity as rules
from loyalnest.customers.values import (
    EMAIL,
    PHONE,
    Claim,
    Contact,
    CustomerId,
    IdentityKey,
    Recognised,
    Settlement,
)
from loyalnest.kernel.crypto import KeyRing
from loyalnest.kernel.database import Bulk, bulk, ring_of
from loyalnest.kernel.errors import Contended
from loyalnest.kernel.events import publish
from loyalnest.kernel.ids import new_id

FIND = """
SELECT asked.position, identity.customer_id, coalesce(identity.origin_id, identity.customer_id)
  FROM unnest($1::uuid[], $2::text[], $3::uuid[], $4::bytea[])
       WITH ORDINALITY AS asked (merchant_id, kind, scope, key, position)
  JOIN customer_identities AS identity USING (merchant_id, kind, scope, key)
"""

_CREATE = """
INSERT INTO customers (merchant_id, id, email_sealed, phone_sealed, name_sealed, birthday_sealed,
                       locale, created_at, updated_at)
SELECT merchant_id, id, email, phone, name, birthday, locale, $8, $8
  FROM unnest($1::uuid[], $2::uuid[], $3::bytea[], $4::bytea[], $5::bytea[], $6::bytea[],
              $7::text[]) AS fresh (merchant_id, id, email, phone, name, birthday, locale)
"""

# Waits for whoever is writing the same identity, then passes over it; fewer rows than asked for
# mean that the other one was first.
_ATTACH = """
INSERT INTO customer_identities (merchant_id, kind, scope, key, customer_id, verified, key_id,
                                 sealed, created_at)
SELECT merchant_id, kind, scope, key, customer_id, verified, key_id, sealed, $9
  FROM unnest($1::uuid[], $2::text[], $3::uuid[], $4::bytea[], $5::uuid[], $6::boolean[],
              $7::smallint[], $8::bytea[])
       AS fresh (merchant_id, kind, scope, key, customer_id, verified, key_id, sealed)
ON CONFLICT DO NOTHING
"""

# Attaching waited for a merge or an erasure of the same customer, if there was one; whoever it left
# behind takes nothing any more.
_FILL_IN = """
UPDATE customers
   SET email_sealed = coalesce(customers.email_sealed, fresh.email),
       phone_sealed = coalesce(customers.phone_sealed, fresh.phone),
       updated_at = $5
  FROM unnest($1::uuid[], $2::uuid[], $3::bytea[], $4::bytea[])
       AS fresh (merchant_id, id, email, phone)
 WHERE customers.merchant_id = fresh.merchant_id AND customers.id = fresh.id
   AND customers.merged_into IS NULL AND customers.erased_at IS NULL
"""

# What somebody reads is said once: whoever has chosen, or was heard to read another, keeps to it.
_LEARN_LANGUAGE = """
UPDATE customers
   SET locale = said.locale,
       updated_at = $4
  FROM unnest($1::uuid[], $2::uuid[], $3::text[]) AS said (merchant_id, id, locale)
 WHERE customers.merchant_id = said.merchant_id AND customers.id = said.id
   AND customers.locale IS NULL
   AND customers.merged_into IS NULL AND customers.erased_at IS NULL
RETURNING customers.id
"""

_OFFER_MERGE = """
INSERT INTO merge_candidates (merchant_id, customer_id, other_id, reason, seen_at)
SELECT merchant_id, customer_id, other_id, 'identities', $4
  FROM unnest($1::uuid[], $2::uuid[], $3::uuid[]) AS pair (merchant_id, customer_id, other_id)
ON CONFLICT DO NOTHING
"""


async def identify_many(
    session: AsyncSession, contacts: Sequence[Contact], *, now: datetime
) -> list[CustomerId | None]:
    """Say whose each contact is; who is not known yet becomes a customer. None: nobody's.

    The provider's id in its store decides, then the e-mail, then a verified phone. What else a
    contact claims becomes the same customer's if it is free; if it is another's, that pair is
    offered for merging and nothing more happens. Whoever isn't known to read any language reads
    the contact's from now on. When everybody is known and nothing is new, this is one query for
    the whole batch, and one that looks for languages where any is told.

    Raises Contended when another transaction took the same identity meanwhile, or merged or erased
    a customer who was to get one: roll back and repeat.
    """
    people = await recognise_many(session, contacts, now=now)
    return [person.customer_id if person else None for person in people]


async def recognise_many(
    session: AsyncSession, contacts: Sequence[Contact], *, now: datetime
) -> list[Recognised | None]:
    """Do what identify_many does, and tell whose identity each contact came through."""
    return (await settle_many(session, contacts, now=now)).people


async def settle_many(
    session: AsyncSession, contacts: Sequence[Contact], *, now: datetime
) -> Settlement:
    """Do what identify_many does, and tell what was new about it."""
    ring = ring_of(session)
    claims = [rules.read(contact, ring) for contact in contacts]
    connection = await bulk(session)
    settled = rules.settle(claims, await _find(connection, claims), new_id)
    if settled.created:
        await _create(connection, ring, settled.created, now)
    if settled.attached:
        await _attach(connection, ring, settled.attached, now)
    if settled.clashes:
        await _offer_merges(connection, settled.clashes, now)
    fresh = {customer_id for customer_id, _ in settled.created}
    gained = [(id_, claim) for id_, claim, _ in settled.attached if id_ not in fresh]
    if gained:
        await _fill_in(connection, ring, gained, now)
    learnt = await _learn_languages(connection, claims, settled, now)
    await _announce(session, settled.created, [*gained, *learnt], now)
    return settled


async def _find(connection: Bulk, claims: Sequence[Claim]) -> dict[IdentityKey, Recognised]:
    asked = list({key for claim in claims for keys in claim.identities for key in keys})
    if not asked:
        return {}
    rows = await connection.fetch(FIND, *_columns(asked, 4))
    return {asked[position - 1]: Recognised(holder, origin) for position, holder, origin in rows}


async def _create(
    connection: Bulk, ring: KeyRing, created: Sequence[tuple[CustomerId, Claim]], now: datetime
) -> None:
    rows = [
        (
            claim.contact.merchant_id,
            customer_id,
            ring.seal_text(claim.contact.merchant_id, "customers.email", claim.email),
            ring.seal_text(claim.contact.merchant_id, "customers.phone", claim.phone),
            ring.seal_text(claim.contact.merchant_id, "customers.name", claim.name),
            ring.seal_text(claim.contact.merchant_id, "customers.birthday", _birthday(claim)),
            claim.locale,
        )
        for customer_id, claim in created
    ]
    await connection.execute(_CREATE, *_columns(rows, 7), now)


async def _attach(
    connection: Bulk,
    ring: KeyRing,
    attached: Sequence[tuple[CustomerId, Claim, tuple[IdentityKey, ...]]],
    now: datetime,
) -> None:
    """Write identities in key order, so that two batches wait for each other and never deadlock."""
    key_ids = sorted(ring.index, reverse=True)
    rows = [
        (*key, customer_id, key[1] != EMAIL, key_id, sealed)
        for customer_id, claim, keys in attached
        for sealed in [seal_identity(ring, claim, keys[0][1])]
        for key, key_id in zip(keys, key_ids if sealed else [0], strict=True)
    ]
    rows.sort(key=lambda row: row[:4])
    status = await connection.execute(_ATTACH, *_columns(rows, 8), now)
    if _count(status) != len(rows):
        raise Contended


def seal_identity(ring: KeyRing, claim: Claim, kind: str) -> bytes | None:
    """What an e-mail's or phone's hash was made of, so that another index key can hash it anew."""
    value = {EMAIL: claim.email, PHONE: claim.phone}.get(kind)
    return ring.seal_text(claim.contact.merchant_id, "customer_identities.sealed", value)


async def _offer_merges(
    connection: Bulk, pairs: set[tuple[UUID, CustomerId, CustomerId]], now: datetime
) -> None:
    await connection.execute(_OFFER_MERGE, *_columns(sorted(pairs), 3), now)


async def _fill_in(
    connection: Bulk, ring: KeyRing, gained: Sequence[tuple[CustomerId, Claim]], now: datetime
) -> None:
    """Give an address to a customer who had none; one who has is not overruled by an order."""
    said: dict[tuple[UUID, CustomerId], dict[str, str | None]] = {}
    for customer_id, claim in gained:
        row = said.setdefault((claim.contact.merchant_id, customer_id), {})
        row["email"] = row.get("email") or claim.email
        row["phone"] = row.get("phone") or claim.phone
    rows = [
        (
            merchant_id,
            customer_id,
            ring.seal_text(merchant_id, "customers.email", row["email"]),
            ring.seal_text(merchant_id, "customers.phone", row["phone"]),
        )
        for (merchant_id, customer_id), row in sorted(said.items())
    ]
    status = await connection.execute(_FILL_IN, *_columns(rows, 4), now)
    if _count(status) != len(rows):
        raise Contended


async def _learn_languages(
    connection: Bulk, claims: Sequence[Claim], settled: Settlement, now: datetime
) -> list[tuple[CustomerId, Claim]]:
    """Note what those read of whom nobody knew; the first that is said of somebody counts."""
    fresh = {customer_id for customer_id, _ in settled.created}
    said: dict[tuple[UUID, CustomerId], Claim] = {}
    for claim, person in zip(claims, settled.people, strict=True):
        if claim.locale and person and person.customer_id not in fresh:
            said.setdefault((claim.contact.merchant_id, person.customer_id), claim)
    if not said:
        return []
    rows = [(*who, said[who].locale) for who in sorted(said)]
    learnt = await connection.fetch(_LEARN_LANGUAGE, *_columns(rows, 3), now)
    by_id = {customer_id: claim for (_, customer_id), claim in said.items()}
    return [(row[0], by_id[row[0]]) for row in learnt]


async def _announce(
    session: AsyncSession,
    created: Sequence[tuple[CustomerId, Claim]],
    gained: Sequence[tuple[CustomerId, Claim]],
    now: datetime,
) -> None:
    updated = dict(gained)
    news = [
        event(merchant_id=claim.contact.merchant_id, customer_id=customer_id, occurred_at=now)
        for event, customers in ((CustomerCreated, created), (CustomerUpdated, updated.items()))
        for customer_id, claim in customers
    ]
    await publish(session, news, now=now)


def _count(status: str) -> int:
    """How many rows a statement touched, out of what the driver says of it (`INSERT 0 3`)."""
    return int(status.rpartition(" ")[2])


def _birthday(claim: Claim) -> str | None:
    return claim.contact.birthday.isoformat() if claim.contact.birthday else None


def _columns(rows: Sequence[Sequence[object]], width: int) -> list[list[object]]:
    return [[row[column] for row in rows] for column in range(width)]
