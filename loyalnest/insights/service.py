"""Use cases: bring the figures to what has become of facts, or make them again from all of them."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest.insights import keeping
from loyalnest.kernel.database import bulk

Fact = tuple[UUID, str, UUID]
"""A merchant, the kind of fact (`keeping.KINDS`), and its id."""


async def count(
    session: AsyncSession, facts: Sequence[Fact], guests: Sequence[tuple[UUID, UUID]]
) -> None:
    """Bring the figures to what these facts, and the visits of these customers, say by now.

    Told twice, or late, a fact counts once, on its own day.
    """
    connection = await bulk(session)
    merchant_ids = {it[0] for it in facts} | {it[0] for it in guests}
    await connection.execute(keeping.TAKE_TURNS, sorted(map(str, merchant_ids)))
    if facts:
        await connection.execute(keeping.COUNT, *map(list, zip(*facts, strict=True)))
    if guests:
        await connection.execute(keeping.COUNT_GUESTS, *map(list, zip(*guests, strict=True)))


async def rebuild(session: AsyncSession, merchant_id: UUID) -> None:
    """Make a merchant's figures again from visits, stamps, cards and rewards, all at once.

    News that is still on its way counts with it, and changes nothing when it arrives.
    """
    connection = await bulk(session)
    await connection.execute(keeping.TAKE_TURNS, [str(merchant_id)])
    for statement in (*keeping.FORGET, *keeping.REBUILD):
        await connection.execute(statement, merchant_id)
