"""When a customer is forgotten: their cards are void, the books stay whole."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest.kernel.database import bulk
from loyalnest.kernel.events import publish
from loyalnest.stamps.events import CardVoided

_VOID = """
UPDATE cards c SET state = 'void', moves = c.moves + 1, changed_at = $3
FROM customers o
WHERE o.merchant_id = $1 AND (o.id = $2 OR o.merged_into = $2)
  AND c.merchant_id = $1 AND c.customer_id = o.id AND c.state = 'active'
RETURNING c.id, c.program_id, c.customer_id, c.moves
"""


async def erase_customer(
    session: AsyncSession, *, merchant_id: UUID, customer_id: UUID, now: datetime
) -> None:
    """End somebody's cards. What was stamped on them names nobody and stays."""
    rows = await (await bulk(session)).fetch(_VOID, merchant_id, customer_id, now)
    news = [
        CardVoided(
            merchant_id=merchant_id,
            customer_id=row[2],
            occurred_at=now,
            card_id=row[0],
            program_id=row[1],
            moves=row[3],
        )
        for row in rows
    ]
    await publish(session, news, now=now)
