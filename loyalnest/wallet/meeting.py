"""What is written while others write the same rows."""

import asyncio
import random
from collections.abc import Awaitable, Callable

from loyalnest.kernel.faults import Fault, classify

_ENCOUNTERS = 10


async def written(step: Callable[[], Awaitable[None]]) -> None:
    """Do a step, and once more where another transaction locked the same rows."""
    for encounter in range(_ENCOUNTERS):
        try:
            await step()
        except Exception as error:
            if classify(error) is not Fault.CONTENDED or encounter == _ENCOUNTERS - 1:
                raise
            await asyncio.sleep(random.uniform(0, 0.01) * 2**encounter)  # noqa: S311
        else:
            return
