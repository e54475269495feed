"""Redeeming: points for a code, in one transaction, or nothing at all."""

from datetime import datetime
from uuid import UUID

import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest import customers, ledger, merchants, tiers
from loyalnest.earning import ProgramPaused
from loyalnest.kernel.database import merchant_of
from loyalnest.kernel.events import publish
from loyalnest.kernel.ids import new_id
from loyalnest.merchants import Switch
from loyalnest.rewards import errors, queries, rules
from loyalnest.rewards.events import RewardRedeemed
from loyalnest.rewards.service.issuing import issued, write_many
from loyalnest.rewards.service.respending import source_of
from loyalnest.rewards.values import (
    CodeIssuer,
    Redemption,
    RedemptionId,
    Reward,
    RewardId,
    Where,
)

# Two redemptions of one customer wait for each other where a reward counts them.
_WAIT_FOR_TURN = text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))")
_TAKE = text(
    "UPDATE rewards SET taken = taken + 1"
    " WHERE merchant_id = :merchant_id AND id = :id AND state = 'active'"
    " AND (stock IS NULL OR taken < stock) RETURNING true"
)


class Redeemed(msgspec.Struct, frozen=True):
    """What came of redeeming."""

    redemption: Redemption
    balance: int
    """What the customer's account holds afterwards."""


async def redeem(
    session: AsyncSession,
    issuer: CodeIssuer,
    *,
    reward_id: RewardId,
    customer_id: UUID,
    redemption_id: RedemptionId | None = None,
    where: Where = Where.ONLINE,
    currency: str | None = None,
    actor: str,
    now: datetime,
) -> Redeemed:
    """Buy a reward with points and issue its code, under an id that may be drawn beforehand.

    Of two who want the last points or the last item at once, one gets it and the other is told
    why not. Raises RewardNotFound, CustomerNotFound, ProgramPaused, what `rules.obstacle` finds,
    and InsufficientPoints.
    """
    merchant_id = merchant_of(session)
    asked = await customers.get(session, customer_id)
    buyer = asked.merged_into or asked.id
    reward = await queries.get_reward(session, reward_id)
    settings = (await merchants.program_of(session, merchant_id)).at(now).settings
    if settings.switches.program is Switch.PAUSED:
        raise ProgramPaused
    currency = currency or (await merchants.get(session, merchant_id)).currency
    await _check(session, reward, buyer, where=where, currency=currency, now=now)
    redemption_id = redemption_id or RedemptionId(new_id())
    posted = await _pay(session, reward, buyer, redemption_id, actor=actor, now=now)
    # The reward's own row comes last: it is the hottest one, and held for the shortest time.
    if reward.stock is not None and not await session.scalar(
        _TAKE, {"merchant_id": merchant_id, "id": reward.id}
    ):
        raise errors.RewardSoldOut
    redemption = issued(
        reward,
        issuer,
        redemption_id=redemption_id,
        customer_id=posted.entry.customer_id,
        currency=currency,
        cost=reward.terms.cost,
        entry_id=posted.entry.id,
        now=now,
    )
    await write_many(session, [redemption], actor=actor, now=now)
    redeemed = RewardRedeemed(
        merchant_id=merchant_id,
        customer_id=buyer,
        occurred_at=now,
        redemption_id=redemption_id,
        reward_id=reward.id,
        cost=redemption.cost,
    )
    await publish(session, [redeemed], now=now)
    return Redeemed(redemption, posted.entry.balance_after)


async def _check(
    session: AsyncSession,
    reward: Reward,
    buyer: UUID,
    *,
    where: Where,
    currency: str,
    now: datetime,
) -> None:
    pair = (reward.merchant_id, buyer)
    standing = None
    if reward.terms.tiers:
        standing = (await tiers.standings_of(session, [pair], now=now)).get(pair)
    redeemed = 0
    if reward.terms.per_customer is not None:
        await session.execute(_WAIT_FOR_TURN, {"name": f"redeem {reward.id} {buyer}"})
        redeemed = (await queries.redeemed_by(session, buyer)).get(reward.id, 0)
    obstacle = rules.obstacle(
        reward,
        tier=standing.tier if standing else None,
        redeemed=redeemed,
        where=where,
        currency=currency,
        now=now,
    )
    if obstacle is not None:
        raise obstacle


async def _pay(
    session: AsyncSession,
    reward: Reward,
    buyer: UUID,
    redemption_id: RedemptionId,
    *,
    actor: str,
    now: datetime,
) -> ledger.Posted:
    units = await ledger.unit_ids_of(session, [reward.merchant_id])
    return await ledger.spend(
        session,
        merchant_id=reward.merchant_id,
        customer_id=buyer,
        unit_id=units[reward.merchant_id],
        amount=reward.terms.cost,
        source=source_of(redemption_id),
        actor=actor,
        basis={"reward_id": str(reward.id), "reward_version": reward.version},
        now=now,
    )
