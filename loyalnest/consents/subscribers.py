"""What consents do about the news: who turns out to be another has said what they said."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest.consents.service import follow_merges
from loyalnest.customers import CustomerMerged
from loyalnest.kernel.relay import LoggedEvent, Subscriber


async def _follow(session: AsyncSession, events: Sequence[LoggedEvent], now: datetime) -> None:
    kept = {(it.merchant_id, it.customer_id) for it in events if it.customer_id is not None}
    await follow_merges(session, sorted(kept), now=now)


MERGES = Subscriber("consents.merges", frozenset({CustomerMerged.type}), _follow)
"""Lets a refusal go over to the customer who was kept."""
