"""What is the same for everybody, kept for whoever asks next.

A thing is made anew after some seconds, by the way, while those who ask get the one there is:
nobody waits but the first. While the database is away, or busy with other shops, an older one is as
good. What is kept has a bound, and so have those who wait.
"""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Generic, NamedTuple, TypeVar

import structlog

from loyalnest.kernel.errors import NotFound, RateLimited, Unavailable
from loyalnest.kernel.http import translate
from loyalnest.kernel.limits import Buckets, Policy

STRANGERS = Policy("unknown-shops", 60, 60)
"""How often an address may ask for what there isn't."""
_AT_ONCE, _WAITING_AT_MOST, _MISSING_AT_MOST = 2, 200, 10_000
_log = structlog.get_logger(__name__)

Thing = TypeVar("Thing")
Key = tuple[str, ...]
"""The shop's domain, and whatever else tells things apart."""


class Ages(NamedTuple):
    """For how long a thing serves, in seconds."""

    fresh_s: float = 5.0
    """It is taken for what is so."""
    good_s: float = 60.0
    """It is given while a newer one is made."""
    last_resort_s: float = 900.0
    """It is given where no newer one can be made."""


USUAL = Ages()


@dataclass(slots=True)
class _Kept(Generic[Thing]):
    thing: Thing
    weight: int
    made_at: float
    looked_at: float
    """When a newer one was made or tried last."""


class Keeper(Generic[Thing]):
    """Keeps things, and has them made; one at a time for each key. For one process.

    Whatever was asked for longest ago goes first once all that is kept weighs more than `at_most`.
    """

    def __init__(
        self,
        make: Callable[[Key], Awaitable[Thing | None]],
        *,
        weigh: Callable[[Thing], int],
        at_most: int,
        ages: Ages = USUAL,
        ticks: Callable[[], float] = time.monotonic,
    ):
        self._make = make
        self._weigh = weigh
        self._at_most = at_most
        self._ages = ages
        self._ticks = ticks
        self._kept: OrderedDict[Key, _Kept[Thing]] = OrderedDict()
        self._weight = 0
        self._missing: OrderedDict[Key, float] = OrderedDict()
        self._making: dict[Key, asyncio.Task[_Kept[Thing] | None]] = {}
        self._slots = asyncio.Semaphore(_AT_ONCE)
        self._strangers = Buckets(STRANGERS, clock=ticks)

    async def get(self, key: Key, *, asker: str | None = None) -> Thing:
        """What is kept and good; where there is none, a new one.

        `asker` is the address of somebody who may be guessing. Raises NotFound where there is no
        such thing, RateLimited for who guesses too often, and Unavailable, or what the database
        raises, where there is no older one left.
        """
        if self._ticks() < self._missing.get(key, 0.0):
            raise NotFound
        kept = self._find(key)
        if kept is not None:
            return kept.thing
        if asker is None:
            return await self._wait_for(key)
        verdict = self._strangers.take(asker)
        if not verdict.allowed:
            raise RateLimited(retry_after_s=verdict.retry_after_s)
        thing = await self._wait_for(key)
        self._strangers.give_back(asker)
        return thing

    def _find(self, key: Key) -> _Kept[Thing] | None:
        """What is kept and good; where it is no longer fresh, a newer one is on its way."""
        kept = self._kept.get(key)
        if kept is None:
            return None
        self._kept.move_to_end(key)
        now = self._ticks()
        if now - kept.looked_at >= self._ages.fresh_s and not self._slots.locked():
            kept.looked_at = now
            self._start(key)
        return kept if now - kept.made_at < self._ages.good_s else None

    async def _wait_for(self, key: Key) -> Thing:
        try:
            # Whoever hangs up leaves it to the others who wait.
            kept = await asyncio.shield(self._started(key))
        except Exception as error:
            kept = self._kept.get(key)
            old = kept is None or self._ticks() - kept.made_at >= self._ages.last_resort_s
            if old or translate(error) is None:
                raise
        if kept is None:
            raise NotFound
        return kept.thing

    def _started(self, key: Key) -> "asyncio.Task[_Kept[Thing] | None]":
        if key not in self._making and len(self._making) >= _WAITING_AT_MOST:
            raise Unavailable
        return self._start(key)

    def _start(self, key: Key) -> "asyncio.Task[_Kept[Thing] | None]":
        task = self._making.get(key)
        if task is None:
            task = self._making[key] = asyncio.create_task(self._made(key))
            task.add_done_callback(lambda done: self._end(key, done))
        return task

    def _end(self, key: Key, done: "asyncio.Task[_Kept[Thing] | None]") -> None:
        del self._making[key]
        if not done.cancelled() and (error := done.exception()):
            _log.warning("storefront.not_made", shop=key[0], error=type(error).__name__)

    async def _made(self, key: Key) -> _Kept[Thing] | None:
        async with self._slots:
            thing = await self._make(key)
        now = self._ticks()
        self._drop(key)
        if thing is None:
            self._missing[key] = now + self._ages.fresh_s
            self._missing.move_to_end(key)
            if len(self._missing) > _MISSING_AT_MOST:
                self._missing.popitem(last=False)
            return None
        kept = self._kept[key] = _Kept(thing, self._weigh(thing), now, now)
        self._weight += kept.weight
        while self._weight > self._at_most:
            self._drop(next(iter(self._kept)))
        return kept

    def _drop(self, key: Key) -> None:
        kept = self._kept.pop(key, None)
        if kept is not None:
            self._weight -= kept.weight
