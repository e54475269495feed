"""Takes steps in a process of its own, which tests kill: `python -m tests.journeys.stepper`."""

import asyncio
import json
import sys

from loyalnest import journeys
from loyalnest.kernel import crypto
from loyalnest.kernel import database as db
from loyalnest.kernel.settings import Settings
from tests.messaging.cast import by_day


async def main() -> None:
    """Take what is due, once."""
    given = json.load(sys.stdin)
    settings = Settings(_env_file=None)  # pyright: ignore[reportCallIssue]
    database = db.connect(given["url"], crypto.parse_ring(given["ring"]), settings, batch=True)
    await journeys.take_due_steps(database, by_day())


if __name__ == "__main__":
    asyncio.run(main())
