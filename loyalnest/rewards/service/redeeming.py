"""Redeeming: points for a code, in one transaction, or nothing at all."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from uuid import UUID

import msgspec
from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest import customers, ledger, merchants, tiers
from loyalnest.earning import ProgramPaused
from loyalnest.kernel.database import bulk, merchant_of
from loyalnest.kernel.errors import Contended, DomainError
from loyalnest.kernel.events import publish
from loyalnest.kernel.ids import new_id
from loyalnest.merchants import Switch
from loyalnest.rewards import errors, queries, rules
from loyalnest.rewards.events import RewardRedeemed
from loyalnest.rewards.service.issuing import issued, write_many
from loyalnest.rewards.service.respending import source_of
from loyalnest.rewards.service.stock import lock_stock
from loyalnest.rewards.values import (
    CodeIssuer,
    Redemption,
    RedemptionId,
    Reward,
    RewardId,
    Where,
)

# Two redemptions of one customer wait for each other where a reward counts them.
_WAIT_FOR_TURN = """
SELECT pg_advisory_xact_lock(turn)
FROM (SELECT hashtextextended(name, 0) AS turn FROM unnest($1::text[]) AS k (name)
      ORDER BY 1) AS turns
"""
_TAKE = """
UPDATE rewards r SET taken = r.taken + k.number
FROM unnest($2::uuid[], $3::bigint[]) AS k (id, number)
WHERE r.merchant_id = $1 AND r.id = k.id AND r.state = 'active'
  AND (r.stock IS NULL OR r.taken + k.number <= r.stock)
RETURNING r.id
"""
_LEFT = """
SELECT id, greatest(stock - taken, 0)
FROM rewards
WHERE merchant_id = $1 AND id = ANY($2::uuid[]) AND state = 'active'
"""


class Wish(msgspec.Struct, frozen=True):
    """What somebody asks for: one reward, for one customer."""

    redemption_id: RedemptionId
    """Drawn beforehand."""
    reward_id: RewardId
    customer_id: UUID
    where: Where = Where.ONLINE
    currency: str | None = None
    """The market's; the merchant's own if left out."""


class Redeemed(msgspec.Struct, frozen=True):
    """What came of redeeming."""

    redemption: Redemption
    balance: int
    """What the customer's account holds afterwards."""


class OutOfStock(Exception):
    """There is not enough for all of these: the transaction has to begin again without some."""

    def __init__(self, losers: Collection[RedemptionId]):
        super().__init__()
        self.losers = losers


class _Chosen(msgspec.Struct, frozen=True):
    """A wish with nothing in its way but its price."""

    wish: Wish
    reward: Reward
    buyer: UUID
    currency: str


class _Paid(msgspec.Struct, frozen=True):
    chosen: _Chosen
    entry: ledger.Entry


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
    wish = Wish(
        redemption_id=redemption_id or RedemptionId(new_id()),
        reward_id=reward_id,
        customer_id=customer_id,
        where=where,
        currency=currency,
    )
    try:
        (outcome,) = await redeem_many(session, issuer, [wish], actor=actor, now=now)
    except OutOfStock as error:
        raise errors.RewardSoldOut from error
    if isinstance(outcome, DomainError):
        raise outcome
    return outcome


async def redeem_many(
    session: AsyncSession,
    issuer: CodeIssuer,
    wishes: Sequence[Wish],
    *,
    actor: str,
    now: datetime,
) -> list[Redeemed | DomainError]:
    """The same for several customers of the session's merchant: who can't have it is told why.

    Raises OutOfStock where more want a reward than there are, and Contended where two wishes turn
    out to be one customer's: each of those is for a transaction of its own.
    """
    found = await _choose(session, wishes, now=now)
    chosen = [it for it in found if isinstance(it, _Chosen)]
    paid: list[_Paid] = []
    refused: dict[RedemptionId, DomainError] = {}
    for it, outcome in zip(chosen, await _pay(session, chosen, actor=actor, now=now), strict=True):
        if isinstance(outcome, DomainError):
            refused[it.wish.redemption_id] = outcome
        else:
            paid.append(_Paid(it, outcome.entry))
    # The rewards' own rows come last: they are the hottest, and held for the shortest time.
    await _take_stock(session, paid)
    redeemed = {it.chosen.wish.redemption_id: _redeemed(it, issuer, now=now) for it in paid}
    fresh = [it.redemption for it in redeemed.values()]
    await write_many(session, fresh, actor=actor, now=now)
    await publish(session, [_told(it) for it in fresh], now=now)
    outcomes = redeemed | refused
    return [it if isinstance(it, DomainError) else outcomes[it.wish.redemption_id] for it in found]


