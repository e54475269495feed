"""The shop's figures over the wire: who may see what, and what it costs to ask."""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from sqlalchemy import text

from loyalnest import staff, stamps
from loyalnest.entrypoints.counter_names import names_at_counter
from loyalnest.insights import Range, arrivals, keeping, queries
from loyalnest.insights.routes import router_of
from loyalnest.insights.values import EVERYWHERE
from loyalnest.kernel.database import Database, bulk
from loyalnest.kernel.http import Caller, CallerKind
from loyalnest.kernel.ids import new_id, to_wire
from loyalnest.stamps import Stage
from loyalnest.stamps.visits.routes import router as visits_router
from tests.conftest import NOW
from tests.doors import caller_for, door
from tests.insights.test_shop import TODAY, days_ago, news_is_told, store
from tests.stamps.cafe import Cafe, open_cafe, terms

METRICS = "/v1/api/dashboard/metrics"
AT_RISK = "/v1/api/visits/at-risk"
STAGES = (Stage(key="coffee", count=2, name="Coffee", cost=Decimal("1.20")),)
MOST_READ = 8_000


@pytest.fixture
async def cafe(lasting_database: Database) -> Cafe:
    return await open_cafe(lasting_database)


async def asked(cafe: Cafe, caller: Caller, path: str = METRICS, **query: str) -> httpx.Response:
    routers = (router_of(names_at_counter), visits_router)
    async with door(cafe.database, *routers, caller=caller) as api:
        return await api.get(path, params=query)


def somebody(cafe: Cafe, role: staff.Role, staff_id: UUID) -> Caller:
    return Caller(
        cafe.merchant_id,
        f"staff:{to_wire('stf', staff_id)}",
        frozenset(staff.SCOPES_OF[role]),
        CallerKind.STAFF,
        staff_id,
    )


async def a_day_at_the_counter(cafe: Cafe, mine: Caller) -> None:
    card = await cafe.card(await cafe.draws_up(terms(stages=STAGES)))
    async with cafe.open() as session:
        given = [
            stamps.Stamping(
                card_id=card.card.id, occurred_at=days_ago(number), key=str(number), actor=actor
            )
            for number, actor in enumerate((mine.actor, "staff:stf_" + uuid4().hex))
        ]
        _, stamped = [await stamps.stamp(session, it, now=NOW) for it in given]
    await cafe.hands_out(stamped.earned[0])
    await news_is_told(cafe)


@pytest.mark.parametrize(
    ("role", "cost", "clerks"),
    [
        (staff.Role.OWNER, "1.200", 2),
        (staff.Role.MANAGER, "1.200", 2),
        (staff.Role.ANALYST, "1.200", 1),
        (staff.Role.STAFF, None, 1),
    ],
)
async def test_staff_see_no_money_and_of_the_counter_what_they_did_themselves(
    cafe: Cafe, role: staff.Role, cost: str | None, clerks: int
) -> None:
    mine = somebody(cafe, role, new_id())
    await a_day_at_the_counter(cafe, mine)
    told = (await asked(cafe, mine)).json()
    assert (told["visits"], told["rewards_given"], told["rewards_cost"]) == (2, 1, cost)
    assert len(told["clerks"]) == clerks
    assert told["clerks"][0]["by"] == mine.actor or clerks == 2


async def test_a_range_is_thirty_days_up_to_today_unless_it_is_named(cafe: Cafe) -> None:
    caller = caller_for(cafe.merchant_id)
    told = (await asked(cafe, caller)).json()
    assert (told["first"], told["last"]) == (str(TODAY - timedelta(days=29)), str(TODAY))
    assert (told["retention_rate"], told["hours"], told["currency"]) == (None, [], "GBP")


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ({"from": "2026-11-02", "to": "2026-11-01"}, "RANGE_UPSIDE_DOWN"),
        ({"from": "2024-11-02", "to": "2026-11-01"}, "RANGE_TOO_LONG"),
        ({"from": "0001-01-01", "to": "0001-01-02"}, "RANGE_TOO_EARLY"),
        ({"from": "9999-12-01", "to": "9999-12-31"}, "RANGE_TOO_LATE"),
        ({"store_id": "sto_" + "0" * 32}, "STORE_NOT_FOUND"),
    ],
)
async def test_what_makes_no_sense_is_refused(cafe: Cafe, query: dict[str, str], code: str) -> None:
    answer = await asked(cafe, caller_for(cafe.merchant_id), **query)
    assert answer.json()["code"] == code


