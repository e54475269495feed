"""Who appears in these stories."""

from dataclasses import replace
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest.customers import Contact, CustomerId, identify_many
from loyalnest.kernel.database import merchant_of
from tests.conftest import NOW

ONLINE = UUID(int=1)
COUNTER = UUID(int=2)


def contact(session: AsyncSession, **said: Any) -> Contact:
    """What is said about somebody at the session's merchant."""
    return replace(Contact(merchant_id=merchant_of(session)), **said)


def shopper(session: AsyncSession, external_id: str, **said: Any) -> Contact:
    """Somebody with an account in the online store."""
    known = {"store_id": ONLINE, "provider": "shopify", "external_id": external_id}
    return contact(session, **{**known, **said})


async def identify(session: AsyncSession, *contacts: Contact) -> list[CustomerId | None]:
    return await identify_many(session, contacts, now=NOW)
