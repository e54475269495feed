"""Brings events to their subscribers, each at its own pace and in order."""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest.kernel.clock import Clock
from loyalnest.kernel.clock import now as system_clock
from loyalnest.kernel.database import Database, act_as_platform, act_for, bulk
from loyalnest.kernel.faults import Fault, classify, reason_of
from loyalnest.kernel.meeting import once_through
from loyalnest.kernel.relay import queries
from loyalnest.kernel.relay.errors import FailureNotFound, UnknownSubscriber
from loyalnest.kernel.relay.sequencer import Head, sequence
from loyalnest.kernel.relay.values import LoggedEvent, Subscriber

log = structlog.get_logger(__name__)

SPAN = 1000
_LOOK_AGAIN_S = 2.0
_GATHER_S = 0.5

_BEGIN = """
INSERT INTO event_cursors (subscriber, position, moved_at)
VALUES ($1, 0, $2)
ON CONFLICT (subscriber) DO NOTHING
"""

# Whoever holds a subscriber's cursor is the only one to serve it. At the end of the log it is left
# alone, because locking a row is written to disk.
_CURSOR = """
SELECT position
FROM event_cursors
WHERE subscriber = $1
  AND position < $2
FOR UPDATE SKIP LOCKED
"""

_MOVE_CURSOR = "UPDATE event_cursors SET position = $2, moved_at = $3 WHERE subscriber = $1"

_SET_ASIDE = """
INSERT INTO event_failures (merchant_id, subscriber, position, attempts, code, detail, failed_at)
VALUES ($1, $2, $3, 1, $4, $5, $6)
ON CONFLICT (merchant_id, subscriber, position) DO UPDATE
SET attempts = event_failures.attempts + 1,
    code = excluded.code,
    detail = excluded.detail,
    failed_at = excluded.failed_at
"""

_LOCK_FAILURE = """
SELECT true
FROM event_failures
WHERE merchant_id = $1
  AND subscriber = $2
  AND position = $3
FOR UPDATE
"""

_END_FAILURE = """
DELETE FROM event_failures
WHERE merchant_id = $1
  AND subscriber = $2
  AND position = $3
"""


