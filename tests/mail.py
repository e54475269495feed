"""A shop whose mail goes to a real mail server, and whoever reads it and follows its links."""

import re
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

import httpx

from catcher.app import build_app
from catcher.mailbox import Caught, Mailbox
from loyalnest import consents, messaging
from loyalnest.entrypoints import doors
from loyalnest.integrations import smtp
from loyalnest.kernel import clock, relay
from loyalnest.kernel.database import Database
from loyalnest.messaging import Channel
from tests.doors import Hands, house
from tests.messaging.cast import Bakery, a_worker, by_day, settled, until
from tests.shop import Shop, open_shop

_LINK = re.compile(r"https?://\S+")


@dataclass
class Mailroom:
    """A shop, its doors, and the mailbox of whoever it writes to."""

    shop: Shop
    client: httpx.AsyncClient
    mailbox: Mailbox

    async def asks_twice(self) -> None:
        """From now on a consent waits until it is confirmed."""
        async with self.shop.database.tenant(self.shop.merchant_id) as session:
            settings = consents.ConsentSettings(double_opt_in=True)
            await consents.save_settings(session, settings, actor="test", now=clock.now())

    async def hears(self, *subscribers: relay.Subscriber) -> None:
        """The news are read."""
        while await relay.sequence(self.shop.database):
            pass
        for subscriber in subscribers:
            delivery = relay.Delivery(self.shop.database, subscriber, clock=clock.now)
            await delivery.begin()
            while await delivery.step():
                pass

    async def sends(self, *, now: Callable[[], datetime] = by_day) -> None:
        """Whatever is due goes out; at noon, so that nobody is left in peace."""
        bakery = Bakery(self.shop.database, self.shop.merchant_id)
        async with a_worker(self.shop.database, smtp.offer(clock.now), now=now):
            await until(lambda: settled(bakery))

    def mails(self, to: str) -> list[Caught]:
        """What came to an address, the latest first."""
        return self.mailbox.to(to)

    async def clicks(self, mail: Caught, number: int = 0) -> str:
        """Where a link of a mail leads: past the door that counts, and no further."""
        path = links_in(mail)[number]
        if path.startswith("/m/"):
            counted = await self.client.get(path)
            assert counted.status_code == 302, counted.text
            path = path_of(counted.headers["location"])
        return path


def links_in(mail: Caught) -> list[str]:
    """The links that stand in a mail, below where the installation is."""
    assert mail.text
    return [path_of(link) for link in _LINK.findall(mail.text)]


def path_of(link: str) -> str:
    parts = urlsplit(link)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


@asynccontextmanager
async def mailroom(database: Database) -> AsyncGenerator[Mailroom]:
    """A new shop that sends by a mail server of its own, and everybody's doors."""
    shop = await open_shop(database)
    server = build_app(smtp_port=0)
    parts = doors.parts(database, database.settings)
    async with (
        server.router.lifespan_context(server),
        house(database, parts=parts, clock=Hands(clock.now())) as client,
    ):
        setup = messaging.Setup(
            Channel.EMAIL,
            "hello@bakery.example",
            "Bakery",
            {"host": "127.0.0.1", "port": str(server.state.smtp_port), "security": "none"},
        )
        async with database.tenant(shop.merchant_id) as session:
            offer = smtp.offer(clock.now)
            await messaging.set_up(session, setup, offer, actor="test", now=clock.now())
        yield Mailroom(shop, client, server.state.mailbox)
