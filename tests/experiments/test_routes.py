"""Experiments and usage through the API."""

import asyncio
from collections.abc import AsyncGenerator
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest

from loyalnest import experiments
from loyalnest.experiments.routes import USAGE, usage_router
from loyalnest.experiments.routes import router_of as experiments_router_of
from loyalnest.kernel.database import Database
from tests.conftest import NOW
from tests.doors import Hands, bearing, caller_for, door, house, make_key
from tests.experiments.cast import (
    NEEDED,
    NUDGE,
    begins,
    design,
    domain_of,
    is_met,
    meeting,
    meets,
    tallies,
    used,
    visitor,
)
from tests.shop import Shop, open_shop

PATH = "/v1/api/experiments"
DESIGN: dict[str, Any] = design().model_dump(mode="json")


@pytest.fixture
async def shop(lasting_database: Database) -> Shop:
    return await open_shop(lasting_database)


@pytest.fixture
async def client(shop: Shop) -> AsyncGenerator[httpx.AsyncClient]:
    caller = caller_for(shop.merchant_id)
    async with door(shop.database, experiments_router_of(is_met), caller=caller) as client:
        yield client


async def report_of(shop: Shop, /, *events: dict[str, Any], **changed: Any) -> dict[str, Any]:
    said = list(events) or [{"action": "view", "element": NUDGE, "at": NOW.isoformat()}]
    body = {"shop": await domain_of(shop), "visitor": visitor(1), "consent": True, "events": said}
    return body | changed


async def test_an_experiment_is_drafted_changed_started_and_ended(
    client: httpx.AsyncClient, shop: Shop
) -> None:
    made = (await client.post(PATH, json={"design": DESIGN})).json()
    at = f"{PATH}/{made['id']}"
    assert (made["state"], made["version"], made["needed"]) == ("draft", 1, {})
    renamed = {"design": DESIGN | {"name": "Say it in pounds"}}
    saved = (await client.put(at, json={**renamed, "version": 1})).json()
    assert (saved["version"], saved["design"]["name"]) == (2, "Say it in pounds")
    assert (await client.put(at, json=renamed)).json()["version"] == 2
    stale = await client.put(at, json={"design": DESIGN, "version": 1})
    assert (stale.status_code, stale.json()["code"]) == (409, "EXPERIMENT_STALE")
    assert (await client.get(f"{at}/result")).json()["verdict"] == "too_early"
    assert (await client.post(f"{at}/end")).json()["code"] == "EXPERIMENT_NOT_RUNNING"

    started = (await client.post(f"{at}/start")).json()
    assert (started["state"], started["needed"]) == ("running", {"a": NEEDED, "b": NEEDED})
    for refused in (await client.put(at, json=renamed), await client.delete(at)):
        assert (refused.status_code, refused.json()["code"]) == (409, "EXPERIMENT_NOT_DRAFT")
    rival = (await client.post(PATH, json={"design": DESIGN})).json()["id"]
    taken = await client.post(f"{PATH}/{rival}/start")
    assert (taken.status_code, taken.json()["code"]) == (409, "SUBJECT_TAKEN")

    async with shop.database.tenant(shop.merchant_id) as session:
        in_german, in_dutch = [
            (await experiments.running(session, language=language))[0] for language in ("de", "nl")
        ]
    assert (in_german.key, in_german.subject, in_german.share) == (made["id"], NUDGE, 1.0)
    assert [it.changes for it in in_german.variants] == [{}, {"title": "5 Pfund warten"}]
    assert in_dutch.variants[1].changes == {"title": "5 pounds wait for you"}

    ended = (await client.post(f"{at}/end")).json()
    assert (ended["state"], ended["ended_by"]) == ("ended", "api_key:test")
    assert (await client.get(f"{at}/result")).json()["verdict"] == "ended_early"
    assert (await client.post(f"{PATH}/{rival}/start")).json()["state"] == "running"
    listed = (await client.get(PATH)).json()["items"]
    assert [one["id"] for one in listed] == [rival, made["id"]]
    assert [one["id"] for one in (await client.get(f"{PATH}?state=ended")).json()["items"]] == [
        made["id"]
    ]


