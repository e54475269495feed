"""What referrals do about the news: whoever bought, gave back, signed up or merged is judged."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest.customers import (
    CustomerEnrolled,
    CustomerErased,
    CustomerMerged,
    CustomerUnmerged,
)
from loyalnest.kernel.relay import LoggedEvent, Subscriber
from loyalnest.orders import (
    OrderCancelled,
    OrderEdited,
    OrderPaid,
    OrderRecorded,
    OrderRefunded,
)
from loyalnest.referrals import queries
from loyalnest.referrals.events import ReferralCreated
from loyalnest.referrals.service import forget_marks, rejudge_people

_PARTINGS = frozenset({CustomerMerged.type, CustomerUnmerged.type})
_BUYING = frozenset(
    event.type
    for event in (
        CustomerEnrolled,
        OrderCancelled,
        OrderEdited,
        OrderPaid,
        OrderRecorded,
        OrderRefunded,
    )
)
# A referral's own beginning is among the news: an order that was being recorded at the same instant
# saw no referral yet, nor the referral the order.
_NEWS = _BUYING | _PARTINGS | {ReferralCreated.type, CustomerErased.type}


async def _judge(session: AsyncSession, events: Sequence[LoggedEvent], now: datetime) -> None:
    if gone := _named(it for it in events if it.type == CustomerErased.type):
        await forget_marks(session, sorted(gone))
    parted = _named(it for it in events if it.type in _PARTINGS)
    parted |= {
        (it.merchant_id, UUID(it.data["merged_id"])) for it in events if it.type in _PARTINGS
    }
    touched = _named(it for it in events if it.type in _BUYING)
    touched |= {
        (it.merchant_id, UUID(it.data["friend_id"]))
        for it in events
        if it.type == ReferralCreated.type
    }
    await rejudge_people(session, sorted(touched | parted), parted=parted, now=now)


def _named(events: Iterable[LoggedEvent]) -> set[tuple[UUID, UUID]]:
    return {(it.merchant_id, it.customer_id) for it in events if it.customer_id}


REFERRALS = Subscriber(
    name="referrals.judge",
    types=_NEWS,
    handle=_judge,
    merchants=queries.promising,
)
"""Keeps every referral where the orders of its friend put it."""
