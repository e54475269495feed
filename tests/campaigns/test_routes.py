"""Campaigns through the API."""

from collections.abc import AsyncGenerator
from typing import Any

import httpx
import pytest

from loyalnest.campaigns.routes import router as campaigns_router
from loyalnest.kernel.database import Database
from loyalnest.kernel.ids import new_id, to_wire
from tests.doors import caller_for, door
from tests.shop import Shop, open_shop

RULE: dict[str, Any] = {
    "name": "Double Friday",
    "state": "active",
    "starts_at": "2026-11-01T00:00:00Z",
    "ends_at": "2026-12-01T00:00:00Z",
    "effect": {"kind": "multiplier", "factor": "2"},
    "conditions": {"weekdays": [5]},
}


@pytest.fixture
async def shop(lasting_database: Database) -> Shop:
    return await open_shop(lasting_database)


@pytest.fixture
async def client(shop: Shop) -> AsyncGenerator[httpx.AsyncClient]:
    caller = caller_for(shop.merchant_id)
    async with door(shop.database, campaigns_router, caller=caller) as client:
        yield client


async def drawn_up(client: httpx.AsyncClient, budget: int | None = None, **rule: Any) -> Any:
    answer = await client.post("/v1/api/campaigns", json={"rule": RULE | rule, "budget": budget})
    assert answer.status_code == 201, answer.text
    return answer.json()


async def test_a_campaign_is_drawn_up_and_found_again(client: httpx.AsyncClient) -> None:
    made = await drawn_up(client)
    assert made["phase"] == "running"
    assert (await client.get(f"/v1/api/campaigns/{made['id']}")).json() == made
    listed = (await client.get("/v1/api/campaigns?state=active")).json()["items"]
    assert made["id"] in [one["id"] for one in listed]


async def test_a_change_makes_a_version_and_keeps_the_one_before(client: httpx.AsyncClient) -> None:
    made = await drawn_up(client)
    path = f"/v1/api/campaigns/{made['id']}"
    body = {"rule": RULE | {"state": "paused"}, "version": 1}
    changed = (await client.put(path, json=body)).json()
    assert (changed["version"], changed["phase"]) == (2, "paused")
    versions = (await client.get(f"{path}/versions")).json()["items"]
    assert [one["rule"]["state"] for one in versions] == ["paused", "active"]


async def test_saving_what_is_in_force_makes_no_version(client: httpx.AsyncClient) -> None:
    made = await drawn_up(client)
    again = await client.put(f"/v1/api/campaigns/{made['id']}", json={"rule": made["rule"]})
    assert again.json()["version"] == 1


async def test_a_change_to_a_version_that_is_not_in_force_is_refused(
    client: httpx.AsyncClient,
) -> None:
    made = await drawn_up(client)
    path = f"/v1/api/campaigns/{made['id']}"
    await client.put(path, json={"rule": RULE | {"name": "Triple"}, "version": 1})
    late = await client.put(path, json={"rule": RULE | {"name": "Other"}, "version": 1})
    assert (late.status_code, late.json()["code"]) == (409, "CAMPAIGN_CHANGED")


async def test_an_archived_campaign_stays_as_it_was(client: httpx.AsyncClient) -> None:
    made = await drawn_up(client)
    path = f"/v1/api/campaigns/{made['id']}"
    await client.put(path, json={"rule": RULE | {"state": "archived"}})
    back = await client.put(path, json={"rule": RULE})
    assert (back.status_code, back.json()["code"]) == (409, "CAMPAIGN_ARCHIVED")


@pytest.mark.parametrize(
    "wrong",
    [
        {"ends_at": "2026-10-01T00:00:00Z"},
        {"starts_at": "2026-11-01T00:00:00"},
        {"starts_at": "someday"},
        {"name": ""},
        {"name": "x" * 201},
        {"effect": {"kind": "multiplier", "factor": "0.5"}},
        {"effect": {"kind": "multiplier", "factor": "NaN"}},
        {"effect": {"kind": "multiplier", "factor": "101"}},
        {"effect": {"kind": "bonus", "points": 0}},
        {"effect": {"kind": "bonus", "points": -5}},
        {"effect": {"kind": "goal", "spend": "0", "points": 5}},
        {"effect": {"kind": "gift"}},
        {"conditions": {"weekdays": [8]}},
        {"conditions": {"moon": "full"}},
        {"conditions": {"minimum_spend": "-1"}},
        {"holdout": 91},
        {"name": "nul \0"},
    ],
    ids=str,
)
async def test_a_rule_that_makes_no_sense_is_refused(
    client: httpx.AsyncClient, wrong: dict[str, Any]
) -> None:
    answer = await client.post("/v1/api/campaigns", json={"rule": RULE | wrong})
    assert answer.status_code == 422, answer.text


