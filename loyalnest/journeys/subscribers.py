"""What journeys do about the news: customers enter, codes are used, senders refuse."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest.journeys import card_news, hearing, queries, service
from loyalnest.kernel.relay import LoggedEvent, Subscriber
from loyalnest.messaging import MessageDropped, Reason, SenderBroke, SenderPaused
from loyalnest.rewards import RewardUsed

_KINDS = (
    "milestone",
    "almost_there",
    "card_almost_full",
    "card_milestone",
    "tier",
    "event",
    "segment",
)
_EVERY_KIND = (*_KINDS, "inactivity", "birthday", "expiry")
_STARTING = frozenset(
    {
        "customer.enrolled",
        "order.recorded",
        "reward.redeemed",
        "reward.used",
        "reward.expired",
        "referral.completed",
        "badge.awarded",
        "tier.reached",
        "tier.lost",
        "segment.entered",
        "segment.left",
        *hearing.CAME_IN,
        *card_news.MOVED,
    }
)


async def _enter(session: AsyncSession, events: Sequence[LoggedEvent], now: datetime) -> None:
    merchants = sorted({it.merchant_id for it in events})
    journeys = await queries.active(session, merchants, _KINDS)
    if journeys:
        entries = await hearing.heard(session, journeys, events)
        await service.enter_many(session, entries, now=now)


async def _pause(session: AsyncSession, events: Sequence[LoggedEvent], now: datetime) -> None:
    """Whose quota is used up, or whose account is refused, goes on when somebody has seen to it."""
    refused = {
        (it.merchant_id, it.data["channel"]): str(it.data["reason"])
        for it in events
        if it.type == SenderBroke.type or it.data["reason"] == Reason.QUOTA_REACHED
    }
    if not refused:
        return
    merchants = sorted({merchant_id for merchant_id, _ in refused})
    journeys = await queries.active(session, merchants, _EVERY_KIND)
    for reason in sorted(set(refused.values())):
        channels = {key for key, why in refused.items() if why == reason}
        stuck = [
            it
            for it in journeys
            if any((it.merchant_id, channel) in channels for channel in it.plan.channels)
        ]
        await service.pause_many(session, stuck, reason=reason, now=now)
        journeys = [it for it in journeys if it not in stuck]


async def _note(session: AsyncSession, events: Sequence[LoggedEvent], now: datetime) -> None:
    used = [(it.merchant_id, UUID(it.data["redemption_id"]), it.occurred_at) for it in events]
    await service.note_used(session, used, now=now)


async def _take_back(session: AsyncSession, events: Sequence[LoggedEvent], now: datetime) -> None:
    dropped = [
        (it.merchant_id, UUID(it.data["message_id"])) for it in events if it.data["journey_id"]
    ]
    if dropped:
        await service.take_back(session, dropped, now=now)


ENTRIES = Subscriber(name="journeys.entries", types=_STARTING, handle=_enter)
"""Lets customers enter by what happened to them."""
SENDERS = Subscriber(
    name="journeys.senders", types=frozenset({SenderBroke.type, SenderPaused.type}), handle=_pause
)
"""Pauses the journeys whose messages a provider refuses to take."""
CODES = Subscriber(name="journeys.codes", types=frozenset({RewardUsed.type}), handle=_note)
"""Notes which of the codes that journeys gave were used."""
GIFTS = Subscriber(name="journeys.gifts", types=frozenset({MessageDropped.type}), handle=_take_back)
"""Takes back what came with messages that were then not sent."""
