"""Limited rewards are locked in one order by everybody who takes or gives back several of them."""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest.kernel.database import bulk
from loyalnest.rewards.values import RewardId

# Without a limit there is nothing to count, and nobody waits for anybody.
_LOCK_STOCK = """
SELECT r.id
FROM unnest($1::uuid[], $2::uuid[]) AS k (merchant_id, id)
JOIN rewards r ON r.merchant_id = k.merchant_id AND r.id = k.id
WHERE r.stock IS NOT NULL
ORDER BY r.merchant_id, r.id
FOR NO KEY UPDATE OF r
"""


async def lock_stock(session: AsyncSession, rewards: Iterable[tuple[UUID, RewardId]]) -> None:
    """Take turns with whoever else takes or gives back any of these (merchant, reward)s.

    Whoever will do both in one transaction names all of them at once, beforehand.
    """
    keys = sorted(set(rewards))
    if keys:
        connection = await bulk(session)
        await connection.fetch(_LOCK_STOCK, *map(list, zip(*keys, strict=True)))
