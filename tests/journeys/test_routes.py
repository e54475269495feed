"""Journeys through the API."""

from collections.abc import AsyncGenerator
from typing import Any

import httpx
import pytest

from bench.post import Post
from loyalnest import journeys
from loyalnest.journeys.routes import router as journeys_router
from loyalnest.kernel.database import Database
from loyalnest.kernel.ids import new_id, to_wire
from tests.conftest import NOW
from tests.doors import caller_for, door
from tests.journeys.cast import WINS_BACK, percent_off
from tests.messaging.cast import Bakery, open_bakery

PLAN: dict[str, Any] = WINS_BACK.model_dump(mode="json")


@pytest.fixture
async def bakery(lasting_database: Database) -> Bakery:
    return await open_bakery(lasting_database)


@pytest.fixture
async def client(bakery: Bakery) -> AsyncGenerator[httpx.AsyncClient]:
    caller = caller_for(bakery.merchant_id)
    async with door(bakery.database, journeys_router, caller=caller) as client:
        yield client


async def drawn_up(client: httpx.AsyncClient, **changed: Any) -> Any:
    answer = await client.post("/v1/api/journeys", json={"plan": PLAN | changed})
    assert answer.status_code == 201, answer.text
    return answer.json()


async def said(client: httpx.AsyncClient, path: str, verb: str) -> str:
    """What the journey's state is afterwards, or what went wrong."""
    answer = await client.post(f"{path}/{verb}")
    told = answer.json()
    return told["code"] if answer.is_error else told["state"]


async def test_a_journey_is_drawn_up_found_again_and_lives(
    bakery: Bakery, client: httpx.AsyncClient
) -> None:
    made = await drawn_up(client)
    path = f"/v1/api/journeys/{made['id']}"
    assert (made["state"], made["version"]) == ("draft", 1)
    assert (await client.get(path)).json() == made
    listed = (await client.get("/v1/api/journeys?state=draft")).json()["items"]
    assert [one["id"] for one in listed] == [made["id"]]
    assert await said(client, path, "start") == "NO_SENDER"
    async with Post().open() as post:
        await bakery.uses(post)
    for verb, becomes in (
        ("pause", "JOURNEY_NOT_ACTIVE"),
        ("end", "JOURNEY_NOT_STARTED"),
        ("start", "active"),
        ("start", "JOURNEY_STARTED"),
        ("resume", "JOURNEY_NOT_PAUSED"),
        ("pause", "paused"),
        ("resume", "active"),
        ("end", "ended"),
        ("end", "JOURNEY_OVER"),
    ):
        assert await said(client, path, verb) == becomes
    late = await client.put(path, json={"plan": PLAN | {"name": "Other"}})
    assert late.json()["code"] == "JOURNEY_OVER"


async def test_a_change_makes_a_version_and_leaves_who_is_under_way(
    bakery: Bakery, client: httpx.AsyncClient
) -> None:
    made = await drawn_up(client)
    path = f"/v1/api/journeys/{made['id']}"
    (person,) = await bakery.enrols(1)
    async with Post().open() as post:
        await bakery.uses(post)
    await client.post(f"{path}/start")
    async with bakery.database.tenant(bakery.merchant_id) as session:
        (journey,) = await journeys.list_journeys(session, state=None, before=None, limit=9)
        entry = journeys.Entry(journey, journeys.Candidate(person, "once"))
        assert [await journeys.enter_many(session, [entry], now=NOW) for _ in range(2)] == [1, 0]
    changed = await client.put(path, json={"plan": PLAN | {"name": "Come back"}, "version": 1})
    assert changed.json()["version"] == 2
    stale = await client.put(path, json={"plan": PLAN, "version": 1})
    assert stale.json()["code"] == "JOURNEY_STALE"
    held = await client.put(path, json={"plan": PLAN | {"holdout": 30}})
    assert held.json()["code"] == "HOLDOUT_FIXED"
    (way,) = (await client.get(f"{path}/enrolments")).json()["items"]
    assert (way["version"], way["held_out"]) == (1, False)
    assert (way["customer_id"], way["customer_name"]) == (to_wire("cus", person), "Member 0")
    assert (await client.get(f"{path}/enrolments?under_way=true")).json()["items"] == [way]
    await client.post(f"{path}/end")
    assert (await client.get(f"{path}/enrolments?under_way=true")).json()["items"] == []
    other = to_wire("cus", new_id())
    assert (await client.get(f"{path}/enrolments?customer_id={other}")).json()["items"] == []


async def test_a_discount_is_between_5_and_50_per_cent(
    bakery: Bakery, client: httpx.AsyncClient
) -> None:
    for percent, status in ((4, 422), (5, 201), (50, 201), (60, 422)):
        gift = await percent_off(bakery.database, bakery.merchant_id, percent, NOW)
        step = {**PLAN["steps"][0], "gift": {"kind": "reward", "reward_id": gift}}
        answer = await client.post("/v1/api/journeys", json={"plan": PLAN | {"steps": [step]}})
        assert answer.status_code == status, answer.text
    unknown = {
        **PLAN["steps"][0],
        "gift": {"kind": "reward", "reward_id": to_wire("rwd", new_id())},
    }
    answer = await client.post("/v1/api/journeys", json={"plan": PLAN | {"steps": [unknown]}})
    assert answer.json()["code"] == "REWARD_NOT_FOUND"
