"""A shop's customers come in by a request that the shop has signed, and by nothing less."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlencode

import httpx
import pytest
from starlette.datastructures import QueryParams

from loyalnest import customers, merchants
from loyalnest.entrypoints.http import Parts, build_app
from loyalnest.integrations import shopify
from loyalnest.integrations.shopify.errors import SignatureInvalid
from loyalnest.integrations.shopify.proxy import read_visit, sign
from loyalnest.kernel.database import Database
from loyalnest.kernel.ids import from_wire
from loyalnest.tiers.own_routes import own_router
from tests.conftest import NOW
from tests.contracts.shopify.bodies import order
from tests.doors import Hands, bearing, client_of
from tests.shop import ADA, Shop, open_shop

SECRET, FORMER = "hush", "hushed-before"
Pairs = list[tuple[str, str]]
Told = tuple[int, str]


@dataclass
class Proxy:
    """Shopify's, between a browser and us."""

    client: httpx.AsyncClient
    shop: Shop
    domain: str
    clock: Hands

    def asks(self, customer: str = "7", **more: str) -> Pairs:
        """What Shopify adds to a request."""
        signed = {
            "shop": self.domain,
            "path_prefix": "/apps/loyalty",
            "timestamp": str(int(self.clock.at.timestamp())),
            "logged_in_customer_id": customer,
        } | more
        return list(signed.items())

    async def passes_on(
        self, asked: Pairs, *, secret: str = SECRET, signature: str | None = None
    ) -> httpx.Response:
        signature = signed(asked, secret) if signature is None else signature
        query = urlencode([*asked, ("signature", signature)])
        return await self.client.get(f"{shopify.PROXY_PATH}?{query}")


def signed(asked: Pairs, secret: str = SECRET) -> str:
    given: dict[str, list[str]] = {}
    for name, value in asked:
        given.setdefault(name, []).append(value)
    return sign(given, secret.encode()).decode()


def told(answer: httpx.Response) -> Told:
    return answer.status_code, answer.json().get("code", "")


@pytest.fixture
async def proxy(lasting_database: Database) -> AsyncGenerator[Proxy]:
    shop, clock = await open_shop(lasting_database), Hands()
    async with lasting_database.tenant(shop.merchant_id) as session:
        (store,) = await merchants.list_stores(session, merchant_id=shop.merchant_id)
    route = shopify.proxy_route(lasting_database, secrets=[SECRET, FORMER], clock=clock)
    parts = Parts([own_router], pages=[route])
    app = build_app(lasting_database, lasting_database.settings, parts, clock=clock)
    async with client_of(app) as client:
        yield Proxy(client, shop, store.domain, clock)


def test_shopifys_own_example_is_signed_as_shopify_signs_it():
    query = QueryParams(
        "extra=1&extra=2&shop=shop-name.myshopify.com&logged_in_customer_id=1"
        "&path_prefix=%2Fapps%2Fawesome_reviews&timestamp=1317327555"
    )
    given = {name: query.getlist(name) for name in query}
    known = b"4c68c8624d737112c91818c11017d24d334b524cb5c2b8ba08daa056f7395ddb"
    assert sign(given, b"hush") == known
    given.pop("logged_in_customer_id")
    known = b"a9718877bea71c2484f91608a7eaea1532bdf71f5c56825065fa4ccabe549ef3"
    assert sign(given, b"hush") == known


def test_without_a_secret_nothing_is_signed():
    with pytest.raises(SignatureInvalid):
        read_visit(QueryParams("shop=a.myshopify.com&signature="), [], now=NOW)


async def test_whoever_is_logged_in_sees_their_own_points(proxy: Proxy):
    person = {"id": 7, "email": ADA}
    await proxy.shop.tells(("orders/paid", order(customer=person)))
    answer = await proxy.passes_on(proxy.asks())
    assert answer.status_code == 200, answer.text
    assert answer.headers["Cache-Control"] == "no-store"
    said = answer.json()
    assert said["customer_id"] == await proxy.shop.customer_id(ADA)
    assert said["scopes"] == ["self:read", "self:redeem"]
    mine = await proxy.client.get("/v1/api/me", headers=bearing(said["token"]))
    assert [each["available"] for each in mine.json()["accounts"]] == [10]
    rotated = await proxy.passes_on(proxy.asks("8"), secret=FORMER)
    assert rotated.is_success
    assert rotated.json()["customer_id"] != said["customer_id"]


