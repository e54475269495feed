"""Taking usage in: reports that come while others are being counted share the next commit."""

import asyncio
from dataclasses import dataclass
from datetime import datetime

import structlog

from loyalnest.experiments.errors import UsageCrowded
from loyalnest.experiments.service.counting import count_many
from loyalnest.experiments.values import Batch
from loyalnest.kernel.database import Database
from loyalnest.kernel.faults import Fault, classify

log = structlog.get_logger(__name__)

GROUP = 2_000
AT_ONCE = 2
"""While the database writes down a group, the next is worked out."""
WAITING_AT_MOST = 5_000


@dataclass(slots=True)
class _Reported:
    batch: Batch
    at: datetime
    counted: asyncio.Future[None]


class Gathering:
    """The door of usage in one server process.

    Nobody waits for a timer: a report that comes alone is counted at once, and those that come
    meanwhile are the next groups. Few rows are written to by all of a shop's visitors, so that
    counting one by one would have them queue for the same lock.
    """

    def __init__(self) -> None:
        self._waiting: list[_Reported] = []
        self._counting: list[asyncio.Task[None]] = []

    async def put(self, database: Database, batch: Batch, *, now: datetime) -> None:
        """Return once a report is counted. Raises UsageCrowded while too much is waiting."""
        if len(self._waiting) >= WAITING_AT_MOST:
            raise UsageCrowded
        mine = _Reported(batch, now, asyncio.get_running_loop().create_future())
        self._waiting.append(mine)
        self._counting = [it for it in self._counting if not it.done()]
        if len(self._counting) < AT_ONCE:
            self._counting.append(asyncio.create_task(self._count_all(database)))
        await mine.counted

    async def _count_all(self, database: Database) -> None:
        """Count group after group until nobody waits."""
        while self._waiting:
            group, self._waiting = self._waiting[:GROUP], self._waiting[GROUP:]
            await _count(database, group)


async def _count(database: Database, group: list[_Reported]) -> None:
    """Count a group; if that fails, one by one, so that nobody is left out for another's sake."""
    try:
        async with database.platform() as session:
            await count_many(session, [it.batch for it in group], now=group[-1].at)
    except Exception as error:
        if len(group) > 1 and classify(error) is not Fault.OUTAGE:
            log.warning("usage.counted_apart", reports=len(group), error=type(error).__name__)
            for it in group:
                await _count(database, [it])
            return
        for it in group:
            if not it.counted.done():
                it.counted.set_exception(error)
    else:
        for it in group:
            if not it.counted.done():
                it.counted.set_result(None)
