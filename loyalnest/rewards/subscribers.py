"""What rewards do about the news: an order that used one and was refunded gives points back."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest.kernel.relay import LoggedEvent, Subscriber
from loyalnest.orders import OrderCancelled, OrderEdited, OrderRefunded
from loyalnest.rewards.service import return_for_refunds


async def _return(session: AsyncSession, events: Sequence[LoggedEvent], now: datetime) -> None:
    orders = {(it.merchant_id, UUID(it.data["order_id"])) for it in events}
    await return_for_refunds(session, sorted(orders), now=now)


REFUNDS = Subscriber(
    name="rewards.refunds",
    types=frozenset({OrderCancelled.type, OrderEdited.type, OrderRefunded.type}),
    handle=_return,
)
"""Gives back what a used reward had cost, as its terms say, when its order is refunded."""
