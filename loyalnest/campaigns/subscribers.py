"""What campaigns do about the news: whose orders count towards a goal is judged anew."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest import customers
from loyalnest.campaigns.service import judge_goals
from loyalnest.campaigns.values import Pair
from loyalnest.customers import CustomerMerged, CustomerUnmerged
from loyalnest.kernel.relay import LoggedEvent, Subscriber
from loyalnest.ledger import POINTS, PointsEarned
from loyalnest.orders import (
    OrderCancelled,
    OrderEdited,
    OrderPaid,
    OrderRecorded,
    OrderRefunded,
)

_PARTINGS = frozenset({CustomerMerged.type, CustomerUnmerged.type})
_NEWS = (OrderCancelled, OrderEdited, OrderPaid, OrderRecorded, OrderRefunded, PointsEarned)


async def _judge(session: AsyncSession, events: Sequence[LoggedEvent], now: datetime) -> None:
    touched: set[Pair] = {
        (it.merchant_id, it.customer_id)
        for it in events
        if it.customer_id
        # The stamps of a card are no points.
        if it.data.get("unit", POINTS) == POINTS
    }
    touched |= {
        (it.merchant_id, UUID(it.data["merged_id"])) for it in events if it.type in _PARTINGS
    }
    living = await customers.current_many(session, sorted(touched))
    who = {(merchant_id, living[customer_id]) for merchant_id, customer_id in touched}
    await judge_goals(session, sorted(who), now=now)


GOALS = Subscriber(
    name="campaigns.goals",
    types=frozenset(event.type for event in _NEWS) | _PARTINGS,
    handle=_judge,
)
"""Gives what goals promise, and takes it back, as orders and refunds come in."""
