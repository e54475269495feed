"""What customers do about the news: they become findable."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest.customers.events import (
    CustomerCreated,
    CustomerMerged,
    CustomerUnmerged,
    CustomerUpdated,
)
from loyalnest.customers.service.index import index_many
from loyalnest.customers.values import CustomerId
from loyalnest.kernel.relay import LoggedEvent, Subscriber


async def index_customers(
    session: AsyncSession, events: Sequence[LoggedEvent], now: datetime
) -> None:
    """Bring the search index up to date for everybody the events are about."""
    await index_many(session, sorted({_whom(event) for event in events}))


def _whom(event: LoggedEvent) -> tuple[UUID, CustomerId]:
    assert event.customer_id
    return event.merchant_id, event.customer_id


INDEX_CUSTOMERS = Subscriber(
    name="customers.index",
    types=frozenset(
        event.type for event in (CustomerCreated, CustomerUpdated, CustomerMerged, CustomerUnmerged)
    ),
    handle=index_customers,
)
