"""What notices do about the news: they ask that those be told whom it concerns."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest import messaging
from loyalnest.kernel.relay import LoggedEvent, Subscriber
from loyalnest.notices import queries
from loyalnest.notices.announcing import TOLD, announced
from loyalnest.notices.telling import asks_for
from loyalnest.notices.values import FRESH


async def _tell(session: AsyncSession, events: Sequence[LoggedEvent], now: datetime) -> None:
    fresh = [it for it in events if it.customer_id and now - it.occurred_at <= FRESH]
    if not fresh:
        return
    whose = sorted({it.merchant_id for it in fresh})
    programs = await queries.running(session, whose, now=now)
    settings = await queries.settings_of(session, list(programs))
    wanted = {id_: it.settings for id_, it in settings.items()}
    told = [it for it in fresh if it.merchant_id in programs]
    news, members = await announced(session, told, programs=programs, now=now)
    await messaging.ask(session, asks_for(news, members, wanted), now=now)


NOTICES = Subscriber("notices.tell", TOLD, _tell, merchants=messaging.with_senders)
"""Asks for a message where something has become of what is a customer's."""
