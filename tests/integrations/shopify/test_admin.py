"""Whoever Shopify's admin vouches for comes in as themself, and only once they have said who."""

import json
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import Any

import httpx
import jwt
import pytest
from pydantic import SecretStr

from loyalnest import merchants, staff
from loyalnest.entrypoints import doors
from loyalnest.entrypoints.http import build_app
from loyalnest.kernel import relay
from loyalnest.kernel.database import Database
from tests.conftest import NOW
from tests.doors import OWNER_EMAIL, Hands, bearing, client_of, make_key, open_cafe

CLIENT_ID = "4f1c9e5d2b7a48d6a3e0c8b1f6d27590"
SECRET, FORMER = "shpss_" + "5" * 64, "shpss_" + "4" * 64
SHOP, OTHER = "cafe.myshopify.com", "other.myshopify.com"
Told = tuple[int, str]


@dataclass
class Admin:
    """Shopify's, with this installation's app opened in it."""

    client: httpx.AsyncClient
    database: Database
    clock: Hands
    merchant: merchants.Merchant
    password: str

    def token(
        self, user: object = "7", *, secret: str = SECRET, algorithm: str = "HS256", **claims: Any
    ) -> str:
        """What App Bridge gives to the page."""
        now = int(self.clock.at.timestamp())
        shop = claims.pop("shop", SHOP)
        said = {
            "iss": f"https://{shop}/admin",
            "dest": f"https://{shop}",
            "aud": CLIENT_ID,
            "sub": user,
            "exp": now + 60,
            "nbf": now,
            "iat": now,
            "jti": "a",
            "sid": "b",
        } | claims
        said = {name: value for name, value in said.items() if value is not None}
        # Types are what the library would check; a forger has no library.
        return jwt.api_jws.encode(json.dumps(said).encode(), secret, algorithm=algorithm)

    async def asks(self, token: str, path: str = "/v1/api/auth/me") -> Told:
        answer = await self.client.get(path, headers=bearing(token))
        return answer.status_code, answer.json().get("code", "")

    async def signs_in(self, email: str = OWNER_EMAIL, password: str | None = None) -> str:
        body = {"email": email, "password": password or self.password}
        answer = await self.client.post("/v1/api/auth/login", json=body)
        assert answer.is_success, answer.text
        return answer.json()["access_token"]

    async def links(self, access: str, token: str) -> Told:
        answer = await self.client.put(
            "/v1/api/auth/shopify-user", json={"id_token": token}, headers=bearing(access)
        )
        return answer.status_code, "" if answer.is_success else answer.json()["code"]


@pytest.fixture
async def admin(database: Database) -> AsyncGenerator[Admin]:
    merchant, password = await open_cafe(database)
    await connect(database, merchant, SHOP)
    clock = Hands()
    settings = database.settings.model_copy(
        update={
            "shopify_client_id": CLIENT_ID,
            "shopify_api_secret": SecretStr(SECRET),
            "shopify_previous_api_secret": SecretStr(FORMER),
        }
    )
    app = build_app(database, settings, doors.parts(database, settings), clock=clock)
    async with client_of(app) as client:
        yield Admin(client, database, clock, merchant, password)


async def connect(database: Database, merchant: merchants.Merchant, domain: str) -> None:
    async with database.tenant(merchant.id) as session:
        await merchants.add_store(
            session,
            merchant_id=merchant.id,
            provider="shopify",
            domain=domain,
            name="Café",
            now=NOW,
        )


async def test_a_shops_user_is_nobody_until_they_have_signed_in_once(admin: Admin):
    assert await admin.asks(admin.token()) == (401, "STORE_USER_UNKNOWN")
    access = await admin.signs_in()
    assert await admin.links(access, admin.token()) == (204, "")
    assert await admin.asks(admin.token()) == (200, "")
    assert await admin.asks(admin.token(secret=FORMER)) == (200, "")
    me = await admin.client.get("/v1/api/auth/me", headers=bearing(admin.token()))
    by_password = await admin.client.get("/v1/api/auth/me", headers=bearing(access))
    assert me.json() == by_password.json()
    # Nobody else in the same shop, whatever they may do there.
    assert await admin.asks(admin.token("8")) == (401, "STORE_USER_UNKNOWN")
    # What there is no sign-in for can't be done: its password, its sessions.
    answer = await admin.client.post("/v1/api/auth/logout", headers=bearing(admin.token()))
    assert answer.json()["code"] == "NOT_SIGNED_IN"
    assert await admin.links(admin.token(), admin.token("8")) == (403, "NOT_SIGNED_IN")
    await relay.settle(admin.database, ())
    log = await admin.client.get("/v1/api/events", headers=bearing(access))
    told = [it["type"] for it in log.json()["items"]]
    assert told.count("staff.store_linked") == 1


async def test_everybody_keeps_their_own_role_and_loses_it_everywhere(admin: Admin):
    async with admin.database.tenant(admin.merchant.id) as session:
        await staff.create_member(
            session,
            email="ann@example.com",
            role=staff.Role.ANALYST,
            password="correct horse battery",
            now=NOW,
        )
    access = await admin.signs_in("ann@example.com", "correct horse battery")
    assert await admin.links(access, admin.token("9")) == (204, "")
    assert await admin.asks(admin.token("9"), "/v1/api/customers") == (200, "")
    assert await admin.asks(admin.token("9"), "/v1/api/staff") == (403, "MISSING_SCOPE")
    # Whoever signs in last in a shared admin is who they are there.
    owner = await admin.signs_in()
    assert await admin.links(owner, admin.token("9")) == (204, "")
    assert await admin.asks(admin.token("9"), "/v1/api/staff") == (200, "")
    await admin.client.post("/v1/api/auth/logout-everywhere", headers=bearing(owner))
    assert await admin.asks(admin.token("9")) == (401, "STORE_USER_UNKNOWN")


