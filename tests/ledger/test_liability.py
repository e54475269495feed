from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest import ledger, orders
from loyalnest.kernel import database as db
from loyalnest.kernel.database import Database
from loyalnest.ledger import Expiry, ExpiryKind, Source
from loyalnest.ledger.routes import router_of as ledger_router_of
from tests.doors import caller_for, door
from tests.ledger.conftest import Books
from tests.ledger.test_routes import adjust, bakery, enrolled

__all__ = ["bakery"]

MARCH, APRIL, MAY, JUNE = [date(2026, month, 1) for month in (3, 4, 5, 6)]


def at(month: int, day: int, hour: int = 12) -> datetime:
    return datetime(2026, month, day, hour, tzinfo=UTC)


async def rolled(books: Books, first: date, last: date) -> list[tuple[Any, ...]]:
    months = await ledger.liability(
        books.session, merchant_id=books.merchant_id, first=first, last=last
    )
    return [
        (m.month, m.opening, m.issued, m.redeemed, m.expired, m.clawed_back, m.adjusted, m.closing)
        for m in months
    ]


async def test_each_month_opens_with_what_the_last_one_closed_with(books: Books) -> None:
    await books.expire_by(Expiry(ExpiryKind.DAYS, days=60))
    ada, twin = await books.customer(), await books.customer()
    first = Source("order", "1")
    books.now = at(3, 10)
    await books.post(ada, "earn", 100, source=first)
    books.now = at(3, 20)
    await books.post(ada, "redeem", -30)
    books.now = at(4, 2)
    await books.post(twin, "earn", 40)
    await books.post(twin, "adjust", 5)
    await ledger.merge(
        books.session,
        merchant_id=books.merchant_id,
        kept_id=ada,
        merged_id=twin,
        actor="test",
        now=at(4, 20),
    )
    books.now = at(4, 25)
    await books.post(ada, "refund", -100, source=first, step="refund", clawback_of=first)
    await ledger.settle_due(books.session, now=at(7, 1))
    assert await rolled(books, MARCH, JUNE) == [
        (MARCH, 0, 100, -30, 0, 0, 0, 70),
        (APRIL, 70, 40, 0, 0, -100, 5, 15),
        (MAY, 15, 0, 0, 0, 0, 0, 15),
        (JUNE, 15, 0, 0, -15, 0, 0, 0),
    ]
    assert await rolled(books, MAY, MAY) == [(MAY, 15, 0, 0, 0, 0, 0, 15)]


async def test_months_end_at_midnight_where_the_merchant_is(books: Books) -> None:
    """In London, whose clocks went forward on 29 March, April began at 23:00 UTC."""
    ada = await books.customer()
    await books.post(ada, "earn", 1, occurred_at=datetime(2026, 3, 31, 22, 59, tzinfo=UTC))
    await books.post(ada, "earn", 10, occurred_at=datetime(2026, 3, 31, 23, 0, tzinfo=UTC))
    assert [month[-1] for month in await rolled(books, MARCH, APRIL)] == [1, 11]


@pytest.mark.parametrize(
    "tampering",
    [
        "UPDATE draws SET occurred_at = occurred_at - interval '1 month' WHERE merchant_id = :id",
        "UPDATE lots SET occurred_at = occurred_at - interval '1 month' WHERE merchant_id = :id",
    ],
)
async def test_a_month_whose_lots_tell_another_story_is_named(
    session: AsyncSession, tampering: str
) -> None:
    merchant_id = db.merchant_of(session)
    unit = await ledger.open_unit(session, merchant_id=merchant_id, now=at(4, 1))
    books = Books(session, merchant_id, unit)
    ada = await books.customer()
    await books.post(ada, "earn", 100, occurred_at=at(4, 10))
    await books.post(ada, "redeem", -30, occurred_at=at(4, 11))
    assert await books.violations() == []
    await session.execute(text(tampering), {"id": merchant_id})
    found = await books.violations()
    assert {it.check for it in found} == {"liability"}
    assert [it.subject for it in found] == ["points 2026-03", "points 2026-04"]


async def test_the_liability_is_asked_for_by_rest(database: Database, bakery: UUID) -> None:
    ada = await enrolled(database, bakery)
    async with door(
        database, ledger_router_of(orders.sources_of), caller=caller_for(bakery)
    ) as client:
        await adjust(client, ada, 50, "1")
        told = await client.get("/v1/api/ledger/liability", params={"to": "2030-01-31"})
        one = await client.get(
            "/v1/api/ledger/liability", params={"from": "2029-02-01", "to": "2029-02-02"}
        )
        wrong = await client.get(
            "/v1/api/ledger/liability", params={"from": "2029-02-01", "to": "2028-02-02"}
        )
    assert len(told.json()["items"]) == 13
    assert [month["closing"] for month in one.json()["items"]] == [50]
    assert wrong.status_code in (400, 422)
