"""Timetable: to whom a code was sent is forgotten."""

from datetime import datetime

from loyalnest.kernel.database import Database
from loyalnest.kernel.jobs import Recurring
from loyalnest.stamps.enrolling.service.checks import forget_checks


async def _forget(database: Database, now: datetime) -> None:
    async with database.platform() as session:
        await forget_checks(session, now=now)


DAILY = Recurring("enrolling.forget_checks", "25 3 * * *", _forget)
