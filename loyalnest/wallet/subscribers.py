"""What wallets do about the news: passes follow their cards."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest import branding, customers, stamps
from loyalnest.kernel.relay import LoggedEvent, Subscriber
from loyalnest.wallet.events import PassAdded, PassVoided
from loyalnest.wallet.service.changes import About, News, change_many

_ON_CARDS = frozenset(
    {
        stamps.StampGiven.type,
        stamps.StampUndone.type,
        stamps.CardCompleted.type,
        stamps.CardRewardEarned.type,
        stamps.CardRewardTakenBack.type,
        stamps.CardRewardUsed.type,
        stamps.CardRewardPutBack.type,
        stamps.CardChanged.type,
    }
)
_ON_CUSTOMERS = frozenset(
    {
        customers.CustomerUpdated.type,
        customers.CustomerMerged.type,
        customers.CustomerUnmerged.type,
    }
)


async def _follow(session: AsyncSession, events: Sequence[LoggedEvent], now: datetime) -> None:
    news = News()
    for event in events:
        _sort_in(news, event)
    await change_many(session, news, now=now)


def _sort_in(news: News, event: LoggedEvent) -> None:
    def about(id_: UUID | str) -> About:
        return About(event.merchant_id, UUID(str(id_)), event.position)

    if event.type in _ON_CARDS:
        news.cards.append(about(event.data["card_id"]))
    elif event.type in _ON_CUSTOMERS:
        # Of two who turned out to be two after all, both have cards.
        told = (event.customer_id, event.data.get("merged_id"))
        news.customers.extend(about(id_) for id_ in told if id_)
    elif event.type == stamps.CardVoided.type:
        news.voided.append(about(event.data["card_id"]))
    elif event.type == stamps.CardProgramSaved.type:
        news.programs.append(about(event.data["program_id"]))
    elif event.type == branding.BrandingChanged.type:
        news.merchants.append(about(event.merchant_id))
    elif event.type == PassVoided.type:
        news.passes.append(about(event.data["pass_id"]))
    elif event.type == PassAdded.type:
        news.holders.append(about(event.data["pass_id"]))


CHANGES = Subscriber(
    "wallet.changes",
    _ON_CARDS
    | _ON_CUSTOMERS
    | {
        stamps.CardVoided.type,
        stamps.CardProgramSaved.type,
        branding.BrandingChanged.type,
        PassVoided.type,
        PassAdded.type,
    },
    _follow,
)
"""Lets passes show what their cards do."""
