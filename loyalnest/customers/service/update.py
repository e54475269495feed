"""What a provider says about its customers: new, changed, deleted."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest.customers.events import CustomerUpdated
from loyalnest.customers.rules import identity as rules
from loyalnest.customers.service.enrol import enrol_many
from loyalnest.customers.service.identify import identify_many
from loyalnest.customers.values import (
    ANYWHERE,
    EMAIL,
    AccountRef,
    CustomerId,
    Profile,
)
from loyalnest.kernel.crypto import KeyRing
from loyalnest.kernel.database import Bulk, bulk, ring_of
from loyalnest.kernel.events import publish

# Locked in key order, so that two versions of one record are applied one after the other.
_VERSIONS = """
SELECT merchant_id, kind, scope, key, source_version
  FROM customer_identities
 WHERE (merchant_id, kind, scope, key) IN (
           SELECT * FROM unnest($1::uuid[], $2::text[], $3::uuid[], $4::bytea[]))
 ORDER BY merchant_id, kind, scope, key
   FOR NO KEY UPDATE
"""

_SET_VERSIONS = """
UPDATE customer_identities AS identity
   SET source_version = said.version
  FROM unnest($1::uuid[], $2::text[], $3::uuid[], $4::bytea[], $5::timestamptz[])
       AS said (merchant_id, kind, scope, key, version)
 WHERE identity.merchant_id = said.merchant_id AND identity.kind = said.kind
   AND identity.scope = said.scope AND identity.key = said.key
"""

# How many accounts at providers a customer has, beside what is known about them.
_SHOWN = """
SELECT customer.merchant_id, customer.id, customer.email_sealed AS email,
       customer.phone_sealed AS phone, customer.name_sealed AS name, customer.locale,
       (SELECT count(*)
          FROM customer_identities AS identity
         WHERE identity.merchant_id = customer.merchant_id
           AND identity.customer_id = customer.id
           AND identity.scope <> $3) AS accounts
  FROM unnest($1::uuid[], $2::uuid[]) AS asked (merchant_id, id)
  JOIN customers AS customer USING (merchant_id, id)
"""

_CHANGE = """
UPDATE customers AS customer
   SET email_sealed = said.email,
       phone_sealed = said.phone,
       name_sealed = said.name,
       locale = said.locale,
       updated_at = $7
  FROM unnest($1::uuid[], $2::uuid[], $3::bytea[], $4::bytea[], $5::bytea[], $6::text[])
       AS said (merchant_id, id, email, phone, name, locale)
 WHERE customer.merchant_id = said.merchant_id AND customer.id = said.id
"""

_RELEASE = """
DELETE FROM customer_identities AS identity
 USING unnest($1::uuid[], $2::text[], $3::uuid[], $4::bytea[], $5::uuid[])
       AS former (merchant_id, kind, scope, key, customer_id)
 WHERE identity.merchant_id = former.merchant_id AND identity.kind = former.kind
   AND identity.scope = former.scope AND identity.key = former.key
   AND identity.customer_id = coalesce(former.customer_id, identity.customer_id)
