"""However many guests a café has, a stamping reads the few rows that it is about."""

import re
from collections.abc import AsyncGenerator

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest import customers, stamps
from loyalnest.kernel.database import Database, bulk, merchant_of
from loyalnest.stamps import storage
from tests.conftest import NOW, make_merchant
from tests.stamps.cafe import Cafe

_GUESTS = 2_000


@pytest.fixture(scope="module")
async def crowded(lasting_database: Database) -> Cafe:
    """A café with enough cards and stamps for a scan to be the dearer way."""
    async with lasting_database.platform() as session:
        merchant_id = await make_merchant(session, "crowded-cafe")
    cafe = Cafe(lasting_database, merchant_id)
    program = await cafe.draws_up()
    async with cafe.open() as session:
        contacts = [
            customers.Contact(merchant_id, email=f"guest.{number}@example.com")
            for number in range(_GUESTS)
        ]
        guests = await customers.identify_many(session, contacts, now=NOW)
        openings = [stamps.Opening(customer_id=it, program_id=program.id) for it in guests if it]
        cards = [it.card.id for it in await stamps.open_cards(session, openings, now=NOW)]
        stampings = [
            stamps.Stamping(
                card_id=card_id,
                count=5,
                kind=stamps.StampKind.VISIT,
                occurred_at=NOW,
                key=f"first:{card_id}",
                request_hash=b"",
                actor="test",
            )
            for card_id in cards
        ]
        await stamps.stamp_many(session, stampings, now=NOW)
    async with lasting_database.platform() as session:
        await session.execute(text("SET LOCAL role NONE"))
        await session.execute(text("ANALYZE customers, cards, stamps, card_rewards"))
    return cafe


@pytest.fixture
async def counter(crowded: Cafe) -> AsyncGenerator[AsyncSession]:
    """A transaction of the café's that plans as the door for stampings does."""
    async with crowded.database.tenant(crowded.merchant_id, keeping_plans=True) as session:
        yield session


_IDS = "array[uuid '01900000-0000-7000-8000-000000000000']"


@pytest.mark.parametrize(
    ("statement", "arguments", "look_ups"),
    [
        (
            storage.LEADING_LOCKED,
            {_IDS: "uuid[]"},
            [
                "(merchant_id = $1) AND (id = k.asked)",
                "(merchant_id = $1) AND (customer_id = ",
            ],
        ),
        (
            storage.BY_CUSTOMER,
            {_IDS: "uuid[]", f"{_IDS} ": "uuid[]"},
            ["(merchant_id = $1) AND (customer_id = "],
        ),
        (
            storage.BY_NUMBER,
            {"array['0000000000']": "text[]"},
            ["(merchant_id = $1) AND (number = k.number)"],
        ),
        (
            storage.BY_KEYS,
            {"array['api:1']": "text[]"},
            ["(merchant_id = $1) AND (key = k.key)"],
        ),
        (
            storage.STANDING,
            {"array['api:1']": "text[]", _IDS: "uuid[]"},
            ["(merchant_id = $1) AND (key = k_1.key)"],
        ),
        (
            storage.DUE,
            {_IDS: "uuid[]"},
            [
                "(merchant_id = $1) AND (customer_id = ",
                "(merchant_id = $1) AND (id = r.card_id)",
            ],
        ),
    ],
    ids=["leading", "by-customer", "by-number", "by-key", "standing", "due"],
)
async def test_what_a_stamping_reads_is_looked_up(
    counter: AsyncSession, statement: str, arguments: dict[str, str], look_ups: list[str]
):
    arguments = {f"uuid '{merchant_of(counter)}'": "uuid", **arguments}
    plan = await _plan_of(counter, statement, arguments)

    for look_up in look_ups:
        assert any(look_up in it for it in re.findall("Index Cond: .*", plan)), plan
    assert "Seq Scan" not in plan


async def _plan_of(session: AsyncSession, statement: str, arguments: dict[str, str]) -> str:
    connection = await bulk(session)
    await connection.execute(f"PREPARE asked ({', '.join(arguments.values())}) AS {statement}")
    rows = await connection.fetch(f"EXPLAIN (COSTS OFF) EXECUTE asked ({', '.join(arguments)})")
    await connection.execute("DEALLOCATE asked")
    return "\n".join(row[0] for row in rows)
