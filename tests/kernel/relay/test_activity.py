"""What happened, by time, kind, store and customer, whatever the size."""

import re
from datetime import UTC, datetime, timedelta
from typing import ClassVar
from uuid import UUID

import pytest
from sqlalchemy import text

from loyalnest.kernel import events, relay
from loyalnest.kernel.database import Database, bulk
from loyalnest.kernel.ids import new_id, to_wire
from loyalnest.kernel.relay import activity
from loyalnest.kernel.relay.routes import router_of as relay_router_of
from tests.conftest import NOW
from tests.doors import caller_for, door
from tests.kernel.inbox.bakery import open_bakeries
from tests.kernel.relay.bell import BellRang, DoorOpened

CROWD = 100_000
HALF_A_CROWD_AGO = NOW - timedelta(seconds=CROWD // 2)
# One in a thousand, and one that stopped long ago, beside three that make up the log.
FILL = """
INSERT INTO events (merchant_id, position, id, type, customer_id, data, occurred_at, recorded_at)
SELECT $1, n, gen_random_uuid(),
       CASE WHEN n < 50 THEN 'bell.stopped' WHEN n % 1000 = 0 THEN 'bell.cracked'
            ELSE ('{bell.rang,door.opened,door.closed}'::text[])[1 + n % 3] END,
       CASE WHEN n % 500 = 0 THEN $2::uuid ELSE gen_random_uuid() END,
       CASE WHEN n < 200 THEN jsonb_build_object('store_id', $3::uuid)
            WHEN n % 2 = 0 THEN jsonb_build_object('store_id', $4::uuid) ELSE '{}' END,
       $5::timestamptz - (100000 - n) * interval '1 second', $5
FROM generate_series(1, 100000) AS n
"""


class LoafSold(events.Event, frozen=True, kw_only=True):
    type: ClassVar[str] = "loaf.sold"

    store_id: UUID


async def test_what_happened_is_found_by_time_kind_store_and_customer(database: Database):
    shop, other = await open_bakeries(database, 2)
    anna, mill = new_id(), new_id()

    def at(hour: int) -> datetime:
        return datetime(2026, 10, 25, hour, tzinfo=UTC)

    # In the order of commits, which is not that of time: the last one is told long afterwards.
    happened = [
        BellRang(merchant_id=shop, occurred_at=at(9), times=1, customer_id=anna),
        DoorOpened(merchant_id=shop, occurred_at=at(9)),
        LoafSold(merchant_id=shop, occurred_at=at(12), customer_id=anna, store_id=mill),
        LoafSold(merchant_id=shop, occurred_at=at(13), store_id=new_id()),
        BellRang(merchant_id=shop, occurred_at=at(8), times=2),
        BellRang(merchant_id=other, occurred_at=at(10), times=3, customer_id=anna),
    ]
    async with database.platform() as session:
        await events.publish(session, happened, now=NOW)
    await relay.settle(database, [])
    caller = caller_for(shop)
    async with door(database, relay_router_of([]), caller=caller) as client:

        async def seen(**asked: object) -> list[int]:
            found: list[int] = []
            query = {**asked, "limit": 2}
            while True:
                page = (await client.get("/v1/api/activity", params=query)).json()  # type: ignore[arg-type]
                found += [item["position"] for item in page["items"]]
                if page["next_cursor"] is None:
                    return found
                query["cursor"] = page["next_cursor"]

        assert await seen() == [4, 3, 2, 1, 5]
        assert await seen(type=["bell.rang"]) == [1, 5]
        assert await seen(type=["bell.rang", "door.opened", "never.heard"]) == [2, 1, 5]
        assert await seen(customer=to_wire("cus", anna)) == [3, 1]
        assert await seen(store=to_wire("sto", mill)) == [3]
        assert await seen(store=to_wire("sto", mill), type=["bell.rang"]) == []
        assert await seen(customer=to_wire("cus", anna), store=to_wire("sto", mill)) == [3]
        assert await seen(customer=to_wire("cus", anna), type=["bell.rang"]) == [1]
        assert await seen(since=at(9).isoformat(), until=at(12).isoformat()) == [2, 1]
        assert await seen(since="2026-10-25T10:00:00+01:00", type=["bell.rang"]) == [1]
        # The 25th where clocks go back is 25 hours long, and its bounds say so.
        day = {"since": "2026-10-25T00:00:00+01:00", "until": "2026-10-26T00:00:00+00:00"}
        assert await seen(**day) == [4, 3, 2, 1, 5]


@pytest.mark.parametrize("cursor", ["WyIxIl0", "WyJub3ciLCAiMSJd", "x"])
async def test_a_cursor_that_is_not_from_here_is_refused(database: Database, cursor: str):
    (shop,) = await open_bakeries(database, 1)
    async with door(database, relay_router_of([]), caller=caller_for(shop)) as client:
        answer = await client.get("/v1/api/activity", params={"cursor": cursor})
    assert answer.json()["code"] == "INVALID_CURSOR"


async def test_a_page_costs_the_same_however_long_the_log_is(database: Database):
    (shop,) = await open_bakeries(database, 1)
    anna, old, busy = new_id(), new_id(), new_id()
    async with database.platform() as session:
        connection = await bulk(session)
        await connection.execute(FILL, shop, anna, old, busy, NOW)
    async with database.engine.begin() as owner:
        await owner.execute(text("ANALYZE events"))

    async def pages_read(query: str, *more: object, deep: bool = False) -> int:
        """How many pages of the database it takes, as the application's own role."""
        before = (HALF_A_CROWD_AGO, 0) if deep else (None, 0)
        async with database.tenant(shop) as session:
            rows = await (await bulk(session)).fetch(
                "EXPLAIN (ANALYZE, BUFFERS, COSTS OFF, TIMING OFF) " + query,
                *(shop, None, *before, 51, *more),
            )
        plan = "\n".join(str(row[0]) for row in rows)
        assert "Seq Scan" not in plan, plan
        # The first line is of the whole query.
        (told,) = re.findall(r"\A.*\n\s+Buffers: shared (.*)", plan)
        return sum(map(int, re.findall(r"(?:hit|read)=(\d+)", told)))

    several = ["bell.cracked", "bell.stopped", "door.opened"]
    assert await pages_read(activity.BY_KIND, None) < 300
    assert await pages_read(activity.BY_KIND, None, deep=True) < 300
    assert await pages_read(activity.BY_KIND, ["bell.stopped"]) < 300
    assert await pages_read(activity.BY_KIND, several, deep=True) < 300
    assert await pages_read(activity.BY_STORE, None, old) < 300
    assert await pages_read(activity.BY_STORE, None, busy, deep=True) < 300
    assert await pages_read(activity.BY_STORE, ["bell.stopped"], busy) < 300
    assert await pages_read(activity.OF_CUSTOMER, None, None, anna) < 300
    assert await pages_read(activity.OF_CUSTOMER, several, old, anna) < 300
