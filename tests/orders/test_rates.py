"""Orders in other currencies count by what those were worth on their day."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

import httpx
import pytest

from loyalnest import campaigns, customers, gamification, segments, tiers
from loyalnest.kernel import relay
from loyalnest.kernel.database import Database
from loyalnest.kernel.ids import from_wire
from tests.conftest import NOW
from tests.contracts.shopify.bodies import line, order, refund
from tests.doors import Hands, bearing, house, make_key
from tests.shop import ADA, Shop, open_shop

LONG_AGO = NOW - timedelta(days=300)


@dataclass
class Export:
    """A shop in London that sells abroad."""

    shop: Shop
    client: httpx.AsyncClient
    key: str

    async def says(self, currency: str, rate: str, **more: str) -> httpx.Response:
        body = {"currency": currency, "rate": rate, "source": "the bank", **more}
        path = "/v1/api/exchange-rates"
        return await self.client.post(path, json=body, headers=bearing(self.key))

    async def sells(self, number: int, currency: str, price: str, quantity: int = 1) -> None:
        lines = [line(1, price, quantity)]
        body = order(number, lines, currency=currency)
        await self.shop.tells(("orders/paid", body))
        await self.catches_up()

    async def catches_up(self) -> None:
        subscribers = [tiers.STANDINGS, segments.SCORES, gamification.BADGES]
        await relay.settle(self.shop.database, subscribers, clock=lambda: NOW)

    async def spent(self) -> list[Decimal]:
        """What Ada has spent: by her tier, her segment and her badge."""
        who = await self.shop.customer_id(ADA)
        places = ("tier", "rfm", "gamification")
        tier, score, player = [await self.asks(f"customers/{who}/{place}") for place in places]
        found = (tier["progress"], score["spend"], player["badges"][0]["progress"])
        return list(map(Decimal, found))

    async def asks(self, path: str, token: str | None = None) -> dict[str, Any]:
        headers = bearing(token or self.key)
        answer = await self.client.get(f"/v1/api/{path}", headers=headers)
        assert answer.is_success, answer.text
        return answer.json()


@pytest.fixture
async def export(lasting_database: Database) -> AsyncGenerator[Export]:
    shop = await open_shop(lasting_database)
    key = await make_key(lasting_database, shop.merchant_id)
    ladder = tiers.Ladder(tiers=(tiers.Tier(key="gold", name="Gold", threshold=Decimal(100)),))
    goal = gamification.Goal(measure=gamification.Measure.SPEND, target=Decimal(1000))
    badge = gamification.Badge(key="big", name="Big", goal=goal)
    async with lasting_database.tenant(shop.merchant_id) as session:
        await tiers.save(session, ladder, actor="test", now=LONG_AGO)
        await gamification.save(
            session, gamification.Game(badges=(badge,)), actor="test", now=LONG_AGO
        )
    async with house(lasting_database, clock=Hands()) as client:
        yield Export(shop, client, key)


async def test_spend_abroad_counts_by_the_rate_of_its_day_and_refunds_by_the_orders_own(
    export: Export,
):
    since = LONG_AGO.isoformat()
    assert (await export.says("JPY", "0.005", effective_from=since)).status_code == 201
    assert (await export.says("KWD", "2.5", effective_from=since)).status_code == 201
    await export.sells(1, "GBP", "10.00")
    await export.sells(2, "JPY", "4000", 2)
    await export.sells(3, "KWD", "1.125")
    assert await export.spent() == [Decimal("52.8125")] * 3

    # From today the yen is worth twice as much: what was bought before is not.
    assert (await export.says("JPY", "0.01")).status_code == 201
    half_back = refund(11, 2, lines={1: 1}, amount="4000")
    await export.shop.tells(("refunds/create", half_back))
    await export.catches_up()
    assert await export.spent() == [Decimal("32.8125")] * 3
    orders = (await export.asks("orders"))["items"]
    assert [each["rate"] for each in orders] == ["2.5", "0.005", None]
    assert await export.shop.books_balance()


async def test_an_order_whose_rate_comes_late_counts_from_then_on(export: Export):
    await export.sells(1, "USD", "50.00")
    assert await export.spent() == [Decimal(0)] * 3
    later = (NOW + timedelta(days=1)).isoformat()
    await export.says("USD", "0.5", effective_from=later)
    await export.catches_up()
    assert await export.spent() == [Decimal(0)] * 3
    await export.says("USD", "0.75", effective_from=LONG_AGO.isoformat())
    await export.says("USD", "0.99", effective_from=(LONG_AGO + timedelta(days=1)).isoformat())
    await export.catches_up()
    assert await export.spent() == [Decimal("37.5")] * 3


async def test_a_refund_that_comes_before_its_order_abroad_ends_the_same(export: Export):
    await export.says("JPY", "0.005", effective_from=LONG_AGO.isoformat())
    await export.shop.tells(("refunds/create", refund(11, 2, lines={1: 1}, amount="4000")))
    await export.sells(2, "JPY", "4000", 2)
    assert await export.spent() == [Decimal(20)] * 3


async def test_a_campaigns_threshold_is_measured_in_the_merchants_own_money(export: Export):
    await export.says("JPY", "0.005", effective_from=LONG_AGO.isoformat())
    rule = campaigns.Rule(
        name="Large orders",
        state=campaigns.State.ACTIVE,
        starts_at=LONG_AGO,
        conditions=campaigns.Conditions(minimum_spend=Decimal(20)),
        effect=campaigns.Bonus(points=7),
    )
    async with export.shop.database.tenant(export.shop.merchant_id) as session:
        await campaigns.create(session, rule, actor="test", now=LONG_AGO)
    await export.shop.sets(rates={"JPY": 0}, now=LONG_AGO)
    await export.sells(1, "JPY", "3999")
    await export.sells(2, "JPY", "4000")
    assert await export.shop.balance() == (7, 0, 0)


async def test_customers_see_money_in_a_currency_of_theirs(export: Export):
    await export.says("JPY", "0.005", effective_from=LONG_AGO.isoformat())
    await export.says("KWD", "2.5", effective_from=LONG_AGO.isoformat())
    await export.sells(1, "GBP", "10.01")
    path = f"/v1/api/customers/{await export.shop.customer_id(ADA)}/sessions"
    token = (await export.client.post(path, headers=bearing(export.key))).json()["token"]
    seen: dict[str, tuple[str, str, str]] = {}
    for currency in ("GBP", "JPY", "KWD", "USD"):
        mine = (await export.asks(f"me?currency={currency}", token))["tier"]
        seen[currency] = (mine["progress"], mine["missing"], mine["currency"])
    assert seen == {
        "GBP": ("10.01", "89.99", "GBP"),
        "JPY": ("2002", "17998", "JPY"),
        "KWD": ("4.004", "35.996", "KWD"),
        "USD": ("10.01", "89.99", "GBP"),  # nobody has said what it is worth
    }


async def test_a_rate_that_means_nothing_is_refused(export: Export):
    async def code(*said: str, **more: str) -> str:
        return (await export.says(*said, **more)).json()["code"]

    assert await code("GBP", "1") == "OWN_CURRENCY"
    for currency, rate in (("XXX", "1"), ("usd", "1"), ("USD", "0"), ("USD", "-1"), ("USD", "NaN")):
        assert await code(currency, rate) == "INVALID_REQUEST"
    assert await code("USD", "1", source=" ") == "INVALID_REQUEST"
    assert (await export.says("USD", "0.7")).status_code == 201
    assert await code("USD", "0.8") == "RATE_GIVEN"
    (kept,) = (await export.asks("exchange-rates"))["items"]
    assert (kept["rate"], kept["source"]) == ("0.7", "the bank")
    assert kept["created_by"].startswith("api_key:")


async def test_a_merged_customers_orders_abroad_are_the_one_customers(export: Export):
    await export.sells(1, "USD", "50.00")
    await export.says("USD", "0.5", effective_from=LONG_AGO.isoformat())
    twin = from_wire(customers.WIRE_PREFIX, await export.shop.customer_id("twin@example.com"))
    kept = from_wire(customers.WIRE_PREFIX, await export.shop.customer_id(ADA))
    path = f"/v1/api/customers/{await export.shop.customer_id('twin@example.com')}/merge"
    merging = {"merged_id": await export.shop.customer_id(ADA)}
    merged = await export.client.post(path, json=merging, headers=bearing(export.key))
    assert merged.is_success
    await export.catches_up()
    assert twin != kept
    assert await export.spent() == [Decimal(25)] * 3