async def test_nobody_logged_in_gets_no_session(proxy: Proxy):
    for nobody in ("", "null", "7; DROP", "7" * 30):
        assert told(await proxy.passes_on(proxy.asks(nobody))) == (401, "NOBODY_LOGGED_IN")
    asked = [pair for pair in proxy.asks() if pair[0] != "logged_in_customer_id"]
    assert told(await proxy.passes_on(asked)) == (401, "NOBODY_LOGGED_IN")


async def test_what_the_shop_has_not_signed_is_refused(proxy: Proxy):
    right = signed(proxy.asks("8"))
    for signature in ("", "0" * 64, "é", right, signed(proxy.asks(), "another")):
        answer = await proxy.passes_on(proxy.asks(), signature=signature)
        assert told(answer) == (401, "SIGNATURE_INVALID")
    bare = await proxy.client.get(f"{shopify.PROXY_PATH}?{urlencode(proxy.asks())}")
    assert told(bare) == (401, "SIGNATURE_INVALID")


async def test_a_request_is_good_for_90_seconds_and_for_one_session(proxy: Proxy):
    asked = proxy.asks()
    proxy.clock.pass_by(seconds=90)
    assert (await proxy.passes_on(asked)).is_success
    assert told(await proxy.passes_on(asked)) == (401, "PASS_INVALID")
    proxy.clock.pass_by(seconds=1)
    assert told(await proxy.passes_on(asked)) == (401, "REQUEST_TOO_OLD")
    ahead = str(int((proxy.clock.at + timedelta(seconds=91)).timestamp()))
    for timestamp in (ahead, "", "-1", "1e9", "9" * 11):
        answer = await proxy.passes_on(proxy.asks(timestamp=timestamp))
        assert told(answer) == (401, "REQUEST_TOO_OLD")


async def test_a_parameter_that_says_who_may_come_once_only(proxy: Proxy):
    for name in ("logged_in_customer_id", "shop", "timestamp", "path_prefix"):
        asked = [*proxy.asks(), (name, "8")]
        assert told(await proxy.passes_on(asked)) == (400, "REQUEST_AMBIGUOUS")
    asked = proxy.asks()
    query = urlencode([*asked, ("signature", signed(asked)), ("signature", "0")])
    answer = await proxy.client.get(f"{shopify.PROXY_PATH}?{query}")
    assert told(answer) == (400, "REQUEST_AMBIGUOUS")


async def test_what_else_the_page_asked_with_changes_nobody(proxy: Proxy):
    more = [("utm", "a"), ("utm", "b"), ("logged_in_customer_id[]", "8"), ("x[]", "1")]
    answer = await proxy.passes_on([*proxy.asks(), *more])
    plain = await proxy.passes_on(proxy.asks(path_prefix="/apps/other"))
    assert answer.json()["customer_id"] == plain.json()["customer_id"]


async def test_a_shop_that_is_nobodys_or_has_left_lets_nobody_in(proxy: Proxy):
    for shop in ("nobody.myshopify.com", "evil.example", "", proxy.domain + ".evil.example"):
        assert told(await proxy.passes_on(proxy.asks(shop=shop))) == (404, "SHOP_UNKNOWN")
    token = (await proxy.passes_on(proxy.asks())).json()["token"]
    await proxy.shop.tells(("app/uninstalled", {"id": 1}))
    seen = await proxy.client.get("/v1/api/me", headers=bearing(token))
    assert told(seen) == (401, "CREDENTIALS_INVALID")
    assert told(await proxy.passes_on(proxy.asks("8"))) == (404, "SHOP_UNKNOWN")


async def test_who_was_erased_comes_in_no_more(proxy: Proxy):
    customer = (await proxy.passes_on(proxy.asks())).json()["customer_id"]
    async with proxy.shop.database.tenant(proxy.shop.merchant_id) as session:
        await customers.erase_customer(
            session,
            merchant_id=proxy.shop.merchant_id,
            customer_id=from_wire(customers.WIRE_PREFIX, customer),
            now=NOW,
        )
    again = await proxy.passes_on(proxy.asks(path_prefix="/apps/again"))
    # The shop's id names nobody any more: whoever logs in there begins anew.
    assert again.json()["customer_id"] != customer