class Delivery:
    """One subscriber's way along the log.

    Positions have no gaps, so a span of positions bounds the work of a step whatever the
    subscriber wants of it. When a step fails the span is halved, until the event that fails is
    alone; that one is set aside and the way goes on.
    """

    def __init__(self, database: Database, subscriber: Subscriber, *, clock: Clock = system_clock):
        self._database = database
        self._subscriber = subscriber
        self._clock = clock
        self._span = SPAN
        self._caught_up = False

    async def begin(self) -> None:
        """Make the cursor of a subscriber that is new."""
        async with self._database.platform() as session:
            await (await bulk(session)).execute(_BEGIN, self._subscriber.name, self._clock())

    async def step(self) -> int:
        """Handle the next span. Returns by how many positions the cursor moved, 0 at the end.

        Returns 0 as well while another process serves this subscriber. Raises what the database
        raises when it can't be reached; the cursor stays then.
        """
        patient = True
        while True:
            try:
                moved = await (once_through(self._advance) if patient else self._advance())
            except Exception as error:
                fault = classify(error)
                if fault is Fault.OUTAGE:
                    raise
                # Whoever is in the way of each try is in the way of half a span, too.
                patient = patient and fault is not Fault.CONTENDED
                if self._span == 1:
                    return await self._advance(despite=error)
                self._span //= 2
            else:
                self._span = min(SPAN, self._span * 2)
                return moved

    async def run(self, stopping: asyncio.Event, *, head: Head) -> None:
        """Follow the log until told to stop.

        Whoever has caught up rests for a moment: a step for many events costs little more than one
        for a few. Then the next step comes when there is something for this subscriber; with
        nothing to do two dozen of them would cost more than those that have.
        """
        await self.begin()
        while not stopping.is_set():
            seen = head.position
            moved = await self.step()
            if moved and self._caught_up:
                await asyncio.sleep(_GATHER_S)
            if self._caught_up:
                await head.wait_beyond(seen, types=self._subscriber.types, timeout_s=_LOOK_AGAIN_S)

    async def _advance(self, *, despite: Exception | None = None) -> int:
        """Handle one span, or set its one event aside, and move the cursor in one transaction."""
        now = self._clock()
        name = self._subscriber.name
        # What a handler does and the cursor are one commit: if a crash takes it back, it is redone.
        async with self._database.platform(redoable=True) as session:
            connection = await bulk(session)
            head = await queries.head_of(session)
            cursor = await connection.fetchval(_CURSOR, name, head)
            if cursor is None:
                self._caught_up = True
                return 0
            upto = min(head, cursor + self._span)
            self._caught_up = upto == head
            events = await self._read(session, after=cursor, upto=upto)
            if despite is not None:
                await self._set_aside(session, events, despite)
            elif events:
                await act_for(session, list({event.merchant_id for event in events}))
                await self._subscriber.handle(session, events, now)
                await session.flush()
                await act_as_platform(session)
            await connection.execute(_MOVE_CURSOR, name, upto, now)
        return upto - cursor

    async def _read(self, session: AsyncSession, *, after: int, upto: int) -> list[LoggedEvent]:
        """What of a span this subscriber wants."""
        ask = self._subscriber.merchants
        whose = None if ask is None else await ask(session)
        if whose is not None and not whose:
            return []
        return await queries.events_between(
            session, after=after, upto=upto, types=self._subscriber.types, merchant_ids=whose
        )

    async def _set_aside(
        self, session: AsyncSession, events: Sequence[LoggedEvent], error: Exception
    ) -> None:
        reason = reason_of(error)
        for event in events:  # one at most: the span has shrunk to a single position
            await note_failure(session, event, self._subscriber.name, error, now=self._clock())
            log.warning(
                "relay.event_failed",
                subscriber=self._subscriber.name,
                event_id=str(event.id),
                code=reason.code,
                detail=reason.detail,
            )


async def note_failure(
    session: AsyncSession, event: LoggedEvent, subscriber: str, error: Exception, *, now: datetime
) -> None:
    """Set an event aside for a subscriber, once more if it has been before."""
    reason = reason_of(error)
    await (await bulk(session)).execute(
        _SET_ASIDE,
        event.merchant_id,
        subscriber,
        event.position,
        reason.code,
        reason.detail,
        now,
    )


async def retry_failure(
    session: AsyncSession,
    subscribers: Iterable[Subscriber],
    *,
    merchant_id: UUID,
    subscriber: str,
    position: int,
    now: datetime,
) -> bool:
    """Hand an event that was set aside to its subscriber again.

    Returns whether that worked; if it didn't, the failure stays and counts one more attempt.
    Raises FailureNotFound, and UnknownSubscriber for one that is not installed any more.
    """
    connection = await bulk(session)
    events = [
        replace(event, retried=True)
        for event in await queries.events_after(
            session, merchant_id=merchant_id, position=position - 1, limit=1
        )
    ]
    if not await connection.fetchval(_LOCK_FAILURE, merchant_id, subscriber, position):
        raise FailureNotFound
    handle = next((known.handle for known in subscribers if known.name == subscriber), None)
    if handle is None:
        raise UnknownSubscriber
    try:
        async with session.begin_nested():
            inside = await bulk(session)  # asked for here, so that the savepoint is made by now
            await inside.execute(_END_FAILURE, merchant_id, subscriber, position)
            await handle(session, events, now)
            await session.flush()
    except Exception as error:
        if classify(error) is not Fault.OWN:
            raise
        await note_failure(session, events[0], subscriber, error, now=now)
        return False
    return True


async def settle(
    database: Database, subscribers: Iterable[Subscriber], *, clock: Clock = system_clock
) -> None:
    """Give positions to all that waits, and bring every subscriber to the end of the log."""
    while await sequence(database):
        pass
    for subscriber in subscribers:
        delivery = Delivery(database, subscriber, clock=clock)
        await delivery.begin()
        while await delivery.step():
            pass