async def _choose(
    session: AsyncSession, wishes: Sequence[Wish], *, now: datetime
) -> list[_Chosen | DomainError]:
    merchant_id = merchant_of(session)
    living = await customers.living_many(session, {it.customer_id for it in wishes})
    rewards = {
        it.id: it for it in await queries.find_many(session, {it.reward_id for it in wishes})
    }
    settings = (await merchants.program_of(session, merchant_id)).at(now).settings
    own = (await merchants.currencies_of(session, [merchant_id]))[merchant_id]
    found: list[_Chosen | DomainError] = []
    for wish in wishes:
        if wish.customer_id not in living:
            found.append(customers.CustomerNotFound())
        elif wish.reward_id not in rewards:
            found.append(errors.RewardNotFound())
        elif settings.switches.program is Switch.PAUSED:
            found.append(ProgramPaused())
        else:
            reward, buyer = rewards[wish.reward_id], living[wish.customer_id]
            found.append(_Chosen(wish, reward, buyer, wish.currency or own))
    chosen = [it for it in found if isinstance(it, _Chosen)]
    if len({it.buyer for it in chosen}) < len(chosen):
        raise Contended
    obstacles = await _obstacles(session, chosen, now=now)
    return [
        it if isinstance(it, DomainError) else obstacles.get(it.wish.redemption_id, it)
        for it in found
    ]


async def _obstacles(
    session: AsyncSession, chosen: Sequence[_Chosen], *, now: datetime
) -> dict[RedemptionId, DomainError]:
    """What is in the way of some, points and the last of a stock aside."""
    ranked = [(it.reward.merchant_id, it.buyer) for it in chosen if it.reward.terms.tiers]
    standings = await tiers.standings_of(session, ranked, now=now)
    counts = await _counts(
        session, [it for it in chosen if it.reward.terms.per_customer is not None]
    )
    obstacles: dict[RedemptionId, DomainError] = {}
    for it in chosen:
        standing = standings.get((it.reward.merchant_id, it.buyer))
        obstacle = rules.obstacle(
            it.reward,
            tier=standing.tier if standing else None,
            redeemed=counts.get((it.buyer, it.reward.id), 0),
            where=it.wish.where,
            currency=it.currency,
            now=now,
        )
        if obstacle is not None:
            obstacles[it.wish.redemption_id] = obstacle
    return obstacles


async def _counts(
    session: AsyncSession, limited: Sequence[_Chosen]
) -> Mapping[tuple[UUID, UUID], int]:
    """How often (customer, reward) came together, which nobody else changes from here on."""
    if not limited:
        return {}
    connection = await bulk(session)
    turns = [f"redeem {it.reward.id} {it.buyer}" for it in limited]
    await connection.execute(_WAIT_FOR_TURN, turns)
    return await queries.redeemed_by_many(session, [it.buyer for it in limited])


async def _pay(
    session: AsyncSession, chosen: Sequence[_Chosen], *, actor: str, now: datetime
) -> list[ledger.Posted | ledger.InsufficientPoints]:
    if not chosen:
        return []
    merchant_id = merchant_of(session)
    units = await ledger.unit_ids_of(session, [merchant_id])
    postings = [
        ledger.Posting(
            merchant_id=merchant_id,
            customer_id=it.buyer,
            unit_id=units[merchant_id],
            kind=ledger.EntryKind.REDEEM,
            amount=-it.reward.terms.cost,
            source=source_of(it.wish.redemption_id),
            step="redeem",
            occurred_at=now,
            actor=actor,
            basis={"reward_id": str(it.reward.id), "reward_version": it.reward.version},
        )
        for it in chosen
    ]
    return await ledger.post_each(session, postings, now=now)


async def _take_stock(session: AsyncSession, paid: Sequence[_Paid]) -> None:
    limited = [it.chosen for it in paid if it.chosen.reward.stock is not None]
    wanted = Counter(it.reward.id for it in limited)
    if not wanted:
        return
    merchant_id, connection = merchant_of(session), await bulk(session)
    if len(wanted) > 1:
        await lock_stock(session, [(merchant_id, it) for it in wanted])
    taken = await connection.fetch(_TAKE, merchant_id, list(wanted), list(wanted.values()))
    short = wanted.keys() - {row[0] for row in taken}
    if not short:
        return
    left = {row[0]: row[1] for row in await connection.fetch(_LEFT, merchant_id, list(short))}
    losers: list[RedemptionId] = []
    for reward_id in short:
        of_reward = [it.wish.redemption_id for it in limited if it.reward.id == reward_id]
        losers += of_reward[left.get(reward_id, 0) :]
    raise OutOfStock(losers)


def _redeemed(it: _Paid, issuer: CodeIssuer, *, now: datetime) -> Redeemed:
    redemption = issued(
        it.chosen.reward,
        issuer,
        redemption_id=it.chosen.wish.redemption_id,
        customer_id=it.entry.customer_id,
        currency=it.chosen.currency,
        cost=it.chosen.reward.terms.cost,
        entry_id=it.entry.id,
        now=now,
    )
    return Redeemed(redemption, it.entry.balance_after)


def _told(it: Redemption) -> RewardRedeemed:
    return RewardRedeemed(
        merchant_id=it.merchant_id,
        customer_id=it.customer_id,
        occurred_at=it.issued_at,
        redemption_id=it.id,
        reward_id=it.reward_id,
        cost=it.cost,
    )
