"""A merchant with members, a provider that is a real server, and a worker that sends."""

import asyncio
import json
import sys
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import text

from bench.post import Answer, Post, offer
from loyalnest import consents, customers, messaging, templates
from loyalnest.customers import Contact
from loyalnest.kernel import clock, crypto
from loyalnest.kernel import database as db
from loyalnest.kernel.database import Database
from loyalnest.kernel.ids import from_wire, new_id
from loyalnest.kernel.settings import Settings
from loyalnest.messaging import (
    Ask,
    Channel,
    Desk,
    Offer,
    Purpose,
    Reason,
    Sender,
    Sending,
    Source,
    State,
)
from loyalnest.messaging.rules import Health
from loyalnest.messaging.sending import Stationery
from loyalnest.messaging.service.senders import note_health
from tests.shop import Shop, open_shop
from tests.sinks.cast import tells_a_tool

ADDRESS = "https://nest.example"
ROOT = Path(__file__).parents[2]
_BEGAN = clock.now()
# A day ahead at the least, at any hour: what happens while a test is set up is old news by then.
_AHEAD = (_BEGAN + timedelta(days=1, hours=12)).replace(hour=12) - _BEGAN


def by_day() -> datetime:
    """A clock that runs on from a noon, when nobody is left in peace."""
    return clock.now() + _AHEAD


TRANSACTIONAL, OUTREACH = templates.Occasion.POINTS_EARNED, templates.Occasion.WIN_BACK


@dataclass
class Bakery:
    """A merchant whose messages go by a provider of the test's."""

    database: Database
    merchant_id: UUID
    people: list[UUID] = field(default_factory=list[UUID])

    async def enrols(self, count: int, *, wanting_outreach: bool = True) -> list[UUID]:
        """So many new members; they can be reached by e-mail and phone."""
        first = len(self.people)
        contacts = [
            Contact(
                self.merchant_id,
                email=f"member{n}@example.com",
                phone=f"+4477009{n:05}",
                name=f"Member {n}",
                locale="en",
            )
            for n in range(first, first + count)
        ]
        now = clock.now()
        async with self.database.batch([self.merchant_id]) as session:
            ids = await customers.identify_many(session, contacts, now=now)
            people = [id_ for id_ in ids if id_]
            await customers.enrol_many(session, [(self.merchant_id, it) for it in people], now=now)
            if wanting_outreach:
                await self.agrees(session, people)
        self.people += people
        return people

    async def agrees(self, session: Any, people: Sequence[UUID]) -> None:
        """They want outreach on every channel."""
        now = clock.now()
        said = [
            consents.Said(
                self.merchant_id,
                person,
                consents.Purpose.OUTREACH,
                consents.Channel(channel),
                consents.State.GRANTED,
                now - timedelta(days=1),
                consents.Proof(consents.Way.IMPORT, "test"),
            )
            for person in people
            for channel in Channel
        ]
        await consents.record_many(session, said, now=now)

    async def uses(
        self,
        post: Post,
        *,
        channel: Channel = Channel.EMAIL,
        by: Offer | None = None,
        rate_per_s: float | None = None,
        repeats_in_doubt: bool = True,
    ) -> Sender:
        """Its messages on a channel go by this provider from now on."""
        origin = "hello@bakery.example" if channel is Channel.EMAIL else "+447700900000"
        setup = messaging.Setup(
            channel,
            origin,
            "Bakery",
            {"url": post.url},
            rate_per_s=rate_per_s,
            repeats_in_doubt=repeats_in_doubt,
        )
        async with self.database.tenant(self.merchant_id) as session:
            return await messaging.set_up(
                session, setup, by or offer(), actor="test", now=clock.now()
            )

    async def asks(
        self,
        people: Sequence[UUID],
        *,
        occasion: templates.Occasion = TRANSACTIONAL,
        channels: Sequence[Channel] = (Channel.EMAIL,),
        sources: Sequence[UUID] | None = None,
        without: str = "",
        **more: Any,
    ) -> list[UUID | None]:
        """These members are to be told something, all of it filled in but for one variable."""
        purpose = Purpose(templates.terms_of(occasion).purpose)
        asks = [
            Ask(
                self.merchant_id,
                person,
                Source("test", source),
                occasion,
                purpose,
                channels,
                {k: it for k, it in templates.sample_of(occasion).items() if k != without},
                **more,
            )
            for person, source in zip(people, sources or [new_id() for _ in people], strict=True)
        ]
        async with self.database.batch([self.merchant_id]) as session:
            return await messaging.ask(session, asks, now=clock.now())

    async def deliveries(self, **filters: Any) -> list[messaging.Delivery]:
        """Its messages, the oldest first."""
        async with self.database.tenant(self.merchant_id) as session:
            found = await messaging.list_deliveries(
                session, messaging.Filters(**filters), before=None, limit=10_000
            )
        return found[::-1]

    async def states(self, **filters: Any) -> list[State]:
        return [it.state for it in await self.deliveries(**filters)]

    async def sender(self, channel: Channel = Channel.EMAIL) -> Sender:
        async with self.database.tenant(self.merchant_id) as session:
            return next(it for it in await messaging.list_senders(session) if it.channel is channel)

    async def breaks(self, sender: Sender, reason: Reason) -> None:
        """The provider has refused its account."""
        async with self.database.tenant(self.merchant_id) as session:
            health = Health(broken_for=reason)
            await note_health(session, sender, health, now=clock.now())


