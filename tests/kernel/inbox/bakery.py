"""A bakery's till that sends its sales, as small as a provider can be."""

import asyncio
import json
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest.kernel import inbox
from loyalnest.kernel.database import Database, act_as_platform, bulk
from loyalnest.kernel.errors import Contended, Invalid
from loyalnest.kernel.ids import new_id
from tests.conftest import NOW

STORE = UUID(int=7)


class UnreadableSale(Invalid):
    """This sale is not written as a sale is."""


class ImpossibleSale(Invalid):
    """Nobody buys as much as that."""


class Till:
    """Writes each sale into `sales`; told to, it fails on some."""

    def __init__(self) -> None:
        self.poison: set[str] = set()
        self.contended = 0
        self.batches: list[list[str]] = []
        self.pause_s = 0.0
        self.has_sold = asyncio.Event()
        """Something is written, and not yet for good."""
        self.may_go_on = asyncio.Event()
        self.may_go_on.set()

    @property
    def provider(self) -> inbox.Provider:
        return inbox.Provider(
            name="till",
            handled=frozenset({"sale"}),
            requests=frozenset({"erase"}),
            prepare=self.prepare,
            apply=self.apply,
        )

    def prepare(self, delivery: inbox.Delivery) -> object:
        try:
            return str(json.loads(delivery.body)["sale"])
        except (ValueError, KeyError):
            raise UnreadableSale from None

    async def apply(
        self, session: AsyncSession, sales: Sequence[inbox.Prepared], now: datetime
    ) -> None:
        if self.contended:
            self.contended -= 1
            raise Contended
        names = [str(sale.fact) for sale in sales]
        if "impossible" in names:
            raise ImpossibleSale
        connection = await bulk(session)
        await connection.execute(
            "INSERT INTO sales SELECT * FROM unnest($1::uuid[], $2::text[])",
            [sale.delivery.merchant_id for sale in sales],
            names,
        )
        self.has_sold.set()
        await self.may_go_on.wait()
        if self.pause_s:
            await asyncio.sleep(self.pause_s)
        if self.poison & set(names):
            raise RuntimeError("the till is stuck on anna@example.com")
        self.batches.append(names)


def sale(merchant_id: UUID, name: str, *, topic: str = "sale", body: bytes | None = None):
    return inbox.NewDelivery(
        merchant_id=merchant_id,
        store_id=STORE,
        provider="till",
        topic=topic,
        delivery_key=name,
        body=json.dumps({"sale": name}).encode() if body is None else body,
        state=Till().provider.state_of(topic),
    )


async def open_bakeries(database: Database, count: int) -> list[UUID]:
    """Merchants, and the table their sales end in: one row for every time one was applied."""
    merchant_ids = [new_id() for _ in range(count)]
    async with database.engine.begin() as connection:
        await connection.execute(
            text("CREATE TABLE IF NOT EXISTS sales (merchant_id uuid, name text)")
        )
        await connection.execute(text("GRANT ALL ON sales TO PUBLIC"))
    async with database.platform() as session:
        await session.execute(
            text(
                "INSERT INTO merchants (merchant_id, handle, name, currency, time_zone, created_at)"
                " VALUES (:id, :handle, 'Bakery', 'GBP', 'Europe/London', :now)"
            ),
            [{"id": id, "handle": f"bakery-{id.hex[-12:]}", "now": NOW} for id in merchant_ids],
        )
    return merchant_ids


async def sold(database: Database) -> list[str]:
    """The names of all sales that were applied, sorted."""
    async with database.platform() as session:
        return [row[0] for row in await session.execute(text("SELECT name FROM sales ORDER BY 1"))]


async def count(database: Database, table: str) -> int:
    async with database.platform() as session:
        await act_as_platform(session)
        return await session.scalar(text(f"SELECT count(*) FROM {table}")) or 0


async def deliver(database: Database, deliveries: Sequence[inbox.NewDelivery]) -> None:
    async with inbox.Intake(database) as intake:
        await asyncio.gather(*(intake.put(delivery) for delivery in deliveries))
