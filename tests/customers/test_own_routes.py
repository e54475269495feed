"""A customer gets in by what a program was given for them, never by an id alone."""

import asyncio
import base64
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from uuid import UUID

import httpx
import jwt
import pytest

from loyalnest import customers, ledger, merchants
from loyalnest.kernel.database import Database
from loyalnest.kernel.ids import from_wire, new_id
from tests.conftest import NOW
from tests.doors import Hands, bearing, house, make_key, open_cafe

Answer = tuple[int, str]


@dataclass
class Shop:
    """A café's own web shop, which holds an API key and asks on its customers' behalf."""

    merchant_id: UUID
    email: str
    password: str
    key: str
    client: httpx.AsyncClient
    clock: Hands
    database: Database

    async def join(self, email: str) -> str:
        answer = await self.client.post(
            "/v1/api/customers", json={"email": email}, headers=bearing(self.key)
        )
        return answer.json()["id"]

    async def start(self, customer: str, *, by: str | None = None) -> httpx.Response:
        return await self.client.post(
            f"/v1/api/customers/{customer}/sessions", headers=bearing(by or self.key)
        )

    async def token_of(self, customer: str) -> str:
        return (await self.start(customer)).json()["token"]

    async def me(self, token: str) -> httpx.Response:
        return await self.client.get("/v1/api/me", headers=bearing(token))


@pytest.fixture
async def shop(lasting_database: Database) -> AsyncGenerator[Shop]:
    merchant, email, password = await a_cafe(lasting_database)
    key = await make_key(lasting_database, merchant.id)
    clock = Hands()
    async with house(lasting_database, clock=clock) as client:
        yield Shop(merchant.id, email, password, key, client, clock, lasting_database)


async def a_cafe(database: Database) -> tuple[merchants.Merchant, str, str]:
    """One of many: its owner's e-mail and password, too."""
    handle = f"cafe-{new_id().hex}"
    email = f"{handle}@example.com"
    merchant, password = await open_cafe(database, handle, email=email)
    return merchant, email, password


def told(answer: httpx.Response) -> Answer:
    return answer.status_code, answer.json().get("code", "")


async def test_a_customer_sees_what_they_have_and_nobody_elses(shop: Shop):
    anna, ben = await shop.join("anna@example.com"), await shop.join("ben@example.com")
    given = {"customer_id": anna, "unit": "points", "amount": 70, "reason": "Welcome"}
    headers = {**bearing(shop.key), "Idempotency-Key": "welcome"}
    await shop.client.post("/v1/api/points/adjust", json=given, headers=headers)

    started = await shop.start(anna)
    assert started.headers["Cache-Control"] == "no-store"
    hers = (await shop.me(started.json()["token"])).json()
    his = (await shop.me(await shop.token_of(ben))).json()

    assert set(hers) == {"id", "accounts", "tier"}
    assert (hers["id"], his["id"]) == (anna, ben)
    assert [held["available"] for held in hers["accounts"]] == [70]
    assert [held["available"] for held in his["accounts"]] in ([], [0])


async def test_an_id_alone_lets_nobody_in(shop: Shop):
    anna = await shop.join("anna@example.com")
    assert told(await shop.client.get("/v1/api/me")) == (401, "UNAUTHENTICATED")
    for guess in (anna, f"lnc_{anna}", "lnc_", "lnc_a.b.c"):
        assert told(await shop.me(guess)) == (401, "CREDENTIALS_INVALID")


async def test_a_session_ends_after_15_minutes(shop: Shop):
    token = await shop.token_of(await shop.join("anna@example.com"))
    shop.clock.pass_by(minutes=14, seconds=59)
    assert (await shop.me(token)).is_success
    shop.clock.pass_by(seconds=1)
    assert told(await shop.me(token)) == (401, "CREDENTIALS_INVALID")


