"""What people try: guessing, counting through, asking from elsewhere, and writing scripts."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import httpx
import pytest

from loyalnest.kernel.database import Database
from loyalnest.kernel.ids import from_wire, new_id, to_wire
from tests.doors import bearing, house, make_key, open_cafe

SCRIPT = "<script>alert('1')</script><img src=x onerror=alert(1)>"
EVIL = "https://evil.example"


@dataclass
class Cafe:
    """A merchant with one customer and one reward, seen from the street."""

    client: httpx.AsyncClient
    merchant_id: UUID
    key: str
    anna: str
    reward: str
    session: str

    async def asks(
        self, method: str, path: str, body: Any = None, *, by: str | None = None, key: str = "1"
    ) -> httpx.Response:
        headers = {**bearing(by or self.key), "Idempotency-Key": key}
        return await self.client.request(method, f"/v1/api/{path}", json=body, headers=headers)


@pytest.fixture
async def client(database: Database) -> AsyncGenerator[httpx.AsyncClient]:
    async with house(database, anonymous_requests=30) as client:
        yield client


@pytest.fixture
async def cafe(database: Database, client: httpx.AsyncClient) -> Cafe:
    return await furnish(database, client, "cafe")


async def furnish(database: Database, client: httpx.AsyncClient, name: str) -> Cafe:
    merchant, _ = await open_cafe(database, name, email=f"owner@{name}.example")
    key = await make_key(database, merchant.id)
    cafe = Cafe(client, merchant.id, key, "", "", "")
    cafe.anna = (await cafe.asks("POST", "customers", {"email": "anna@example.com"})).json()["id"]
    terms = {"kind": "free_shipping", "name": "Sent for nothing", "cost": 1}
    made = await cafe.asks("POST", "rewards", {"terms": terms, "state": "active"})
    cafe.reward = made.json()["id"]
    gift = {"customer_id": cafe.anna, "amount": 5, "reason": "Welcome"}
    assert (await cafe.asks("POST", "points/adjust", gift)).is_success
    started = await cafe.asks("POST", f"customers/{cafe.anna}/sessions")
    cafe.session = started.json()["token"]
    return cafe


def said(answer: httpx.Response) -> tuple[int, dict[str, Any]]:
    body = answer.json()
    body.pop("trace_id", None)
    return answer.status_code, body


async def test_guessing_codes_tells_nothing_and_is_no_business_of_customers(cafe: Cafe):
    wish = {"reward_id": cafe.reward}
    redeemed = await cafe.asks("POST", "me/rewards/redeem", wish, by=cafe.session)
    code = redeemed.json()["code"]
    guesses = ["0", code[:-1], code[:-1] + "0", "%", "_" * 13, "' OR 1=1 --"]
    asked = await cafe.asks("POST", "redemptions/lookup", {"code": code}, by=cafe.session)
    assert said(asked)[1]["code"] == "MISSING_SCOPE"
    answers = [await cafe.asks("POST", "redemptions/lookup", {"code": it}) for it in guesses]
    assert {said(answer)[1]["code"] for answer in answers} == {"CODE_UNKNOWN"}
    assert len({str(said(answer)) for answer in answers}) == 1


async def test_guessing_links_is_stopped_by_address(cafe: Cafe):
    statuses = [
        (await cafe.client.post("/v1/api/sessions", json={"token": f"lno_{n}"})).status_code
        for n in range(32)
    ]
    assert set(statuses) == {401, 429}
    assert statuses[-1] == 429


async def test_counting_through_customers_finds_nobody(cafe: Cafe, database: Database):
    strangers = await furnish(database, cafe.client, "other")
    nobody = to_wire("cus", new_id())
    for path in ("", "/accounts", "/entries", "/rewards", "/tier", "/export"):
        theirs, none = [
            await cafe.asks("GET", f"customers/{who}{path}") for who in (strangers.anna, nobody)
        ]
        assert said(theirs) == said(none), path
        for who in (cafe.anna, nobody):
            asked = await cafe.asks("GET", f"customers/{who}{path}", by=cafe.session)
            assert said(asked)[1]["code"] == "MISSING_SCOPE", path
            unknown = await cafe.client.get(f"/v1/api/customers/{who}{path}")
            assert unknown.status_code in {401, 429}, path


async def test_a_customer_redeems_nothing_of_another_merchant(cafe: Cafe, database: Database):
    strangers = await furnish(database, cafe.client, "other")
    nothing = to_wire("rwd", new_id())
    theirs, none = [
        await cafe.asks("POST", "me/rewards/redeem", {"reward_id": it}, by=cafe.session, key=it)
        for it in (strangers.reward, nothing)
    ]
    assert said(theirs) == said(none)
    assert theirs.status_code == 404
    assert from_wire("cus", cafe.anna) != from_wire("cus", strangers.anna)


async def test_a_page_of_another_origin_may_read_nothing(cafe: Cafe):
    wanted = {
        "Origin": EVIL,
        "Access-Control-Request-Method": "GET",
        "Access-Control-Request-Headers": "authorization",
    }
    for path in ("me", "me/rewards/redeem", "customers", "auth/login", "sessions"):
        asked = await cafe.client.options(f"/v1/api/{path}", headers=wanted)
        assert not asked.is_success, path
        read = await cafe.client.get(
            f"/v1/api/{path}", headers={"Origin": EVIL, **bearing(cafe.session)}
        )
        for answer in (asked, read):
            allowed = [it for it in answer.headers if it.startswith("access-control-")]
            assert allowed == [], path
            assert answer.headers["cross-origin-resource-policy"] == "same-origin"


async def test_a_script_in_any_text_is_text(cafe: Cafe):
    tier = {"key": "silver", "name": SCRIPT, "threshold": 0, "perks": [SCRIPT]}
    terms = {"kind": "voucher", "name": SCRIPT, "description": SCRIPT, "cost": 1}
    rule = {
        "name": SCRIPT,
        "starts_at": "2026-11-01T00:00:00Z",
        "effect": {"kind": "bonus", "points": 5},
    }
    gift = {"customer_id": cafe.anna, "amount": 1, "reason": SCRIPT}
    game = {"badges": [{"key": "first", "name": SCRIPT}]}
    rate = {"currency": "USD", "rate": "1", "source": SCRIPT}
    written = [
        await cafe.asks("PATCH", f"customers/{cafe.anna}", {"name": SCRIPT}),
        await cafe.asks("PUT", "tiers", {"ladder": {"tiers": [tier]}}),
        await cafe.asks("POST", "rewards", {"terms": terms, "state": "active"}),
        await cafe.asks("POST", "campaigns", {"rule": rule}),
        await cafe.asks("POST", "points/adjust", gift, key="2"),
        await cafe.asks("PUT", "gamification", {"game": game}),
        await cafe.asks("POST", "exchange-rates", rate),
    ]
    assert [answer.text for answer in written if not answer.is_success] == []
    paths = (
        *(f"customers/{cafe.anna}{it}" for it in ("", "/entries", "/tier", "/gamification")),
        *("tiers", "rewards", "campaigns", "gamification", "exchange-rates"),
    )
    own = ("me", "me/rewards", "me/entries", "me/badges")
    answers = [await cafe.asks("GET", path) for path in paths]
    answers += [await cafe.asks("GET", path, by=cafe.session) for path in own]
    for answer in [*written, *answers]:
        assert answer.headers["content-type"] in {"application/json"}, answer.url
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["content-security-policy"].startswith("default-src 'none'")
    assert sum("<script>" in answer.text for answer in answers) >= 9


async def test_a_nul_in_any_text_is_refused_and_breaks_nothing(cafe: Cafe):
    nul = "a\0b"
    terms = {"kind": "voucher", "name": nul, "cost": 1}
    gift = {"customer_id": cafe.anna, "amount": 1, "reason": nul}
    rate = {"currency": "USD", "rate": "1", "source": nul}
    for method, path, body in (
        ("POST", "rewards", {"terms": terms, "state": "active"}),
        ("POST", "points/adjust", gift),
        ("POST", "exchange-rates", rate),
        ("POST", "redemptions/lookup", {"code": nul}),
        ("POST", "sessions", {"token": nul}),
    ):
        answer = await cafe.asks(method, path, body, key="nul")
        assert 400 <= answer.status_code < 500, (path, answer.text)
