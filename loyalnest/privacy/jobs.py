"""Timetable: requests that nobody has answered in time are told of."""

from datetime import datetime

import structlog

from loyalnest.kernel.database import Database
from loyalnest.kernel.jobs import Recurring
from loyalnest.privacy import queries

log = structlog.get_logger(__name__)


async def look_for_overdue(database: Database, now: datetime) -> None:
    """Look at the whole installation; the line at the level of an error is the alert."""
    async with database.platform() as session:
        found = await queries.overdue(session, now=now)
    if found:
        merchants = {str(merchant_id): count for merchant_id, count in found}
        log.error("privacy.requests_overdue", merchants=merchants)


OVERDUE = Recurring("privacy.look_for_overdue", "50 * * * *", look_for_overdue)
