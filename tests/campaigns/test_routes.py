"""Campaigns through the API."""

from collections.abc import AsyncGenerator
from typing import Any

import httpx
import pytest

from loyalnest import campaigns
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
    async with door(shop.database, campaigns.router, caller=caller) as client:
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
    async with door(lasting_database, campaigns.router, caller=caller) as stranger:
        for path in ("", "/versions", "/report"):
            theirs = await stranger.get(f"/v1/api/campaigns/{made['id']}{path}")
            nobodys = await stranger.get(f"/v1/api/campaigns/{to_wire('cmp', new_id())}{path}")
            assert theirs.status_code == nobodys.status_code == 404
            assert theirs.json()["code"] == nobodys.json()["code"]
        changed = await stranger.put(f"/v1/api/campaigns/{made['id']}", json={"rule": RULE})
        assert changed.status_code == 404


async def test_the_schema_of_a_rule_is_published(client: httpx.AsyncClient) -> None:
    schema = (await client.get("/v1/api/campaigns/schema")).json()
    assert "conditions" in schema["properties"]
