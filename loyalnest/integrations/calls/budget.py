"""How many calls a vendor allows an account, kept to before it has to say so."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limit:
    """So many calls in so many seconds."""

    calls: int
    seconds: float


class Budget:
    """Lets calls through at the pace that every one of some limits allows.

    Each limit is a bucket that holds as many calls as it has, and is filled evenly: a burst goes
    at once, what follows at the steady pace.
    """

    def __init__(self, limits: Sequence[Limit], *, clock: Callable[[], float]):
        self._limits = tuple(limits)
        self._clock = clock
        start = clock()
        self._free_at = [start - limit.seconds for limit in limits]

    async def take(self) -> None:
        """Wait for this call's turn."""
        wait_s = self.wait_s()
        # Taken before it is waited for, so that whoever comes next waits for the one after.
        at = self._clock() + wait_s
        for number, limit in enumerate(self._limits):
            begun = max(self._free_at[number], at - limit.seconds)
            self._free_at[number] = begun + limit.seconds / limit.calls
        if wait_s:
            await asyncio.sleep(wait_s)

    def wait_s(self) -> float:
        """How long the next call has to wait."""
        now = self._clock()
        waits = [
            free_at + limit.seconds / limit.calls - now
            for free_at, limit in zip(self._free_at, self._limits, strict=True)
        ]
        return max([0.0, *waits])

    def left(self) -> int:
        """How many calls could be made at this instant."""
        now = self._clock()
        counts = [
            int((now - max(free_at, now - limit.seconds)) / limit.seconds * limit.calls)
            for free_at, limit in zip(self._free_at, self._limits, strict=True)
        ]
        return min(counts, default=0)
