"""Taking usage in: batches that come while others are being counted share the next commit."""

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

GROUP = 500
WAITING_AT_MOST = 5_000


@dataclass(slots=True)
class _Reported:
    batch: Batch
    counted: bool = False


class Gathering:
    """The door of usage in one server process.

    Whoever comes first counts for everybody who waits: nobody waits for a timer, and under load a
    commit is shared by hundreds. Few rows are written to by all of a shop's visitors, so that
    counting one by one would have them queue for the same lock.
    """

    def __init__(self) -> None:
        self._waiting: list[_Reported] = []
        self._turn = asyncio.Lock()

    async def put(self, database: Database, batch: Batch, *, now: datetime) -> None:
        """Return once a batch is counted. Raises UsageCrowded while too much is waiting."""
        if len(self._waiting) >= WAITING_AT_MOST:
            raise UsageCrowded
        mine = _Reported(batch)
        self._waiting.append(mine)
        async with self._turn:
            if mine.counted:
                return
            group, self._waiting = self._waiting[:GROUP], self._waiting[GROUP:]
            try:
                await _count(database, group, now)
            except Exception as error:
                self._put_back(group, mine)
                if len(group) == 1 or classify(error) is Fault.OUTAGE:
                    raise
                log.warning("usage.counted_apart", batches=len(group), error=type(error).__name__)
                await _count(database, [mine], now)
            except asyncio.CancelledError:
                self._put_back(group, mine)
                raise

    def _put_back(self, group: list[_Reported], mine: _Reported) -> None:
        """Each of the others tries again in its own turn."""
        self._waiting = [it for it in group if it is not mine] + self._waiting


async def _count(database: Database, group: list[_Reported], now: datetime) -> None:
    async with database.platform() as session:
        await count_many(session, [it.batch for it in group], now=now)
    for it in group:
        it.counted = True
