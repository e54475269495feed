"""Orders over REST."""

from collections.abc import AsyncGenerator

import httpx
import pytest

from loyalnest.kernel import relay
from loyalnest.kernel.database import Database
from loyalnest.kernel.ids import new_id, to_wire
from loyalnest.kernel.relay.routes import router_of as relay_router_of
from loyalnest.orders.routes import router as orders_router
from tests.contracts.shopify import bodies
from tests.doors import caller_for, door
from tests.shop import Shop, open_shop


@pytest.fixture
async def shop(lasting_database: Database) -> Shop:
    return await open_shop(lasting_database)


@pytest.fixture
async def client(shop: Shop) -> AsyncGenerator[httpx.AsyncClient]:
    async with door(shop.database, orders_router, caller=caller_for(shop.merchant_id)) as client:
        yield client


async def test_an_order_explains_what_it_earned(shop: Shop, client: httpx.AsyncClient) -> None:
    bread_and_cake = [bodies.line(1, "3.00"), bodies.line(2, "7.00")]
    await shop.tells(("orders/create", bodies.order(lines=bread_and_cake)))
    await shop.tells(("refunds/create", bodies.refund(lines={1: 1})))
    customer = await shop.customer_id()
    listed = (await client.get(f"/v1/api/customers/{customer}/orders")).json()["items"]
    assert [it["number"] for it in listed] == ["#1001"]
    order = (await client.get(f"/v1/api/orders/{listed[0]['id']}")).json()
    assert order["points"] == 7
    assert order["spend"] == "10.00"
    assert [it["amount"] for it in order["entries"]] == [10, -3]
    assert order["entries"][0]["basis"]["parts"] == [["1", "3.00", 3], ["2", "7.00", 7]]
    assert order["entries"][1]["basis"] == {"earned": 10, "taken_back": 3}
    assert order["refunds"][0]["lines"] == {"1": 1}


async def test_a_refund_without_its_order_is_listed_until_it_comes(
    shop: Shop, client: httpx.AsyncClient
) -> None:
    await shop.tells(("refunds/create", bodies.refund(order_id=77, lines={1: 1})))
    (waiting,) = (await client.get("/v1/api/orders/waiting")).json()["items"]
    assert waiting["external_id"] == "77"
    assert waiting["placed_at"] is None
    await shop.tells(("orders/create", bodies.order(77)))
    assert (await client.get("/v1/api/orders/waiting")).json()["items"] == []


async def test_a_customers_orders_come_in_pages(shop: Shop, client: httpx.AsyncClient) -> None:
    for n in range(3):
        await shop.tells(("orders/create", bodies.order(n)))
    address = f"/v1/api/customers/{await shop.customer_id()}/orders"
    first = (await client.get(address, params={"limit": 2})).json()
    assert [it["external_id"] for it in first["items"]] == ["2", "1"]
    rest = (await client.get(address, params={"cursor": first["next_cursor"]})).json()
    assert [it["external_id"] for it in rest["items"]] == ["0"]
    assert rest["next_cursor"] is None


async def test_what_is_another_merchants_is_not_there(
    shop: Shop, client: httpx.AsyncClient, lasting_database: Database
) -> None:
    other = await open_shop(lasting_database)
    await other.tells(("orders/create", bodies.order()))
    customer = await other.customer_id()
    for address in (
        f"/v1/api/customers/{customer}/orders",
        f"/v1/api/customers/{to_wire('cus', new_id())}/orders",
        f"/v1/api/orders/{to_wire('ord', new_id())}",
        "/v1/api/orders/nonsense",
    ):
        assert (await client.get(address)).status_code == 404


async def test_the_merchants_orders_come_in_pages_the_latest_first(
    shop: Shop, client: httpx.AsyncClient
) -> None:
    await shop.tells(("refunds/create", bodies.refund(order_id=77, lines={1: 1})))
    for n in range(3):
        await shop.tells(
            ("orders/create", bodies.order(n, email=f"{n}@example.com", customer=None))
        )
    first = (await client.get("/v1/api/orders", params={"limit": 2})).json()
    assert [it["external_id"] for it in first["items"]] == ["2", "1"]
    rest = (await client.get("/v1/api/orders", params={"cursor": first["next_cursor"]})).json()
    assert [it["external_id"] for it in rest["items"]] == ["0"]
    assert rest["next_cursor"] is None


async def test_what_an_order_did_is_found_by_its_store(shop: Shop) -> None:
    placed = bodies.order(financial_status="pending")
    await shop.tells_in_turn(("orders/create", placed), ("orders/paid", bodies.order()))
    await shop.spends(1)
    await shop.tells(("refunds/create", bodies.refund(lines={1: 1})))
    await relay.settle(shop.database, [])
    caller = caller_for(shop.merchant_id)
    async with door(shop.database, relay_router_of([]), caller=caller) as client:
        query = {"store": to_wire("sto", shop.store_id)}
        here = (await client.get("/v1/api/activity", params=query)).json()["items"]
        query["store"] = to_wire("sto", new_id())
        elsewhere = (await client.get("/v1/api/activity", params=query)).json()["items"]
    assert {it["type"] for it in here} == {
        *("order.recorded", "order.paid", "order.refunded"),
        *("points.earned", "points.clawed_back"),
    }
    assert elsewhere == []