RETURNING identity.merchant_id, identity.customer_id
"""


class _Change(NamedTuple):
    merchant_id: UUID
    customer_id: CustomerId
    email: bytes | None
    phone: bytes | None
    name: bytes | None
    locale: str | None


class _Former(NamedTuple):
    merchant_id: UUID
    kind: str
    scope: UUID
    key: bytes
    customer_id: CustomerId | None


async def update_many(
    session: AsyncSession, profiles: Sequence[Profile], *, now: datetime
) -> list[CustomerId | None]:
    """Take over what a provider says about its customers, making those that are new.

    A record older than the one applied last changes nothing. What the record leaves out stays as
    it is, and so does the language of somebody of whom it is known. When its e-mail differs from
    the one shown, the new one is shown, and identifies if it is free; the former one identifies no
    longer, unless the customer has accounts elsewhere, where it may still be in use. An enabled
    account enrols. Raises Contended as identify_many does.
    """
    connection = await bulk(session)
    newest = await _newest(connection, profiles)
    contacts = [
        profile.contact if fresh else replace(profile.contact, email=None, phone=None)
        for profile, fresh in zip(profiles, newest, strict=True)
    ]
    ids = await identify_many(session, contacts, now=now)
    said = {
        (profile.contact.merchant_id, customer_id): profile
        for profile, customer_id, fresh in zip(profiles, ids, newest, strict=True)
        if fresh and customer_id
    }
    if not said:
        return ids
    await _set_versions(connection, said)
    await _apply(session, connection, said, now)
    members = [who for who, profile in said.items() if profile.has_account]
    await enrol_many(session, members, now=now)
    return ids


async def forget_accounts(
    session: AsyncSession, accounts: Sequence[AccountRef], *, now: datetime
) -> None:
    """The provider deleted these accounts: their ids name nobody from now on.

    The person stays a member, with the books and every other identity.
    """
    former = [
        _Former(ref.merchant_id, ref.provider, ref.store_id, ref.external_id.encode(), None)
        for ref in accounts
    ]
    connection = await bulk(session)
    rows = await connection.fetch(_RELEASE, *_columns(sorted(set(former)), 5))
    await publish(
        session,
        [CustomerUpdated(merchant_id=row[0], customer_id=row[1], occurred_at=now) for row in rows],
        now=now,
    )


async def _newest(connection: Bulk, profiles: Sequence[Profile]) -> list[bool]:
    """Which records say something new: the newest of each customer, not older than the last."""
    keys = [rules.provider_key(profile.contact) for profile in profiles]
    known = sorted({key for key in keys if key})
    rows = await connection.fetch(_VERSIONS, *_columns(known, 4))
    applied: dict[Any, datetime] = {tuple(row)[:4]: row[4] for row in rows if row[4]}
    for key, profile in zip(keys, profiles, strict=True):
        if key:
            applied[key] = max(profile.version, applied.get(key, profile.version))
    return [
        key is not None and profile.version == applied[key]
        for key, profile in zip(keys, profiles, strict=True)
    ]


async def _set_versions(connection: Bulk, said: Mapping[tuple[UUID, CustomerId], Profile]) -> None:
    rows = [
        (*key, profile.version)
        for profile in said.values()
        if (key := rules.provider_key(profile.contact))
    ]
    await connection.execute(_SET_VERSIONS, *_columns(rows, 5))


async def _apply(
    session: AsyncSession,
    connection: Bulk,
    said: Mapping[tuple[UUID, CustomerId], Profile],
    now: datetime,
) -> None:
    ring = ring_of(session)
    shown = await connection.fetch(_SHOWN, *_columns(sorted(said), 2), ANYWHERE)
    changes: list[_Change] = []
    former: list[_Former] = []
    for row in shown:
        change, given_up = _compare(ring, row, said[row["merchant_id"], row["id"]])
        if change:
            changes.append(change)
        former += given_up
    if former:
        await connection.fetch(_RELEASE, *_columns(sorted(former), 5))
    if changes:
        await connection.execute(_CHANGE, *_columns(sorted(changes), 6), now)
        news = [
            CustomerUpdated(
                merchant_id=one.merchant_id, customer_id=one.customer_id, occurred_at=now
            )
            for one in changes
        ]
        await publish(session, news, now=now)


def _compare(ring: KeyRing, row: Any, profile: Profile) -> tuple[_Change | None, list[_Former]]:
    """What of a customer's row a record changes, and the e-mail it gives up."""
    merchant_id, claim = row["merchant_id"], rules.read(profile.contact, ring)
    before = {
        field: ring.open_text(merchant_id, f"customers.{field}", row[field])
        for field in ("email", "phone", "name")
    }
    after = {"email": claim.email, "phone": claim.phone, "name": claim.name}
    differing = {
        field: ring.seal_text(merchant_id, f"customers.{field}", text)
        for field, text in after.items()
        if text and text != before[field]
    }
    locale = row["locale"] or claim.locale
    if not differing and locale == row["locale"]:
        return None, []
    sealed = {field: differing.get(field, row[field]) for field in before}
    former: list[_Former] = []
    if "email" in differing and row["accounts"] <= 1 and (old := before["email"]):
        hashes = ring.blind_all(merchant_id, EMAIL, old)
        former = [_Former(merchant_id, EMAIL, ANYWHERE, hash_, row["id"]) for hash_ in hashes]
    return _Change(merchant_id, row["id"], **sealed, locale=locale), former


def _columns(rows: Sequence[Sequence[object]], width: int) -> list[list[object]]:
    return [[row[column] for row in rows] for column in range(width)]
