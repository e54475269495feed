"""Consents, preferences and suppressions over REST."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from loyalnest.kernel.database import Database
from tests.contracts.shopify.bodies import order
from tests.doors import Hands, bearing, house, make_key
from tests.shop import ADA, Shop, open_shop

WORDS = "Yes, write to me about offers."
YES = {"purpose": "outreach", "channel": "email", "granted": True, "words": WORDS}
NO = {"purpose": "outreach", "channel": "email", "granted": False}


@dataclass
class Desk:
    """Where staff look customers up, and customers themselves."""

    client: httpx.AsyncClient
    shop: Shop
    clock: Hands
    key: str
    session: str
    ada: str

    async def asks(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        who = self.session if path.startswith("me/") else self.key
        answer = await self.client.request(
            method, f"/v1/api/{path}", json=body, headers=bearing(who)
        )
        return answer.status_code, answer.json() if answer.content else None

    async def stands(self, purpose: str = "outreach", channel: str | None = "email") -> Any:
        _, found = await self.asks("GET", f"customers/{self.ada}/consents")
        return next(it for it in found["now"] if (it["purpose"], it["channel"]) == (
            purpose, channel))  # fmt: skip


@pytest.fixture
async def desk(lasting_database: Database) -> AsyncGenerator[Desk]:
    shop, clock = await open_shop(lasting_database), Hands()
    await shop.tells(("orders/paid", order(customer={"id": 7, "email": ADA})))
    key = await make_key(lasting_database, shop.merchant_id)
    ada = await shop.customer_id()
    async with house(lasting_database, clock=clock) as client:
        path = f"/v1/api/customers/{ada}/sessions"
        started = (await client.post(path, headers=bearing(key))).json()
        yield Desk(client, shop, clock, key, started["token"], ada)


async def test_staff_write_down_what_a_customer_said_and_the_customer_has_the_last_word(
    desk: Desk,
):
    consents = f"customers/{desk.ada}/consents"
    status, refused = await desk.asks("POST", consents, {**YES, "words": None})
    assert (status, refused["code"]) == (422, "CONSENT_INVALID")
    assert "words" in refused["fields"]
    said = {**YES, "language": "de", "place": "the counter", "at": "2026-11-19T12:00:00Z"}
    status, kept = await desk.asks("POST", consents, said)
    assert (status, kept["state"], kept["way"]) == (201, "granted", "staff")
    assert (kept["at"], kept["recorded_at"]) == ("2026-11-19T12:00:00Z", "2026-11-20T12:00:00Z")
    assert kept["by"].startswith("api_key:")
    assert (await desk.stands())["allowed"]

    desk.clock.pass_by(minutes=1)
    status, own = await desk.asks("POST", "me/consents", NO)
    assert status == 201
    assert not next(it for it in own["now"] if it["purpose"] == "outreach")["allowed"]
    status, late = await desk.asks("POST", consents, {**said, "at": "2026-11-20T11:59:00Z"})
    assert (status, (await desk.stands())["state"]) == (201, "withdrawn")
    _, found = await desk.asks("GET", consents)
    assert found["history"][0]["id"] == late["id"]
    assert [it["way"] for it in found["history"]] == ["staff", "customer_page", "staff"]
    assert (await desk.stands("rfm_tracking", None))["allowed"]  # until refused
    status, _ = await desk.asks(
        "POST", "me/consents", {"purpose": "rfm_tracking", "granted": False}
    )
    assert not (await desk.stands("rfm_tracking", None))["allowed"]


async def test_where_the_program_asks_twice_the_caller_is_handed_the_link(desk: Desk):
    _, view = await desk.asks("GET", "consent-settings")
    assert (view["version"], view["settings"]["double_opt_in"]) == (0, False)
    change = {"version": 0, "settings": {**view["settings"], "double_opt_in": True}}
    status, saved = await desk.asks("PUT", "consent-settings", change)
    assert (status, saved["version"]) == (200, 1)
    other = {**change, "settings": view["settings"]}
    assert (await desk.asks("PUT", "consent-settings", other))[1]["code"] == (
        "CONSENT_SETTINGS_STALE"
    )
    form = {**YES, "way": "form", "place": "https://shop.example/newsletter"}
    _, kept = await desk.asks("POST", f"customers/{desk.ada}/consents", form)
    assert kept["state"] == "pending"
    assert kept["confirmation_link"].startswith("/confirm/")
    assert not (await desk.stands())["allowed"]
    bad = {"settings": {"quiet_hours": {"starts": "21:00:30", "ends": "08:00"}}}
    assert (await desk.asks("PUT", "consent-settings", bad))[0] == 422


async def test_preferences_are_said_by_staff_and_customers_alike(desk: Desk):
    path = f"customers/{desk.ada}/preferences"
    wanted = {
        "language": "ar",
        "channels": ["whatsapp", "email"],
        "quiet_hours": {"starts": "20:30:00", "ends": "09:00:00"},
        "time_zone": "Asia/Dubai",
    }
    assert await desk.asks("PUT", path, wanted) == (200, wanted)
    assert await desk.asks("GET", "me/preferences") == (200, wanted)
    less: dict[str, Any] = {"language": "he"}
    _, saved = await desk.asks("PUT", "me/preferences", less)
    assert saved == {"language": "he", "channels": [], "quiet_hours": None, "time_zone": None}
    assert await desk.asks("GET", path) == (200, saved)
    for wrong, field in (
        ({"time_zone": "Mars/Olympus"}, "time_zone"),
        ({"language": "tlh"}, "language"),
        ({"channels": ["sms", "sms"]}, "channels"),
    ):
        status, refused = await desk.asks("PUT", path, wrong)
        assert (status, list(refused["fields"])) == (422, [field])


async def test_addresses_that_get_nothing_are_listed_added_and_lifted(desk: Desk):
    async def adds(channel: str, address: str, reason: str) -> tuple[int, Any]:
        body = {"channel": channel, "address": address, "reason": reason}
        return await desk.asks("POST", "suppressions", body)

    status, bounced = await adds("email", "Ada@Example.com", "bounced")
    assert (status, bounced["address"], bounced["liftable"]) == (201, ADA, True)
    assert (await adds("email", ADA, "bounced")) == (200, bounced)
    _, stopped = await adds("sms", "+49 30 123456", "stopped")
    assert (stopped["address"], stopped["liftable"]) == ("+4930123456", False)
    assert (await adds("sms", "none", "invalid"))[1]["code"] == "ADDRESS_INVALID"

    async def lists(query: str = "") -> list[str]:
        _, page = await desk.asks("GET", f"suppressions{query}")
        return [it["id"] for it in page["items"]]

    assert await lists() == [stopped["id"], bounced["id"]]
    assert await lists("?channel=email") == await lists("?reason=bounced") == [bounced["id"]]
    assert await lists("?address=ADA@example.com") == [bounced["id"]]
    assert await lists("?address=bea@example.com") == await lists("?address=no") == []
    status, refused = await desk.asks("DELETE", f"suppressions/{stopped['id']}")
    assert (status, refused["code"]) == (403, "SUPPRESSION_STANDS")
    assert await desk.asks("DELETE", f"suppressions/{bounced['id']}") == (204, None)
    assert (await desk.asks("DELETE", f"suppressions/{bounced['id']}"))[0] == 404
    assert await lists() == [stopped["id"]]


async def test_of_whoever_is_erased_a_hash_of_what_they_refused_stays(desk: Desk):
    await desk.asks("POST", f"customers/{desk.ada}/consents", NO)
    _, bounced = await desk.asks(
        "POST", "suppressions", {"channel": "email", "address": ADA, "reason": "bounced"}
    )
    await desk.asks("PUT", f"customers/{desk.ada}/preferences", {"language": "de"})
    erase = {"confirm": desk.ada}
    assert (await desk.asks("POST", f"customers/{desk.ada}/erase", erase))[0] == 204
    assert (await desk.asks("GET", f"customers/{desk.ada}/consents"))[0] in {404, 409}
    _, page = await desk.asks("GET", "suppressions")
    (left,) = page["items"]
    assert (left["address"], left["reason"], left["by"]) == (None, "unsubscribed", "erasure")
    assert bounced["id"] != left["id"]
    _, found = await desk.asks("GET", f"suppressions?address={ADA}")
    assert [it["id"] for it in found["items"]] == [left["id"]]  # who has the address is told
