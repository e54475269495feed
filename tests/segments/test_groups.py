"""Customers by tier and segment: shown with each, and asked for by either."""

from datetime import timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from sqlalchemy import text

from loyalnest import customers, ledger, segments, tiers
from loyalnest.customers.routes import Groups
from loyalnest.customers.routes import router_of as customers_router_of
from loyalnest.kernel.database import Database, bulk
from loyalnest.kernel.ids import from_wire
from loyalnest.kernel.relay import settle
from loyalnest.segments import queries
from loyalnest.stamps import visits
from loyalnest.tiers import Ladder, Tier
from loyalnest.tiers.routes import router as tiers_router
from tests.conftest import NOW, make_merchant
from tests.contracts.shopify.bodies import line, order
from tests.doors import caller_for, door
from tests.shop import Shop, Told, open_shop

LADDER = Ladder(tiers=(Tier(key="silver", name="Silver", threshold=Decimal(100)),))
ADA, BEA, CLEO = "ada@example.com", "bea@example.com", "cleo@example.com"


def bought(number: int, email: str, price: str, *, days_ago: int) -> Told:
    at = (NOW - timedelta(days=days_ago)).isoformat()
    body = order(number, lines=[line(price=price)], created_at=at, updated_at=at, email=email)
    return ("orders/create", body | {"customer": {"id": number, "email": email}})


@pytest.fixture
async def shop(lasting_database: Database) -> Shop:
    """Ada on silver and new, Bea on silver and lost, Cleo on nothing and lost."""
    shop = await open_shop(lasting_database)
    async with shop.database.tenant(shop.merchant_id) as session:
        await tiers.save(session, LADDER, actor="test", now=NOW)
    await shop.tells(
        bought(1, ADA, "150.00", days_ago=2),
        bought(2, BEA, "150.00", days_ago=200),
        bought(3, CLEO, "5.00", days_ago=200),
    )
    await settle(shop.database, [segments.SCORES, tiers.STANDINGS], clock=lambda: NOW)
    return shop


async def test_customers_are_asked_for_by_tier_and_segment(shop: Shop) -> None:
    routes = customers_router_of(
        ledger.balances_of,
        Groups(segments.groups_of, segments.members_of),
        visits.rhythms_of,
    )
    async with door(shop.database, routes, caller=caller_for(shop.merchant_id)) as api:

        async def emails(**asked: object) -> list[str]:
            answer = await api.get("/v1/api/customers", params={**asked})  # pyright: ignore
            assert answer.status_code == 200, answer.text
            return sorted(one["email"] for one in answer.json()["items"])

        assert await emails(tier="silver") == [ADA, BEA]
        assert await emails(segment="lost") == [BEA, CLEO]
        assert await emails(tier="silver", segment="lost") == [BEA]
        assert await emails(tier="diamond") == []

        first = (await api.get("/v1/api/customers?tier=silver&limit=1")).json()
        rest = await api.get(f"/v1/api/customers?tier=silver&cursor={first['next_cursor']}")
        (ada,), (bea,) = first["items"], rest.json()["items"]
        assert (ada["tier"], ada["segment"]) == ("silver", "new")
        assert (bea["tier"], bea["segment"]) == ("silver", "lost")
        assert await emails(id=[ada["id"], bea["id"]]) == [ADA, BEA]
        both = await api.get("/v1/api/customers?tier=silver&q=ada")
        assert both.json()["code"] == "ONE_QUESTION"


async def test_a_tier_by_hand_is_the_one_that_is_counted_and_asked_for(shop: Shop) -> None:
    cleo = from_wire("cus", await shop.customer_id(CLEO))
    async with shop.database.tenant(shop.merchant_id) as session:
        await tiers.override(
            session, customer_id=cleo, tier="silver", until=NOW + timedelta(days=1),
            reason="a friend", actor="test", now=NOW,
        )  # fmt: skip

        async def standing(after_days: int) -> tuple[int, int]:
            now = NOW + timedelta(days=after_days)
            found = await segments.members_of(
                session, customers.Group("silver", "lost"), after=None, limit=9, now=now
            )
            asked = customers.Group("silver")
            silver = await segments.members_of(session, asked, after=None, limit=9, now=now)
            assert (cleo in found) == (cleo in silver)
            return len(silver), len(found)

        assert await standing(0) == (3, 2)
        assert await standing(1) == (2, 1)
    async with door(shop.database, tiers_router, caller=caller_for(shop.merchant_id)) as api:
        assert (await api.get("/v1/api/tiers")).json()["customers"] == {"silver": 3}


async def test_members_are_found_by_an_index(database: Database) -> None:
    async with database.platform() as session:
        merchant_id = await make_merchant(session)
        await session.execute(text(FILL), {"merchant_id": merchant_id, "now": NOW})
        await session.execute(text("SET LOCAL role NONE"))
        await session.execute(text("ANALYZE customers, standings, rfm_scores"))
    arguments = [merchant_id, "t7", UUID(int=0), 50, NOW, "t7"]
    async with database.tenant(merchant_id) as session:
        connection = await bulk(session)
        for query, index, count in (
            (queries.IN_SEGMENT, "merchant_id_segment_customer_id_idx", 4),
            (queries.ON_TIER, "merchant_id_tier_customer_id_idx", 5),
            (queries.IN_BOTH, "customer_id_idx", 6),
        ):
            rows = await connection.fetch("EXPLAIN (COSTS OFF) " + query, *arguments[:count])
            plan = "\n".join(row[0] for row in rows)
            assert "Seq Scan" not in plan, plan
            assert index in plan, plan


FILL = """
WITH people AS (
    INSERT INTO customers (merchant_id, id, created_at, updated_at)
    SELECT :merchant_id, gen_random_uuid(), :now, :now FROM generate_series(1, 3000)
    RETURNING merchant_id, id
), numbered AS (
    SELECT merchant_id, id, 't' || row_number() OVER () % 20 AS name FROM people
), scored AS (
    INSERT INTO rfm_scores (merchant_id, customer_id, orders, spend, first_order_at, last_order_at,
        recency, frequency, money, segment, entered_at, scored_at)
    SELECT merchant_id, id, 1, 1, :now, :now, 1, 1, 1, name, :now, :now FROM numbered
)
INSERT INTO standings (merchant_id, customer_id, tier, since, progress, qualified_at,
    ladder_version, judged_at)
SELECT merchant_id, id, name, :now, 1, :now, 1, :now FROM numbered
"""
