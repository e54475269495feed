"""What referrals do about the news: whoever bought, gave back, signed up or merged is judged.

And what becomes of invitations is noted.
"""

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
from loyalnest.kernel.database import act_for
from loyalnest.kernel.relay import LoggedEvent, Subscriber
from loyalnest.messaging import MessageFailed, MessageSent
from loyalnest.orders import (
    OrderCancelled,
    OrderEdited,
    OrderPaid,
    OrderRecorded,
    OrderRefunded,
)
from loyalnest.referrals import queries
from loyalnest.referrals.events import ReferralCreated
from loyalnest.referrals.service import (
    forget_advocates,
    forget_marks,
    forget_sent,
    note_who_came,
    rejudge_people,
)
from loyalnest.templates import Occasion

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


async def _follow(session: AsyncSession, events: Sequence[LoggedEvent], now: datetime) -> None:
    everybody = sorted({it.merchant_id for it in events})
    for merchant_id in everybody:
        await act_for(session, [merchant_id])
        mine = [it for it in events if it.merchant_id == merchant_id]
        over = [it for it in mine if it.type in _OVER and it.data["occasion"] == _INVITATION]
        await forget_sent(session, [UUID(it.data["message_id"]) for it in over])
        gone = [it.customer_id for it in mine if it.type == CustomerErased.type and it.customer_id]
        await forget_advocates(session, gone)
        came = [
            (UUID(it.data["referral_id"]), UUID(it.data["friend_id"]))
            for it in mine
            if it.type == ReferralCreated.type
        ]
        await note_who_came(session, came, now=now)
    await act_for(session, everybody)


_INVITATION = Occasion.REFERRAL_INVITATION
_OVER = frozenset({MessageSent.type, MessageFailed.type})
INVITATIONS = Subscriber(
    name="referrals.invitations",
    types=_OVER | {ReferralCreated.type, CustomerErased.type},
    handle=_follow,
    merchants=queries.promising,
)
"""Forgets whom invitations went to, and notes who came of them."""
