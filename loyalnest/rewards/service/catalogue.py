"""The catalogue: drawing rewards up, changing and ordering them."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest.kernel.database import bulk, merchant_of
from loyalnest.kernel.events import publish
from loyalnest.kernel.ids import new_id
from loyalnest.rewards import errors, queries
from loyalnest.rewards.events import RewardSaved
from loyalnest.rewards.models import RewardRow, RewardVersionRow
from loyalnest.rewards.values import Reward, RewardId, RewardState, Terms

_LOCK = text(
    "SELECT 1 FROM rewards WHERE merchant_id = :merchant_id AND id = :id FOR NO KEY UPDATE"
)
_LAST_PLACE = text(
    "SELECT coalesce(max(position), 0) FROM rewards WHERE merchant_id = :merchant_id"
)
_REORDER = """
UPDATE rewards r SET position = k.position
FROM unnest($2::uuid[]) WITH ORDINALITY AS k (id, position)
WHERE r.merchant_id = $1 AND r.id = k.id
"""


async def create(
    session: AsyncSession,
    terms: Terms,
    *,
    state: RewardState = RewardState.DRAFT,
    stock: int | None = None,
    actor: str,
    now: datetime,
) -> Reward:
    """Draw a reward up; it stands last in the catalogue."""
    merchant_id, reward_id = merchant_of(session), RewardId(new_id())
    last = await session.scalar(_LAST_PLACE, {"merchant_id": merchant_id})
    session.add(
        RewardRow(
            merchant_id=merchant_id,
            id=reward_id,
            state=state,
            version=1,
            position=(last or 0) + 1,
            stock=stock,
            taken=0,
            created_at=now,
            created_by=actor,
            updated_at=now,
        )
    )
    await session.flush()
    await _add_version(session, reward_id, 1, terms, actor=actor, now=now)
    return await _saved(session, reward_id, now)


async def save(
    session: AsyncSession,
    reward_id: RewardId,
    terms: Terms,
    *,
    state: RewardState,
    stock: int | None,
    read_version: int | None = None,
    actor: str,
    now: datetime,
) -> Reward:
    """Change a reward from now on; codes that were issued before keep their terms.

    Other terms make a new version; a change of state or stock alone makes none. An archived reward
    comes back by its state alone. Raises RewardNotFound, RewardArchived, RewardChanged, StockTaken.
    """
    merchant_id = merchant_of(session)
    await session.execute(_LOCK, {"merchant_id": merchant_id, "id": reward_id})
    current = await queries.get_reward(session, reward_id)
    if (current.terms, current.state, current.stock) == (terms, state, stock):
        return current
    if current.state is RewardState.ARCHIVED and (current.terms, current.stock) != (terms, stock):
        raise errors.RewardArchived
    if read_version is not None and read_version != current.version:
        raise errors.RewardChanged
    # A limit counts what is taken from when it is set, and not what went without one.
    newly_limited = current.stock is None and stock is not None
    taken = 0 if newly_limited else current.taken
    if stock is not None and stock < taken:
        raise errors.StockTaken
    version = current.version if current.terms == terms else current.version + 1
    row = await session.get_one(RewardRow, (merchant_id, reward_id), populate_existing=True)
    row.state, row.version, row.stock, row.updated_at = state, version, stock, now
    row.taken = taken
    await session.flush()
    if version != current.version:
        await _add_version(session, reward_id, version, terms, actor=actor, now=now)
    return await _saved(session, reward_id, now)


async def reorder(session: AsyncSession, reward_ids: Sequence[RewardId]) -> None:
    """Put rewards in this order, ahead of those that are not named. Unknown ids count for nothing.

    Who looks at the catalogue sees it in this order; redeeming doesn't care.
    """
    merchant_id = merchant_of(session)
    rest = [one.id for one in await queries.catalogue(session) if one.id not in set(reward_ids)]
    connection = await bulk(session)
    await connection.execute(_REORDER, merchant_id, [*reward_ids, *rest])


async def _saved(session: AsyncSession, reward_id: RewardId, now: datetime) -> Reward:
    reward = await queries.get_reward(session, reward_id)
    saved = RewardSaved(
        merchant_id=reward.merchant_id,
        occurred_at=now,
        reward_id=reward.id,
        version=reward.version,
        state=reward.state.value,
    )
    await publish(session, [saved], now=now)
    return reward


async def _add_version(
    session: AsyncSession,
    reward_id: RewardId,
    version: int,
    terms: Terms,
    *,
    actor: str,
    now: datetime,
) -> None:
    session.add(
        RewardVersionRow(
            merchant_id=merchant_of(session),
            reward_id=reward_id,
            version=version,
            effective_from=now,
            terms=terms.model_dump(mode="json"),
            created_at=now,
            created_by=actor,
        )
    )
    await session.flush()
