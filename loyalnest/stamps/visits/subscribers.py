"""What visits do about the news: stamps make and unmake them, and rhythms follow people."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest import customers
from loyalnest.consents import ConsentGranted, ConsentWithdrawn, Purpose
from loyalnest.customers import CustomerErased, CustomerMerged, CustomerUnmerged
from loyalnest.kernel.relay import LoggedEvent, Subscriber
from loyalnest.stamps.events import StampGiven, StampUndone
from loyalnest.stamps.visits.service import reckon_many, settle_many

_PARTINGS = frozenset({CustomerMerged.type, CustomerUnmerged.type})
_SAID = frozenset({ConsentGranted.type, ConsentWithdrawn.type})


async def _settle(session: AsyncSession, events: Sequence[LoggedEvent], now: datetime) -> None:
    told = {(it.merchant_id, UUID(it.data["stamp_id"])) for it in events}
    await settle_many(session, sorted(told), now=now)


async def _reckon(session: AsyncSession, events: Sequence[LoggedEvent], now: datetime) -> None:
    touched = {
        (it.merchant_id, it.customer_id)
        for it in events
        if it.customer_id
        if it.type not in _SAID or it.data["purpose"] == Purpose.RFM_TRACKING
    }
    touched |= {
        (it.merchant_id, UUID(it.data["merged_id"])) for it in events if it.type in _PARTINGS
    }
    living = await customers.current_many(session, sorted(touched))
    touched |= {(merchant_id, living[customer_id]) for merchant_id, customer_id in touched}
    await reckon_many(session, sorted(touched), now=now)


VISITS = Subscriber(
    name="stamps.visits",
    types=frozenset({StampGiven.type, StampUndone.type}),
    handle=_settle,
)
"""Makes visits of stampings."""

RHYTHMS = Subscriber(
    name="stamps.rhythms",
    types=_PARTINGS | _SAID | {CustomerErased.type},
    handle=_reckon,
)
"""Keeps rhythms with the people they are of."""
