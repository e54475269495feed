"""Timetable: codes lapse when their time has come."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import text

from loyalnest.kernel.database import Database
from loyalnest.kernel.jobs import Recurring, merchant_by_merchant
from loyalnest.rewards.service import expire_due

_DUE = text(
    "SELECT DISTINCT merchant_id FROM redemptions WHERE state = 'issued' AND expires_at <= :now"
)


async def expire(database: Database, now: datetime) -> None:
    """Let every code lapse that is past its date; each bite commits by itself."""
    async with database.platform() as session:
        due = list(await session.scalars(_DUE, {"now": now}))

    async def expire_of(merchant_id: UUID) -> None:
        lapsed = 1
        while lapsed:
            async with database.tenant(merchant_id) as session:
                lapsed = await expire_due(session, now=now)

    await merchant_by_merchant(due, expire_of)


EXPIRY = Recurring("rewards.expire", "*/10 * * * *", expire)
