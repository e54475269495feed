"""What one customer can have of the catalogue, and what is in the way of the rest."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec
from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest import ledger, merchants, tiers
from loyalnest.kernel.database import merchant_of
from loyalnest.kernel.errors import DomainError
from loyalnest.rewards import queries, rules
from loyalnest.rewards.values import Reward, RewardState, Where


class Offer(msgspec.Struct, frozen=True):
    """A reward as one customer may have it."""

    reward: Reward
    available: int
    """The customer's points."""
    obstacle: DomainError | None
    """What is in the way besides points."""


async def offers_for(
    session: AsyncSession, customer_id: UUID, *, where: Where, currency: str | None, now: datetime
) -> Sequence[Offer]:
    """Every reward in force for a living customer; in the merchant's own currency if none is named.

    A handful of queries, however long the catalogue.
    """
    merchant_id = merchant_of(session)
    pair = (merchant_id, customer_id)
    held = (await ledger.balances_of(session, [customer_id], now=now)).get(customer_id, ())
    available = next((one.available for one in held if one.unit == ledger.POINTS), 0)
    standing = (await tiers.standings_of(session, [pair], now=now)).get(pair)
    redeemed = await queries.redeemed_by(session, customer_id)
    currency = currency or (await merchants.get(session, merchant_id)).currency
    return [
        Offer(
            reward,
            available,
            rules.obstacle(
                reward,
                tier=standing.tier if standing else None,
                redeemed=redeemed.get(reward.id, 0),
                where=where,
                currency=currency,
                now=now,
            ),
        )
        for reward in await queries.catalogue(session, state=RewardState.ACTIVE)
    ]
