"""Customers on their tiers, by real orders and the relay."""

import asyncio
import itertools
from collections.abc import AsyncGenerator
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from loyalnest import customers, tiers
from loyalnest.entrypoints import wiring
from loyalnest.kernel.database import Database
from loyalnest.kernel.ids import from_wire
from loyalnest.kernel.relay import settle
from loyalnest.tiers import Ladder, Tier, Window
from loyalnest.tiers.jobs import judge_standing
from loyalnest.tiers.service.ladders import judge_everybody
from tests.conftest import NOW
from tests.contracts.shopify.bodies import line, order, refund
from tests.shop import ADA, Shop, Told, open_shop

BEA = "bea@example.com"
SILVER = Tier(key="silver", name="Silver", threshold=Decimal(100), entry_points=50)
GOLD = Tier(
    key="gold", name="Gold", threshold=Decimal(500), multiplier=Decimal("1.5"), entry_points=200
)


@pytest.fixture
async def shop(lasting_database: Database) -> AsyncGenerator[Shop]:
    shop = await open_shop(lasting_database)
    await draws_up(shop)
    yield shop
    assert await shop.books_balance()


async def draws_up(shop: Shop, *, now: datetime = NOW, **changes: Any) -> None:
    ladder = Ladder(tiers=(SILVER, GOLD)).model_copy(update=changes)
    async with shop.database.tenant(shop.merchant_id) as session:
        await tiers.save(session, ladder, actor="test", now=now)
    await judge_everybody(shop.database, {"merchant_id": str(shop.merchant_id)}, now)


def bought(
    number: int, price: str, *, days_ago: float = 1, email: str = ADA, status: str = "paid"
) -> Told:
    at = (NOW - timedelta(days=days_ago)).isoformat()
    body = order(
        number,
        lines=[line(price=price)],
        created_at=at,
        updated_at=at,
        email=email,
        customer={"id": 7 if email == ADA else 8, "email": email},
        financial_status=status,
    )
    return ("orders/create", body)


def gave_back(number: int) -> Told:
    return ("refunds/create", refund(500 + number, order_id=number, lines={1: 1}))


async def heard(shop: Shop, now: datetime = NOW) -> None:
    await settle(shop.database, [tiers.STANDINGS], clock=lambda: now)


async def tier(shop: Shop, email: str = ADA, *, now: datetime = NOW) -> str | None:
    who = from_wire("cus", await shop.customer_id(email))
    async with shop.database.tenant(shop.merchant_id) as session:
        found = await tiers.standings_of(session, [(shop.merchant_id, who)], now=now)
    return found[shop.merchant_id, who].tier


async def announced(shop: Shop) -> list[tuple[str, str | None, str]]:
    await settle(shop.database, [], clock=lambda: NOW)
    async with shop.database.tenant(shop.merchant_id) as session:
        rows = await session.execute(
            text(
                "SELECT type, data ->> 'to_tier', data ->> 'cause' FROM events"
                " WHERE merchant_id = :id AND type LIKE 'tier.%' ORDER BY position"
            ),
            {"id": shop.merchant_id},
        )
        return [(row[0], row[1], row[2]) for row in rows]


async def test_orders_lift_and_each_tier_gives_its_points_once(shop: Shop) -> None:
    await shop.tells(bought(1, "120.00"))
    await heard(shop)
    await shop.tells(bought(2, "400.00"))
    for _ in range(3):
        await heard(shop)
    assert await tier(shop) == "gold"
    assert await shop.balance() == (120 + 50 + 400 + 200, 0, 0)
    assert await announced(shop) == [
        ("tier.reached", "silver", "earned"),
        ("tier.reached", "gold", "earned"),
    ]


async def test_a_gold_customer_earns_half_as_much_again(shop: Shop) -> None:
    await shop.tells(bought(1, "500.00", days_ago=3))
    await heard(shop)
    await shop.tells(bought(2, "10.00"))
    assert await shop.balance() == (500 + 250 + 15, 0, 0)


async def test_a_refund_of_the_order_that_lifted_takes_tier_and_points_back(shop: Shop) -> None:
    await shop.tells(bought(1, "500.00"))
    await heard(shop)
    await shop.tells(gave_back(1))
    for _ in range(2):
        await heard(shop)
    assert await tier(shop) is None
    assert await shop.balance() == (0, 0, 0)
    assert (await announced(shop))[-1] == ("tier.lost", None, "refunded")


