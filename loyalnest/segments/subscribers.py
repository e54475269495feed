"""What segments do about the news: whoever bought, gave back or was merged is scored anew, and
whoever refuses to be scored is not."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest import customers
from loyalnest.consents import ConsentGranted, ConsentWithdrawn, Purpose
from loyalnest.customers import CustomerMerged, CustomerUnmerged
from loyalnest.kernel.relay import LoggedEvent, Subscriber
from loyalnest.orders import OrderCancelled, OrderEdited, OrderRecorded, OrderRefunded
from loyalnest.segments.service import score_many
from loyalnest.segments.values import Pair

_PARTINGS = frozenset({CustomerMerged.type, CustomerUnmerged.type})
_SAID = frozenset({ConsentGranted.type, ConsentWithdrawn.type})
_ORDERS = (OrderRecorded, OrderRefunded, OrderCancelled, OrderEdited)


async def _score(session: AsyncSession, events: Sequence[LoggedEvent], now: datetime) -> None:
    touched: set[Pair] = {
        (it.merchant_id, it.customer_id)
        for it in events
        if it.customer_id
        if it.type not in _SAID or it.data["purpose"] == Purpose.RFM_TRACKING
    }
    touched |= {
        (it.merchant_id, UUID(it.data["merged_id"])) for it in events if it.type in _PARTINGS
    }
    # Whom an event names may have been merged since: then it is the other one who has bought.
    living = await customers.current_many(session, sorted(touched))
    touched |= {(merchant_id, living[customer_id]) for merchant_id, customer_id in touched}
    await score_many(session, sorted(touched), now=now)


SCORES = Subscriber(
    name="segments.scores",
    types=frozenset(event.type for event in _ORDERS) | _PARTINGS | _SAID,
    handle=_score,
)
"""Keeps everybody's scores up to date with their orders."""
