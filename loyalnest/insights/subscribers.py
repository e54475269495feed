"""What the figures do about the news: whatever it is about is counted anew."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest import customers
from loyalnest.customers import CustomerMerged, CustomerUnmerged
from loyalnest.insights.service import Fact, Guest, count
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
    events = [it for it in events if not _is_the_same_to_us(it)]
    facts = sorted({fact for it in events for fact in _facts(it)})
    touched: dict[Guest, datetime | None] = {}
    for event in events:
        for guest, since in _guests(event):
            _touch(touched, guest, since)
    living = await customers.current_many(session, sorted(touched))
    for (merchant_id, customer_id), since in list(touched.items()):
        _touch(touched, (merchant_id, living[customer_id]), since)
    await count(session, facts, touched)


def _is_the_same_to_us(event: LoggedEvent) -> bool:
    """A visit that began when it did before stands in the figures as it is."""
    return event.type == visits.VisitChanged.type and event.data["began_at"] == event.data["was_at"]


def _facts(event: LoggedEvent) -> Iterator[Fact]:
    for kind, field in _ABOUT.get(event.type, ()):
        yield event.merchant_id, kind, UUID(event.data[field])


def _guests(event: LoggedEvent) -> Iterator[tuple[Guest, datetime | None]]:
    """Whose visits have changed, from when on; None where all of them may have."""
    if event.customer_id and event.type in _VISITS:
        at = (event.data[name] for name in ("began_at", "was_at") if name in event.data)
        yield (event.merchant_id, event.customer_id), min(map(datetime.fromisoformat, at))
    elif event.type in _PARTINGS:
        for customer_id in (event.customer_id, UUID(event.data["merged_id"])):
            if customer_id:
                yield (event.merchant_id, customer_id), None


def _touch(touched: dict[Guest, datetime | None], guest: Guest, since: datetime | None) -> None:
    before = touched.get(guest, since)
    touched[guest] = None if before is None or since is None else min(before, since)


SHOP = Subscriber(name="insights.shop", types=frozenset(_ABOUT) | _PARTINGS, handle=_count)
"""Keeps the shop's figures."""
