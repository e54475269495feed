"""Goals: points once for whoever spends enough, whatever comes in whatever order."""

import itertools
from collections.abc import AsyncGenerator
from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from loyalnest import campaigns, customers, ledger, orders
from loyalnest.campaigns import Campaign, Conditions, Rule, SpendGoal, State
from loyalnest.kernel import relay
from loyalnest.kernel.database import Database
from loyalnest.kernel.ids import from_wire
from tests.conftest import NOW
from tests.contracts.shopify.bodies import line, order, refund
from tests.shop import ADA, Shop, Told, open_shop

OPENED = datetime(2026, 11, 1, tzinfo=NOW.tzinfo)
HUNDRED = SpendGoal(spend=Decimal(100), points=500)
BOB = "bob@example.com"


@pytest.fixture
async def shop(lasting_database: Database) -> AsyncGenerator[Shop]:
    shop = await open_shop(lasting_database)
    # Nothing but the goal earns, so that a balance is what the goal has given.
    await shop.sets(default_rate=Decimal(0), now=OPENED)
    yield shop
    assert await shop.books_balance()


async def promises(
    shop: Shop, goal: SpendGoal = HUNDRED, *, budget: int | None = None, **rule: object
) -> Campaign:
    drawn = Rule.model_validate(
        {
            "name": "Big November",
            "state": State.ACTIVE,
            "starts_at": OPENED,
            "ends_at": OPENED + timedelta(days=30),
            "effect": goal.model_dump(),
            **rule,
        }
    )
    async with shop.database.tenant(shop.merchant_id) as session:
        return await campaigns.create(session, drawn, budget=budget, actor="test", now=OPENED)


async def hears(shop: Shop, *news: Told) -> None:
    """The shop's news come in one by one, each followed by what reacts to it."""
    for told in news:
        await shop.tells(told)
        await settles(shop)


async def settles(shop: Shop) -> None:
    await relay.settle(shop.database, [campaigns.GOALS], clock=lambda: NOW)


def bought(number: int, price: str, email: str = ADA) -> Told:
    customer = {"id": sum(email.encode()), "email": email}
    placed = f"2026-11-{number % 20 + 2:02}T10:00:00Z"
    body = order(
        number, lines=[line(price=price)], email=email, customer=customer, created_at=placed
    )
    return ("orders/create", body)


def returned(number: int, price: str) -> Told:
    return ("refunds/create", refund(500 + number, number, lines={1: 1}, amount=price))


async def report_of(shop: Shop, campaign: Campaign) -> campaigns.Report:
    async with shop.database.tenant(shop.merchant_id) as session:
        return await campaigns.report_of(session, campaign.id)


async def test_a_goal_gives_once_what_it_promises_however_often_it_is_told(shop: Shop) -> None:
    campaign = await promises(shop)
    await hears(shop, bought(1001, "60.00"))
    assert await shop.balance() == (0, 0, 0)
    await hears(shop, bought(1002, "40.00"), bought(1002, "40.00"), bought(1003, "200.00"))
    assert await shop.balance() == (500, 0, 0)
    report = await report_of(shop, campaign)
    assert (report.orders, report.reached, report.points, report.spend) == (3, 1, 500, 300)


@pytest.mark.parametrize("turns", list(itertools.permutations(range(4)))[::4])
async def test_refunds_take_a_goal_back_and_orders_bring_it_again_in_any_order(
    shop: Shop, turns: tuple[int, ...]
) -> None:
    await promises(shop)
    news = [
        bought(1001, "60.00"),
        bought(1002, "50.00"),
        returned(1002, "50.00"),
        bought(1003, "45.00"),
    ]
    await hears(shop, *(news[turn] for turn in turns))
    assert await shop.balance() == (500, 0, 0)
    await hears(shop, returned(1003, "45.00"), returned(1003, "45.00"))
    assert await shop.balance() == (0, 0, 0)


async def test_a_goal_is_taken_back_also_when_its_campaign_has_ended(shop: Shop) -> None:
    campaign = await promises(shop)
    await hears(shop, bought(1001, "100.00"))
    ended = campaign.rule.model_copy(update={"ends_at": NOW - timedelta(minutes=1)})
    async with shop.database.tenant(shop.merchant_id) as session:
        await campaigns.save(session, campaign.id, ended, budget=None, actor="test", now=NOW)
    await hears(shop, returned(1001, "100.00"))
    assert await shop.balance() == (0, 0, 0)


