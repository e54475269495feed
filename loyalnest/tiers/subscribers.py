"""What tiers do about the news: whoever bought, earned, gave back or was merged is judged anew."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest import customers
from loyalnest.customers import CustomerEnrolled, CustomerMerged, CustomerUnmerged
from loyalnest.kernel.relay import LoggedEvent, Subscriber
from loyalnest.ledger import POINTS, PointsClawedBack, PointsEarned
from loyalnest.orders import (
    OrderCancelled,
    OrderEdited,
    OrderPaid,
    OrderRecorded,
    OrderRefunded,
)
from loyalnest.tiers import queries
from loyalnest.tiers.service import judge_many
from loyalnest.tiers.values import SOURCE_KIND, Pair

_EARNED = frozenset({PointsClawedBack.type, PointsEarned.type})
_PARTINGS = frozenset({CustomerMerged.type, CustomerUnmerged.type})
_NEWS = (
    CustomerEnrolled,
    OrderCancelled,
    OrderEdited,
    OrderPaid,
    OrderRecorded,
    OrderRefunded,
    PointsClawedBack,
    PointsEarned,
)


async def _judge(session: AsyncSession, events: Sequence[LoggedEvent], now: datetime) -> None:
    touched: set[Pair] = {
        (it.merchant_id, it.customer_id)
        for it in events
        if it.customer_id
        if it.type not in _EARNED or _leads_up(it)
    }
    touched |= {
        (it.merchant_id, UUID(it.data["merged_id"])) for it in events if it.type in _PARTINGS
    }
    # Whom an event names may have been merged since: then it is the other one who climbs.
    living = await customers.current_many(session, sorted(touched))
    touched |= {(merchant_id, living[customer_id]) for merchant_id, customer_id in touched}
    await judge_many(session, sorted(touched), now=now)


def _leads_up(event: LoggedEvent) -> bool:
    """Whether what came in counts: what a tier gives on entry leads to no other tier, and the
    stamps of a card are no points."""
    return event.data["unit"] == POINTS and event.data["source_kind"] != SOURCE_KIND


STANDINGS = Subscriber(
    name="tiers.standings",
    types=frozenset(event.type for event in _NEWS) | _PARTINGS,
    handle=_judge,
    merchants=queries.with_ladders,
)
"""Keeps everybody's tier up to date with what they buy."""
