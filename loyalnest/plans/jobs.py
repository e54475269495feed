"""Timetable: merchants are told in time that their plan runs out."""

from datetime import datetime

from loyalnest.kernel.database import Database
from loyalnest.kernel.jobs import Recurring
from loyalnest.plans.service import note_usage
from loyalnest.plans.values import PLANS


async def note_all(database: Database, now: datetime) -> None:
    """Look at every merchant's month at once."""
    async with database.platform() as session:
        await note_usage(session, PLANS[database.settings.plan], now=now)


HOURLY = Recurring("plans.note_usage", "5 * * * *", note_all)
