"""Rewards and redemptions through the API."""

from collections.abc import AsyncGenerator
from typing import Any

import httpx
import pytest

from loyalnest.kernel.database import Database
from loyalnest.kernel.http import Caller
from loyalnest.kernel.ids import new_id, to_wire
from loyalnest.rewards.redemption_routes import counter_router, redemptions_router
from loyalnest.rewards.routes import router as rewards_router
from tests.contracts.shopify.bodies import line, order
from tests.doors import caller_for, door
from tests.shop import Shop, open_shop

TERMS: dict[str, Any] = {
    "kind": "amount_off",
    "name": "5 off",
    "cost": 500,
    "amounts": {"GBP": "5"},
}


@pytest.fixture
async def shop(lasting_database: Database) -> Shop:
    shop = await open_shop(lasting_database)
    await shop.tells(("orders/create", order(lines=[line(price="1200.00")])))
    return shop


def at_counter(database: Database, caller: Caller) -> httpx.AsyncClient:
    routers = (rewards_router, counter_router(), redemptions_router)
    return door(database, *routers, caller=caller)


@pytest.fixture
async def client(shop: Shop) -> AsyncGenerator[httpx.AsyncClient]:
    caller = caller_for(shop.merchant_id)
    async with at_counter(shop.database, caller) as client:
        yield client


async def offered(client: httpx.AsyncClient, **more: Any) -> Any:
    answer = await client.post("/v1/api/rewards", json={"terms": TERMS, "state": "active"} | more)
    assert answer.status_code == 201, answer.text
    return answer.json()


async def redeemed(
    client: httpx.AsyncClient, shop: Shop, reward: Any, key: str = ""
) -> httpx.Response:
    body = {"customer_id": await shop.customer_id(), "reward_id": reward["id"]}
    headers = {"Idempotency-Key": key or new_id().hex}
    return await client.post("/v1/api/rewards/redeem", json=body, headers=headers)


async def test_a_reward_is_redeemed_looked_up_used_and_explained(
    client: httpx.AsyncClient, shop: Shop
) -> None:
    answer = await redeemed(client, shop, await offered(client))
    assert answer.status_code == 201
    it = answer.json()["redemption"]
    looked_up = await client.post("/v1/api/redemptions/lookup", json={"code": it["code"].lower()})
    assert looked_up.json()["id"] == it["id"]
    used = await client.post(f"/v1/api/redemptions/{it['id']}/use", json={})
    assert used.json()["state"] == "used"
    explained = (await client.get(f"/v1/api/redemptions/{it['id']}")).json()
    assert [step["to_state"] for step in explained["steps"]] == ["issued", "used"]
    listed = (await client.get("/v1/api/redemptions?state=used")).json()["items"]
    assert [one["id"] for one in listed] == [it["id"]]


async def test_the_same_request_again_gets_the_same_code(
    client: httpx.AsyncClient, shop: Shop
) -> None:
    reward = await offered(client)
    first = await redeemed(client, shop, reward, "one")
    again = await redeemed(client, shop, reward, "one")
    assert (again.status_code, again.headers["Idempotency-Replayed"]) == (200, "true")
    assert again.json()["discount_code"] == first.json()["discount_code"]
    assert await shop.balance() == (700, 0, 0)
    other = await redeemed(client, shop, await offered(client), "one")
    assert (other.status_code, other.json()["code"]) == (409, "IDEMPOTENCY_KEY_REUSED")


async def test_a_customer_sees_what_they_can_have_and_what_is_in_the_way(
    client: httpx.AsyncClient, shop: Shop
) -> None:
    await offered(client)
    await offered(client, terms=TERMS | {"cost": 2000})
    await offered(client, terms=TERMS | {"tiers": ["gold"]})
    await offered(client, state="draft")
    ada = await shop.customer_id()
    offers = (await client.get(f"/v1/api/customers/{ada}/rewards")).json()["items"]
    assert [(one["affordable"], one["missing"], one["obstacle"]) for one in offers] == [
        (True, 0, None),
        (False, 800, None),
        (True, 0, "TIER_TOO_LOW"),
    ]


async def test_too_few_points_are_told_by_their_code(client: httpx.AsyncClient, shop: Shop) -> None:
    answer = await redeemed(client, shop, await offered(client, terms=TERMS | {"cost": 5000}))
    assert (answer.status_code, answer.json()["code"]) == (409, "INSUFFICIENT_POINTS")


