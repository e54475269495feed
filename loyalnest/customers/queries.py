"""Named reads. None of them locks; every one says whose customers it means."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest.customers.errors import CustomerNotFound
from loyalnest.customers.values import Customer, CustomerId
from loyalnest.kernel.crypto import KeyRing
from loyalnest.kernel.database import bulk, merchant_of, ring_of

_CURRENT = """
SELECT customer.id, customer.merged_into
  FROM unnest($1::uuid[], $2::uuid[]) AS asked (merchant_id, id)
  JOIN customers AS customer USING (merchant_id, id)
 WHERE customer.merged_into IS NOT NULL
"""

_BY_IDS = text("""
SELECT *
  FROM customers
 WHERE merchant_id = :merchant_id
   AND id = ANY(:ids)
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
    rows = await connection.fetch(_CURRENT, merchant_ids, ids)
    living.update((row[0], row[1]) for row in rows)
    return living


async def find_many(
    session: AsyncSession, customer_ids: Sequence[CustomerId]
) -> dict[CustomerId, Customer]:
    """Those of the merchant's customers that exist, merged and erased ones too."""
    rows = await session.execute(
        _BY_IDS, {"merchant_id": merchant_of(session), "ids": list(customer_ids)}
    )
    ring = ring_of(session)
    return {row.id: opened(row, ring) for row in rows}


async def get(session: AsyncSession, customer_id: CustomerId) -> Customer:
    """One customer as it stands, also when it was merged. Raises CustomerNotFound."""
    found = await find_many(session, [customer_id])
    if customer_id not in found:
        raise CustomerNotFound
    return found[customer_id]


def opened(row: Row[Any], ring: KeyRing) -> Customer:
    """A row of `customers` with its personal data decrypted."""
    birthday = ring.open_text(row.merchant_id, "customers.birthday", row.birthday_sealed)
    return Customer(
        merchant_id=row.merchant_id,
        id=row.id,
        email=ring.open_text(row.merchant_id, "customers.email", row.email_sealed),
        phone=ring.open_text(row.merchant_id, "customers.phone", row.phone_sealed),
        name=ring.open_text(row.merchant_id, "customers.name", row.name_sealed),
        birthday=date.fromisoformat(birthday) if birthday else None,
        locale=row.locale,
        enrolled_at=row.enrolled_at,
        merged_into=row.merged_into,
        erased_at=row.erased_at,
        created_at=row.created_at,
        updated_at=row.updated_at,
    )