async def open_bakery(database: Database) -> Bakery:
    shop = await open_shop(database)
    return Bakery(database, shop.merchant_id)


@asynccontextmanager
async def a_worker(
    database: Database,
    *offers: Offer,
    journeys: messaging.Journeys | None = None,
    now: Callable[[], datetime] = by_day,
    doors: messaging.Doors | None = None,
) -> AsyncGenerator[Desk]:
    """A worker that sends for the duration; what it has begun it writes down."""
    stopping = asyncio.Event()
    sending = Sending(offers or (offer(),), Stationery(ADDRESS, doors=doors), journeys, now)
    desk = Desk(database, sending)
    running = asyncio.create_task(desk.run(stopping))
    try:
        yield desk
    finally:
        stopping.set()
        await running


@asynccontextmanager
async def a_process_of_its_own(
    module: str, database: Database, ring: crypto.KeyRing
) -> AsyncGenerator[asyncio.subprocess.Process]:
    """A part of this as a process that can be killed; dead afterwards at the latest."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", module, stdin=asyncio.subprocess.PIPE, cwd=ROOT
    )
    assert process.stdin is not None
    process.stdin.write(json.dumps(_handed_over(database, ring)).encode())
    process.stdin.close()
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


def _handed_over(database: Database, ring: crypto.KeyRing) -> dict[str, Any]:
    return {
        "url": database.engine.url.render_as_string(hide_password=False),
        "ring": crypto.dump_ring(ring),
        "ahead_s": _AHEAD.total_seconds(),
    }


def taken_over() -> tuple[Database, Callable[[], datetime]]:
    """In such a process: its database, and `by_day` as its parent has it, whatever the hour."""
    given = json.load(sys.stdin)
    settings = Settings(_env_file=None)  # pyright: ignore[reportCallIssue]
    ring = crypto.parse_ring(given["ring"])
    ahead = timedelta(seconds=given["ahead_s"])
    return db.connect(given["url"], ring, settings, batch=True), lambda: clock.now() + ahead


async def until(check: Callable[[], Any], *, within_s: float = 60) -> None:
    """Until something holds, which may have to be waited for."""
    async with asyncio.timeout(within_s):
        while True:
            found = check()
            if asyncio.iscoroutine(found):
                found = await found
            if found:
                return
            await asyncio.sleep(0.02)


async def settled(*bakeries: Bakery) -> bool:
    """Whether nothing waits for its turn."""
    for bakery in bakeries:
        for state in await bakery.states():
            if state is State.WAITING:
                return False
    return True


async def news_of(bakery: Bakery, kind: str) -> list[str]:
    """What was told of its messages that begins so, in order."""
    async with bakery.database.platform() as session:
        found = await session.execute(
            text("SELECT merchant_ids, types FROM outbox ORDER BY recorded_at, ctid")
        )
        return [
            type_
            for merchant_ids, types in found
            for merchant_id, type_ in zip(merchant_ids, types, strict=True)
            if merchant_id == bakery.merchant_id and type_.startswith(kind)
        ]


async def writes_to(shop: Shop, email: str) -> None:
    """A shop has told a customer something, failed to tell something else, and will tell more.

    A tool of the merchant's is told of it, too.
    """
    await tells_a_tool(shop.database, shop.merchant_id)
    database, merchant_id = shop.database, shop.merchant_id
    people = [from_wire(customers.WIRE_PREFIX, await shop.customer_id(email))]
    bakery = Bakery(database, merchant_id, people)
    answers = [Answer(), Answer(400, b"content_refused", takes=False)]
    async with Post(lambda _: answers.pop(0) if answers else Answer()).open() as post:
        await bakery.uses(post)
        async with database.batch([merchant_id]) as session:
            await bakery.agrees(session, people)
        await bakery.asks(people, occasion=OUTREACH)
        async with a_worker(database):
            await until(lambda: settled(bakery))
            await bakery.asks(people)
            await until(lambda: settled(bakery))
        await bakery.asks(people, due_at=by_day() + timedelta(days=30))
    early = messaging.Status(State.DELIVERED, clock.now(), provider_id="not-known-yet")
    async with database.tenant(merchant_id) as session:
        await messaging.take_status(session, [early], now=clock.now())
