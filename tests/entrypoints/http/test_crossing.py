"""Scripts of other pages call nothing, but customers' doors from the merchant's own stores."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass

import httpx
import pytest
from sqlalchemy import text

from loyalnest import merchants
from loyalnest.kernel import relay
from loyalnest.kernel.database import Database
from loyalnest.kernel.ids import to_wire
from loyalnest.merchants.queries import PAGE_OF_ANYBODY
from tests.conftest import NOW
from tests.doors import bearing, house, make_key, open_cafe

OURS, THEIRS = "https://www.cafe.example", "https://www.rival.example"
TRICKS = (
    "null",
    "http://www.cafe.example",
    "http://localhost",
    "http://localhost:8002",
    "http://127.0.0.1:8001",
    "http://localhost:8001.evil.example",
    "http://localhost.evil.example:8001",
    "https://localhost:8001",
    "https://cafe.example",
    "https://www.cafe.example:8443",
    "https://www.cafe.example.evil.example",
    "https://evilwww.cafe.example",
    "https://www.cafe.example@evil.example",
    "https://www.cafe.example/",
    "https://www.cafe.example, https://evil.example",
    "https://WWW.CAFE.EXAMPLE",
    "https://wwwxcafe.example",
    "https://%.cafe.example",
    "cafe.myshopify.com",
    "https://",
    "*",
    "",
)

NO_ADDRESSES = {
    "WEB_ADDRESS_INVALID": (
        *("https://localhost", "https://10.0.0.1", "null", "", "https://me@cafe.example"),
        *("https://cafe.example:0", "https://cafe.example:٤٤٣", "https://café.example"),
        *("//cafe.example", "https://a..example", "cafe.example"),
        *("http://localhost:0", "http://127.0.0.1:99999", "http://localhost:"),
    ),
    "WEB_ADDRESS_NOT_SAFE": (
        *("http://www.cafe.example", "HTTP://cafe.example/shop", "http://127.0.0.2:8001"),
        *("http://localhost.example", "http://10.0.0.1", "http://me@localhost:8001"),
    ),
    "WEB_ADDRESS_HAS_PATH": (
        *("https://cafe.example/shop", "https://cafe.example/#shop", "https://cafe.example?shop"),
        "http://localhost:8001/shop",
    ),
    "WEB_ADDRESS_WILDCARD": ("https://*.cafe.example", "*"),
}


@dataclass
class Cafe:
    """A merchant with a store that has a page, and a customer who is looking at it."""

    client: httpx.AsyncClient
    key: str
    store: str
    session: str

    async def asks(self, origin: str, path: str = "me", method: str = "GET") -> httpx.Response:
        headers = {"Origin": origin, **bearing(self.session)}
        return await self.client.request(method, f"/v1/api/{path}", headers=headers)

    async def preflight(self, origin: str, path: str = "me/rewards/redeem") -> httpx.Response:
        headers = {
            "Origin": origin,
            "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": "authorization,idempotency-key",
        }
        return await self.client.options(f"/v1/api/{path}", headers=headers)

    async def says_where_it_is(self, *addresses: str) -> httpx.Response:
        return await self.client.put(
            f"/v1/api/stores/{self.store}/web-addresses",
            json={"web_addresses": addresses},
            headers=bearing(self.key),
        )


@pytest.fixture
async def client(database: Database) -> AsyncGenerator[httpx.AsyncClient]:
    async with house(database, anonymous_requests=300) as client:
        yield client


async def furnish(database: Database, client: httpx.AsyncClient, name: str, page: str) -> Cafe:
    merchant, _ = await open_cafe(database, name, email=f"owner@{name}.example")
    async with database.tenant(merchant.id) as session:
        store = await merchants.add_store(
            session,
            merchant_id=merchant.id,
            provider="shopify",
            domain=f"{name}.myshopify.com",
            name=name,
            now=NOW,
        )
    key = await make_key(database, merchant.id)
    made = await client.post(
        "/v1/api/customers",
        json={"email": "anna@example.com"},
        headers={**bearing(key), "Idempotency-Key": "anna"},
    )
    started = await client.post(
        f"/v1/api/customers/{made.json()['id']}/sessions",
        headers={**bearing(key), "Idempotency-Key": "session"},
    )
    cafe = Cafe(client, key, to_wire("sto", store.id), started.json()["token"])
    assert (await cafe.says_where_it_is(page)).json()["web_addresses"] == [page]
    return cafe


@pytest.fixture
async def cafe(database: Database, client: httpx.AsyncClient) -> Cafe:
    return await furnish(database, client, "cafe", OURS)


def allowed(answer: httpx.Response) -> str | None:
    return answer.headers.get("access-control-allow-origin")


async def test_a_page_of_the_store_may_call_customers_doors_and_nothing_else(cafe: Cafe):
    for origin in (OURS, "https://cafe.myshopify.com"):
        asked, read = await cafe.preflight(origin), await cafe.asks(origin)
        assert (asked.status_code, allowed(asked)) == (204, origin)
        assert "Idempotency-Key" in asked.headers["access-control-allow-headers"]
        assert asked.headers["access-control-max-age"] == "600"
        assert (read.status_code, allowed(read)) == (200, origin)
        for answer in (asked, read):
            assert "Origin" in answer.headers["vary"]
            assert "access-control-allow-credentials" not in answer.headers
        for path in ("customers", "mexico", "stores", "auth/login", "auth/me"):
            refused = [await cafe.asks(origin, path), await cafe.preflight(origin, path)]
            assert [allowed(it) for it in refused] == [None, None], path
            assert not any(it.is_success for it in refused), path
    # A door that strangers may knock at, from a page of a store.
    knocked = await cafe.client.post(
        "/v1/api/referrals/click", json={"code": "NOBODYSNOW"}, headers={"Origin": OURS}
    )
    assert allowed(knocked) == OURS


async def test_what_only_looks_like_the_store_is_refused(cafe: Cafe):
    for origin in TRICKS:
        for answer in (await cafe.asks(origin), await cafe.preflight(origin)):
            assert answer.status_code == 403, origin
            assert answer.json()["code"] == "ORIGIN_REFUSED"
            assert allowed(answer) is None
            assert "Origin" in answer.headers["vary"]


async def test_a_store_on_this_machine_may_be_tried_out_by_http(cafe: Cafe):
    here = "http://localhost:8001"
    assert (await cafe.asks(here)).status_code == 403
    assert (await cafe.says_where_it_is(here)).json()["web_addresses"] == [here]
    asked, read = await cafe.preflight(here), await cafe.asks(here)
    assert [allowed(asked), allowed(read)] == [here, here]
    for beside in ("http://localhost:8002", "http://127.0.0.1:8001", "https://localhost:8001"):
        assert (await cafe.asks(beside)).status_code == 403, beside


async def test_another_merchants_page_may_not_call_with_our_customers_session(
    cafe: Cafe, database: Database, client: httpx.AsyncClient
):
    rival = await furnish(database, client, "rival", THEIRS)
    assert (await cafe.asks(THEIRS)).json()["code"] == "ORIGIN_REFUSED"
    assert (await cafe.asks("https://rival.myshopify.com")).status_code == 403
    assert (await rival.asks(THEIRS)).status_code == 200
    taken = await client.put(
        f"/v1/api/stores/{cafe.store}/web-addresses",
        json={"web_addresses": [THEIRS]},
        headers=bearing(rival.key),
    )
    assert taken.json()["code"] == "STORE_NOT_FOUND"


async def test_a_page_that_is_taken_off_the_list_and_a_store_that_left_are_refused(
    cafe: Cafe, database: Database
):
    await cafe.says_where_it_is()
    assert (await cafe.asks(OURS)).status_code == 403
    async with database.platform() as session:
        await session.execute(text("UPDATE stores SET uninstalled_at = now()"))
    assert (await cafe.asks("https://cafe.myshopify.com")).status_code == 403
    assert (await cafe.preflight("https://cafe.myshopify.com")).status_code == 403


async def test_our_own_pages_and_what_is_no_page_are_not_asked_where_they_come_from(cafe: Cafe):
    host = cafe.client.base_url.netloc.decode()
    for headers in ({}, {"Origin": f"http://{host}"}, {"Origin": f"https://{host}"}):
        for by, path in ((cafe.session, "me"), (cafe.key, "stores")):
            answer = await cafe.client.get(f"/v1/api/{path}", headers={**headers, **bearing(by)})
            assert (answer.status_code, allowed(answer)) == (200, None)
    beside = {"Origin": f"http://{host}:81", **bearing(cafe.key)}
    assert (await cafe.client.get("/v1/api/stores", headers=beside)).status_code == 403


async def test_a_web_address_is_a_scheme_and_a_host(cafe: Cafe):
    for said, kept in (
        (" HTTPS://WWW.Cafe.Example:443/ ", OURS),
        ("https://xn--caf-dma.example", "https://xn--caf-dma.example"),
        ("https://www.cafe.example:8443", "https://www.cafe.example:8443"),
        ("http://LOCALHOST:8001/", "http://localhost:8001"),
        ("http://127.0.0.1:80", "http://127.0.0.1"),
    ):
        answer = await cafe.says_where_it_is(said, said)
        assert answer.json()["web_addresses"] == [kept]
    for code, wrong in NO_ADDRESSES.items():
        for said in wrong:
            answer = await cafe.says_where_it_is(said)
            assert answer.json()["code"] == code, said
    many = [f"https://{number}.cafe.example" for number in range(21)]
    answer = await cafe.says_where_it_is(*many)
    assert answer.json()["code"] == "TOO_MANY_WEB_ADDRESSES"


async def test_two_who_change_the_web_addresses_at_once_do_not_overwrite_each_other(cafe: Cafe):
    mine, theirs = [OURS, "https://mine.cafe.example"], [OURS, "https://theirs.cafe.example"]

    async def says(*addresses: str, before: list[str]) -> httpx.Response:
        body = {"web_addresses": addresses, "before": before}
        path = f"/v1/api/stores/{cafe.store}/web-addresses"
        return await cafe.client.put(path, json=body, headers=bearing(cafe.key))

    assert (await says(*theirs, before=[OURS])).json()["web_addresses"] == theirs
    refused = await says(*mine, before=[OURS])
    assert (refused.status_code, refused.json()["code"]) == (409, "WEB_ADDRESSES_STALE")
    # The same once more, as after a lost answer, is no change and so overwrites nothing.
    assert (await says(*theirs, before=[OURS])).is_success
    assert (await says(*mine, before=theirs)).json()["web_addresses"] == mine
    assert (await cafe.says_where_it_is(*theirs)).json()["web_addresses"] == theirs


async def test_who_changed_where_the_pages_are_is_on_record(cafe: Cafe, database: Database):
    await cafe.says_where_it_is(OURS)  # as it was
    await cafe.says_where_it_is(OURS, "https://shop.cafe.example")
    await relay.settle(database, [])
    path = "/v1/api/events?type=store.addresses_changed"
    told = await cafe.client.get(path, headers=bearing(cafe.key))
    first, second = told.json()["items"]
    assert first["data"]["before"] == []
    assert second["data"]["before"] == first["data"]["after"] == [OURS]
    assert second["data"]["after"] == [OURS, "https://shop.cafe.example"]
    assert second["author"]["actor"].startswith("api_key:key_")


async def test_a_strangers_page_is_looked_up_among_all_stores_by_index(database: Database):
    async with database.platform() as session:
        # A handful of stores is read faster whole; the question is whether an index could answer.
        for way in ("seqscan", "indexscan", "indexonlyscan"):
            await session.execute(text(f"SET LOCAL enable_{way} = off"))
        asked = {"origin": OURS, "host": OURS.removeprefix("https://")}
        lines = await session.scalars(text(f"EXPLAIN (COSTS OFF) {PAGE_OF_ANYBODY}"), asked)
        plan = "\n".join(lines)
    assert "Bitmap Index Scan on stores_domain" in plan, plan
    assert "Bitmap Index Scan on stores_web_addresses" in plan, plan
    assert "Index Cond: (web_addresses @> " in plan
