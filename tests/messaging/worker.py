"""A worker in a process of its own, for tests that kill it: `python -m tests.messaging.worker`."""

import asyncio
from datetime import timedelta

from bench.post import offer
from loyalnest.messaging import Desk, Offer, Provider, Sending
from loyalnest.messaging.sending import Stationery
from tests.messaging.cast import ADDRESS, taken_over


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
    database, by_day = taken_over()
    desk = Desk(database, Sending(offers(), Stationery(ADDRESS), clock=by_day))
    await desk.run(asyncio.Event())


if __name__ == "__main__":
    asyncio.run(main())
