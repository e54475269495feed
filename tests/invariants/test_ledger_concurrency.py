"""Many at once on the same accounts: one after another wins, nothing is lost, nobody deadlocks."""

import asyncio
from uuid import UUID

import msgspec
import pytest
from sqlalchemy import text

from loyalnest import ledger
from loyalnest.kernel.database import Database
from loyalnest.kernel.ids import new_id
from loyalnest.ledger import EntryKind, Expiry, ExpiryKind, Posting, Source, UnitId
from tests.conftest import NOW, make_merchant
from tests.ledger.conftest import add_customer
from tests.waiting import until_somebody_waits


async def bakery(database: Database, people: int) -> tuple[ledger.Unit, list[UUID]]:
    async with database.platform() as session:
        merchant_id = await make_merchant(session)
        unit = await ledger.open_unit(session, merchant_id=merchant_id, now=NOW)
        return unit, [await add_customer(session, merchant_id) for _ in range(people)]


def posting(unit: ledger.Unit, who: UUID, amount: int, name: str) -> Posting:
    return Posting(
        merchant_id=unit.merchant_id,
        customer_id=who,
        unit_id=unit.id,
        kind=EntryKind.EARN if amount > 0 else EntryKind.REDEEM,
        amount=amount,
        source=Source("test", name),
        step="post",
        occurred_at=NOW,
    )


async def post(database: Database, postings: list[Posting]) -> str:
    async with database.tenant(postings[0].merchant_id) as session:
        try:
            posted = await ledger.post_many(session, postings, now=NOW)
        except ledger.InsufficientPoints:
            await session.rollback()
            return "refused"
    return "replayed" if posted[0].replayed else "written"


async def balances(database: Database, unit: ledger.Unit, people: list[UUID]) -> list[int]:
    async with database.tenant(unit.merchant_id) as session:
        held = await ledger.balances_of(session, people, now=NOW)
    return [held[who][0].available for who in people]


async def assert_clean(database: Database) -> None:
    async with database.platform(snapshot=True) as session:
        report = await ledger.verify(session)
    assert [violation for check in report.checks for violation in check.listed] == []


async def test_of_many_who_spend_the_same_points_at_once_one_wins(database: Database) -> None:
    unit, (ada,) = await bakery(database, 1)
    await post(database, [posting(unit, ada, 100, "earned")])
    outcomes = await asyncio.gather(
        *(post(database, [posting(unit, ada, -100, f"spend-{n}")]) for n in range(10))
    )
    assert sorted(outcomes) == ["refused"] * 9 + ["written"]
    assert await balances(database, unit, [ada]) == [0]
    await assert_clean(database)


async def test_no_earning_is_lost_on_one_hot_account(database: Database) -> None:
    unit, (ada,) = await bakery(database, 1)
    await asyncio.gather(*(post(database, [posting(unit, ada, 1, f"{n}")]) for n in range(40)))
    assert await balances(database, unit, [ada]) == [40]
    await assert_clean(database)


async def test_the_same_posting_delivered_at_once_is_written_once(database: Database) -> None:
    unit, (ada,) = await bakery(database, 1)
    outcomes = await asyncio.gather(
        *(post(database, [posting(unit, ada, 7, "one")]) for _ in range(8))
    )
    assert sorted(outcomes) == ["replayed"] * 7 + ["written"]
    assert await balances(database, unit, [ada]) == [7]


async def test_batches_over_the_same_people_in_opposite_order_never_deadlock(
    database: Database,
) -> None:
    unit, people = await bakery(database, 20)
    batches = [
        [posting(unit, who, 1, f"{n}-{who}") for who in (people if n % 2 else people[::-1])]
        for n in range(12)
    ]
    await asyncio.gather(*(post(database, batch) for batch in batches))
    assert await balances(database, unit, people) == [12] * 20
    await assert_clean(database)


async def test_who_waits_for_a_change_of_policy_earns_by_the_new_one(database: Database) -> None:
    unit, (ada,) = await bakery(database, 1)
    await post(database, [posting(unit, ada, 1, "before")])
    async with database.tenant(unit.merchant_id) as changing:
        await ledger.set_expiry(
            changing,
            merchant_id=unit.merchant_id,
            code=unit.code,
            expiry=Expiry(ExpiryKind.DAYS, days=30),
            existing=True,
            now=NOW,
        )
        earning = asyncio.create_task(post(database, [posting(unit, ada, 5, "meanwhile")]))
        await until_somebody_waits(database)
    await earning
    async with database.tenant(unit.merchant_id) as session:
        dates = await session.scalars(text("SELECT expires_at FROM lots ORDER BY recorded_at"))
    assert None not in list(dates)


async def test_nothing_is_earned_in_a_unit_that_is_not_there(database: Database) -> None:
    unit, (ada,) = await bakery(database, 1)
    unknown = msgspec.structs.replace(unit, id=UnitId(new_id()))
    with pytest.raises(ledger.UnitUnknown):
        await post(database, [posting(unknown, ada, 1, "nothing")])


async def test_hot_look_ups_reach_their_index_as_the_application(database: Database) -> None:
    """Among 4,000 entries, with sequential scans as cheap as they are."""
    unit, people = await bakery(database, 1000)
    await post(database, [posting(unit, who, 5, f"{who}-{n}") for who in people for n in range(3)])
    await post(database, [posting(unit, who, -7, f"{who}-spent") for who in people])
    async with database.platform() as session:
        await session.execute(text("SET LOCAL role NONE"))
        await session.execute(text("ANALYZE accounts, entries, lots, draws"))
    async with database.tenant(unit.merchant_id) as session:
        for table, where in {
            "lots": "unit_id = :unit_id AND customer_id = :customer_id AND remaining > 0",
            "entries": "source_kind = 'test' AND source_id = 'x' AND step = 'post'",
            "accounts": "unit_id = :unit_id AND customer_id = :customer_id",
            "draws": "entry_id = :unit_id",
        }.items():
            plan = await session.scalars(
                text(f"EXPLAIN SELECT * FROM {table} WHERE merchant_id = :merchant_id AND {where}"),
                {"merchant_id": unit.merchant_id, "unit_id": unit.id, "customer_id": people[0]}
                if ":customer_id" in where
                else {"merchant_id": unit.merchant_id}
                | ({"unit_id": unit.id} if ":unit_id" in where else {}),
            )
            lines = "\n".join(plan)
            assert "Index Cond" in lines, lines
            assert "Seq Scan" not in lines, lines