async def test_other_terms_make_a_version_and_issued_codes_keep_theirs(
    client: httpx.AsyncClient, shop: Shop
) -> None:
    reward = await offered(client)
    it = (await redeemed(client, shop, reward)).json()["redemption"]
    path = f"/v1/api/rewards/{reward['id']}"
    change = {"terms": TERMS | {"cost": 900}, "state": "active", "version": 1}
    assert (await client.put(path, json=change)).json()["version"] == 2
    stale = await client.put(path, json=change | {"terms": TERMS | {"cost": 1}})
    assert (stale.status_code, stale.json()["code"]) == (409, "REWARD_CHANGED")
    kept = (await client.get(f"/v1/api/redemptions/{it['id']}")).json()
    assert (kept["reward_version"], kept["cost"]) == (1, 500)


async def test_rewards_are_put_in_order(client: httpx.AsyncClient) -> None:
    made = [(await offered(client))["id"] for _ in range(3)]
    turned = [made[2], made[0]]
    answer = await client.put("/v1/api/rewards/order", json={"reward_ids": turned})
    assert answer.status_code == 204
    listed = [one["id"] for one in (await client.get("/v1/api/rewards")).json()["items"]]
    assert listed == [*turned, made[1]]


async def test_a_stock_can_not_be_less_than_what_is_taken(
    client: httpx.AsyncClient, shop: Shop
) -> None:
    reward = await offered(client, stock=5)
    await redeemed(client, shop, reward)
    body = {"terms": TERMS, "state": "active", "stock": 0}
    answer = await client.put(f"/v1/api/rewards/{reward['id']}", json=body)
    assert (answer.status_code, answer.json()["code"]) == (422, "STOCK_TAKEN")


@pytest.mark.parametrize(
    "wrong",
    [
        {"amounts": {}},
        {"amounts": {"XYZ": "5"}},
        {"amounts": {"GBP": "0"}},
        {"amounts": {"GBP": "NaN"}},
        {"kind": "percent_off"},
        {"kind": "percent_off", "amounts": {}, "percent": "101"},
        {"kind": "free_product", "amounts": {}},
        {"cost": 0},
        {"cost": -5},
        {"name": ""},
        {"name": "nul \0"},
        {"starts_at": "2026-11-01T00:00:00"},
        {"starts_at": "2026-11-02T00:00:00Z", "ends_at": "2026-11-01T00:00:00Z"},
        {"valid_days": 0},
        {"colour": "red"},
    ],
    ids=str,
)
async def test_terms_that_make_no_sense_are_refused(
    client: httpx.AsyncClient, wrong: dict[str, Any]
) -> None:
    answer = await client.post("/v1/api/rewards", json={"terms": TERMS | wrong})
    assert answer.status_code == 422, answer.text


async def test_another_merchants_rewards_and_codes_are_as_unknown_as_none(
    client: httpx.AsyncClient, shop: Shop, lasting_database: Database
) -> None:
    reward = await offered(client)
    it = (await redeemed(client, shop, reward)).json()["redemption"]
    other = await open_shop(lasting_database)
    caller = caller_for(other.merchant_id)
    async with at_counter(lasting_database, caller) as stranger:
        found = await stranger.post("/v1/api/redemptions/lookup", json={"code": it["code"]})
        assert (found.status_code, found.json()["code"]) == (404, "CODE_UNKNOWN")
        for red in (it["id"], to_wire("red", new_id())):
            for act in ("use", "cancel"):
                answer = await stranger.post(f"/v1/api/redemptions/{red}/{act}", json={})
                assert answer.status_code == 404
        taken = await redeemed(stranger, shop, reward)
        assert taken.status_code == 404


async def test_an_archived_reward_comes_back_as_it_was_and_only_then_changes(
    client: httpx.AsyncClient,
) -> None:
    reward = await offered(client)
    path = f"/v1/api/rewards/{reward['id']}"
    await client.put(path, json={"terms": TERMS, "state": "archived"})
    dearer = {"terms": TERMS | {"cost": 900}, "state": "active"}
    refused = await client.put(path, json=dearer)
    assert (refused.status_code, refused.json()["code"]) == (409, "REWARD_ARCHIVED")
    back = await client.put(path, json={"terms": TERMS, "state": "active"})
    assert (back.json()["state"], back.json()["version"]) == ("active", 1)
    assert (await client.put(path, json=dearer)).json()["version"] == 2
