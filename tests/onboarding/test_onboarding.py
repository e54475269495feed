"""A merchant gets from install to a live program, and is told truly how far that is."""

from typing import Any

import httpx

from loyalnest import merchants
from loyalnest.entrypoints import wiring
from loyalnest.kernel.database import Database
from loyalnest.kernel.relay import settle
from tests.conftest import NOW
from tests.doors import bearing, house, make_key, open_cafe

TERMS = {"kind": "free_shipping", "name": "Sent for nothing", "cost": 5}


def done(answer: httpx.Response) -> set[str]:
    assert answer.is_success, answer.text
    return {each["step"] for each in answer.json()["steps"] if each["done"]}


async def test_steps_are_done_when_the_facts_say_so_and_a_program_gets_ready_and_live(
    lasting_database: Database,
) -> None:
    cafe, _ = await open_cafe(lasting_database, "onboarded", email="on@example.com")
    key = bearing(await make_key(lasting_database, cafe.id))
    async with house(lasting_database) as client:

        async def asks(method: str, path: str, **body: Any) -> httpx.Response:
            headers = {**key, "Idempotency-Key": f"{method}{path}"}
            url = f"/v1/api{path}"
            return await client.request(method, url, json=body or None, headers=headers)

        async def phase() -> str:
            return (await asks("GET", "/onboarding")).json()["phase"]

        begun = await asks("GET", "/onboarding")
        assert done(begun) == {"running"}
        assert (begun.json()["phase"], begun.json()["complete"]) == ("setting_up", False)
        async with lasting_database.tenant(cafe.id) as session:
            await merchants.add_store(
                session, merchant_id=cafe.id, provider="shopify", domain="c.example", name="C",
                now=NOW,
            )  # fmt: skip
        await asks("PUT", "/program/switches/rule.review", state="on")
        assert await phase() == "setting_up"
        made = (await asks("POST", "/rewards", terms=TERMS, state="active")).json()
        assert await phase() == "ready"
        await asks("PUT", "/branding", settings={"name": "Choosy"})
        who = {
            "customer_id": (await asks("POST", "/customers", email="a@example.com")).json()["id"]
        }
        assert done(await asks("GET", "/onboarding")) == {
            "store", "earning", "reward", "branding", "running", "member"
        }  # fmt: skip
        await asks("POST", "/points/earn", **who, action_type="review")
        assert await phase() == "live"
        await asks("POST", "/rewards/redeem", **who, reward_id=made["id"])
        left = await asks("GET", "/onboarding")
        assert [each["step"] for each in left.json()["steps"] if not each["done"]] == ["staff"]
        assert left.json()["complete"] is False
        last = await asks("POST", "/onboarding/steps/staff/dismiss")
        assert last.json()["complete"] is True

        await asks("PUT", "/program/switches/program", state="paused")
        paused = await asks("GET", "/onboarding")
        assert (paused.json()["phase"], paused.json()["complete"]) == ("setting_up", False)


async def test_a_step_is_left_out_and_taken_up_again_but_none_that_is_needed(
    lasting_database: Database,
) -> None:
    cafe, _ = await open_cafe(lasting_database, "choosy", email="choosy@example.com")
    key = bearing(await make_key(lasting_database, cafe.id))
    async with house(lasting_database) as client:

        async def asks(method: str, path: str) -> dict[str, Any]:
            return (await client.request(method, f"/v1/api/onboarding{path}", headers=key)).json()

        def dismissed(answer: dict[str, Any]) -> set[str]:
            return {each["step"] for each in answer["steps"] if each["dismissed"]}

        for _ in range(2):
            assert dismissed(await asks("POST", "/steps/store/dismiss")) == {"store"}
        assert (await asks("POST", "/steps/reward/dismiss"))["code"] == "STEP_NEEDED"
        assert (await asks("POST", "/steps/flying/dismiss"))["code"] == "INVALID_REQUEST"
        assert dismissed(await asks("DELETE", "/steps/store/dismiss")) == set()
        assert (await asks("POST", "/dismiss"))["hidden"] is True
        assert (await asks("GET", ""))["hidden"] is True
        assert (await asks("DELETE", "/dismiss"))["hidden"] is False
        await settle(lasting_database, wiring.SUBSCRIBERS)
        told = (await client.get("/v1/api/events", headers=key)).json()["items"]
    assert [(it["type"], it["data"]["step"]) for it in told if "step" in it["data"]] == [
        ("onboarding.dismissed", "store"),
        ("onboarding.restored", "store"),
        ("onboarding.dismissed", "list"),
        ("onboarding.restored", "list"),
    ]
