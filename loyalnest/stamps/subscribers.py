"""What cards do about the news: their stamps can change without anybody stamping them."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest.customers import CustomerMerged, CustomerUnmerged
from loyalnest.kernel.relay import LoggedEvent, Subscriber
from loyalnest.ledger import PointsAdjusted, PointsExpired
from loyalnest.stamps.service.settling import settle_customers_soon

_PARTINGS = frozenset({CustomerMerged.type, CustomerUnmerged.type})
_OWN = frozenset({"stamp", "card", "conversion"})


async def _settle(session: AsyncSession, events: Sequence[LoggedEvent], now: datetime) -> None:
    touched: dict[UUID, set[UUID]] = {}
    for it in events:
        of_a_card = str(it.data.get("unit", "")).startswith("card-")
        if it.type not in _PARTINGS and not (of_a_card and it.data["source_kind"] not in _OWN):
            continue
        who = {it.customer_id} if it.customer_id else set[UUID]()
        if it.type in _PARTINGS:
            who.add(UUID(it.data["merged_id"]))
        touched.setdefault(it.merchant_id, set()).update(who)
    await settle_customers_soon(session, touched)


CARDS = Subscriber(
    name="stamps.cards",
    types=frozenset({PointsAdjusted.type, PointsExpired.type, *_PARTINGS}),
    handle=_settle,
)
"""Has cards looked at whose stamps lapsed, were corrected, or changed hands."""
