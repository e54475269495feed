"""Timetable work of many merchants: nobody waits for one whose work fails."""

from collections.abc import Awaitable, Callable, Iterable
from uuid import UUID

import structlog

from loyalnest.kernel.faults import Fault, classify, reason_of

log = structlog.get_logger(__name__)


async def merchant_by_merchant(
    merchant_ids: Iterable[UUID], work: Callable[[UUID], Awaitable[object]]
) -> None:
    """Do the work of each merchant, also after another's has failed.

    When all have had their turn, raises the first failure, so that the run counts as failed; an
    outage of the database ends it at once, for it is everybody's.
    """
    first: Exception | None = None
    for merchant_id in merchant_ids:
        try:
            await work(merchant_id)
        except Exception as error:
            if classify(error) is Fault.OUTAGE:
                raise
            log.exception(
                "job.merchant_failed", merchant_id=str(merchant_id), why=reason_of(error).code
            )
            first = first or error
    if first is not None:
        raise first
