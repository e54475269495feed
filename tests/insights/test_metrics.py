"""The shop's figures over the wire: who may see what, and what it costs to ask."""

from datetime import timedelta
from decimal import Decimal
from uuid import UUID, uuid4

import httpx
import pytest
from sqlalchemy import text

from loyalnest import staff, stamps
from loyalnest.entrypoints.counter_names import names_at_counter
from loyalnest.insights import queries, router_of
from loyalnest.insights.values import EVERYWHERE
from loyalnest.kernel.database import Database, bulk
from loyalnest.kernel.http import Caller, CallerKind
from loyalnest.kernel.ids import new_id, to_wire
from loyalnest.stamps import Stage, visits
from tests.conftest import NOW
from tests.doors import caller_for, door
from tests.insights.test_shop import TODAY, days_ago, news_is_told, store
from tests.stamps.cafe import Cafe, open_cafe, terms

METRICS = "/v1/api/dashboard/metrics"
AT_RISK = "/v1/api/visits/at-risk"
STAGES = (Stage(key="coffee", count=2, name="Coffee", cost=Decimal("1.20")),)
MANY = 40_000


@pytest.fixture
async def cafe(database: Database) -> Cafe:
    return await open_cafe(database)


async def asked(cafe: Cafe, caller: Caller, path: str = METRICS, **query: str) -> httpx.Response:
    routers = (router_of(names_at_counter), visits.router)
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


async def test_figures_are_read_from_what_is_added_up(cafe: Cafe) -> None:
    """Never from visits, and of what is added up only the days that are asked for."""
    about = {"merchant_id": cafe.merchant_id, "many": MANY}
    async with cafe.database.platform() as session:
        await session.execute(
            text(
                "INSERT INTO shop_arrivals SELECT :merchant_id, gen_random_uuid(), "
                "date '2020-01-01' + n / 20, date '2020-01-01' + n / 20 - 1 - n % 20, 1"
                " FROM generate_series(1, :many) n"
            ),
            about,
        )
        await session.execute(
            text(
                "INSERT INTO shop_figures SELECT :merchant_id, date '2020-01-01' + n / 20,"
                " 'visit', gen_random_uuid(), n % 20, '', 1, 0, 0, 0"
                " FROM generate_series(1, :many) n"
            ),
            about,
        )
    last = TODAY
    first, before = last - timedelta(days=29), last - timedelta(days=59)
    guests = (cafe.merchant_id, EVERYWHERE, first, last, before)
    plans = [
        await _plan(cafe, queries.GUESTS, *guests),
        await _plan(cafe, queries.FIGURES, cafe.merchant_id, None, first, last),
    ]
    for plan in plans:
        assert "Seq Scan" not in plan, plan
        assert "visits" not in plan, plan
        assert "stamps" not in plan, plan


async def _plan(cafe: Cafe, query: str, *values: object) -> str:
    async with cafe.open() as session:
        await session.execute(text("SET LOCAL plan_cache_mode = force_custom_plan"))
        rows = await (await bulk(session)).fetch(f"EXPLAIN {query}", *values)
    return "\n".join(row[0] for row in rows)
