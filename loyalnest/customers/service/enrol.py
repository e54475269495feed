"""Signing up: once in a customer's life, by a person's own wish."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest.customers.errors import NothingToIdentify
from loyalnest.customers.events import CustomerEnrolled
from loyalnest.customers.service.identify import identify_many
from loyalnest.customers.values import Contact, CustomerId
from loyalnest.kernel.database import bulk
from loyalnest.kernel.events import publish

# The row's lock makes it once: whoever comes second finds the time already set.
_ENROL = """
UPDATE customers AS customer
   SET enrolled_at = $3, updated_at = $3
  FROM unnest($1::uuid[], $2::uuid[]) AS asked (merchant_id, id)
 WHERE customer.merchant_id = asked.merchant_id AND customer.id = asked.id
   AND customer.enrolled_at IS NULL AND customer.erased_at IS NULL
RETURNING customer.merchant_id, customer.id
"""


async def enrol(
    session: AsyncSession, contact: Contact, *, now: datetime
) -> tuple[CustomerId, bool]:
    """Sign somebody up, known or not; tells whether they weren't a member before.

    Raises NothingToIdentify, and Contended as identify_many does.
    """
    (customer_id,) = await identify_many(session, [contact], now=now)
    if customer_id is None:
        raise NothingToIdentify
    fresh = await enrol_many(session, [(contact.merchant_id, customer_id)], now=now)
    return customer_id, bool(fresh)


async def enrol_many(
    session: AsyncSession, members: Sequence[tuple[UUID, CustomerId]], *, now: datetime
) -> set[CustomerId]:
    """Sign customers (merchant, customer) up; returns those who weren't members before."""
    if not members:
        return set()
    connection = await bulk(session)
    merchant_ids, ids = zip(*sorted(members), strict=True)
    rows = await connection.fetch(_ENROL, merchant_ids, ids, now)
    news = [
        CustomerEnrolled(merchant_id=row[0], customer_id=row[1], occurred_at=now) for row in rows
    ]
    await publish(session, news, now=now)
    return {row[1] for row in rows}
