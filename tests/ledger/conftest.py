"""The ledger's cast: one bakery, its points, and customers by name."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest import ledger
from loyalnest.kernel import database as db
from loyalnest.kernel.ids import new_id
from tests.conftest import NOW


async def add_customer(session: AsyncSession, merchant_id: UUID) -> UUID:
    """A customer's bare row, for tests that are not about who the customer is."""
    customer_id = new_id()
    await session.execute(
        text(
            "INSERT INTO customers (merchant_id, id, created_at, updated_at)"
            " VALUES (:merchant_id, :id, :now, :now)"
        ),
        {"merchant_id": merchant_id, "id": customer_id, "now": NOW},
    )
    return customer_id


@dataclass
class Books:
    """One merchant's ledger in a test, spoken to in a sentence a line."""

    session: AsyncSession
    merchant_id: UUID
    unit: ledger.Unit
    now: datetime = NOW
    steps: int = 0
    posted: list[ledger.Posted] = field(default_factory=list[ledger.Posted])

    async def customer(self) -> UUID:
        return await add_customer(self.session, self.merchant_id)

    def posting(self, customer: UUID, kind: str, amount: int, **more: Any) -> ledger.Posting:
        self.steps += 1
        more.setdefault("source", ledger.Source("test", str(self.steps)))
        more.setdefault("step", kind)
        more.setdefault("occurred_at", self.now)
        return ledger.Posting(
            merchant_id=self.merchant_id,
            customer_id=customer,
            unit_id=self.unit.id,
            kind=ledger.EntryKind(kind),
            amount=amount,
            **more,
        )

    async def post(self, customer: UUID, kind: str, amount: int, **more: Any) -> ledger.Posted:
        (posted,) = await self.post_many([self.posting(customer, kind, amount, **more)])
        return posted

    async def post_many(self, postings: list[ledger.Posting]) -> list[ledger.Posted]:
        return await ledger.post_many(self.session, postings, now=self.now)

    async def expire_by(self, expiry: ledger.Expiry) -> None:
        """Put an expiry policy in force."""
        await ledger.set_expiry(
            self.session, merchant_id=self.merchant_id, code="points", expiry=expiry, now=self.now
        )

    async def figures(self, customer: UUID) -> tuple[int, int, int]:
        """Available, pending and debt as the books have them."""
        row = (
            await self.session.execute(
                text(
                    "SELECT available, pending, debt FROM accounts"
                    " WHERE merchant_id = :merchant_id AND customer_id = :customer_id"
                ),
                {"merchant_id": self.merchant_id, "customer_id": customer},
            )
        ).one_or_none()
        return (0, 0, 0) if row is None else (row[0], row[1], row[2])

    async def violations(self) -> list[ledger.Violation]:
        await db.act_as_platform(self.session)
        report = await ledger.verify(self.session)
        await db.act_for(self.session, [self.merchant_id])
        return [violation for check in report.checks for violation in check.listed]


@pytest.fixture
async def books(session: AsyncSession) -> AsyncGenerator[Books]:
    """A bakery's books; after the test they have to balance."""
    merchant_id = db.merchant_of(session)
    unit = await ledger.open_unit(session, merchant_id=merchant_id, now=NOW)
    books = Books(session, merchant_id, unit)
    yield books
    assert await books.violations() == []
