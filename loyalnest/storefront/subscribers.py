"""What this module does about the news: it learns whose the addresses are that people left."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest.customers import (
    CustomerCreated,
    CustomerErased,
    CustomerMerged,
    CustomerUnmerged,
    CustomerUpdated,
)
from loyalnest.kernel.relay import LoggedEvent, Subscriber
from loyalnest.storefront.captures import asking
from loyalnest.storefront.service import forget_customers, let_count, link_captures

_KNOWN_BY = (CustomerCreated, CustomerUpdated, CustomerMerged, CustomerUnmerged)


async def _follow(session: AsyncSession, events: Sequence[LoggedEvent], now: datetime) -> None:
    pairs = {(it.merchant_id, it.customer_id, it.type) for it in events if it.customer_id}
    gone = {(merchant, id_) for merchant, id_, type_ in pairs if type_ == CustomerErased.type}
    living = sorted({(merchant, id_) for merchant, id_, _ in pairs} - gone)
    await link_captures(session, living)
    await let_count(session, living, now=now)
    await forget_customers(session, sorted(gone))


CAPTURES = Subscriber(
    name="storefront.captures",
    types=frozenset(event.type for event in (*_KNOWN_BY, CustomerErased)),
    handle=_follow,
    merchants=asking,
)
"""Keeps whose the addresses are, and lets them go with whoever asks to be forgotten."""
