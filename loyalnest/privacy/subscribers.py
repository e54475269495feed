"""What requests do about the news: whoever was erased has written nothing."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest.customers import CustomerErased
from loyalnest.kernel.relay import LoggedEvent, Subscriber
from loyalnest.privacy.service import forget_words


async def _forget(session: AsyncSession, events: Sequence[LoggedEvent], now: datetime) -> None:
    gone = {(it.merchant_id, it.customer_id) for it in events if it.customer_id is not None}
    await forget_words(session, sorted(gone))


FORGETTING = Subscriber("privacy.forgetting", frozenset({CustomerErased.type}), _forget)
"""Removes what was written by and to people who were erased."""
