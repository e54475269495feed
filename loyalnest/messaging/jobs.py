"""Timetable: what providers told of messages that never became known is not kept."""

from datetime import datetime, timedelta

from loyalnest.kernel.database import Database
from loyalnest.kernel.jobs import Recurring
from loyalnest.messaging import service

KEPT = timedelta(days=7)
"""How long what came early is kept. What is in doubt is settled within hours, or not at all."""
_AT_ONCE = 10_000


async def forget_early(database: Database, now: datetime) -> None:
    """Forget what came early a week ago; each bite commits by itself."""
    forgotten = _AT_ONCE
    while forgotten == _AT_ONCE:
        async with database.platform() as session:
            forgotten = await service.forget_early(session, before=now - KEPT, limit=_AT_ONCE)


NIGHTLY = Recurring("messaging.forget_early", "50 3 * * *", forget_early)
