"""Taking usage in: reports that come while others are being counted share the next commit."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from loyalnest.experiments.errors import UsageCrowded
from loyalnest.experiments.service.counting import count_many
from loyalnest.experiments.values import Batch
from loyalnest.kernel.database import Database
from loyalnest.kernel.gathering import Gathering


@dataclass(frozen=True, slots=True)
class Report:
    """What a page reported, and when it came."""

    batch: Batch
    at: datetime


def reports() -> Gathering[Report, None]:
    """The door of usage in one server process.

    Few rows are written to by all of a shop's visitors, so that counting one by one would have them
    queue for the same lock.
    """
    return Gathering(
        _count, called="usage", group=2_000, at_once=2, waiting_at_most=5_000, crowded=UsageCrowded
    )


async def _count(database: Database, group: Sequence[Report]) -> list[None]:
    async with database.platform() as session:
        await count_many(session, [it.batch for it in group], now=group[-1].at)
    return [None] * len(group)
