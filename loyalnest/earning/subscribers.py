"""What earning does about news from elsewhere."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest.customers import CustomerEnrolled
from loyalnest.earning.service import reward_sign_ups
from loyalnest.kernel.relay import LoggedEvent, Subscriber


async def _welcome(session: AsyncSession, events: Sequence[LoggedEvent], now: datetime) -> None:
    members = [(it.merchant_id, it.customer_id) for it in events if it.customer_id is not None]
    await reward_sign_ups(session, members, now=now)


SIGN_UPS = Subscriber(
    name="earning.sign_ups", types=frozenset({CustomerEnrolled.type}), handle=_welcome
)
"""Rewards those who sign up, at a shop, at the counter or by the API alike."""
