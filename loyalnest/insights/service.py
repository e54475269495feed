"""Use cases: bring the figures to what has become of facts, or make them again from all of them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest.insights import arrivals, keeping
from loyalnest.kernel.database import bulk

Fact = tuple[UUID, str, UUID]
"""A merchant, the kind of fact (`keeping.KINDS`), and its id."""
Guest = tuple[UUID, UUID]
"""A merchant and a customer."""


async def count(
    session: AsyncSession, facts: Sequence[Fact], guests: Mapping[Guest, datetime | None]
) -> None:
    """Bring the figures to what these facts, and the visits of these customers, say by now.

    Of a customer, their visits from the instant on, or all of them without one. Told twice, or
    late, a fact counts once, on its own day.
    """
    if not (facts or guests):
        return
    connection = await bulk(session)
    merchant_ids = {it[0] for it in facts} | {it[0] for it in guests}
    await connection.execute(keeping.TAKE_TURNS, sorted(map(str, merchant_ids)))
    if facts:
        await connection.execute(keeping.COUNT, *map(list, zip(*facts, strict=True)))
    if guests:
        asked = [(*guest, since) for guest, since in guests.items()]
        await connection.execute(arrivals.COUNT_GUESTS, *map(list, zip(*asked, strict=True)))


async def rebuild(session: AsyncSession, merchant_id: UUID) -> None:
    """Make a merchant's figures again from visits, stamps, cards and rewards, all at once.

    News that is still on its way counts with it, and changes nothing when it arrives.
    """
    connection = await bulk(session)
    await connection.execute(keeping.TAKE_TURNS, [str(merchant_id)])
    for statement in (*keeping.REBUILD, *arrivals.REBUILD):
        await connection.execute(statement, merchant_id)