async def test_late_guests_are_listed_the_latest_to_be_late_first(cafe: Cafe) -> None:
    place = await store(cafe, "north")
    program = await cafe.draws_up()
    late: list[UUID] = []
    for offset in (15, 18, 16, 2, 80):
        card = await cafe.card(program)
        for week in range(4):
            await cafe.gives(card, at=days_ago(offset + 7 * week), store_id=place)
        late.append(card.card.customer_id)
    await news_is_told(cafe)
    caller = caller_for(cafe.merchant_id)
    first = (await asked(cafe, caller, AT_RISK, limit="2")).json()
    rest = (await asked(cafe, caller, AT_RISK, cursor=first["next_cursor"])).json()
    wires = [it["customer_id"] for it in (*first["items"], *rest["items"])]
    assert wires == [to_wire("cus", late[n]) for n in (0, 2, 1)]
    elsewhere = await asked(cafe, caller, AT_RISK, store_id=to_wire("sto", new_id()))
    assert elsewhere.json()["items"] == []
    assert (await asked(cafe, caller)).json()["at_risk"] == 3


async def test_a_year_of_figures_is_few_rows(cafe: Cafe) -> None:
    """Never visits or stamps, and of what is added up whole months as such, and only what is asked
    for: of a shop that is open for twelve hours, where five clerks stamp."""
    async with cafe.database.platform() as session:
        await session.execute(text(_TWO_YEARS_OF_FACTS), {"merchant_id": cafe.merchant_id})
        await (await bulk(session)).execute(keeping.REBUILD[-1], cafe.merchant_id)
    for first, last in ((364, 0), (89, 0), (0, 0), (399, 111)):
        asked = Range(TODAY - timedelta(days=first), TODAY - timedelta(days=last))
        where = (cafe.merchant_id, EVERYWHERE)
        plans = [
            await _run(cafe, queries.DAYS, *where, asked.first, asked.last),
            await _run(cafe, queries.SHARES, *where, *queries.shares_asked(asked)),
        ]
        read = sum(_rows_read(it, "shop_figures") for it in plans)
        assert 0 < read < MOST_READ / 2, f"{read:.0f} rows of {first} to {last} days ago"


async def test_of_who_came_in_a_year_few_numbers_are_read(cafe: Cafe) -> None:
    """Of a shop with guests after every gap: a whole month is one number, not a thousand."""
    async with cafe.database.platform() as session:
        await session.execute(text(_GUESTS_AFTER_EVERY_GAP), {"merchant_id": cafe.merchant_id})
        for statement in arrivals.REBUILD[-2:]:
            await (await bulk(session)).execute(statement, cafe.merchant_id)
    for first, last in ((364, 0), (89, 0), (29, 0), (399, 111)):
        asked = Range(TODAY - timedelta(days=first), TODAY - timedelta(days=last))
        values = (cafe.merchant_id, EVERYWHERE, *queries.guests_asked(asked))
        read = _rows_read(await _run(cafe, queries.GUESTS, *values), "shop_arrivals")
        assert 0 < read < MOST_READ, f"{read:.0f} rows of {first} to {last} days ago"


_GUESTS_AFTER_EVERY_GAP = f"""
INSERT INTO guest_days
SELECT :merchant_id, gen_random_uuid(), '{EVERYWHERE}', d.day::date, d.day::date - gap
FROM generate_series(date '{TODAY}' - 800, date '{TODAY}', '1 day') AS d (day)
CROSS JOIN generate_series(1, 180) AS gap
"""


_TWO_YEARS_OF_FACTS = f"""
INSERT INTO counted_facts (merchant_id, kind, id, store_id, day, hour, clerk, stamps, undone, cost)
SELECT :merchant_id, k.kind, gen_random_uuid(), '{EVERYWHERE}', d.day::date, k.hour,
       CASE k.kind WHEN 'visit' THEN '' ELSE 'clk_' || n END, 0, 0, 0
FROM generate_series(date '{TODAY}' - 800, date '{TODAY}', '1 day') AS d (day)
CROSS JOIN generate_series(1, 12) AS n
CROSS JOIN LATERAL (VALUES ('visit', 7 + n), ('stamping', -1), ('used', -1)) AS k (kind, hour)
WHERE k.kind = 'visit' OR n <= 5
"""


def _rows_read(plan: dict[str, Any], table: str) -> float:
    """How many rows of a table were looked at; by an index, and of no other table any."""
    scans = [it for it in _nodes(plan["Plan"]) if "Relation Name" in it]
    assert {it["Relation Name"] for it in scans} == {table}
    assert {it["Node Type"] for it in scans} <= {"Index Scan", "Index Only Scan"}
    return sum(
        (it["Actual Rows"] + it.get("Rows Removed by Filter", 0)) * it["Actual Loops"]
        for it in scans
    )


def _nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for it in plan.get("Plans", ()):
        yield from _nodes(it)


async def _run(cafe: Cafe, query: str, *values: object) -> dict[str, Any]:
    async with cafe.open() as session:
        connection = await bulk(session)
        return (await connection.fetchval(f"EXPLAIN (ANALYZE, FORMAT JSON) {query}", *values))[0]