async def test_an_allow_list_holds_whoever_comes_in_by_the_admin(admin: Admin):
    access = await admin.signs_in()
    assert await admin.links(access, admin.token()) == (204, "")
    key = await make_key(admin.database, admin.merchant.id)
    far = {"version": 0, "networks": [{"network": "2001:db8:7::/48"}]}
    path = "/v1/api/staff/networks"
    shut_out = await admin.client.put(path, json=far, headers=bearing(admin.token()))
    assert shut_out.json()["code"] == "ALLOW_LIST_LOCKS_OUT"
    assert (await admin.client.put(path, json=far, headers=bearing(key))).is_success
    assert await admin.asks(admin.token()) == (403, "NETWORK_REFUSED")
    assert await admin.asks(admin.token("8")) == (401, "STORE_USER_UNKNOWN")


async def test_app_bridge_is_told_to_try_again_with_a_fresh_token(admin: Admin):
    worn, forged = admin.token(exp=1), admin.token(secret=SECRET[::-1])
    for token, code, again in ((worn, "ID_TOKEN_EXPIRED", "1"), (forged, "ID_TOKEN_INVALID", None)):
        answer = await admin.client.get("/v1/api/auth/me", headers=bearing(token))
        assert (answer.status_code, answer.json()["code"]) == (401, code)
        assert answer.headers.get("X-Shopify-Retry-Invalid-Session-Request") == again


async def test_another_merchants_shop_lets_nobody_in(admin: Admin):
    other, _ = await open_cafe(admin.database, "other", email="bob@example.com")
    await connect(admin.database, other, OTHER)
    access = await admin.signs_in()
    elsewhere = admin.token(shop=OTHER)
    assert await admin.links(access, elsewhere) == (403, "SHOP_ELSEWHERE")
    assert await admin.links(access, admin.token(shop="new.myshopify.com")) == (
        404,
        "SHOP_UNKNOWN",
    )
    assert await admin.links(access, admin.token()) == (204, "")
    # The same user id in another shop is somebody else.
    assert await admin.asks(elsewhere) == (401, "STORE_USER_UNKNOWN")
    assert await admin.asks(admin.token(shop="new.myshopify.com")) == (401, "CREDENTIALS_INVALID")


async def test_a_shop_that_left_lets_nobody_in(admin: Admin):
    assert await admin.links(await admin.signs_in(), admin.token()) == (204, "")
    async with admin.database.tenant(admin.merchant.id) as session:
        (store,) = await merchants.list_stores(session, merchant_id=admin.merchant.id)
        await merchants.mark_uninstalled(session, [store.id], now=NOW)
    assert await admin.asks(admin.token()) == (401, "CREDENTIALS_INVALID")


async def test_what_shopify_did_not_sign_for_us_and_for_now_is_refused(admin: Admin):
    assert await admin.links(await admin.signs_in(), admin.token()) == (204, "")
    now = int(admin.clock.at.timestamp())
    wrong = [
        admin.token(secret="shpss_" + "6" * 64),
        admin.token(aud="another app"),
        admin.token(aud=[CLIENT_ID, "another app"]),
        admin.token(iss=f"https://{OTHER}/admin"),
        admin.token(iss=f"https://{SHOP}/admin/more"),
        admin.token(dest=f"http://{SHOP}"),
        admin.token(dest=f"https://{SHOP}.evil.example"),
        admin.token(shop="evil.example"),
        admin.token("7 OR 1"),
        admin.token(["7"]),
        admin.token(7),
        admin.token(None),
        admin.token(exp=None),
        admin.token(nbf=None),
        admin.token(exp="tomorrow"),
        admin.token(exp=10**40),
        admin.token(algorithm="HS512"),
        admin.token(secret="", algorithm="none"),
    ]
    for token in wrong:
        assert await admin.asks(token) == (401, "ID_TOKEN_INVALID"), token
    for token in (
        admin.token(exp=now - 11, nbf=now - 71),
        admin.token(nbf=now + 11, exp=now + 71),
    ):
        assert await admin.asks(token) == (401, "ID_TOKEN_EXPIRED")
    assert await admin.asks(admin.token(exp=now - 9, nbf=now - 69)) == (200, "")
    for odd in (admin.token(more="x" * 5000), "a.b.c", "..", admin.token().rpartition(".")[0]):
        assert await admin.asks(odd) == (401, "CREDENTIALS_INVALID")
    too_long = await admin.links(await admin.signs_in(), admin.token(more="x" * 5000))
    assert too_long == (422, "INVALID_REQUEST")


async def test_where_no_app_is_configured_no_token_is_taken(admin: Admin):
    settings = admin.database.settings
    app = build_app(
        admin.database, settings, doors.parts(admin.database, settings), clock=admin.clock
    )
    async with client_of(app) as client:
        alone = Admin(client, admin.database, admin.clock, admin.merchant, admin.password)
        assert await alone.asks(alone.token()) == (401, "CREDENTIALS_INVALID")
        answer = await alone.links(await alone.signs_in(), alone.token())
        assert answer == (404, "APP_NOT_CONFIGURED")
