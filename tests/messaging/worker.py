"""A worker in a process of its own, for tests that kill it: `python -m tests.messaging.worker`."""

import asyncio
import json
import sys
from datetime import timedelta

from bench.post import offer
from loyalnest.kernel import crypto
from loyalnest.kernel import database as db
from loyalnest.kernel.settings import Settings
from loyalnest.messaging import Desk, Offer, Provider, Sending
from loyalnest.messaging.sending import Stationery
from tests.messaging.cast import ADDRESS, by_day


def offers() -> list[Offer]:
    """Providers that differ in what can be done about a doubt."""
    unsure = {"repeats_safely_for": None, "calls_at_once": 4}
    return [
        offer(provider=Provider.SES, repeats_safely_for=timedelta(hours=1)),
        offer(provider=Provider.KLAVIYO, repeats_safely_for=None, looks_up=True),
        offer(provider=Provider.SMTP, **unsure),  # pyright: ignore[reportArgumentType]
    ]


async def main() -> None:
    """Send until killed."""
    given = json.load(sys.stdin)
    settings = Settings(_env_file=None)  # pyright: ignore[reportCallIssue]
    database = db.connect(given["url"], crypto.parse_ring(given["ring"]), settings, batch=True)
    desk = Desk(database, Sending(offers(), Stationery(ADDRESS), clock=by_day))
    await desk.run(asyncio.Event())


if __name__ == "__main__":
    asyncio.run(main())
