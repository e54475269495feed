"""What wallets do about the news: passes follow their cards."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest import branding, customers, stamps
from loyalnest.kernel.events import publish
from loyalnest.kernel.relay import LoggedEvent, Subscriber
from loyalnest.stamps import counter
from loyalnest.wallet.events import PassAdded, PassesOutdated, PassVoided
from loyalnest.wallet.service.changes import About, Of, change_many

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
_ON_MERCHANTS = frozenset({branding.BrandingChanged.type, counter.CounterPlaceMoved.type})
_ON_CUSTOMERS = frozenset(
    {
        customers.CustomerUpdated.type,
        customers.CustomerMerged.type,
        customers.CustomerUnmerged.type,
    }
)


async def _follow(session: AsyncSession, events: Sequence[LoggedEvent], now: datetime) -> None:
    news: dict[Of, list[About]] = defaultdict(list)
    late: list[PassesOutdated] = []
    for event in events:
        for of, about_id in _about(event):
            if event.retried:
                late.append(_put_off(event, of, about_id))
            else:
                news[of].append(About(event.merchant_id, about_id, event.position))
    await publish(session, late, now=now)
    await change_many(session, news, now=now)


def _about(event: LoggedEvent) -> Iterator[tuple[Of, UUID]]:
    """What an event is about."""
    data = event.data
    if event.type in _ON_CARDS:
        yield Of.CARD, UUID(data["card_id"])
    elif event.type in _ON_CUSTOMERS:
        # Of two who turned out to be two after all, both have cards.
        told = (event.customer_id, data.get("merged_id"))
        yield from ((Of.CUSTOMER, UUID(str(it))) for it in told if it)
    elif event.type == stamps.CardVoided.type:
        yield Of.VOIDED_CARD, UUID(data["card_id"])
    elif event.type == stamps.CardProgramSaved.type:
        yield Of.PROGRAM, UUID(data["program_id"])
    elif event.type in _ON_MERCHANTS:
        yield Of.MERCHANT, event.merchant_id
    elif event.type == PassVoided.type:
        yield Of.ITSELF, UUID(data["pass_id"])
    elif event.type == PassAdded.type:
        yield Of.HOLDER, UUID(data["pass_id"])
    elif event.type == PassesOutdated.type:
        yield Of(data["of"]), UUID(data["about_id"])


def _put_off(event: LoggedEvent, of: Of, about_id: UUID) -> PassesOutdated:
    """A phone may have been told of what came after this event, and never asks for what lies
    before: so it is heard again, at a place of its own."""
    return PassesOutdated(
        merchant_id=event.merchant_id,
        customer_id=event.customer_id,
        occurred_at=event.occurred_at,
        of=of.value,
        about_id=about_id,
    )


CHANGES = Subscriber(
    "wallet.changes",
    _ON_CARDS
    | _ON_CUSTOMERS
    | _ON_MERCHANTS
    | {
        stamps.CardVoided.type,
        stamps.CardProgramSaved.type,
        PassVoided.type,
        PassAdded.type,
        PassesOutdated.type,
    },
    _follow,
)
"""Lets passes show what their cards do."""
