"""Tiers through the API."""

from collections.abc import AsyncGenerator
from typing import Any

import httpx
import pytest

from loyalnest import tiers
from loyalnest.kernel.database import Database
from loyalnest.kernel.ids import new_id, to_wire
from loyalnest.kernel.relay import settle
from loyalnest.tiers.routes import router as tiers_router
from tests.conftest import NOW
from tests.contracts.shopify.bodies import line, order
from tests.doors import caller_for, door
from tests.shop import Shop, open_shop

LADDER: dict[str, Any] = {
    "basis": "spend",
    "tiers": [
        {"key": "silver", "name": "Silver", "threshold": "100"},
        {"key": "gold", "name": "Gold", "threshold": "500", "multiplier": "1.5"},
    ],
}


@pytest.fixture
async def shop(lasting_database: Database) -> Shop:
    return await open_shop(lasting_database)


@pytest.fixture
async def client(shop: Shop) -> AsyncGenerator[httpx.AsyncClient]:
    caller = caller_for(shop.merchant_id)
    async with door(shop.database, tiers_router, caller=caller) as client:
        yield client


async def bought(shop: Shop, price: str) -> str:
    await shop.tells(("orders/create", order(lines=[line(price=price)])))
    await settle(shop.database, [tiers.STANDINGS], clock=lambda: NOW)
    return await shop.customer_id()


async def test_a_merchant_without_tiers_has_an_empty_ladder(client: httpx.AsyncClient) -> None:
    answer = (await client.get("/v1/api/tiers")).json()
    assert (answer["version"], answer["ladder"]["enabled"]) == (0, False)


async def test_a_customer_sees_where_they_stand_and_what_is_missing(
    client: httpx.AsyncClient, shop: Shop
) -> None:
    assert (await client.put("/v1/api/tiers", json={"ladder": LADDER})).status_code == 200
    ada = await bought(shop, "120.00")
    seen = (await client.get(f"/v1/api/customers/{ada}/tier")).json()
    assert (seen["tier"], seen["next_tier"], seen["missing"]) == ("silver", "gold", "380.00")
    moves = (await client.get(f"/v1/api/customers/{ada}/tier/moves")).json()["items"]
    assert [(one["to_tier"], one["cause"]) for one in moves] == [("silver", "earned")]
    counted = (await client.get("/v1/api/tiers")).json()["customers"]
    assert counted == {"silver": 1}


async def test_a_change_is_made_only_to_the_version_that_was_read(
    client: httpx.AsyncClient,
) -> None:
    await client.put("/v1/api/tiers", json={"ladder": LADDER, "version": 0})
    stale = {"ladder": LADDER | {"grace_days": 30}, "version": 0}
    answer = await client.put("/v1/api/tiers", json=stale)
    assert (answer.status_code, answer.json()["code"]) == (409, "LADDER_STALE")
    assert (await client.put("/v1/api/tiers", json=stale | {"version": 1})).json()["version"] == 2
    versions = (await client.get("/v1/api/tiers/versions")).json()["items"]
    assert [one["version"] for one in versions] == [2, 1]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"tier": "diamond", "reason": "why not"}, "TIER_UNKNOWN"),
        ({"tier": "gold", "reason": "   "}, "REASON_MISSING"),
        ({"tier": "gold", "reason": "old", "until": "2020-01-01T00:00:00Z"}, "OVERRIDE_IN_PAST"),
    ],
)
async def test_an_override_that_makes_no_sense_is_refused(
    client: httpx.AsyncClient, shop: Shop, body: dict[str, Any], code: str
) -> None:
    await client.put("/v1/api/tiers", json={"ladder": LADDER})
    ada = await bought(shop, "1.00")
    answer = await client.put(f"/v1/api/customers/{ada}/tier/override", json=body)
    assert (answer.status_code, answer.json()["code"]) == (422, code)


async def test_a_tier_is_given_by_hand_and_taken_away(
    client: httpx.AsyncClient, shop: Shop
) -> None:
    await client.put("/v1/api/tiers", json={"ladder": LADDER})
    ada = await bought(shop, "1.00")
    path = f"/v1/api/customers/{ada}/tier/override"
    given = (await client.put(path, json={"tier": "gold", "reason": "a friend"})).json()
    assert (given["tier"], given["own_tier"], given["override"]["reason"]) == (
        "gold", None, "a friend",
    )  # fmt: skip
    assert (await client.delete(path)).json()["tier"] is None
    assert (await client.delete(path)).status_code == 404


@pytest.mark.parametrize(
    "wrong",
    [
        {"tiers": [{"key": "Gold!", "name": "Gold", "threshold": "1"}]},
        {"tiers": [{"key": "gold", "name": "", "threshold": "1"}]},
        {"tiers": [{"key": "gold", "name": "Gold", "threshold": "-1"}]},
        {"tiers": [{"key": "gold", "name": "Gold", "threshold": "NaN"}]},
        {"tiers": [{"key": "gold", "name": "Gold", "threshold": "1", "multiplier": "0"}]},
        {"tiers": list(reversed(LADDER["tiers"]))},
        {"window": "week"},
        {"grace_days": -1},
    ],
    ids=str,
)
async def test_a_ladder_that_makes_no_sense_is_refused(
    client: httpx.AsyncClient, wrong: dict[str, Any]
) -> None:
    for answer in (
        await client.put("/v1/api/tiers", json={"ladder": LADDER | wrong}),
        await client.post("/v1/api/tiers/preview", json=LADDER | wrong),
    ):
        assert answer.status_code == 422, answer.text


async def test_another_merchants_customer_is_as_unknown_as_none(
    client: httpx.AsyncClient, shop: Shop, lasting_database: Database
) -> None:
    await client.put("/v1/api/tiers", json={"ladder": LADDER})
    ada = await bought(shop, "120.00")
    other = await open_shop(lasting_database)
    caller = caller_for(other.merchant_id)
    async with door(lasting_database, tiers_router, caller=caller) as stranger:
        for who in (ada, to_wire("cus", new_id())):
            assert (await stranger.get(f"/v1/api/customers/{who}/tier")).status_code == 404
            assert (await stranger.get(f"/v1/api/customers/{who}/tier/moves")).status_code == 404
            gift = {"tier": "gold", "reason": "mine"}
            path = f"/v1/api/customers/{who}/tier/override"
            assert (await stranger.put(path, json=gift)).status_code == 404