async def test_a_session_ends_with_the_key_that_opened_it(shop: Shop):
    anna, other = (
        await shop.join("anna@example.com"),
        await make_key(shop.database, shop.merchant_id),
    )
    token = (await shop.start(anna, by=other)).json()["token"]
    keys = (await shop.client.get("/v1/api/api-keys", headers=bearing(shop.key))).json()["items"]
    await shop.client.delete(f"/v1/api/api-keys/{keys[-1]['id']}", headers=bearing(shop.key))
    assert told(await shop.me(token)) == (401, "CREDENTIALS_INVALID")
    assert (await shop.me(await shop.token_of(anna))).is_success


async def test_a_changed_or_copied_signature_is_refused(shop: Shop):
    anna, ben = await shop.join("anna@example.com"), await shop.join("ben@example.com")
    token = (await shop.token_of(anna)).removeprefix("lnc_")
    header = jwt.get_unverified_header(token)
    claims = jwt.decode(token, options={"verify_signature": False})
    claims["sub"] = from_wire(customers.WIRE_PREFIX, ben).hex
    forged = jwt.encode(claims, b"x" * 32, algorithm="HS256", headers=header)
    bare = jwt.encode(claims, "", algorithm="none", headers={"kid": header["kid"]})
    for wrong in (forged, bare, token[:-4] + "AAAA"):
        assert told(await shop.me(f"lnc_{wrong}")) == (401, "CREDENTIALS_INVALID")


async def test_neither_kind_of_token_passes_for_the_other(shop: Shop):
    token = await shop.token_of(await shop.join("anna@example.com"))
    body = {"email": shop.email, "password": shop.password}
    signed_in = (await shop.client.post("/v1/api/auth/login", json=body)).json()["access_token"]
    assert told(await shop.me(f"lnc_{signed_in}")) == (401, "CREDENTIALS_INVALID")
    assert told(await shop.me(token.removeprefix("lnc_"))) == (401, "CREDENTIALS_INVALID")


async def test_only_a_key_that_may_touch_points_lets_them_be_spent(shop: Shop):
    anna = await shop.join("anna@example.com")
    looking = await make_key(shop.database, shop.merchant_id, "customers:write")
    reading = await make_key(shop.database, shop.merchant_id, "customers:read points:write")
    assert (await shop.start(anna, by=looking)).json()["scopes"] == ["self:read"]
    assert told(await shop.start(anna, by=reading)) == (403, "MISSING_SCOPE")


async def test_people_who_signed_in_and_customers_open_no_sessions(shop: Shop):
    anna = await shop.join("anna@example.com")
    body = {"email": shop.email, "password": shop.password}
    signed_in = (await shop.client.post("/v1/api/auth/login", json=body)).json()["access_token"]
    assert told(await shop.start(anna, by=signed_in)) == (403, "KEY_NEEDED")
    assert told(await shop.start(anna, by=await shop.token_of(anna))) == (403, "MISSING_SCOPE")


async def test_another_merchants_customer_is_nobody(shop: Shop):
    anna = await shop.join("anna@example.com")
    other, _, _ = await a_cafe(shop.database)
    theirs = await make_key(shop.database, other.id)
    assert told(await shop.start(anna, by=theirs)) == (404, "CUSTOMER_NOT_FOUND")


async def test_after_a_merge_the_session_is_the_one_customers(shop: Shop):
    anna, twin = await shop.join("anna@example.com"), await shop.join("anna@work.example.com")
    token = await shop.token_of(twin)
    async with shop.database.tenant(shop.merchant_id) as session:
        await ledger.merge(
            session,
            merchant_id=shop.merchant_id,
            kept_id=from_wire(customers.WIRE_PREFIX, anna),
            merged_id=from_wire(customers.WIRE_PREFIX, twin),
            actor="test",
            now=NOW,
        )
    assert (await shop.me(token)).json()["id"] == anna
    assert (await shop.start(twin)).json()["customer_id"] == anna


async def test_who_was_erased_has_no_session(shop: Shop):
    anna = await shop.join("anna@example.com")
    token = await shop.token_of(anna)
    async with shop.database.tenant(shop.merchant_id) as session:
        await customers.erase_customer(
            session,
            merchant_id=shop.merchant_id,
            customer_id=from_wire(customers.WIRE_PREFIX, anna),
            now=NOW,
        )
    assert told(await shop.me(token)) == (409, "CUSTOMER_GONE")
    assert told(await shop.start(anna)) == (409, "CUSTOMER_GONE")