async def test_whoever_has_begun_keeps_the_goal_they_began_with(shop: Shop) -> None:
    campaign = await promises(shop)
    await hears(shop, bought(1001, "60.00"))
    harder = campaign.rule.model_copy(update={"effect": SpendGoal(spend=Decimal(900), points=1)})
    day = datetime(2026, 11, 3, 12, tzinfo=NOW.tzinfo)
    async with shop.database.tenant(shop.merchant_id) as session:
        await campaigns.save(session, campaign.id, harder, budget=None, actor="test", now=day)
    await hears(shop, bought(1002, "60.00"), bought(1003, "100.00", BOB))
    assert (await shop.balance(), await shop.balance(BOB)) == ((500, 0, 0), (0, 0, 0))


async def test_a_goal_never_gives_more_than_its_budget_and_draws_on_it_once(shop: Shop) -> None:
    campaign = await promises(shop, budget=1_200)
    people = [f"guest{n}@example.com" for n in range(4)]
    await shop.tells(*(bought(1000 + n, "100.00", email) for n, email in enumerate(people)))
    await settles(shop)
    given = [(await shop.balance(email))[0] for email in people]
    assert sorted(given) == [0, 0, 500, 500]
    first = given.index(500)
    await hears(shop, returned(1000 + first, "100.00"), bought(1010, "100.00", people[first]))
    assert (await shop.balance(people[first]))[0] == 500
    async with shop.database.tenant(shop.merchant_id) as session:
        assert (await campaigns.get(session, campaign.id)).spent == 1000


async def test_two_who_are_one_reach_a_goal_together_and_apart_again(shop: Shop) -> None:
    await promises(shop)
    await hears(shop, bought(1001, "100.00"), bought(1002, "100.00", BOB))
    ada = from_wire(customers.WIRE_PREFIX, await shop.customer_id(ADA))
    bob = from_wire(customers.WIRE_PREFIX, await shop.customer_id(BOB))
    async with shop.database.tenant(shop.merchant_id) as session:
        merge_id = await ledger.merge(
            session,
            merchant_id=shop.merchant_id,
            kept_id=ada,
            merged_id=bob,
            actor="test",
            now=NOW,
        )
    await settles(shop)
    assert await shop.balance() == (500, 0, 0)
    async with shop.database.tenant(shop.merchant_id) as session:
        await ledger.unmerge(
            session,
            merchant_id=shop.merchant_id,
            merge_id=merge_id,
            earned_through=orders.sources_of,
            actor="test",
            now=NOW,
        )
    await settles(shop)
    assert (await shop.balance(), await shop.balance(BOB)) == ((500, 0, 0), (500, 0, 0))


async def test_customers_held_out_reach_no_goal(shop: Shop) -> None:
    campaign = await promises(shop, holdout=90)
    people = [f"guest{n}@example.com" for n in range(12)]
    await shop.tells(*(bought(1000 + n, "100.00", email) for n, email in enumerate(people)))
    await settles(shop)
    report = await report_of(shop, campaign)
    assert report.reached + report.held_out_customers == 12
    assert report.points == 500 * report.reached
    assert report.held_out_spend == 100 * report.held_out_customers


async def test_a_collection_of_today_decides_for_the_orders_of_today(shop: Shop) -> None:
    await promises(shop, conditions=Conditions(collections=("cakes",)).model_dump())
    bread = order(1001, lines=[line(price="100.00", product_id=7)])
    async with shop.database.tenant(shop.merchant_id) as session:
        await campaigns.place_products(session, [campaigns.Placed("7", ("bread",))])
    await hears(shop, ("orders/create", bread))
    assert await shop.balance() == (0, 0, 0)
    async with shop.database.tenant(shop.merchant_id) as session:
        await campaigns.place_products(session, [campaigns.Placed("7", ("bread", "cakes"))])
    await hears(shop, ("orders/create", order(1002, lines=[line(price="100.00", product_id=7)])))
    assert await shop.balance() == (500, 0, 0)
