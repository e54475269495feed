"""What notices do about the news: they ask that those be told whom it concerns."""

from collections.abc import Sequence
from datetime import datetime
from itertools import groupby
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest import merchants, messaging
from loyalnest.kernel.database import act_for
from loyalnest.kernel.relay import LoggedEvent, Subscriber
from loyalnest.merchants import Switch
from loyalnest.notices import queries
from loyalnest.notices.announcing import TOLD, announced
from loyalnest.notices.values import FRESH


async def _tell(session: AsyncSession, events: Sequence[LoggedEvent], now: datetime) -> None:
    fresh = [it for it in events if it.customer_id and now - it.occurred_at <= FRESH]
    if not fresh:
        return
    everybody = sorted({it.merchant_id for it in events})
    programs = await merchants.programs_of(session, everybody)
    settings = await queries.settings_of(session, everybody)
    asks: list[messaging.Ask] = []
    for merchant_id, news in groupby(sorted(fresh, key=_whose), key=_whose):
        program = programs[merchant_id].at(now).settings
        if program.switches.program is Switch.PAUSED:
            continue
        # What is known of people and rewards is read as their merchant, in a query each for all.
        await act_for(session, [merchant_id])
        wanted = settings[merchant_id].settings
        asks += await announced(session, list(news), program=program, wanted=wanted, now=now)
    await act_for(session, everybody)
    await messaging.ask(session, asks, now=now)


def _whose(event: LoggedEvent) -> UUID:
    return event.merchant_id


NOTICES = Subscriber("notices.tell", TOLD, _tell, merchants=messaging.with_senders)
"""Asks for a message where something has become of what is a customer's."""
