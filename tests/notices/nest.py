"""Merchants whose customers are told, by senders that nobody asks to send."""

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import text

from loyalnest import customers, journeys, ledger, messaging, notices
from loyalnest.customers import Contact
from loyalnest.integrations import smtp
from loyalnest.kernel import clock, relay
from loyalnest.kernel.crypto import KeyRing
from loyalnest.kernel.database import Database
from loyalnest.kernel.ids import new_id
from loyalnest.messaging import Channel, Delivery
from loyalnest.stamps import enrolling
from tests.conftest import NOW
from tests.shop import Shop, open_shop


class Nest:
    """A merchant whose customers are told."""

    def __init__(self, shop: Shop):
        self.shop = shop
        self.database = shop.database
        self.delivery = relay.Delivery(shop.database, notices.NOTICES, clock=lambda: NOW)

    async def knows(
        self, email: str, *, member: bool = True, name: str = "Anna Archer", **more: Any
    ) -> UUID:
        merchant_id = self.shop.merchant_id
        contact = Contact(merchant_id, email=email, name=name, **more)
        async with self.database.tenant(merchant_id) as session:
            (id_,) = await customers.identify_many(session, [contact], now=NOW)
            assert id_ is not None
            if member:
                await customers.enrol_many(session, [(merchant_id, id_)], now=NOW)
        return id_

    async def adjusts(
        self, customer_id: UUID, amount: int, *, age: timedelta = timedelta()
    ) -> None:
        async with self.database.tenant(self.shop.merchant_id) as session:
            await ledger.adjust(
                session,
                merchant_id=self.shop.merchant_id,
                customer_id=customer_id,
                unit_id=self.shop.unit.id,
                amount=amount,
                reason="a mistake",
                source=ledger.Source("test", str(new_id())),
                actor="staff:test",
                now=NOW - age,
            )

    async def expires(self, expiry: ledger.Expiry, *, now: datetime = NOW) -> None:
        """Points lapse like this from now on, also those that there are."""
        async with self.database.tenant(self.shop.merchant_id) as session:
            await ledger.set_expiry(
                session,
                merchant_id=self.shop.merchant_id,
                code="points",
                expiry=expiry,
                existing=True,
                now=now,
            )

    async def earns(self, customer_id: UUID, amount: int, *, now: datetime = NOW) -> None:
        async with self.database.tenant(self.shop.merchant_id) as session:
            posting = ledger.Posting(
                merchant_id=self.shop.merchant_id,
                customer_id=customer_id,
                unit_id=self.shop.unit.id,
                kind=ledger.EntryKind.EARN,
                amount=amount,
                source=ledger.Source("test", str(new_id())),
                step="earn",
                occurred_at=now,
            )
            await ledger.post_many(session, [posting], now=now)

    async def wants(self, **settings: Any) -> None:
        """The merchant wants these things told."""
        async with self.database.tenant(self.shop.merchant_id) as session:
            await notices.save_settings(
                session, notices.NoticeSettings(**settings), actor="test", now=NOW
            )

    async def told(self) -> list[Delivery]:
        """What is to be sent once all news are read."""
        await self.delivery.begin()
        while await relay.sequence(self.database):
            pass
        while await self.delivery.step():
            pass
        return await self.deliveries()

    async def deliveries(self) -> list[Delivery]:
        """What is to be sent."""
        async with self.database.tenant(self.shop.merchant_id) as session:
            filters = messaging.Filters()
            return await messaging.list_deliveries(session, filters, before=None, limit=100)

    async def foretold(self, now: datetime = NOW) -> list[tuple[str, dict[str, Any]]]:
        """What is to be sent once the morning's work is done, and what is filled in."""
        await notices.tell_ahead(self.database, now, speak_of_points=journeys.speaking_of_expiry)
        async with self.database.tenant(self.shop.merchant_id) as session:
            rows = await session.execute(
                text("SELECT occasion, variables_sealed FROM messages ORDER BY id")
            )
            ring = self.database.ring
            return [(row[0], _opened(ring, self.shop.merchant_id, row[1])) for row in rows]


def _opened(ring: KeyRing, merchant_id: UUID, sealed: bytes) -> dict[str, Any]:
    return json.loads(ring.open(merchant_id, "messages.variables", bytes(sealed)))


async def open_nest(database: Database) -> Nest:
    """A merchant who has a sender of mails."""
    nest = Nest(await open_shop(database))
    setup = messaging.Setup(
        Channel.EMAIL,
        "hello@bakery.example",
        "Bakery",
        {"host": "127.0.0.1", "port": "25", "security": "none"},
    )
    async with database.tenant(nest.shop.merchant_id) as session:
        await messaging.set_up(session, setup, smtp.offer(clock.now), actor="test", now=NOW)
    return nest


async def linked(
    nest: Nest, told: Sequence[tuple[str, dict[str, Any]]]
) -> list[tuple[str, dict[str, object]]]:
    """The same with the card that each link opens in place of the link."""
    place = f"{nest.database.settings.address}/card/"
    shown: list[tuple[str, dict[str, object]]] = []
    async with nest.database.tenant(nest.shop.merchant_id) as session:
        for occasion, filled in told:
            assert filled["link"].startswith(place), filled
            link = await enrolling.open_link(session, filled["link"].removeprefix(place))
            assert link.proven
            shown.append((occasion, {**filled, "link": link.card_id}))
    return shown


def occasions(deliveries: Sequence[Delivery]) -> list[str]:
    """What they are about."""
    return sorted(it.occasion for it in deliveries)
