"""Answers that are the same for everybody, kept as the bytes that are sent.

An answer is made anew after some seconds, by the way, while those who ask get the one there is:
nobody waits but the first. While the database is away, or busy with other shops, an older answer is
as good. What is kept has a bound, and so have those who wait.
"""

import asyncio
import gzip
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import structlog

from loyalnest.kernel.errors import Unavailable
from loyalnest.kernel.http import translate

FRESH_S, GOOD_S, LAST_RESORT_S = 5.0, 60.0, 900.0
"""For how long an answer is taken for what is so; is given while a newer one is made; and is given
where no newer one can be made."""
BYTES_AT_MOST = 32 * 1024 * 1024
_AT_ONCE, _WAITING_AT_MOST, _UNKNOWN_AT_MOST = 2, 200, 10_000
_log = structlog.get_logger(__name__)

Key = tuple[str, ...]
"""The shop's domain, and whatever else tells answers apart."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What is sent."""

    body: bytes
    tag: str
    """Changes with the body."""


@dataclass(slots=True)
class Kept:
    """An answer as it is kept."""

    packed: bytes
    """By gzip, which every browser takes."""
    tag: str
    made_at: float
    looked_at: float
    """When a newer one was made or tried last."""

    @property
    def body(self) -> bytes:
        """As it was made."""
        return gzip.decompress(self.packed)


class Keeper:
    """Keeps answers, and has them made; one at a time for each key."""

    def __init__(
        self,
        make: Callable[[Key], Awaitable[Answer | None]],
        *,
        ticks: Callable[[], float] = time.monotonic,
        bytes_at_most: int = BYTES_AT_MOST,
    ):
        self._make = make
        self._ticks = ticks
        self._bytes_at_most = bytes_at_most
        self._kept: OrderedDict[Key, Kept] = OrderedDict()
        self._bytes = 0
        self._unknown: OrderedDict[str, float] = OrderedDict()
        self._making: dict[Key, asyncio.Task[Kept | None]] = {}
        self._slots = asyncio.Semaphore(_AT_ONCE)

    def find(self, key: Key) -> Kept | None:
        """What is kept and good; where it is no longer fresh, a newer one is on its way."""
        kept = self._kept.get(key)
        if kept is None:
            return None
        self._kept.move_to_end(key)
        now = self._ticks()
        if now - kept.looked_at >= FRESH_S and not self._slots.locked():
            kept.looked_at = now
            self._start(key)
        return kept if now - kept.made_at < GOOD_S else None

    def knows_none(self, shop: str) -> bool:
        """Whether there was no such shop a moment ago."""
        return self._ticks() < self._unknown.get(shop, 0.0)

    async def make(self, key: Key) -> Kept | None:
        """Wait for a new one; None where there is no such shop.

        Raises Unavailable, and what the database raises, where there is no older one left.
        """
        try:
            # Whoever hangs up leaves it to the others who wait.
            return await asyncio.shield(self._started(key))
        except Exception as error:
            kept = self._kept.get(key)
            old = kept is None or self._ticks() - kept.made_at >= LAST_RESORT_S
            if old or translate(error) is None:
                raise
            return kept

    def _started(self, key: Key) -> "asyncio.Task[Kept | None]":
        if key not in self._making and len(self._making) >= _WAITING_AT_MOST:
            raise Unavailable
        return self._start(key)

    def _start(self, key: Key) -> "asyncio.Task[Kept | None]":
        task = self._making.get(key)
        if task is None:
            task = self._making[key] = asyncio.create_task(self._made(key))
            task.add_done_callback(lambda done: self._end(key, done))
        return task

    def _end(self, key: Key, done: "asyncio.Task[Kept | None]") -> None:
        del self._making[key]
        if not done.cancelled() and (error := done.exception()):
            _log.warning("storefront.not_made", shop=key[0], error=type(error).__name__)

    async def _made(self, key: Key) -> Kept | None:
        async with self._slots:
            answer = await self._make(key)
        now = self._ticks()
        self._drop(key)
        if answer is None:
            self._unknown[key[0]] = now + FRESH_S
            if len(self._unknown) > _UNKNOWN_AT_MOST:
                self._unknown.popitem(last=False)
            return None
        kept = Kept(gzip.compress(answer.body, mtime=0), answer.tag, now, now)
        self._kept[key] = kept
        self._bytes += len(kept.packed)
        while self._bytes > self._bytes_at_most:
            self._drop(next(iter(self._kept)))
        return kept

    def _drop(self, key: Key) -> None:
        kept = self._kept.pop(key, None)
        if kept is not None:
            self._bytes -= len(kept.packed)