async def test_a_draft_with_two_ways_that_are_one_does_not_start(client: httpx.AsyncClient) -> None:
    same = DESIGN | {"variants": [{"key": "a"}, {"key": "b", "weight": 3}]}
    made = (await client.post(PATH, json={"design": same})).json()
    refused = await client.post(f"{PATH}/{made['id']}/start")
    assert (refused.status_code, refused.json()["code"]) == (422, "VARIANTS_ALIKE")
    assert (await client.delete(f"{PATH}/{made['id']}")).status_code == 204
    assert (await client.get(f"{PATH}/{made['id']}")).json()["code"] == "EXPERIMENT_NOT_FOUND"


async def test_a_plan_says_how_many_it_takes_and_how_long(
    client: httpx.AsyncClient, shop: Shop
) -> None:
    asked = {"baseline": 0.1, "effect": 0.02, "subject": NUDGE, "percent": 50}
    plan = (await client.get(f"{PATH}/plan", params=asked)).json()
    assert plan == {"needed": [3841, 3841], "in_all": 7682, "views_a_day": None, "days": None}
    experiment = await begins(shop)
    people = meeting(experiment, "a", 40)
    await meets(shop, experiment, "a", people, now=NOW - timedelta(days=2))
    plan = (await client.get(f"{PATH}/plan", params=asked)).json()
    assert (plan["views_a_day"], plan["days"]) == (20, 769)
    of_members = (await client.get(f"{PATH}/plan", params=asked | {"goal": "order"})).json()
    assert (of_members["in_all"], of_members["days"]) == (7682, None)
    odd = await client.get(f"{PATH}/plan", params=asked | {"baseline": 0.99})
    assert odd.status_code == 422


async def test_a_result_shows_every_share_with_its_interval(
    client: httpx.AsyncClient, shop: Shop
) -> None:
    experiment = await begins(shop)
    for variant, clicking in (("a", 0), ("b", NEEDED)):
        people = meeting(experiment, variant, NEEDED)
        long_ago = NOW - timedelta(days=3)
        await meets(shop, experiment, variant, people, clicking=clicking, now=long_ago)
    result = (await client.get(f"{PATH}/{experiment.key}/result")).json()
    first, other = result["variants"]
    assert (result["verdict"], first["share"], other["share"]) == ("difference", 0, 1)
    assert (first["visitors"], first["counted"], first["reached"]) == (NEEDED, NEEDED, 0)
    assert first["interval"]["low"] == 0
    assert first["against_first"] is None
    assert other["against_first"]["outcome"] == "better"
    assert 0 < other["against_first"]["interval"]["low"] < 1
    figures = (await client.get("/v1/api/usage/figures")).json()
    (bar,) = figures["elements"]
    assert figures["click_through_target"] == 0.1
    assert (bar["element"], bar["views"], bar["clicks"], bar["click_through"]) == (NUDGE, 6, 3, 0.5)
    assert bar["days"] == [
        {"day": "2026-11-17", "views": 6, "clicks": 3, "dismissals": 0, "goals": 0}
    ]
    odd = await client.get("/v1/api/usage/figures?first=2026-11-02&last=2026-11-01")
    assert (odd.status_code, odd.json()["code"]) == (422, "DATES_BACK_TO_FRONT")