async def test_workers_at_once_give_and_take_a_tier_once(shop: Shop) -> None:
    async def judged(who: UUID) -> None:
        async with shop.database.batch([shop.merchant_id]) as session:
            await tiers.judge_many(session, [(shop.merchant_id, who)], now=NOW)

    await shop.tells(bought(1, "500.00"))
    ada = from_wire("cus", await shop.customer_id())
    await judged(ada)
    await asyncio.gather(judged(ada), judged(ada))
    assert (await tier(shop), await shop.balance()) == ("gold", (750, 0, 0))
    await shop.tells(gave_back(1))
    await asyncio.gather(judged(ada), judged(ada), judged(ada))
    assert (await tier(shop), await shop.balance()) == (None, (0, 0, 0))


async def test_points_of_entry_that_were_spent_are_owed(shop: Shop) -> None:
    await shop.tells(bought(1, "500.00"))
    await heard(shop)
    await shop.spends(750)
    await shop.tells(gave_back(1))
    await heard(shop)
    assert await shop.balance() == (0, 0, 750)


async def test_whoever_climbs_again_after_a_refund_gets_the_points_again(shop: Shop) -> None:
    await shop.tells(bought(1, "500.00"))
    await heard(shop)
    await shop.tells(gave_back(1))
    await heard(shop)
    await shop.tells(bought(2, "500.00"))
    await heard(shop)
    assert (await tier(shop), await shop.balance()) == ("gold", (750, 0, 0))


@pytest.mark.parametrize("turn", list(itertools.permutations(range(4))), ids=str)
async def test_the_same_news_in_any_order_end_on_the_same_tier(
    lasting_database: Database, turn: tuple[int, ...]
) -> None:
    shop = await open_shop(lasting_database)
    await draws_up(shop, tiers=(SILVER, GOLD.model_copy(update={"multiplier": Decimal(1)})))
    news = [bought(1, "450.00"), bought(2, "80.00"), gave_back(1), bought(3, "30.00")]
    for n in turn:
        await shop.tells(news[n])
        await heard(shop)
        await shop.tells(news[n])
        await heard(shop)
    assert await tier(shop) == "silver"
    assert await shop.balance() == (80 + 30 + 50, 0, 0)
    assert await shop.books_balance()


async def test_an_order_that_is_not_paid_lifts_nobody_until_it_is(shop: Shop) -> None:
    topic, body = bought(1, "120.00", status="pending")
    await shop.tells((topic, body))
    await heard(shop)
    assert await tier(shop) is None
    paid = body | {"financial_status": "paid", "updated_at": NOW.isoformat()}
    await shop.tells(("orders/paid", paid))
    await heard(shop)
    assert await tier(shop) == "silver"


async def test_a_window_that_moves_on_lets_the_tier_lapse_after_its_grace(shop: Shop) -> None:
    await draws_up(shop, window=Window.ROLLING_12_MONTHS, grace_days=10)
    await shop.tells(bought(1, "120.00", days_ago=1))
    await heard(shop)
    later = NOW + timedelta(days=366)
    await judge_standing(shop.database, shop.merchant_id, now=later)
    assert await tier(shop) == "silver"
    await judge_standing(shop.database, shop.merchant_id, now=later + timedelta(days=10))
    assert await tier(shop) is None
    assert await shop.balance() == (170, 0, 0)  # what time takes, takes no points
    assert (await announced(shop))[-1] == ("tier.lost", None, "lapsed")


async def test_a_tier_by_hand_counts_until_its_end(shop: Shop) -> None:
    await shop.tells(bought(1, "120.00"))
    await heard(shop)
    who, end = from_wire("cus", await shop.customer_id()), NOW + timedelta(days=5)
    async with shop.database.tenant(shop.merchant_id) as session:
        await tiers.override(
            session, customer_id=who, tier="gold", until=end, reason="a friend of the house",
            actor="staff:1", now=NOW,
        )  # fmt: skip
    assert await tier(shop) == "gold"
    assert await tier(shop, now=end) == "silver"
    await judge_standing(shop.database, shop.merchant_id, now=end)
    assert await announced(shop) == [
        ("tier.reached", "silver", "earned"),
        ("tier.reached", "gold", "override"),
        ("tier.lost", "silver", "override_ended"),
    ]
    assert await shop.balance() == (170, 0, 0)


