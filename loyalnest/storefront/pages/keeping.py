"""What was made a moment ago, kept for whoever asks for the same.

Bounded in number and age. However many ask at once, it is made once.
"""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable
from typing import Generic, TypeVar

Thing = TypeVar("Thing")


class Kept(Generic[Thing]):
    """Things by their keys, each for a few seconds; the one that was made longest ago goes first.

    For one process and one event loop.
    """

    def __init__(
        self, *, seconds: float, at_most: int, clock: Callable[[], float] = time.monotonic
    ):
        self._seconds = seconds
        self._at_most = at_most
        self._clock = clock
        self._made: OrderedDict[Hashable, tuple[float, Thing]] = OrderedDict()
        self._making: dict[Hashable, asyncio.Task[Thing]] = {}

    async def get(self, key: Hashable, make: Callable[[], Awaitable[Thing]]) -> Thing:
        """The thing of this key, made now if there is none that is fresh.

        Raises what `make` does; what failed is not kept.
        """
        found = self._made.get(key)
        if found is not None and self._clock() < found[0]:
            return found[1]
        making = self._making.get(key)
        if making is None:
            making = self._making[key] = asyncio.ensure_future(self._make(key, make))
            making.add_done_callback(_look_at)
        # Whoever hangs up ends their own waiting alone.
        return await asyncio.shield(making)

    async def _make(self, key: Hashable, make: Callable[[], Awaitable[Thing]]) -> Thing:
        try:
            thing = await make()
            self._made[key] = (self._clock() + self._seconds, thing)
            self._made.move_to_end(key)
            if len(self._made) > self._at_most:
                self._made.popitem(last=False)
            return thing
        finally:
            del self._making[key]

    def __len__(self) -> int:
        return len(self._made)


def _look_at(made: asyncio.Task[Thing]) -> None:
    """A failure is everybody's who waits; that they all hung up is none of its own."""
    if not made.cancelled():
        made.exception()
