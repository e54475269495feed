"""The queue stays cheap however much waits in it and however much has gone through it."""

from datetime import UTC, datetime

from sqlalchemy import text

from loyalnest.kernel.database import Database, act_as_platform, bulk
from loyalnest.kernel.ids import new_id
from loyalnest.kernel.inbox import queue
from loyalnest.kernel.inbox.values import LANES, lane_of
from tests.kernel.inbox.bakery import deliver, open_bakeries, sale


async def test_the_claim_reaches_rows_and_bodies_by_index_alone(database: Database):
    merchants = await open_bakeries(database, 5)
    await deliver(database, [sale(merchants[n % 5], f"sale {n}") for n in range(2000)])
    now = datetime.now(UTC)
    lanes, since = queue.Lanes().look(now)

    async with database.platform() as session:
        connection = await bulk(session)
        await connection.execute("SET LOCAL plan_cache_mode = force_generic_plan")
        rows = await connection.fetch("EXPLAIN " + queue.CLAIM, lanes, since, now, 500)

    plan = "\n".join(str(row[0]) for row in rows)
    assert "Seq Scan" not in plan
    assert "inbox_pkey" in plan
    assert "deliveries_pkey" in plan
    assert "Tid Scan" in plan


async def test_the_claim_locks_no_more_rows_than_it_takes(database: Database):
    merchants = await open_bakeries(database, 5)
    await deliver(database, [sale(merchants[n % 5], f"sale {n}") for n in range(100)])
    now = datetime.now(UTC)

    async with database.platform() as first, database.platform() as second:
        taken = await queue.claim(first, queue.Lanes(), limit=60, now=now)
        rest = await queue.claim(second, queue.Lanes(), limit=60, now=now)

    assert (len(taken), len(rest)) == (60, 40)
    assert not {row.delivery_id for row in taken} & {row.delivery_id for row in rest}


async def test_the_schema_and_the_program_agree_on_lanes(database: Database):
    ids = [new_id() for _ in range(200)]
    async with database.platform() as session:
        await act_as_platform(session)
        lanes = await session.execute(
            text("SELECT get_byte(uuid_send(id), 15) % 16 FROM unnest(CAST(:ids AS uuid[])) id"),
            {"ids": ids},
        )

    assert [row[0] for row in lanes] == [lane_of(id) for id in ids]
    assert {lane_of(id) for id in ids} <= set(range(LANES))