async def test_a_shops_page_reports_what_its_visitors_do(shop: Shop) -> None:
    experiment = await begins(shop)
    (anna,) = meeting(experiment, "b", 1)
    domain = await domain_of(shop)
    seen = {
        "action": "view",
        "element": NUDGE,
        "at": NOW.isoformat(),
        "experiment": experiment.key,
        "variant": "b",
    }
    body = await report_of(shop, seen, visitor=anna)
    page = {"Origin": f"https://{domain}"}
    async with house(shop.database) as client:
        asks = {"Access-Control-Request-Method": "POST", **page}
        asked = await client.options("/v1/api/usage", headers=asks)
        assert asked.status_code == 204
        answer = await client.post("/v1/api/usage", json=body, headers=page)
        assert (answer.status_code, answer.content) == (202, b"")
        assert answer.headers["access-control-allow-origin"] == f"https://{domain}"
        elsewhere = {"Origin": "https://evil.example"}
        refused = await client.post("/v1/api/usage", json=body, headers=elsewhere)
        assert (refused.status_code, refused.json()["code"]) == (403, "ORIGIN_REFUSED")
        unheard_of = [{"action": "view", "element": "nudge:other", "at": NOW.isoformat()}]
        answer = await client.post("/v1/api/usage", json=body | {"events": unheard_of})
        assert answer.status_code == 202
        nobodys = await client.post("/v1/api/usage", json=body | {"shop": "nobody.example"})
        assert (nobodys.status_code, nobodys.content) == (202, b"")
    assert await used(shop) == {(NUDGE, "view"): 1}
    assert await tallies(shop, experiment) == {"b": (1, 0, 0)}


@pytest.mark.parametrize(
    "changed",
    [
        {"consent": False},
        {"consent": None},
        {"visitor": "anna@example.com"},
        {"visitor": "a" * 23},
        {"shop": "a shop'; DROP TABLE"},
        {"events": []},
        {"events": [{"action": "view", "element": NUDGE, "at": NOW.isoformat()}] * 51},
        {"events": [{"action": "view", "element": "x" * 500, "at": NOW.isoformat()}]},
        {"events": [{"action": "buy", "element": NUDGE, "at": NOW.isoformat()}]},
        {"events": [{"action": "view", "element": NUDGE, "at": "yesterday"}]},
    ],
)
async def test_a_report_that_is_none_is_refused(shop: Shop, changed: dict[str, Any]) -> None:
    body = await report_of(shop, **changed)
    async with door(shop.database, usage_router(), caller=None) as client:
        assert (await client.post("/v1/api/usage", json=body)).status_code == 422
    assert await used(shop) == {}


async def test_a_flood_and_a_heap_are_turned_away(shop: Shop) -> None:
    body = await report_of(shop)
    async with house(shop.database, address="198.51.100.78") as client:
        heap = await client.post("/v1/api/usage", json=body | {"more": "x" * 40_000})
        assert heap.status_code == 413
        reports = [body | {"visitor": visitor(number)} for number in range(USAGE.quota + 20)]
        answers = await asyncio.gather(
            *(client.post("/v1/api/usage", json=each) for each in reports)
        )
    taken = [it for it in answers if it.status_code == 202]
    refused = {(it.status_code, it.json()["code"]) for it in answers if it not in taken}
    assert refused == {(429, "TOO_MUCH_USAGE")}
    # A token comes back every half a second.
    assert USAGE.quota <= len(taken) < USAGE.quota + 20
    assert await used(shop) == {(NUDGE, "view"): len(taken)}


async def test_a_member_is_known_by_the_session_and_only_in_its_own_shop(shop: Shop) -> None:
    wanted = design(goal=experiments.ExperimentGoal(kind=experiments.GoalKind.ORDER, within_days=7))
    experiment = await begins(shop, wanted)
    guest, member, outsider = meeting(experiment, "a", 3)
    other = await open_shop(shop.database)
    tokens: dict[UUID, str] = {}
    async with house(shop.database, clock=Hands()) as client:
        for place in (shop, other):
            key = await make_key(place.database, place.merchant_id)
            path = f"/v1/api/customers/{await place.customer_id()}/sessions"
            tokens[place.merchant_id] = (await client.post(path, headers=bearing(key))).json()[
                "token"
            ]
        seen = {
            "action": "view",
            "element": NUDGE,
            "at": NOW.isoformat(),
            "experiment": experiment.key,
            "variant": "a",
        }
        for who, merchant in (
            (guest, None),
            (member, shop.merchant_id),
            (outsider, other.merchant_id),
        ):
            headers = bearing(tokens[merchant]) if merchant else {}
            body = await report_of(shop, seen, visitor=who)
            answer = await client.post("/v1/api/usage", json=body, headers=headers)
            assert answer.status_code == 202
    assert await tallies(shop, experiment) == {"a": (1, 0, 0)}
