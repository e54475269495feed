"""Taking deliveries in: many callers, one commit.

A caller's delivery joins the group that is being gathered; a writer puts the whole group on disk in
one transaction and only then do its callers go on. Under load groups grow, and the cost of a
commit is shared by more.
"""

import asyncio
import math
from collections import deque
from contextlib import suppress
from dataclasses import dataclass

import structlog

from loyalnest.kernel.clock import Clock
from loyalnest.kernel.clock import now as system_clock
from loyalnest.kernel.database import Database, bulk
from loyalnest.kernel.errors import Unavailable
from loyalnest.kernel.faults import Fault, classify
from loyalnest.kernel.ids import new_id
from loyalnest.kernel.inbox.errors import BacklogFull, IntakeClosed, Unstorable
from loyalnest.kernel.inbox.values import NewDelivery

log = structlog.get_logger(__name__)

GROUP = 500
ENOUGH = 16
GATHER_S = 0.01
GROUP_BYTES = 8_000_000
WAITING_BYTES = 128_000_000
BACKLOG_CHECK_S = 2.0

# A delivery that is already there is not queued again. The lane is the merchant's, see `lane_of`.
_TAKE_IN = """
WITH fresh AS (
    INSERT INTO deliveries (merchant_id, id, provider, store_id, topic, delivery_key, state, body,
                            triggered_at, received_at)
    SELECT merchant_id, id, provider, store_id, topic, delivery_key, state, body, triggered_at, $10
    FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::uuid[], $5::text[], $6::text[], $7::text[],
                $8::bytea[], $9::timestamptz[])
        AS given (merchant_id, id, provider, store_id, topic, delivery_key, state, body,
                  triggered_at)
    ON CONFLICT (merchant_id, provider, delivery_key) DO NOTHING
    RETURNING merchant_id, id, state
)
INSERT INTO inbox (merchant_id, delivery_id, lane, due_at)
SELECT merchant_id, id, get_byte(uuid_send(merchant_id), 15) % 16, $10
FROM fresh
WHERE state = 'queued'
"""

# Counts no further than the cap: the answer is wanted only up to there.
_BACKLOG = "SELECT count(*) FROM (SELECT FROM inbox LIMIT $1) waiting"


@dataclass(slots=True)
class _Caller:
    delivery: NewDelivery
    stored: asyncio.Future[None]


class Intake:
    """The inbox's door in one server process. Use it as an async context manager."""

    def __init__(self, database: Database, *, clock: Clock = system_clock, writers: int = 3):
        self._database = database
        self._clock = clock
        self._writers = writers
        self._callers: deque[_Caller] = deque()
        self._being_stored = 0
        self._waiting_bytes = 0
        self._arrived = asyncio.Event()
        self._enough = asyncio.Event()
        self._turn = asyncio.Lock()
        self._crowded = False
        self._full = False
        self._closing = False
        self._tasks: list[asyncio.Task[None]] = []

    async def __aenter__(self) -> "Intake":
        self._tasks = [asyncio.create_task(self._write()) for _ in range(self._writers)]
        self._tasks.append(asyncio.create_task(self._watch_backlog()))
        return self

    async def __aexit__(self, *_: object) -> None:
        self._closing = True
        self._arrived.set()
        *writers, watch = self._tasks
        watch.cancel()
        await asyncio.gather(*writers)
        await asyncio.gather(watch, return_exceptions=True)

    async def put(self, delivery: NewDelivery) -> None:
        """Return once the delivery is on disk, now or since an earlier time.

        Raises BacklogFull while too much is waiting, IntakeClosed when the server stops,
        Unavailable when the database can't be reached and Unstorable when it refuses this one.
        """
        if self._closing:
            raise IntakeClosed
        if self._full or self._waiting_bytes > WAITING_BYTES:
            raise BacklogFull
        caller = _Caller(delivery, asyncio.get_running_loop().create_future())
        self._callers.append(caller)
        self._waiting_bytes += len(delivery.body)
        self._arrived.set()
        if len(self._callers) >= ENOUGH:
            self._enough.set()
        await caller.stored

    async def _write(self) -> None:
        while group := await self._next_group():
            self._being_stored += len(group)
            await self._store_group(group)
            self._being_stored -= len(group)

    async def _next_group(self) -> list[_Caller]:
        """Wait for callers and take those that there are; none when the server stops.

        Whoever is alone goes at once. Where several came together more are on their way, and some
        milliseconds let them share the commit, which costs far more than they do.
        """
        async with self._turn:
            while not self._callers:
                if self._closing:
                    return []
                self._arrived.clear()
                await self._arrived.wait()
            if self._crowded and len(self._callers) < ENOUGH:
                await self._wait_for_more()
            group = self._gather()
            self._crowded = len(group) > 1
            return group

    async def _wait_for_more(self) -> None:
        """Until there are enough to share a commit well, and no longer than some milliseconds."""
        self._enough.clear()
        with suppress(TimeoutError):
            async with asyncio.timeout(GATHER_S):
                await self._enough.wait()

    def _gather(self) -> list[_Caller]:
        """The next group: those that wait, up to a number and a size.

        No writer takes more than its share of all that are under way. One that took everybody
        would leave the next nobody to work on, and server and database would wait for each other.
        """
        under_way = len(self._callers) + self._being_stored
        most = min(GROUP, max(ENOUGH, math.ceil(under_way / self._writers)))
        group: list[_Caller] = []
        size = 0
        while self._callers and len(group) < most and size < GROUP_BYTES:
            caller = self._callers.popleft()
            size += len(caller.delivery.body)
            group.append(caller)
        self._waiting_bytes -= size
        return group

    async def _store_group(self, group: list[_Caller]) -> None:
        """Store a group; if that fails, one by one, so that a bad row fails nobody but itself."""
        try:
            await self._store([caller.delivery for caller in group])
        except Exception as error:
            fault = classify(error)
            if len(group) > 1 and fault is not Fault.OUTAGE:
                for caller in group:
                    await self._store_group([caller])
                return
            log.warning("inbox.intake_failed", deliveries=len(group), error=type(error).__name__)
            for caller in group:
                if not caller.stored.done():
                    refusal = Unstorable() if fault is Fault.OWN else Unavailable()
                    caller.stored.set_exception(refusal)
        else:
            for caller in group:
                if not caller.stored.done():
                    caller.stored.set_result(None)

    async def _store(self, deliveries: list[NewDelivery]) -> None:
        seal = self._database.ring.seal
        merchant_ids = list({d.merchant_id for d in deliveries})
        async with self._database.batch_by_driver(merchant_ids) as connection:
            await connection.execute(
                _TAKE_IN,
                [d.merchant_id for d in deliveries],
                [new_id() for _ in deliveries],
                [d.provider for d in deliveries],
                [d.store_id for d in deliveries],
                [d.topic for d in deliveries],
                [d.delivery_key for d in deliveries],
                [d.state.value for d in deliveries],
                [seal(d.merchant_id, "deliveries.body", d.body) for d in deliveries],
                [d.triggered_at for d in deliveries],
                self._clock(),
            )

    async def _watch_backlog(self) -> None:
        limit = self._database.settings.inbox_backlog_limit
        while True:
            try:
                async with self._database.platform() as session:
                    waiting = await (await bulk(session)).fetchval(_BACKLOG, limit)
            except Exception as error:
                log.warning("inbox.backlog_unknown", error=type(error).__name__)
            else:
                self._full = waiting >= limit
            await asyncio.sleep(BACKLOG_CHECK_S)
