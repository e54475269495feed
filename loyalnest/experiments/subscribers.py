"""What experiments do about the news: whoever was erased leaves every count."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest.customers import CustomerErased
from loyalnest.experiments.service import forget_customers
from loyalnest.kernel.relay import LoggedEvent, Subscriber


async def _forget(session: AsyncSession, events: Sequence[LoggedEvent], now: datetime) -> None:
    gone = {(it.merchant_id, it.customer_id) for it in events if it.customer_id}
    await forget_customers(session, sorted(gone))


VISITORS = Subscriber(
    name="experiments.visitors", types=frozenset({CustomerErased.type}), handle=_forget
)
"""Forgets what members met who asked to be forgotten."""