async def test_each_customer_has_limits_of_their_own(shop: Shop):
    anna, ben = await shop.join("anna@example.com"), await shop.join("ben@example.com")
    hers, his = await shop.token_of(anna), await shop.token_of(ben)
    async with house(
        shop.database, customer_burst=2, customer_requests_per_second=0.01
    ) as shop.client:
        asked = [(await shop.me(hers)).status_code for _ in range(3)]
        assert asked == [200, 200, 429]
        assert (await shop.me(his)).status_code == 200


async def link_for(shop: Shop, customer: str, by: str | None = None) -> httpx.Response:
    path = f"/v1/api/customers/{customer}/links"
    return await shop.client.post(path, headers=bearing(by or shop.key))


async def come_in(shop: Shop, token: str) -> httpx.Response:
    return await shop.client.post("/v1/api/sessions", json={"token": token})


async def test_a_link_lets_one_customer_in_once_within_15_minutes(shop: Shop):
    anna, ben = await shop.join("anna@example.com"), await shop.join("ben@example.com")
    made = await link_for(shop, anna)
    token = made.json()["token"]
    assert (made.status_code, made.headers["Cache-Control"]) == (201, "no-store")
    assert told(await shop.me(token)) == (401, "CREDENTIALS_INVALID")
    came = await come_in(shop, token)
    assert (came.status_code, came.json()["customer_id"]) == (201, anna)
    assert (await shop.me(came.json()["token"])).json()["id"] == anna
    assert told(await come_in(shop, token)) == (401, "PASS_INVALID")

    late = (await link_for(shop, ben)).json()["token"]
    shop.clock.pass_by(minutes=15)
    assert told(await come_in(shop, late)) == (401, "PASS_INVALID")


async def test_of_two_who_use_a_link_at_once_one_comes_in(shop: Shop):
    token = (await link_for(shop, await shop.join("anna@example.com"))).json()["token"]
    answers = await asyncio.gather(*(come_in(shop, token) for _ in range(5)))
    assert sorted(answer.status_code for answer in answers) == [201, 401, 401, 401, 401]


async def test_a_guessed_or_foreign_link_lets_nobody_in_and_uses_nothing_up(shop: Shop):
    token = (await link_for(shop, await shop.join("anna@example.com"))).json()["token"]
    other, _, _ = await a_cafe(shop.database)
    named, _, secret = token.removeprefix("lno_").partition(".")
    row = base64.urlsafe_b64decode(named + "==")[16:]
    foreign = base64.urlsafe_b64encode(other.id.bytes + row).rstrip(b"=").decode()
    for wrong in ("", "lno_", f"lno_{named}.", f"lno_{named}.x", f"lno_{foreign}.{secret}", "é"):
        assert told(await come_in(shop, wrong)) == (401, "PASS_INVALID"), wrong
    assert (await come_in(shop, token)).is_success


async def test_a_link_ends_with_whoever_made_it(shop: Shop):
    anna = await shop.join("anna@example.com")
    body = {"email": shop.email, "password": shop.password}
    signed_in = (await shop.client.post("/v1/api/auth/login", json=body)).json()["access_token"]
    by_staff = (await link_for(shop, anna, signed_in)).json()["token"]
    came = (await come_in(shop, by_staff)).json()
    assert came["scopes"] == ["self:read", "self:redeem"]
    other = await make_key(shop.database, shop.merchant_id, "customers:write")
    by_key = (await link_for(shop, anna, other)).json()["token"]
    keys = (await shop.client.get("/v1/api/api-keys", headers=bearing(shop.key))).json()["items"]
    await shop.client.delete(f"/v1/api/api-keys/{keys[-1]['id']}", headers=bearing(shop.key))
    assert told(await come_in(shop, by_key)) == (401, "CREDENTIALS_INVALID")
    assert told(await link_for(shop, anna, came["token"])) == (403, "MISSING_SCOPE")
