"""Timetable: codes lapse when their time has come."""

from datetime import datetime

from sqlalchemy import text

from loyalnest.kernel.database import Database
from loyalnest.kernel.jobs import Recurring
from loyalnest.rewards.service import expire_due

_DUE = text(
    "SELECT DISTINCT merchant_id FROM redemptions WHERE state = 'issued' AND expires_at <= :now"
)


async def expire(database: Database, now: datetime) -> None:
    """Let every code lapse that is past its date; each bite commits by itself."""
    async with database.platform() as session:
        due = list(await session.scalars(_DUE, {"now": now}))
    for merchant_id in due:
        lapsed = 1
        while lapsed:
            async with database.tenant(merchant_id) as session:
                lapsed = await expire_due(session, now=now)


EXPIRY = Recurring("rewards.expire", "*/10 * * * *", expire)
