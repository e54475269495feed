"""Work that meets others' at the same rows, and is done again once they are through."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from typing import TypeVar

from loyalnest.kernel.faults import Fault, classify

Done = TypeVar("Done")

_TIMES = 10
_FIRST_PAUSE_S = 0.01


async def once_through(step: Callable[[], Awaitable[Done]]) -> Done:
    """Do a step that is a transaction, and again where another one locked the same rows.

    Raises what the last try raised, and at once whatever would be the same the next time.
    """
    for encounter in range(_TIMES - 1):
        try:
            return await step()
        except Exception as error:
            if classify(error) is not Fault.CONTENDED:
                raise
        await make_way(encounter)
    return await step()


async def make_way(encounter: int) -> None:
    """Let the others finish: longer with each encounter, and not all for the same time."""
    await asyncio.sleep(random.uniform(0, _FIRST_PAUSE_S) * 2**encounter)  # noqa: S311
