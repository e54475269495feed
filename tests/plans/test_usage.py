"""Orders of a month are counted against a plan; merchants are told, and nothing stops."""

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import text

from loyalnest import plans
from loyalnest.entrypoints import wiring
from loyalnest.kernel import clock
from loyalnest.kernel.database import Database
from loyalnest.kernel.relay import settle
from loyalnest.plans import Plan
from loyalnest.plans.queries import OF_MONTH, first_id
from tests.contracts.shopify.bodies import order
from tests.doors import Hands, bearing, house, make_key
from tests.shop import Shop, Told, open_shop


def bought(number: int, at: datetime) -> Told:
    when = at.isoformat()
    return ("orders/paid", order(number, created_at=when, updated_at=when))


async def usage(shop: Shop, now: datetime, plan: str) -> dict[str, Any]:
    key = bearing(await make_key(shop.database, shop.merchant_id))
    async with house(shop.database, clock=Hands(now), plan=plan) as client:
        return (await client.get("/v1/api/usage", headers=key)).json()


async def told(shop: Shop) -> list[tuple[int, int]]:
    await settle(shop.database, wiring.SUBSCRIBERS)
    async with shop.database.tenant(shop.merchant_id) as session:
        rows = await session.execute(
            text(
                "SELECT data ->> 'percent', data ->> 'orders' FROM events"
                " WHERE merchant_id = :id AND type = 'usage.threshold_reached' ORDER BY position"
            ),
            {"id": shop.merchant_id},
        )
        return [(int(row[0]), int(row[1])) for row in rows]


async def note(shop: Shop, plan: Plan, now: datetime) -> None:
    async with shop.database.platform() as session:
        await plans.note_usage(session, plan, now=now)


async def test_thresholds_are_told_once_a_month_each_and_earning_goes_on(
    lasting_database: Database,
) -> None:
    shop, now, ten = await open_shop(lasting_database), clock.now(), Plan("ten", 10)
    long_ago = now - timedelta(days=70)
    await shop.tells(*(bought(900 + n, long_ago) for n in range(5)), now=now)
    await shop.tells(*(bought(n, now) for n in range(1, 8)), now=now)
    await note(shop, ten, now)
    assert await told(shop) == []
    await shop.tells(bought(8, now), now=now)
    for _ in range(2):
        await note(shop, ten, now)
    assert await told(shop) == [(80, 8)]
    await shop.tells(*(bought(n, now) for n in range(9, 12)), now=now)
    for _ in range(2):
        await note(shop, ten, now)
    assert await told(shop) == [(80, 8), (100, 11)]
    assert (await shop.balance())[0] > 0
    assert len(await shop.entries()) == 16

    seen = await usage(shop, now, "free")
    assert (seen["orders"], seen["limit"], seen["percent"]) == (11, 300, 3)
    assert seen["threshold"] is None
    unlimited = await usage(shop, now, "unlimited")
    assert (unlimited["orders"], unlimited["limit"], unlimited["percent"]) == (11, None, None)
    assert (await usage(shop, now + timedelta(days=40), "free"))["orders"] == 0


async def test_without_a_limit_nobody_is_told(lasting_database: Database) -> None:
    shop, now = await open_shop(lasting_database), clock.now()
    await shop.tells(bought(1, now), now=now)
    await note(shop, plans.PLANS["unlimited"], now)
    assert await told(shop) == []


async def test_a_months_orders_are_one_stretch_of_the_primary_key(
    lasting_database: Database,
) -> None:
    shop, now = await open_shop(lasting_database), clock.now()
    async with lasting_database.tenant(shop.merchant_id) as session:
        await session.execute(text("SET LOCAL enable_seqscan = off"))
        about = {
            "merchant_id": shop.merchant_id,
            "now": now,
            "first_id": first_id(now),
        }
        question = text("EXPLAIN " + OF_MONTH + " WHERE m.merchant_id = :merchant_id")
        plan = "\n".join(await session.scalars(question, about))
    assert "_pkey" in plan
    assert "(o.id >= " in plan or "(id >= " in plan


def test_no_order_of_this_month_anywhere_has_a_smaller_id() -> None:
    def made(at: datetime) -> int:
        return int(at.timestamp() * 1000) << 80

    november, october = (datetime(2026, month, 1, tzinfo=UTC) for month in (11, 10))
    in_the_far_east, in_the_far_west = timedelta(hours=-14), timedelta(hours=12)
    assert first_id(datetime(2026, 11, 15, tzinfo=UTC)).int < made(november + in_the_far_east)
    still_october_there = datetime(2026, 11, 1, 11, 59, tzinfo=UTC)
    assert first_id(still_october_there).int < made(october + in_the_far_west)
