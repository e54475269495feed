"""Referrals through the API."""

from collections.abc import AsyncGenerator
from datetime import timedelta
from typing import Any

import httpx
import pytest

from loyalnest import merchants, referrals
from loyalnest.kernel.database import Database
from loyalnest.referrals.routes import router as referrals_router
from tests.conftest import NOW
from tests.doors import caller_for, door, house
from tests.referrals.friends import BEA, PAST_RETURNS, bought, days_pass
from tests.shop import ADA, Shop, open_shop

ON: dict[str, Any] = {"enabled": True, "link": "https://shop.example/?ref={code}"}


@pytest.fixture
async def shop(lasting_database: Database) -> Shop:
    shop = await open_shop(lasting_database)
    await shop.sets(default_rate=0, now=NOW - timedelta(days=60))
    return shop


@pytest.fixture
async def client(shop: Shop) -> AsyncGenerator[httpx.AsyncClient]:
    caller = caller_for(shop.merchant_id)
    async with door(shop.database, referrals_router, caller=caller) as client:
        yield client


async def begins(client: httpx.AsyncClient, shop: Shop) -> dict[str, Any]:
    await client.put("/v1/api/referrals/settings", json={"settings": ON})
    ada = {"advocate_customer_id": await shop.customer_id(ADA), "marks": {"ip": "203.0.113.9"}}
    code = (await client.post("/v1/api/referrals/create", json=ada)).json()
    assert code["link"] == f"https://shop.example/?ref={code['referral_code']}"
    friend = {
        "referral_code": code["referral_code"],
        "friend_customer_id": await shop.customer_id(BEA),
        "channel": "email",
        "marks": {"ip": "203.0.113.9"},
    }
    answer = await client.post("/v1/api/referrals/complete", json=friend)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_referrals_are_off_until_the_merchant_says_otherwise(
    client: httpx.AsyncClient, shop: Shop
) -> None:
    assert (await client.get("/v1/api/referrals/settings")).json()["version"] == 0
    ada = {"advocate_customer_id": await shop.customer_id(ADA)}
    answer = await client.post("/v1/api/referrals/create", json=ada)
    assert (answer.status_code, answer.json()["code"]) == (409, "REFERRALS_OFF")


async def test_a_suspicious_referral_waits_in_the_queue_until_it_is_approved(
    client: httpx.AsyncClient, shop: Shop
) -> None:
    begun = await begins(client, shop)
    assert (begun["status"], begun["review"], begun["signals"]) == ("pending", "waiting", ["ip"])
    await shop.tells(bought(1))
    await days_pass(shop)
    queue = (await client.get("/v1/api/referrals/status?review=waiting")).json()["items"]
    assert [one["referral_id"] for one in queue] == [begun["referral_id"]]
    path = f"/v1/api/referrals/{begun['referral_id']}"
    caller = caller_for(shop.merchant_id)
    later = PAST_RETURNS
    async with door(shop.database, referrals_router, caller=caller, now=later) as then:
        approved = await then.post(f"{path}/approve", json={"note": "a shared office"})
        taken_back = await then.post(f"{path}/reconsider", json={})
        assert (taken_back.json()["status"], taken_back.json()["review"]) == ("pending", "waiting")
        assert [(await shop.balance(email))[0] for email in (ADA, BEA)] == [0, 0]
        await then.post(f"{path}/approve", json={"note": "a shared office"})
    assert (approved.json()["status"], approved.json()["review"]) == ("completed", "approved")
    moves = (await client.get(f"{path}/moves")).json()["items"]
    assert [(one["to_status"], one["note"]) for one in moves] == [
        ("completed", "a shared office"),
        ("pending", None),
        ("completed", "a shared office"),
        ("pending", None),
    ]
    about = f"customer_id={await shop.customer_id(ADA)}"
    progress = (await client.get(f"/v1/api/referrals/progress?{about}")).json()
    assert (progress["completed"], progress["points"]) == (1, 50)
    advocate = (await client.get(f"/v1/api/referrals/advocate?{about}")).json()
    assert advocate["referral_code"] == begun["referral_code"]
    assert advocate["progress"] == progress
    as_friend = f"friend_customer_id={await shop.customer_id(BEA)}"
    brought = (await client.get(f"/v1/api/referrals/status?{as_friend}")).json()["items"]
    assert [one["advocate_customer_id"] for one in brought] == [await shop.customer_id(ADA)]
    found = (await client.get("/v1/api/referrals/analytics")).json()
    assert (found["referrals"], found["conversions"], found["points"]) == (1, 1, 100)
    assert found["revenue"] == {"GBP": "40.00"}


async def test_errors_have_the_codes_that_shops_know(client: httpx.AsyncClient, shop: Shop) -> None:
    begun = await begins(client, shop)
    body = {"referral_code": "NOBODYSONE", "friend_customer_id": begun["friend_customer_id"]}
    answer = await client.post("/v1/api/referrals/complete", json=body)
    assert (answer.status_code, answer.json()["code"]) == (422, "INVALID_REFERRAL_CODE")
    bea = {"advocate_customer_id": begun["friend_customer_id"]}
    own = (await client.post("/v1/api/referrals/create", json=bea)).json()["referral_code"]
    answer = await client.post("/v1/api/referrals/complete", json=body | {"referral_code": own})
    assert (answer.status_code, answer.json()["code"]) == (422, "SELF_REFERRAL")


async def test_anybody_may_click_but_not_without_end(client: httpx.AsyncClient, shop: Shop) -> None:
    begun = await begins(client, shop)
    async with shop.database.tenant(shop.merchant_id) as session:
        handle = (await merchants.get(session, shop.merchant_id)).handle
    click = {"merchant": handle, "referral_code": begun["referral_code"], "channel": "sms"}
    async with house(shop.database, address="198.51.100.77") as stranger:
        for body in (click, click | {"referral_code": "NOBODYSONE"}, click | {"merchant": "none"}):
            answer = await stranger.post("/v1/api/referrals/click", json=body)
            assert (answer.status_code, answer.content) == (204, b"")
        counted = 1
        # One more a second comes free: on a slow machine it takes some more to get there.
        while (await stranger.post("/v1/api/referrals/click", json=click)).status_code == 204:
            counted += 1
            assert counted < 600
    assert counted >= 58
    found = (await client.get("/v1/api/referrals/analytics")).json()["clicks_by_channel"]
    assert found == {"sms": counted}


async def test_a_merchant_that_brings_one_that_sells_has_a_month_free(
    client: httpx.AsyncClient, shop: Shop
) -> None:
    newcomer = await open_shop(shop.database)
    async with shop.database.platform() as session:
        handle = (await merchants.get(session, shop.merchant_id)).handle
        about: dict[str, Any] = {"referred_id": newcomer.merchant_id, "now": NOW}
        await referrals.join(session, handle=handle, **about)
        with pytest.raises(referrals.MerchantNotNew):
            await referrals.join(session, handle=handle, **about)
        with pytest.raises(referrals.ReferrerUnknown):
            await referrals.join(session, handle="nobody", **about)
    await referrals.tidy_up(shop.database, NOW)
    brought = (await client.get("/v1/api/referrals/merchant")).json()
    assert (brought["free_months"], len(brought["merchants"])) == (0, 1)
    await newcomer.tells(bought(1))
    for _ in range(2):
        await referrals.tidy_up(shop.database, NOW)
    assert (await client.get("/v1/api/referrals/merchant")).json()["free_months"] == 1
