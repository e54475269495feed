"""Giving rewards for nothing: many at once, each once, as far as they are on offer and in stock."""

from collections import Counter
from collections.abc import Collection, Sequence
from datetime import datetime
from math import inf
from typing import NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest import merchants
from loyalnest.kernel.database import bulk, merchant_of
from loyalnest.kernel.errors import DomainError
from loyalnest.kernel.events import publish
from loyalnest.kernel.ids import new_id
from loyalnest.rewards import errors, queries, rules
from loyalnest.rewards.events import RewardGiven
from loyalnest.rewards.service.issuing import issued, write_many
from loyalnest.rewards.service.stock import lock_stock
from loyalnest.rewards.values import (
    CodeIssuer,
    Grant,
    Redemption,
    RedemptionId,
    Reward,
    RewardId,
)

_TAKE_STOCK = """
UPDATE rewards r SET taken = r.taken + k.number
FROM unnest($1::uuid[], $2::uuid[], $3::int[]) AS k (merchant_id, id, number)
WHERE r.merchant_id = k.merchant_id AND r.id = k.id AND r.stock IS NOT NULL
"""


class _Looked(NamedTuple):
    """A reward, and what is in the way of giving it, stock aside."""

    reward: Reward
    currency: str
    obstacle: DomainError | None

    @property
    def left(self) -> float:
        """How many of it could be given now."""
        stock = self.reward.stock
        return 0 if self.obstacle else inf if stock is None else stock - self.reward.taken


async def check_givable(
    session: AsyncSession, reward_ids: Collection[RewardId], *, now: datetime
) -> None:
    """Whether rewards may be promised as gifts, in the merchant's own currency.

    Raises RewardNotFound, RewardNotActive, RewardNotInCurrency.
    """
    looked = await _look_at(session, [(merchant_of(session), it) for it in reward_ids], now=now)
    if len(looked) < len(set(reward_ids)):
        raise errors.RewardNotFound
    for it in looked.values():
        if it.obstacle is not None:
            raise it.obstacle


async def givable(
    session: AsyncSession, reward_ids: Collection[RewardId], *, now: datetime
) -> list[RewardId]:
    """Those of the merchant's rewards of which one could be given now."""
    looked = await _look_at(session, [(merchant_of(session), it) for it in reward_ids], now=now)
    return [it.reward.id for it in looked.values() if it.left > 0]


async def give_many(
    session: AsyncSession,
    issuer: CodeIssuer,
    grants: Sequence[Grant],
    *,
    actor: str,
    now: datetime,
) -> list[Redemption | None]:
    """Give rewards for nothing; None in the place of each that is not on offer or sold out.

    Whoever comes first is given first. What a grant is given for is its key: the database refuses
    the same step of it again.
    """
    if not grants:
        return []
    keys = sorted({(it.merchant_id, it.reward_id) for it in grants})
    connection = await bulk(session)
    await lock_stock(session, keys)
    looked = await _look_at(session, keys, now=now)
    taken: Counter[tuple[UUID, RewardId]] = Counter()
    answers: list[Redemption | None] = []
    for grant in grants:
        key = (grant.merchant_id, grant.reward_id)
        it = looked.get(key)
        if it is None or taken[key] >= it.left:
            answers.append(None)
            continue
        taken[key] += 1
        answers.append(_given(it, issuer, grant, now))
    given = [it for it in answers if it is not None]
    if given:
        counted = [(*key, number) for key, number in taken.items() if number]
        await connection.execute(_TAKE_STOCK, *map(list, zip(*counted, strict=True)))
        await write_many(session, given, actor=actor, now=now)
        await publish(session, [_event(it, now) for it in given], now=now)
    return answers


async def _look_at(
    session: AsyncSession, keys: Sequence[tuple[UUID, RewardId]], *, now: datetime
) -> dict[tuple[UUID, RewardId], _Looked]:
    found = await queries.rewards_of(session, keys)
    if not found:
        return {}
    currencies = await merchants.currencies_of(session, list({it for it, _ in keys}))
    return {
        (it.merchant_id, it.id): _Looked(
            it, currency, rules.gift_obstacle(it, currency=currency, now=now)
        )
        for it, currency in ((it, currencies[it.merchant_id]) for it in found.values())
    }


def _given(it: _Looked, issuer: CodeIssuer, grant: Grant, now: datetime) -> Redemption:
    return issued(
        it.reward,
        issuer,
        redemption_id=RedemptionId(new_id()),
        customer_id=grant.customer_id,
        currency=it.currency,
        given_for=grant.given_for,
        now=now,
    )


def _event(it: Redemption, now: datetime) -> RewardGiven:
    return RewardGiven(
        merchant_id=it.merchant_id,
        customer_id=it.customer_id,
        occurred_at=now,
        redemption_id=it.id,
        reward_id=it.reward_id,
        given_for=it.given_for.kind if it.given_for else "",
    )
