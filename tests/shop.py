"""A shop that tells us of its orders, and the books that come of it. Everything commits."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text

from loyalnest import customers, ledger, merchants
from loyalnest.customers import Contact
from loyalnest.integrations.shopify import PROVIDED
from loyalnest.kernel.database import Database
from loyalnest.kernel.errors import Contended
from loyalnest.kernel.faults import Fault, classify
from loyalnest.kernel.ids import new_id, to_wire
from loyalnest.kernel.inbox import Prepared
from loyalnest.merchants import ProgramSettings
from tests.conftest import NOW
from tests.contracts.shopify.bodies import Body, delivery

Told = tuple[str, Body]
"""A topic and a body."""
ADA = "ada@example.com"


@dataclass
class Shop:
    """One merchant's Shopify store, spoken to in the words of its webhooks."""

    database: Database
    merchant_id: UUID
    store_id: UUID
    unit: ledger.Unit

    async def tells(self, *news: Told, now: datetime = NOW) -> None:
        """A worker takes these deliveries in as one batch."""
        prepared = [self._prepared(topic, body) for topic, body in news]
        for _ in range(20):
            try:
                async with self.database.batch([self.merchant_id]) as session:
                    await PROVIDED.apply(session, prepared, now)
            except Exception as error:
                if classify(error) is not Fault.CONTENDED:
                    raise
            else:
                return
        raise Contended

    async def tells_in_turn(self, *news: Told) -> None:
        """A worker takes these deliveries in one by one."""
        for told in news:
            await self.tells(told)

    async def tells_at_once(self, *batches: Sequence[Told]) -> None:
        """As many workers as there are batches take them in at the same instant."""
        await asyncio.gather(*(self.tells(*batch) for batch in batches))

    async def sets(self, *, now: datetime = NOW, **settings: Any) -> None:
        """Change the program from now on."""
        async with self.database.tenant(self.merchant_id) as session:
            await merchants.save_program(
                session, ProgramSettings(**settings), actor="test", now=now
            )

    async def spends(self, amount: int, *, email: str = ADA, now: datetime = NOW) -> None:
        """A customer spends points."""
        async with self.database.tenant(self.merchant_id) as session:
            posting = ledger.Posting(
                merchant_id=self.merchant_id,
                customer_id=await self._customer(session, email),
                unit_id=self.unit.id,
                kind=ledger.EntryKind.REDEEM,
                amount=-amount,
                source=ledger.Source("test", str(new_id())),
                step="spend",
                occurred_at=now,
            )
            await ledger.post_many(session, [posting], now=now)

    async def balance(self, email: str = ADA) -> tuple[int, int, int]:
        """Available, pending and debt of a customer."""
        async with self.database.tenant(self.merchant_id) as session:
            found = await session.execute(
                text(
                    "SELECT available, pending, debt FROM accounts"
                    " JOIN units u USING (merchant_id)"
                    " WHERE merchant_id = :merchant_id AND customer_id = :customer_id"
                    " AND u.id = unit_id AND u.code = 'points'"
                ),
                {
                    "merchant_id": self.merchant_id,
                    "customer_id": await self._customer(session, email),
                },
            )
            row = found.one_or_none()
        return (0, 0, 0) if row is None else (row[0], row[1], row[2])

    async def customer_id(self, email: str = ADA) -> str:
        """A customer's id as the API writes it."""
        async with self.database.tenant(self.merchant_id) as session:
            return to_wire("cus", await self._customer(session, email))

    async def entries(self) -> list[tuple[str, int]]:
        """The merchant's entries: step and amount, oldest first."""
        async with self.database.tenant(self.merchant_id) as session:
            found = await session.execute(
                text("SELECT step, amount FROM entries WHERE merchant_id = :id ORDER BY id"),
                {"id": self.merchant_id},
            )
            return [(row[0], row[1]) for row in found]

    async def books_balance(self) -> bool:
        """Whether `verify` finds nothing."""
        async with self.database.platform() as session:
            report = await ledger.verify(session, merchant_id=self.merchant_id)
        return report.clean

    async def _customer(self, session: Any, email: str) -> UUID:
        contact = Contact(merchant_id=self.merchant_id, email=email)
        (customer_id,) = await customers.identify_many(session, [contact], now=NOW)
        assert customer_id is not None
        (living,) = (
            await customers.current_many(session, [(self.merchant_id, customer_id)])
        ).values()
        return living

    def _prepared(self, topic: str, body: Body) -> Prepared:
        it = delivery(topic, body, merchant=self.merchant_id, store=self.store_id)
        return Prepared(it, PROVIDED.prepare(it))


async def open_shop(database: Database) -> Shop:
    """A new merchant with its points and one store."""
    handle = f"bakery-{new_id().hex}"
    async with database.platform() as session:
        merchant = await merchants.create(
            session,
            handle=handle,
            name="Bakery",
            currency="GBP",
            time_zone="Europe/London",
            now=datetime(2026, 1, 1, tzinfo=NOW.tzinfo),
            actor="test",
        )
        unit = await ledger.open_unit(session, merchant_id=merchant.id, now=NOW)
        store = await merchants.add_store(
            session,
            merchant_id=merchant.id,
            provider="shopify",
            domain=f"{handle}.myshopify.com",
            name="Bakery",
            now=NOW,
        )
    return Shop(database, merchant.id, store.id, unit)
