"""Applying what waits in the inbox, a batch at a time.

One transaction takes a batch out of the queue and applies it. When that fails the batch is taken
apart: merchant by merchant, then in halves, until the delivery that fails stands alone; its
neighbours have been applied by then.
"""

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest.kernel.clock import Clock
from loyalnest.kernel.clock import now as system_clock
from loyalnest.kernel.database import Database, act_for, ring_of
from loyalnest.kernel.errors import DomainError, Invalid
from loyalnest.kernel.faults import Fault, Reason, classify, reason_of
from loyalnest.kernel.inbox import queue
from loyalnest.kernel.inbox.errors import UnknownProvider
from loyalnest.kernel.inbox.queue import Claimed, Failed, Lanes
from loyalnest.kernel.inbox.values import Delivery, Prepared, Provider
from loyalnest.kernel.meeting import once_through
from loyalnest.kernel.pace import Pace

log = structlog.get_logger(__name__)

_PAUSE_S = 0.1
_LATE = timedelta(hours=1)


class Worker:
    """Works on one installation's inbox. Several may, in one process or in many."""

    def __init__(
        self,
        database: Database,
        providers: Iterable[Provider],
        *,
        clock: Clock = system_clock,
    ):
        self._database = database
        self._providers = {provider.name: provider for provider in providers}
        self._clock = clock
        self._lanes = Lanes()
        self._behind = False

    async def run(self, stopping: asyncio.Event) -> None:
        """Work until told to stop; a batch that has been begun is finished.

        Raises what the database raises when it can't be reached.
        """
        async with asyncio.TaskGroup() as both:
            both.create_task(self._lead(stopping))
            both.create_task(self._assist(stopping))

    async def _lead(self, stopping: asyncio.Event) -> None:
        """Apply batch after batch.

        A pause after each that wasn't full lets the next one gather: the cost of a batch is shared
        by what is in it. While nothing comes the queue is looked at ever more seldom.
        """
        limit = self._database.settings.inbox_batch
        pace = Pace(_PAUSE_S)
        while not stopping.is_set():
            taken = await self.work_once()
            self._behind = taken == limit
            if not self._behind:
                await _pause(stopping, pace.pause_s(found=taken > 0))

    async def _assist(self, stopping: asyncio.Event) -> None:
        """While there is a backlog, read the next batch as the database works on another."""
        while not stopping.is_set():
            if self._behind:
                await self.work_once()
            else:
                await _pause(stopping, _PAUSE_S)

    async def work_once(self) -> int:
        """Take one batch and apply it. Returns how many deliveries were taken, 0 when none is due.

        Raises what the database raises when it can't be reached; nothing is lost then.
        """
        rows: list[Claimed] = []
        try:
            async with self._database.platform() as session:
                rows = await queue.claim(
                    session,
                    self._lanes,
                    limit=self._database.settings.inbox_batch,
                    now=self._clock(),
                )
                if rows:
                    await self._apply(session, rows)
        except Exception as error:
            self._lanes.gave_back()
            if not rows or classify(error) is Fault.OUTAGE:
                raise
            log.info("inbox.batch_repeated", deliveries=len(rows), **_named(reason_of(error)))
            await self._repeat(_by_merchant(rows), error)
        return len(rows)

    async def _repeat(self, parts: list[list[Claimed]], error: Exception) -> None:
        for part in parts:
            await self._work_apart(part, error if len(parts) == 1 else None)

    async def _work_apart(self, rows: list[Claimed], known: Exception | None = None) -> None:
        """Apply these rows in a transaction of their own, in halves where that fails.

        `known` is how exactly these rows have just failed.
        """
        error = known if known and classify(known) is Fault.OWN else await self._try(rows)
        if error is None:
            return
        if len(rows) > 1:
            middle = len(rows) // 2
            await self._work_apart(rows[:middle])
            await self._work_apart(rows[middle:])
        else:
            await self._put_aside(rows[0], error)

    async def _try(self, rows: list[Claimed]) -> Exception | None:
        """Apply these rows, again and again while others get in the way. Returns what failed."""

        async def apply() -> None:
            async with self._database.platform() as session:
                again = await queue.reclaim(session, rows)
                if again:
                    await self._apply(session, again)

        try:
            await once_through(apply)
        except Exception as error:
            if classify(error) is Fault.OUTAGE:
                raise
            return error
        return None

    async def _put_aside(self, row: Claimed, error: Exception) -> None:
        reason = reason_of(error)
        async with self._database.platform() as session:
            if not await queue.reclaim(session, [row]):
                return
            await act_for(session, [row.merchant_id])
            await self._set_back(session, [Failed(row, reason, isinstance(error, Invalid))])
        log.warning(
            "inbox.delivery_failed",
            merchant_id=str(row.merchant_id),
            delivery_id=str(row.delivery_id),
            attempts=row.attempts + 1,
            **_named(reason),
        )

    async def _apply(self, session: AsyncSession, rows: Sequence[Claimed]) -> None:
        """Read the bodies, wait for the lanes, and let each provider apply its own."""
        facts, failures = self._prepare(session, rows)
        await queue.hold_lanes(session, rows)
        await act_for(session, list({row.merchant_id for row in rows}))
        now = self._clock()
        for name, prepared in facts.items():
            await self._providers[name].apply(session, prepared, now)
        await session.flush()
        await self._set_back(session, failures)
        await queue.note_late(
            session, [row for row in rows if now - row.received_at > _LATE], now=now
        )

    def _prepare(
        self, session: AsyncSession, rows: Sequence[Claimed]
    ) -> tuple[Mapping[str, list[Prepared]], list[Failed]]:
        facts: dict[str, list[Prepared]] = defaultdict(list)
        failures: list[Failed] = []
        ring = ring_of(session)
        for row in rows:
            try:
                provider = self._provider(row.provider)
                body = ring.open(row.merchant_id, "deliveries.body", row.body)
                delivery = _delivery(row, body)
                facts[row.provider].append(Prepared(delivery, provider.prepare(delivery)))
            except Exception as error:
                failures.append(Failed(row, reason_of(error), isinstance(error, DomainError)))
        return facts, failures

    def _provider(self, name: str) -> Provider:
        try:
            return self._providers[name]
        except KeyError:
            raise UnknownProvider from None

    async def _set_back(self, session: AsyncSession, failures: Sequence[Failed]) -> None:
        await queue.put_aside(
            session,
            failures,
            retries=self._database.settings.inbox_attempts,
            now=self._clock(),
        )


async def drain(
    database: Database, providers: Iterable[Provider], *, clock: Clock = system_clock
) -> int:
    """Apply everything that is due now. Returns how many deliveries were taken."""
    worker = Worker(database, providers, clock=clock)
    total = 0
    while taken := await worker.work_once():
        total += taken
    return total


def _delivery(row: Claimed, body: bytes) -> Delivery:
    return Delivery(
        row.merchant_id,
        row.delivery_id,
        row.store_id,
        row.provider,
        row.topic,
        body,
        row.triggered_at,
        row.received_at,
        row.attempts,
    )


def _by_merchant(rows: Sequence[Claimed]) -> list[list[Claimed]]:
    parts: dict[object, list[Claimed]] = defaultdict(list)
    for row in rows:
        parts[row.merchant_id].append(row)
    return list(parts.values())


def _named(reason: Reason) -> dict[str, str]:
    return {"code": reason.code, "detail": reason.detail}


async def _pause(stopping: asyncio.Event, seconds: float) -> None:
    """Wait, but not past the moment we are told to stop."""
    try:
        async with asyncio.timeout(seconds):
            await stopping.wait()
    except TimeoutError:
        pass
