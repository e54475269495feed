"""Every change of a redemption's state is recorded, with who made it and why."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest.kernel.database import bulk
from loyalnest.kernel.ids import new_id
from loyalnest.rewards.values import Redemption, State

_RECORD = """
INSERT INTO redemption_moves (merchant_id, id, redemption_id, from_state, to_state, actor, reason,
    occurred_at, recorded_at)
SELECT *, $8::timestamptz, $8::timestamptz
FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::text[], $6::text[], $7::text[])
"""


async def record_moves(
    session: AsyncSession,
    moves: Sequence[tuple[Redemption, State | None, State, str, str | None]],
    *,
    now: datetime,
) -> None:
    """Write moves: which redemption, from, to, by whom, and why."""
    if not moves:
        return
    connection = await bulk(session)
    rows = [
        (it.merchant_id, new_id(), it.id, before and before.value, after.value, actor, reason)
        for it, before, after, actor, reason in moves
    ]
    await connection.execute(_RECORD, *map(list, zip(*rows, strict=True)), now)
