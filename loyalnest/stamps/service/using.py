"""What stages brought: used at the counter, or put back where that was a mistake."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec
from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest.kernel.database import bulk, merchant_of
from loyalnest.kernel.errors import DomainError
from loyalnest.kernel.events import publish
from loyalnest.stamps import errors, queries, storage
from loyalnest.stamps.events import CardRewardPutBack, CardRewardUsed
from loyalnest.stamps.storage import REWARD_COLUMNS
from loyalnest.stamps.values import Card, CardReward, CardRewardId, CardState, RewardStanding

_HELD = f"""
SELECT {REWARD_COLUMNS}, r.use_key FROM card_rewards r
WHERE r.merchant_id = $1 AND r.id = ANY($2::uuid[])
ORDER BY r.id FOR NO KEY UPDATE
"""  # noqa: S608
_CARDS_OF = "SELECT id, card_id FROM card_rewards WHERE merchant_id = $1 AND id = ANY($2::uuid[])"
_USE = """
UPDATE card_rewards r
SET state = 'used', used_at = k.at, used_by = k.actor, use_key = k.key, store_id = k.store_id,
    stamper_id = k.stamper_id, clerk_id = k.clerk_id, changed_at = $2
FROM unnest($3::uuid[], $4::timestamptz[], $5::text[], $6::text[], $7::uuid[], $8::uuid[],
            $9::uuid[])
  AS k (id, at, actor, key, store_id, stamper_id, clerk_id)
WHERE r.merchant_id = $1 AND r.id = k.id
"""
_PUT_BACK = """
UPDATE card_rewards
SET state = 'due', used_at = NULL, used_by = NULL, use_key = NULL, store_id = NULL,
    stamper_id = NULL, clerk_id = NULL, changed_at = $3
WHERE merchant_id = $1 AND id = $2
"""
_MOVE = """
UPDATE cards SET moves = moves + 1, changed_at = $3 WHERE merchant_id = $1 AND id = ANY($2::uuid[])
"""


class Using(msgspec.Struct, frozen=True, kw_only=True):
    """A reward that a customer is handed."""

    reward_id: CardRewardId
    key: str
    """Told apart by it: the same again is answered like the first time."""
    actor: str
    at: datetime
    store_id: UUID | None = None
    stamper_id: UUID | None = None
    clerk_id: UUID | None = None


async def use_many(
    session: AsyncSession, asked: Sequence[Using], *, now: datetime
) -> list[CardState | DomainError]:
    """Mark rewards as used; in the place of each that isn't there, why not.

    Of two who hand out the same one, the first does. The cards are held until the transaction ends.
    """
    if not asked:
        return []
    connection, merchant_id = await bulk(session), merchant_of(session)
    ids = [it.reward_id for it in asked]
    card_of = {row[0]: row[1] for row in await connection.fetch(_CARDS_OF, merchant_id, ids)}
    cards = await storage.leading(session, set(card_of.values()), lock=True)
    rewards: dict[UUID, CardReward] = {}
    used_as: dict[UUID, str | None] = {}
    for row in await connection.fetch(_HELD, merchant_id, sorted(card_of)):
        *values, key = row
        reward = storage.reward_of(values)
        rewards[reward.id], used_as[reward.id] = reward, key
    refused: dict[int, DomainError] = {}
    fresh: list[Using] = []
    for place, it in enumerate(asked):
        why_not = _obstacle(rewards.get(it.reward_id), cards, card_of)
        if why_not is not None:
            refused[place] = why_not
        elif rewards[it.reward_id].state is RewardStanding.DUE and not used_as[it.reward_id]:
            used_as[it.reward_id] = it.key
            fresh.append(it)
        elif used_as[it.reward_id] != it.key:
            refused[place] = errors.RewardNotDue()
    moved = {it.reward_id: cards.cards[cards.of[card_of[it.reward_id]]] for it in fresh}
    await _write(session, fresh, moved, now=now)
    states = await queries.states(session, set(card_of.values()), now=now)
    return [
        refused[place] if place in refused else states[card_of[it.reward_id]]
        for place, it in enumerate(asked)
    ]


async def use(session: AsyncSession, asked: Using, *, now: datetime) -> CardState:
    """Mark one reward as used. Raises CardRewardNotFound, CardVoid, RewardNotDue."""
    (outcome,) = await use_many(session, [asked], now=now)
    if isinstance(outcome, DomainError):
        raise outcome
    return outcome


async def put_back(
    session: AsyncSession, reward_id: CardRewardId, *, actor: str, now: datetime
) -> CardState:
    """Have a reward there again that was marked as used by mistake.

    Raises CardRewardNotFound, RewardNotUsed.
    """
    reward = await queries.get_reward(session, reward_id)
    leading = await storage.leading(session, [reward.card_id], lock=True)
    (card,) = leading.cards.values()
    reward = await queries.get_reward(session, reward_id)
    if reward.state is not RewardStanding.USED:
        raise errors.RewardNotUsed
    connection, merchant_id = await bulk(session), merchant_of(session)
    await connection.execute(_PUT_BACK, merchant_id, reward_id, now)
    await connection.execute(_MOVE, merchant_id, [card.id], now)
    news = CardRewardPutBack(
        merchant_id=merchant_id,
        customer_id=card.customer_id,
        occurred_at=now,
        card_id=card.id,
        program_id=card.program_id,
        moves=card.moves + 1,
        reward_id=reward_id,
    )
    await publish(session, [news], now=now)
    return (await queries.states(session, [card.id], now=now))[card.id]


def _obstacle(
    reward: CardReward | None, cards: storage.Leading, card_of: dict[UUID, UUID]
) -> DomainError | None:
    if reward is None:
        return errors.CardRewardNotFound()
    if cards.cards[cards.of[card_of[reward.id]]].state == "void":
        return errors.CardVoid()
    if reward.state is RewardStanding.TAKEN_BACK:
        return errors.RewardNotDue()
    return None


async def _write(
    session: AsyncSession, fresh: Sequence[Using], moved: dict[CardRewardId, Card], *, now: datetime
) -> None:
    if not fresh:
        return
    rows = [
        (it.reward_id, it.at, it.actor, it.key, it.store_id, it.stamper_id, it.clerk_id)
        for it in fresh
    ]
    connection, merchant_id = await bulk(session), merchant_of(session)
    await connection.execute(_USE, merchant_id, now, *map(list, zip(*rows, strict=True)))
    await connection.execute(_MOVE, merchant_id, list({it.id for it in moved.values()}), now)
    news = [
        CardRewardUsed(
            merchant_id=merchant_id,
            customer_id=moved[it.reward_id].customer_id,
            occurred_at=it.at,
            card_id=moved[it.reward_id].id,
            program_id=moved[it.reward_id].program_id,
            moves=moved[it.reward_id].moves + 1,
            reward_id=it.reward_id,
            store_id=it.store_id,
            stamper_id=it.stamper_id,
            clerk_id=it.clerk_id,
        )
        for it in fresh
    ]
    await publish(session, news, now=now)
