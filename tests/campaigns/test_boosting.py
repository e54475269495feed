"""Campaigns met by real orders: what they add, and that nothing later rewrites it."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import text

from loyalnest import campaigns
from loyalnest.campaigns import Bonus, Campaign, Conditions, Multiplier, Rule, State
from loyalnest.kernel.database import Database
from tests.conftest import NOW
from tests.contracts.shopify.bodies import line, order, refund
from tests.shop import Shop, Told, open_shop

OPENED = datetime(2026, 11, 1, tzinfo=NOW.tzinfo)
DOUBLE, FIFTY = Multiplier(factor=Decimal(2)), Bonus(points=50)


@pytest.fixture
async def shop(lasting_database: Database) -> AsyncGenerator[Shop]:
    shop = await open_shop(lasting_database)
    yield shop
    assert await shop.books_balance()


async def runs(
    shop: Shop,
    effect: Multiplier | Bonus,
    *,
    budget: int | None = None,
    holdout: int = 0,
    now: datetime = OPENED,
    **conditions: Any,
) -> Campaign:
    """The merchant draws up a campaign that runs through November."""
    rule = Rule(
        name="Double Friday",
        state=State.ACTIVE,
        starts_at=OPENED,
        ends_at=OPENED + timedelta(days=30),
        effect=effect,
        conditions=Conditions.model_validate(conditions),
        holdout=holdout,
    )
    async with shop.database.tenant(shop.merchant_id) as session:
        return await campaigns.create(session, rule, budget=budget, actor="test", now=now)


async def becomes(shop: Shop, campaign: Campaign, *, now: datetime, **changes: Any) -> Campaign:
    async with shop.database.tenant(shop.merchant_id) as session:
        rule = campaign.rule.model_copy(update=changes)
        return await campaigns.save(
            session, campaign.id, rule, budget=campaign.budget, actor="test", now=now
        )


async def spent(shop: Shop, campaign: Campaign) -> int:
    async with shop.database.tenant(shop.merchant_id) as session:
        return (await campaigns.get(session, campaign.id)).spent


async def said_of(shop: Shop) -> dict[str, Any]:
    async with shop.database.tenant(shop.merchant_id) as session:
        found = await session.scalar(
            text("SELECT basis FROM entries WHERE merchant_id = :id ORDER BY id LIMIT 1"),
            {"id": shop.merchant_id},
        )
    assert found is not None
    return found


def created(number: int = 1001, *, price: str = "10.00", **more: Any) -> Told:
    return ("orders/create", order(number, lines=[line(price=price)], **more))


async def test_an_order_explains_what_a_campaign_added(shop: Shop) -> None:
    await runs(shop, FIFTY)
    await shop.tells(created())
    assert await shop.balance() == (60, 0, 0)
    said = await said_of(shop)
    assert (said["base"], said["added"]) == (10, [50])
    assert said["boosts"][0]["name"] == "Double Friday"


async def test_an_order_from_before_a_campaign_was_drawn_up_gets_nothing_of_it(shop: Shop) -> None:
    await runs(shop, FIFTY, now=NOW)
    await shop.tells(created())  # placed on the 6th, told afterwards
    assert await shop.balance() == (10, 0, 0)


async def test_a_refund_takes_its_share_of_what_was_added(shop: Shop) -> None:
    await runs(shop, DOUBLE)
    two = [line(1, "30.00"), line(2, "10.00")]
    await shop.tells(("orders/create", order(lines=two)))
    assert await shop.balance() == (80, 0, 0)
    await shop.tells(("refunds/create", refund(lines={1: 1})))
    assert await shop.balance() == (20, 0, 0)
    await shop.tells(("refunds/create", refund(502, lines={2: 1})))
    assert await shop.balance() == (0, 0, 0)


async def test_a_refund_after_the_campaign_was_archived_takes_back_all_it_gave(shop: Shop) -> None:
    campaign = await runs(shop, FIFTY)
    await shop.tells(created())
    await becomes(shop, campaign, now=NOW, state=State.ARCHIVED)
    await shop.tells(("refunds/create", refund(lines={1: 1})))
    assert await shop.balance() == (0, 0, 0)


async def test_an_edit_meets_the_boosts_that_the_order_first_earned_with(shop: Shop) -> None:
    campaign = await runs(shop, DOUBLE)
    body = order(lines=[line(price="10.00")])
    await shop.tells(("orders/create", body))
    await becomes(shop, campaign, now=NOW, effect=Multiplier(factor=Decimal(5)))
    larger = order(lines=[line(price="10.00"), line(2, "5.00")])
    await shop.tells(("orders/updated", larger | {"updated_at": "2026-11-20T12:30:00Z"}))
    assert await shop.balance() == (30, 0, 0)


@pytest.mark.parametrize("first", ["refund", "order"])
async def test_a_refund_ends_the_same_before_and_after_its_boosted_order(
    shop: Shop, first: str
) -> None:
    await runs(shop, DOUBLE)
    news = [created(), ("refunds/create", refund(lines={1: 1}))]
    await shop.tells_in_turn(*(news if first == "order" else reversed(news)))
    assert await shop.balance() == (0, 0, 0)


async def test_a_collection_scales_its_lines_alone_as_they_were_when_the_order_earned(
    shop: Shop,
) -> None:
    await runs(shop, DOUBLE, collections=["cakes"])
    async with shop.database.tenant(shop.merchant_id) as session:
        await campaigns.place_products(session, [campaigns.Placed("7", ("cakes", "gifts"))])
    cake, tea = line(1, "10.00", product_id=7), line(2, "5.00", product_id=8)
    await shop.tells(("orders/create", order(lines=[cake, tea])))
    assert await shop.balance() == (25, 0, 0)
    async with shop.database.tenant(shop.merchant_id) as session:
        await campaigns.place_products(session, [campaigns.Placed("7", ())])
    await shop.tells(("refunds/create", refund(lines={1: 1})))
    assert await shop.balance() == (5, 0, 0)


async def test_an_order_told_ten_times_spends_the_budget_once(shop: Shop) -> None:
    campaign = await runs(shop, FIFTY, budget=1000)
    for _ in range(10):
        await shop.tells(created(), created())
    assert (await shop.balance(), await spent(shop, campaign)) == ((60, 0, 0), 50)


async def test_a_budget_is_never_overrun_by_orders_at_the_same_instant(shop: Shop) -> None:
    campaign = await runs(shop, FIFTY, budget=220)
    batches: list[Sequence[Told]] = [
        [created(n, customer={"id": n, "email": f"{n}@example.com"}) for n in numbers]
        for numbers in (range(2000, 2006), range(2006, 2012), range(2012, 2018))
    ]
    await shop.tells_at_once(*batches)
    assert await spent(shop, campaign) == 200
    async with shop.database.tenant(shop.merchant_id) as session:
        report = await campaigns.report_of(session, campaign.id)
        given = await session.scalar(
            text("SELECT sum(amount) FROM entries WHERE merchant_id = :id"),
            {"id": shop.merchant_id},
        )
    assert (report.orders, report.points, given) == (4, 200, 18 * 10 + 200)


async def test_an_edit_doesnt_draw_on_the_budget_again(shop: Shop) -> None:
    campaign = await runs(shop, DOUBLE, budget=12)
    await shop.tells(created())
    larger = order(lines=[line(price="10.00"), line(2, "90.00")])
    await shop.tells(("orders/updated", larger | {"updated_at": "2026-11-20T12:30:00Z"}))
    assert (await shop.balance(), await spent(shop, campaign)) == ((110, 0, 0), 10)


async def test_a_first_order_counts_once_whatever_comes_at_the_same_instant(shop: Shop) -> None:
    await runs(shop, FIFTY, first_order=True)
    await asyncio.gather(*(shop.tells(created(n)) for n in (1001, 1002, 1003)))
    assert await shop.balance() == (30 + 50, 0, 0)


async def test_an_earlier_order_that_comes_late_is_no_second_first_one(shop: Shop) -> None:
    await runs(shop, FIFTY, first_order=True)
    await shop.tells(created(1002, created_at="2026-11-10T10:00:00Z"))
    await shop.tells(created(1001, created_at="2026-11-05T10:00:00Z"))
    assert await shop.balance() == (20 + 50, 0, 0)


async def test_customers_held_out_get_nothing_and_are_counted(shop: Shop) -> None:
    campaign = await runs(shop, FIFTY, holdout=50)
    numbers = range(3000, 3040)
    await shop.tells(
        *(created(n, customer={"id": n, "email": f"{n}@example.com"}) for n in numbers)
    )
    async with shop.database.tenant(shop.merchant_id) as session:
        report = await campaigns.report_of(session, campaign.id)
    assert report.orders + report.held_out_orders == 40
    assert 5 < report.held_out_orders < 35
    assert report.points == 50 * report.orders


async def test_a_paused_campaign_adds_nothing_to_orders_of_its_pause(shop: Shop) -> None:
    campaign = await runs(shop, FIFTY)
    paused_at = datetime(2026, 11, 5, tzinfo=NOW.tzinfo)
    paused = await becomes(shop, campaign, now=paused_at, state=State.PAUSED)
    resumed_at = datetime(2026, 11, 8, tzinfo=NOW.tzinfo)
    await becomes(shop, paused, now=resumed_at, state=State.ACTIVE)
    await shop.tells(created(1001, created_at="2026-11-04T10:00:00Z"))
    await shop.tells(created(1002, created_at="2026-11-06T10:00:00Z"))
    await shop.tells(created(1003, created_at="2026-11-09T10:00:00Z"))
    assert await shop.balance() == (3 * 10 + 2 * 50, 0, 0)


async def test_an_order_cancelled_before_it_came_spends_no_budget(shop: Shop) -> None:
    campaign = await runs(shop, FIFTY, budget=1000)
    body = order(lines=[line(price="10.00")], cancelled_at="2026-11-07T10:00:00Z")
    await shop.tells(("orders/cancelled", body), ("orders/create", body))
    assert (await shop.balance(), await spent(shop, campaign)) == ((0, 0, 0), 0)
