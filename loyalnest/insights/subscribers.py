"""What the figures do about the news: whatever it is about is counted anew."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest import customers
from loyalnest.customers import CustomerMerged, CustomerUnmerged
from loyalnest.insights.service import Fact, count
from loyalnest.kernel.relay import LoggedEvent, Subscriber
from loyalnest.stamps import visits

_PARTINGS = frozenset({CustomerMerged.type, CustomerUnmerged.type})
_VISITS = frozenset(
    {visits.VisitRecorded.type, visits.VisitChanged.type, visits.VisitCancelled.type}
)
# What in an event of this type names which fact.
_ABOUT = {
    **dict.fromkeys(_VISITS, (("visit", "visit_id"),)),
    "stamp.given": (("stamping", "stamp_id"),),
    "stamp.undone": (("stamping", "stamp_id"),),
    "card.opened": (("card", "card_id"),),
    "card_reward.earned": (("earned", "reward_id"),),
    "card_reward.taken_back": (("earned", "reward_id"),),
    "card_reward.used": (("used", "reward_id"),),
    "card_reward.put_back": (("used", "reward_id"),),
}


async def _count(session: AsyncSession, events: Sequence[LoggedEvent], now: datetime) -> None:
    facts = sorted({fact for it in events for fact in _facts(it)})
    touched = {
        (it.merchant_id, it.customer_id)
        for it in events
        if it.customer_id and it.type in _VISITS | _PARTINGS
    }
    touched |= {
        (it.merchant_id, UUID(it.data["merged_id"])) for it in events if it.type in _PARTINGS
    }
    living = await customers.current_many(session, sorted(touched))
    touched |= {(merchant_id, living[customer_id]) for merchant_id, customer_id in touched}
    await count(session, facts, sorted(touched))


def _facts(event: LoggedEvent) -> Iterator[Fact]:
    for kind, field in _ABOUT.get(event.type, ()):
        yield event.merchant_id, kind, UUID(event.data[field])


SHOP = Subscriber(name="insights.shop", types=frozenset(_ABOUT) | _PARTINGS, handle=_count)
"""Keeps the shop's figures."""