@pytest.mark.parametrize(
    "name", ["Doppelter Freitag 🎉", "جمعة مضاعفة", "<script>alert(1)</script>"]
)
async def test_a_name_comes_back_as_it_was_given(client: httpx.AsyncClient, name: str) -> None:
    assert (await drawn_up(client, name=name))["rule"]["name"] == name


async def test_another_merchants_campaign_is_as_unknown_as_none(
    client: httpx.AsyncClient, lasting_database: Database
) -> None:
    made = await drawn_up(client)
    other = await open_shop(lasting_database)
    caller = caller_for(other.merchant_id)
    async with door(lasting_database, campaigns_router, caller=caller) as stranger:
        for path in ("", "/versions", "/report"):
            theirs = await stranger.get(f"/v1/api/campaigns/{made['id']}{path}")
            nobodys = await stranger.get(f"/v1/api/campaigns/{to_wire('cmp', new_id())}{path}")
            assert theirs.status_code == nobodys.status_code == 404
            assert theirs.json()["code"] == nobodys.json()["code"]
        changed = await stranger.put(f"/v1/api/campaigns/{made['id']}", json={"rule": RULE})
        assert changed.status_code == 404


async def test_campaigns_are_listed_by_where_they_are_in_their_lives(
    client: httpx.AsyncClient,
) -> None:
    lives: dict[str, dict[str, Any]] = {
        "draft": {"state": "draft"},
        "scheduled": {"starts_at": "2099-01-01T00:00:00Z", "ends_at": None},
        "running": {"ends_at": None},
        "paused": {"state": "paused"},
        "ended": {"starts_at": "2020-01-01T00:00:00Z", "ends_at": "2020-01-02T00:00:00Z"},
        "archived": {"state": "archived"},
    }
    made = {phase: await drawn_up(client, **rule) for phase, rule in lives.items()}
    assert {phase: one["phase"] for phase, one in made.items()} == {phase: phase for phase in lives}
    for phase in lives:
        found = (await client.get("/v1/api/campaigns", params={"phase": phase})).json()["items"]
        assert [one["id"] for one in found] == [made[phase]["id"]]
    two = (await client.get("/v1/api/campaigns?phase=ended&phase=paused&limit=1")).json()
    assert [one["phase"] for one in two["items"]] == ["ended"]
    more = {"phase": ["ended", "paused"], "cursor": two["next_cursor"]}
    rest = (await client.get("/v1/api/campaigns", params=more)).json()
    assert [one["phase"] for one in rest["items"]] == ["paused"]


async def test_a_product_is_in_the_collections_named_last_and_in_no_others(
    client: httpx.AsyncClient, shop: Shop, lasting_database: Database
) -> None:
    path = "/v1/api/products/collections"
    first = {"product": "1", "collections": ["cakes", "autumn", "cakes"]}
    second = {"product": "2", "collections": ["cakes"]}
    assert (await client.put(path, json={"items": [first, second]})).status_code == 204
    assert (await client.get(path)).json()["items"] == [
        {"collection": "autumn", "products": 1},
        {"collection": "cakes", "products": 2},
    ]
    await client.put(path, json={"items": [first | {"collections": ["bread"]}]})
    page = (await client.get(path, params={"limit": 1})).json()
    assert page["items"] == [{"collection": "bread", "products": 1}]
    rest = (await client.get(path, params={"cursor": page["next_cursor"]})).json()
    assert rest["items"] == [{"collection": "cakes", "products": 1}]
    other = await open_shop(lasting_database)
    caller = caller_for(other.merchant_id)
    async with door(lasting_database, campaigns_router, caller=caller) as stranger:
        assert (await stranger.get(path)).json()["items"] == []


async def test_the_schema_of_a_rule_is_published(client: httpx.AsyncClient) -> None:
    schema = (await client.get("/v1/api/campaigns/schema")).json()
    assert "conditions" in schema["properties"]
