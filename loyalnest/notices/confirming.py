"""Asking for the second yes: whoever is said to have agreed gets a link by which they say so.

At once, once for each time that it was said, and again when they wish for it; never so often that a
form could be used against whoever owns the address.
"""

from collections.abc import Sequence
from datetime import datetime
from itertools import groupby
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest import consents, messaging
from loyalnest.consents import Consent, ConsentPending, Way
from loyalnest.kernel.database import act_for, database_of, merchant_of
from loyalnest.kernel.relay import LoggedEvent, Subscriber
from loyalnest.messaging import Ask, Channel, Purpose, Source
from loyalnest.notices.errors import ConfirmationTooOften, NothingToConfirm
from loyalnest.notices.values import FRESH
from loyalnest.templates import Occasion

_KIND = "confirmation"
# What a shop's own system has asked for is confirmed there.
_OURS = frozenset({Way.FORM, Way.CHECKOUT})


async def ask_again(session: AsyncSession, customer_id: UUID, *, now: datetime) -> None:
    """Send a living customer the link once more. Raises NothingToConfirm, ConfirmationTooOften."""
    waiting = await consents.waiting_of(session, customer_id, consents.Channel.EMAIL)
    if not waiting:
        raise NothingToConfirm
    asked = await messaging.asked_at(session, _KIND, [customer_id])
    again_at = consents.ask_again_at(asked[customer_id], now)
    if again_at is not None:
        raise ConfirmationTooOften(retry_after_s=(again_at - now).total_seconds())
    step = f"{waiting[-1].id.hex}:{len(asked[customer_id])}"
    await messaging.ask(session, [await _asking(session, waiting[-1], step, now)], now=now)


async def _confirm(session: AsyncSession, events: Sequence[LoggedEvent], now: datetime) -> None:
    everybody = sorted({it.merchant_id for it in events})
    fresh = [it for it in events if it.data["way"] in _OURS and now - it.occurred_at <= FRESH]
    for merchant_id, news in groupby(sorted(fresh, key=_whose), key=_whose):
        await act_for(session, [merchant_id])
        ids = [UUID(it.data["consent_id"]) for it in news]
        await _ask_many(session, ids, now=now)
    await act_for(session, everybody)


async def _ask_many(session: AsyncSession, consent_ids: Sequence[UUID], *, now: datetime) -> None:
    waiting = await consents.waiting_among(session, consent_ids, consents.Channel.EMAIL)
    latest = {it.said.customer_id: it for it in waiting}
    asked = await messaging.asked_at(session, _KIND, list(latest))
    asks = [
        await _asking(session, it, it.id.hex, now)
        for it in latest.values()
        if consents.ask_again_at(asked[it.said.customer_id], now) is None
    ]
    await messaging.ask(session, asks, now=now)


async def _asking(session: AsyncSession, consent: Consent, step: str, now: datetime) -> Ask:
    """The merchant's secret makes the link; nothing is read for it once that is known."""
    address = database_of(session).settings.address
    link = await consents.confirmation_link(session, consent, now=now)
    customer_id = consent.said.customer_id
    return Ask(
        merchant_id=merchant_of(session),
        customer_id=customer_id,
        source=Source(_KIND, customer_id, step),
        occasion=Occasion.EMAIL_CONFIRMATION,
        purpose=Purpose.TRANSACTIONAL,
        channels=(Channel.EMAIL,),
        variables={"link": f"{address}{link}"},
    )


def _whose(event: LoggedEvent) -> UUID:
    return event.merchant_id


CONFIRMATIONS = Subscriber(
    "notices.confirm",
    frozenset({ConsentPending.type}),
    _confirm,
    merchants=messaging.with_senders,
)
"""Asks for the second yes where a consent waits for it."""
