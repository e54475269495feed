"""Forgetting somebody: everything personal goes, the row stays so that the books stay whole."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest.customers.errors import CustomerNotFound
from loyalnest.customers.events import CustomerErased
from loyalnest.customers.service.index import clear
from loyalnest.customers.values import CustomerId
from loyalnest.kernel.database import bulk
from loyalnest.kernel.events import publish

_PERSON = text("""
SELECT id
  FROM customers
 WHERE merchant_id = :merchant_id
   AND (id = :customer_id OR merged_into = :customer_id)
 ORDER BY id
   FOR UPDATE
""")

_BLANK = text("""
UPDATE customers
   SET email_sealed = NULL,
       phone_sealed = NULL,
       name_sealed = NULL,
       birthday_sealed = NULL,
       locale = NULL,
       erased_at = coalesce(erased_at, :now),
       updated_at = :now
 WHERE merchant_id = :merchant_id
   AND id = ANY(:ids)
""")

_DROP_IDENTITIES = text("""
DELETE FROM customer_identities
 WHERE merchant_id = :merchant_id
   AND customer_id = ANY(:ids)
""")


class Forgetting(Protocol):
    """Who knows people by their addresses, and forgets one while the addresses are still known."""

    async def __call__(
        self, session: AsyncSession, *, merchant_id: UUID, customer_id: UUID, now: datetime
    ) -> None: ...


async def erase_customer(
    session: AsyncSession,
    *,
    merchant_id: UUID,
    customer_id: CustomerId,
    forgetting: Sequence[Forgetting] = (),
    now: datetime,
) -> None:
    """Erase a customer and whoever was merged into it: one person asked to be forgotten.

    Their identities name nobody afterwards: the same address makes a new customer. What was sealed
    is overwritten with nothing; copies in backups end with the backups. Raises CustomerNotFound.
    """
    names = {"merchant_id": merchant_id, "customer_id": customer_id}
    ids = list(await session.scalars(_PERSON, names))
    if customer_id not in ids:
        raise CustomerNotFound
    for forget in forgetting:
        await forget(session, merchant_id=merchant_id, customer_id=customer_id, now=now)
    reach = {"merchant_id": merchant_id, "ids": ids}
    await session.execute(_BLANK, {**reach, "now": now})
    await session.execute(_DROP_IDENTITIES, reach)
    await clear(await bulk(session), [(merchant_id, id_) for id_ in ids])
    news = [
        CustomerErased(merchant_id=merchant_id, customer_id=id_, occurred_at=now) for id_ in ids
    ]
    await publish(session, news, now=now)