async def test_a_tier_by_hand_can_be_ended_early(shop: Shop) -> None:
    await shop.tells(bought(1, "20.00"))
    await heard(shop)
    who = from_wire("cus", await shop.customer_id())
    async with shop.database.tenant(shop.merchant_id) as session:
        await tiers.override(
            session, customer_id=who, tier="silver", until=None, reason="sorry", actor="s", now=NOW
        )
        await tiers.end_override(session, customer_id=who, actor="s", now=NOW)
        with pytest.raises(tiers.NoOverride):
            await tiers.end_override(session, customer_id=who, actor="s", now=NOW)
    assert await tier(shop) is None


async def test_a_preview_is_what_then_happens_and_changes_nothing(shop: Shop) -> None:
    await shop.tells(bought(1, "120.00"), bought(2, "520.00", email=BEA))
    await heard(shop)
    drafted = Ladder(
        tiers=(SILVER.model_copy(update={"threshold": Decimal(150)}),
               GOLD.model_copy(update={"threshold": Decimal(600)}))
    )  # fmt: skip
    async with shop.database.tenant(shop.merchant_id) as session:
        seen = await tiers.preview(session, drafted, now=NOW)
    assert (await tier(shop), await tier(shop, BEA)) == ("silver", "gold")
    moves = {(it.from_tier, it.to_tier): it.customers for it in seen.shifts}
    assert moves == {("silver", None): 1, ("gold", "silver"): 1}
    before = await shop.balance()
    await draws_up(shop, tiers=drafted.tiers)
    assert (await tier(shop), await tier(shop, BEA)) == (None, "silver")
    assert await shop.balance() == before


async def test_tiers_that_come_later_give_no_points_for_where_people_stand(
    lasting_database: Database,
) -> None:
    shop = await open_shop(lasting_database)
    await shop.tells(bought(1, "520.00"))
    await draws_up(shop)
    await heard(shop)
    assert (await tier(shop), await shop.balance()) == ("gold", (520, 0, 0))


async def test_a_merge_adds_up_and_parting_takes_apart(shop: Shop) -> None:
    await shop.tells(bought(1, "60.00"), bought(2, "60.00", email=BEA))
    await heard(shop)
    ada, bea = [from_wire("cus", await shop.customer_id(email)) for email in (ADA, BEA)]
    async with shop.database.tenant(shop.merchant_id) as session:
        merge_id = await customers.merge_identities(
            session, merchant_id=shop.merchant_id, kept_id=ada, merged_id=bea, actor="t", now=NOW
        )
    await heard(shop)
    assert await _stands(shop, ada) == "silver"
    async with shop.database.tenant(shop.merchant_id) as session:
        await customers.unmerge_identities(
            session, merchant_id=shop.merchant_id, merge_id=merge_id, actor="t", now=NOW
        )
    await heard(shop)
    assert (await _stands(shop, ada), await _stands(shop, bea)) == (None, None)


async def _stands(shop: Shop, who: UUID) -> str | None:
    async with shop.database.tenant(shop.merchant_id) as session:
        found = await tiers.standings_of(session, [(shop.merchant_id, who)], now=NOW)
    return found[shop.merchant_id, who].tier


@pytest.mark.parametrize(("basis", "reached"), [("orders", "silver"), ("points", "silver")])
async def test_one_climbs_by_orders_or_points_as_well(
    lasting_database: Database, basis: str, reached: str
) -> None:
    shop = await open_shop(lasting_database)
    low = SILVER.model_copy(update={"threshold": Decimal(2)})
    await draws_up(shop, tiers=(low,), basis=tiers.Basis(basis))
    await shop.tells(bought(1, "1.00"))
    await heard(shop)
    assert await tier(shop) is None
    await shop.tells(bought(2, "1.00"))
    await heard(shop)
    assert await tier(shop) == reached


def test_the_worker_keeps_standings_up_to_date() -> None:
    assert tiers.STANDINGS in wiring.SUBSCRIBERS
    assert tiers.NIGHTLY in wiring.TIMETABLE
    assert tiers.JUDGE_EVERYBODY in wiring.JOBS
