"""Follows the log once for all who listen in this process."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from uuid import UUID

import structlog

from loyalnest.kernel import relay
from loyalnest.kernel.database import Database
from loyalnest.kernel.errors import RateLimited
from loyalnest.kernel.pace import Pace

log = structlog.get_logger(__name__)

QUEUE = 500
CONNECTIONS = 100  # of one merchant in one process
_LOOK_S = 0.1
_SPAN = 5000


class TooManyConnections(RateLimited):
    """This merchant has too many live connections open; close one first."""


def _queue() -> "asyncio.Queue[relay.LoggedEvent]":
    return asyncio.Queue(QUEUE)


@dataclass(eq=False, slots=True)
class Listener:
    """Somebody who listens for one merchant."""

    merchant_id: UUID
    since: int
    """Whatever comes after this position comes through the queue."""
    queue: "asyncio.Queue[relay.LoggedEvent]" = field(default_factory=_queue)
    overrun: bool = False
    """The queue was full: what is missing must be read from the log."""

    def offer(self, event: relay.LoggedEvent) -> None:
        """Queue an event, or remember that there was no room."""
        try:
            self.queue.put_nowait(event)
        except asyncio.QueueFull:
            self.overrun = True


class Hub:
    """Hands each event to the listeners of its merchant. Use it as an async context manager."""

    def __init__(self, database: Database):
        self._database = database
        self._listeners: dict[UUID, set[Listener]] = defaultdict(set)
        self._position = 0
        # Held while the log is read: whoever joins then would not be asked for.
        self._reading = asyncio.Lock()
        self._wanted = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> "Hub":
        self._task = asyncio.create_task(self._follow())
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._task is not None
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)

    @asynccontextmanager
    async def listen(self, merchant_id: UUID) -> AsyncGenerator[Listener]:
        """Receive this merchant's events from here on. Raises TooManyConnections."""
        async with self._reading:
            if len(self._listeners.get(merchant_id, ())) >= CONNECTIONS:
                raise TooManyConnections
            if not self._listeners:
                self._position = await self._head()
            listener = Listener(merchant_id, self._position)
            self._listeners[merchant_id].add(listener)
            self._wanted.set()
        try:
            yield listener
        finally:
            self._listeners[merchant_id].discard(listener)
            if not self._listeners[merchant_id]:
                del self._listeners[merchant_id]
            if not self._listeners:
                self._wanted.clear()

    async def _follow(self) -> None:
        pace = Pace(_LOOK_S)
        while True:
            await self._wanted.wait()
            found = False
            try:
                async with self._reading:
                    found = await self._read()
            except Exception as error:
                log.warning("live.interrupted", error=type(error).__name__)
            await asyncio.sleep(pace.pause_s(found=found))

    async def _read(self) -> bool:
        """Hand on what is new in the log. Answers whether it had grown."""
        async with self._database.platform() as session:
            upto = min(await relay.head_of(session), self._position + _SPAN)
            if upto <= self._position:
                return False
            events = await relay.events_between(
                session, after=self._position, upto=upto, merchant_ids=list(self._listeners)
            )
        for event in events:
            for listener in self._listeners.get(event.merchant_id, ()):
                listener.offer(event)
        self._position = upto
        return True

    async def _head(self) -> int:
        async with self._database.platform() as session:
            return await relay.head_of(session)
