"""Takes steps in a process of its own, which tests kill: `python -m tests.journeys.stepper`."""

import asyncio

from loyalnest import journeys
from tests.messaging.cast import taken_over


async def main() -> None:
    """Take what is due, once."""
    database, by_day = taken_over()
    await journeys.take_due_steps(database, by_day())


if __name__ == "__main__":
    asyncio.run(main())
