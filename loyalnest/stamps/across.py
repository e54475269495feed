"""Named reads across merchants, for whoever tells customers of their cards."""

from collections.abc import Collection, Mapping
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest.kernel.database import bulk
from loyalnest.stamps import storage
from loyalnest.stamps.storage import REWARD_COLUMNS
from loyalnest.stamps.values import CardProgram, CardProgramId, CardReward, CardRewardId

_PROGRAMS = f"""
{storage.PROGRAM_ROWS}
JOIN unnest($1::uuid[], $2::uuid[]) AS k (merchant_id, id)
  ON k.merchant_id = p.merchant_id AND k.id = p.id
ORDER BY p.created_at, p.id, v.version
"""
_REWARDS = f"""
SELECT {REWARD_COLUMNS}
FROM unnest($1::uuid[], $2::uuid[]) AS k (merchant_id, id)
JOIN card_rewards r ON r.merchant_id = k.merchant_id AND r.id = k.id
"""  # noqa: S608


async def programs_of(
    session: AsyncSession, keys: Collection[tuple[UUID, UUID]]
) -> Mapping[CardProgramId, CardProgram]:
    """Programs by their id, as far as they are there; asked for by (merchant, id)."""
    if not keys:
        return {}
    rows = await (await bulk(session)).fetch(_PROGRAMS, *map(list, zip(*keys, strict=True)))
    return storage.programs_in(rows)


async def rewards_of(
    session: AsyncSession, keys: Collection[tuple[UUID, UUID]]
) -> Mapping[CardRewardId, CardReward]:
    """The same of what stages brought."""
    if not keys:
        return {}
    rows = await (await bulk(session)).fetch(_REWARDS, *map(list, zip(*keys, strict=True)))
    return {it.id: it for it in map(storage.reward_of, rows)}
