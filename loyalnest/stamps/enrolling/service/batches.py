"""Cards of paper are drawn: nobody's until they are used (`stamps.printed`)."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest import merchants
from loyalnest.kernel.database import merchant_of
from loyalnest.kernel.ids import new_id
from loyalnest.stamps import queries as cards
from loyalnest.stamps.enrolling import queries
from loyalnest.stamps.enrolling.values import CardBatch
from loyalnest.stamps.numbers import new_number
from loyalnest.stamps.values import CardProgramId

COUNT_AT_MOST = 200

_ADD = text("""
INSERT INTO card_batches (merchant_id, id, program_id, store_id, made_at, made_by)
VALUES (:merchant_id, :id, :program_id, :store_id, :now, :actor)
""")
_PRINT = text("""
INSERT INTO printed_cards (merchant_id, number, batch_id)
SELECT :merchant_id, number, :id
FROM unnest(cast(:numbers AS text[])) AS number
""")


async def print_cards(
    session: AsyncSession,
    *,
    program_id: CardProgramId,
    store_id: UUID | None,
    count: int,
    actor: str,
    now: datetime,
) -> CardBatch:
    """Draw the numbers of so many cards. Raises CardProgramNotFound, StoreNotFound."""
    await cards.get_program(session, program_id)
    if store_id is not None:
        await merchants.get_store(session, store_id)
    batch_id = new_id()
    about = {"merchant_id": merchant_of(session), "id": batch_id}
    batch = {**about, "program_id": program_id, "store_id": store_id, "now": now, "actor": actor}
    await session.execute(_ADD, batch)
    await session.execute(_PRINT, {**about, "numbers": [new_number() for _ in range(count)]})
    return await queries.get_batch(session, batch_id)
