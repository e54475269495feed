"""Forgetting: visitors become numbers, and whoever asks to be forgotten leaves the count."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest.experiments import storage
from loyalnest.experiments.rules.counting import CLOCKS_APART
from loyalnest.experiments.values import WIRE_PREFIX
from loyalnest.kernel.database import Database, bulk, merchant_of
from loyalnest.kernel.ids import to_wire

EXPOSURES_KEPT = timedelta(days=90)
# What is told twice is only believed within a day of ours, either way.
_BATCHES_KEPT = 2 * CLOCKS_APART + timedelta(days=1)
_FORGET_BATCHES = text("DELETE FROM usage_batches WHERE counted_at < :before")
_LEAVE = """
DELETE FROM experiment_exposures e
USING unnest($1::uuid[], $2::uuid[]) AS k (merchant_id, customer_id)
JOIN customers c
  ON c.merchant_id = k.merchant_id
 AND k.customer_id IN (c.id, c.merged_into)
WHERE e.merchant_id = c.merchant_id AND e.customer_id = c.id
"""
_MET = text("""
SELECT e.experiment_id, e.variant, e.met_at
FROM experiment_exposures e
JOIN customers c ON c.merchant_id = e.merchant_id AND c.id = e.customer_id
WHERE e.merchant_id = :merchant_id
  AND :customer_id IN (c.id, c.merged_into)
ORDER BY e.met_at
""")


async def forget(database: Database, now: datetime) -> None:
    """Keep numbers of what is older than 90 days, and nothing about any one visitor."""
    async with database.platform() as session:
        connection = await bulk(session)
        await connection.execute(storage.FOLD, now - EXPOSURES_KEPT, now)
    async with database.platform() as session:
        await session.execute(_FORGET_BATCHES, {"before": now - _BATCHES_KEPT})


async def forget_customers(session: AsyncSession, who: Sequence[tuple[UUID, UUID]]) -> None:
    """Take what these customers, and whoever was merged into them, met out of every count."""
    if who:
        connection = await bulk(session)
        await connection.execute(_LEAVE, *map(list, zip(*who, strict=True)))


async def erase_customer(
    session: AsyncSession, *, merchant_id: UUID, customer_id: UUID, now: datetime
) -> None:
    """Remove what is held here of somebody who asked to be forgotten."""
    await forget_customers(session, [(merchant_id, customer_id)])


async def export_customer(session: AsyncSession, customer_id: UUID) -> dict[str, object]:
    """What is held here of a person and whoever was merged into them."""
    about = {"merchant_id": merchant_of(session), "customer_id": customer_id}
    return {
        "experiments": [
            {
                "experiment": to_wire(WIRE_PREFIX, row.experiment_id),
                "variant": row.variant,
                "met_at": row.met_at.isoformat(),
            }
            for row in await session.execute(_MET, about)
        ]
    }
