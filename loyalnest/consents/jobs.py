"""Timetable: addresses that nobody has to write to any more are forgotten."""

from datetime import datetime

from loyalnest.consents.service.addressees import forget_old_addressees
from loyalnest.kernel.database import Database
from loyalnest.kernel.jobs import Recurring


async def _tidy_up(database: Database, now: datetime) -> None:
    async with database.platform() as session:
        await forget_old_addressees(session, now=now)


DAILY = Recurring("consents.tidy_up", "35 3 * * *", _tidy_up)
