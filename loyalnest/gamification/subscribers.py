"""What gamification does about the news: whoever bought, gave back or was merged is judged anew."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest import customers
from loyalnest.customers import CustomerErased, CustomerMerged, CustomerUnmerged
from loyalnest.gamification import queries
from loyalnest.gamification.service import forget_customers, judge_everybody_soon, judge_many
from loyalnest.gamification.values import Pair
from loyalnest.kernel.relay import LoggedEvent, Subscriber
from loyalnest.ledger import POINTS, PointsClawedBack, PointsEarned, PointsReleased
from loyalnest.merchants import ProgramSwitched
from loyalnest.orders import (
    OrderCancelled,
    OrderEdited,
    OrderPaid,
    OrderRecorded,
    OrderRefunded,
)

_PARTINGS = frozenset({CustomerMerged.type, CustomerUnmerged.type})
_NEWS = (
    OrderCancelled,
    OrderEdited,
    OrderPaid,
    OrderRecorded,
    OrderRefunded,
    PointsClawedBack,
    PointsEarned,
    PointsReleased,
)
_UNCOUNTED = frozenset({"badge", "tier"})


async def _judge(session: AsyncSession, events: Sequence[LoggedEvent], now: datetime) -> None:
    gone = {
        (it.merchant_id, it.customer_id)
        for it in events
        if it.type == CustomerErased.type and it.customer_id
    }
    await forget_customers(session, sorted(gone))
    # The stamps of a card are no points.
    news = [
        it
        for it in events
        if it.data.get("source_kind") not in _UNCOUNTED
        if it.data.get("unit", POINTS) == POINTS
    ]
    touched: set[Pair] = {(it.merchant_id, it.customer_id) for it in news if it.customer_id}
    touched |= {(it.merchant_id, UUID(it.data["merged_id"])) for it in news if it.type in _PARTINGS}
    # Whom an event names may have been merged since: then it is the other one who plays.
    living = await customers.current_many(session, sorted(touched))
    touched |= {(merchant_id, living[customer_id]) for merchant_id, customer_id in touched}
    await judge_many(session, sorted(touched), now=now)
    for it in events:
        if it.type == ProgramSwitched.type and it.data["switch"] == "gamification":
            await judge_everybody_soon(session, it.merchant_id, cause=str(it.id))


BADGES = Subscriber(
    name="gamification.badges",
    types=frozenset(event.type for event in _NEWS)
    | _PARTINGS
    | {CustomerErased.type, ProgramSwitched.type},
    handle=_judge,
    merchants=queries.playing,
)
"""Keeps everybody's badges and scores up to date with what they do."""
