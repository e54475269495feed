"""Earning for what people do, through the API and by signing up."""

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest

from loyalnest import customers, earning
from loyalnest.customers import Contact
from loyalnest.earning.routes import router as earning_router
from loyalnest.kernel.database import Database
from loyalnest.kernel.ids import new_id, to_wire
from loyalnest.kernel.relay import settle
from tests.conftest import NOW
from tests.contracts.shopify import bodies
from tests.doors import caller_for, door
from tests.shop import ADA, Shop, open_shop

REVIEW = {"review": {"enabled": True, "points": 100}}


@dataclass
class Counter:
    shop: Shop
    customer: UUID
    now: datetime = NOW

    async def does(self, action: str, key: str | None = None, **more: Any) -> httpx.Response:
        """Ada does something, and our API is told."""
        caller = caller_for(self.shop.merchant_id)
        async with door(self.shop.database, earning_router, caller=caller, now=self.now) as client:
            return await client.post(
                "/v1/api/points/earn",
                headers={"Idempotency-Key": key or new_id().hex},
                json={"customer_id": to_wire("cus", self.customer), "action_type": action} | more,
            )

    async def offers(self, **actions: Any) -> None:
        await self.shop.sets(actions=actions)


@pytest.fixture
async def counter(lasting_database: Database) -> AsyncGenerator[Counter]:
    shop = await open_shop(lasting_database)
    async with lasting_database.tenant(shop.merchant_id) as session:
        contact = Contact(merchant_id=shop.merchant_id, email=ADA)
        (customer_id,) = await customers.identify_many(session, [contact], now=NOW)
        assert customer_id is not None
    yield Counter(shop, customer_id)
    assert await shop.books_balance()


def code(answer: httpx.Response) -> str:
    return answer.json()["code"]


async def test_an_action_earns_what_the_program_says(counter: Counter) -> None:
    await counter.offers(**REVIEW)
    answer = await counter.does("review")
    assert answer.status_code == 201
    assert answer.json()["points"] == 100
    assert answer.json()["transaction_id"].startswith("ent_")
    assert await counter.shop.balance() == (100, 0, 0)


async def test_the_same_request_again_gets_the_first_answer(counter: Counter) -> None:
    await counter.offers(review={"enabled": True, "points": 100, "per_customer": 1})
    first = await counter.does("review", "one")
    again = await counter.does("review", "one")
    assert again.json() == first.json()
    assert (again.status_code, again.headers["Idempotency-Replayed"]) == (200, "true")
    assert await counter.shop.balance() == (100, 0, 0)


async def test_a_key_that_came_with_something_else_is_refused(counter: Counter) -> None:
    await counter.offers(**REVIEW)
    await counter.does("review", "one")
    other = await counter.does("review", "one", currency="GBP")
    assert other.status_code == 409


async def test_a_key_is_held_to_its_request_where_an_order_names_the_purchase(
    counter: Counter,
) -> None:
    await counter.does("purchase", "one", order_id="one", amount="12.90")
    again = await counter.does("purchase", "one", order_id="one", amount="12.90")
    assert again.status_code == 200
    other = await counter.does("purchase", "one", order_id="two", amount="12.90")
    assert other.status_code == 409
    assert await counter.shop.balance() == (12, 0, 0)


async def test_what_is_off_or_unknown_earns_nothing(counter: Counter) -> None:
    assert code(await counter.does("review")) == "ACTION_OFF"
    assert code(await counter.does("juggling")) == "ACTION_UNKNOWN"
    await counter.shop.sets(enabled=False, actions=REVIEW)
    assert code(await counter.does("review")) == "PROGRAM_PAUSED"
    assert code(await counter.does("purchase", order_id="1", amount="5")) == "PROGRAM_PAUSED"


async def test_a_cap_per_customer_holds_also_for_requests_at_once(counter: Counter) -> None:
    await counter.offers(visit={"enabled": True, "points": 10, "per_customer": 2})
    answers = await asyncio.gather(*(counter.does("visit") for _ in range(6)))
    assert sorted(it.status_code for it in answers) == [201, 201, 409, 409, 409, 409]
    assert await counter.shop.balance() == (20, 0, 0)


async def test_a_cap_per_day_is_of_the_merchants_day(counter: Counter) -> None:
    await counter.offers(visit={"enabled": True, "points": 10, "per_day": 1})
    assert (await counter.does("visit")).status_code == 201
    assert code(await counter.does("visit")) == "EARNING_LIMIT_REACHED"
    counter.now = NOW + timedelta(days=1)
    assert (await counter.does("visit")).status_code == 201


async def test_a_birthday_earns_once_a_year_whatever_the_date_is_changed_to(
    counter: Counter,
) -> None:
    await counter.offers(birthday={"enabled": True, "points": 200})
    assert (await counter.does("birthday")).status_code == 201
    assert (await counter.does("birthday")).status_code == 200
    counter.now = NOW + timedelta(days=60)  # another year, but no year later
    assert code(await counter.does("birthday")) == "EARNING_LIMIT_REACHED"
    counter.now = NOW + timedelta(days=366)
    assert (await counter.does("birthday")).status_code == 201


async def test_a_purchase_elsewhere_earns_once_for_its_order(counter: Counter) -> None:
    first = await counter.does("purchase", order_id="till-1", amount="12.90")
    assert first.json()["points"] == 12
    again = await counter.does("purchase", order_id="till-1", amount="12.90")
    assert again.status_code == 200
    assert code(await counter.does("purchase", amount="12.90")) == "AMOUNT_MISSING"
    assert code(await counter.does("purchase", order_id="x", amount="0.9")) == "EARNS_NOTHING"
    assert code(await counter.does("purchase", order_id="y", amount="9", currency="XXQ")) == (
        "UNKNOWN_CURRENCY"
    )
    assert code(await counter.does("purchase", order_id="ord_1", amount="9")) == "EARNS_BY_ITSELF"


async def test_a_customer_of_nobody_or_of_another_is_not_found(counter: Counter) -> None:
    counter.customer = new_id()
    assert (await counter.does("review")).status_code == 404


async def test_a_sign_up_at_the_shop_earns_once_where_that_is_on(counter: Counter) -> None:
    await counter.offers(signup={"enabled": True, "points": 200})
    account = {"id": 7, "email": ADA, "state": "enabled", "updated_at": "2026-11-20T10:00:00Z"}
    await counter.shop.tells(("customers/create", account))
    await counter.shop.tells(("customers/update", account))
    await hear(counter.shop.database)
    assert await counter.shop.balance() == (200, 0, 0)
    assert (await counter.does("signup")).status_code == 200
    assert await counter.shop.balance() == (200, 0, 0)


async def test_to_be_seen_in_an_order_is_not_to_sign_up(counter: Counter) -> None:
    await counter.offers(signup={"enabled": True, "points": 200})
    await counter.shop.tells(("orders/create", bodies.order()))
    await hear(counter.shop.database)
    assert await counter.shop.balance() == (10, 0, 0)


async def hear(database: Database) -> None:
    """Let everybody hear what has happened so far."""
    await settle(database, [earning.SIGN_UPS], clock=lambda: NOW)
