"""What has been announced in a transaction that is still open."""

from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest.kernel import database as db


async def announced(session: AsyncSession, type_: str) -> list[UUID]:
    """The customers about whom events of a type wait in the outbox, oldest first."""
    seen = list(session.info["merchants"])
    await db.act_as_platform(session)
    rows = await session.execute(text("SELECT types, customer_ids FROM outbox ORDER BY id"))
    await db.act_for(session, seen)
    return [
        customer_id
        for types, customer_ids in rows
        for type_said, customer_id in zip(types, customer_ids, strict=True)
        if type_said == type_
    ]
