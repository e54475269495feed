"""Addresses that people leave: with what they agreed to, for nobody else, and not for ever."""

from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from loyalnest import customers, ledger, storefront
from loyalnest.entrypoints import wiring
from loyalnest.kernel import relay
from loyalnest.kernel.database import Database
from loyalnest.kernel.ids import from_wire
from tests.conftest import NOW
from tests.shop import Shop, open_shop
from tests.storefront.pages import Desk, desk_of, domain_of, nudge, told

CAPTURES = "/v1/api/widget/captures"
AGREED = "The Nest may send me its news. I can end that at any time."
GERMAN = "The Nest darf mir Neuigkeiten senden."
EVE = "eve@example.com"


async def ask_for_addresses(desk: Desk, **terms: Any) -> dict[str, Any]:
    """A nudge that asks, and promises a code."""
    words = {"title": "10 % off", "consent": AGREED, "thanks": "Welcome!"}
    german = {"title": "10 % Rabatt", "consent": GERMAN}
    asks = {"words": words, "translations": {"de": german}, "code": "WELCOME10", **terms}
    return await desk.gets("POST", "nudges", terms=nudge("email_capture", **asks), state="active")


async def leave(
    client: httpx.AsyncClient,
    at: Shop,
    asked: dict[str, Any],
    email: str = EVE,
    *,
    origin: str | None = None,
    **other: Any,
) -> httpx.Response:
    body = {"shop": await domain_of(at), "nudge": asked["id"], "version": 1, "language": "en"}
    headers = {"Origin": origin} if origin else {}
    left = {**body, "email": email, "agreed": True, **other}
    return await client.post(CAPTURES, json=left, headers=headers)


async def test_an_address_is_kept_with_the_words_that_stood_beside_it(
    client: httpx.AsyncClient, shop: Shop, desk: Desk
) -> None:
    asked = await ask_for_addresses(desk)
    (said,) = (await told(client, shop))["nudges"]
    assert (said["words"]["consent"], said["code"]) == (AGREED, None)
    page = f"https://{await domain_of(shop)}"
    left = await leave(client, shop, asked, "Eve@Example.com ", origin=page, language="de")
    assert (left.status_code, left.json()) == (202, {"code": "WELCOME10"})
    assert left.headers["access-control-allow-origin"] == page
    # What the merchant writes from now on is not what she agreed to.
    terms = asked["terms"] | {"translations": {}, "words": {"title": "x", "consent": "Anything"}}
    await desk.gets("PUT", f"nudges/{asked['id']}", terms=terms, state="active")
    (kept,) = (await desk.gets("GET", f"captures?email={EVE}"))["items"]
    assert (kept["email"], kept["agreed_to"], kept["language"]) == (EVE, GERMAN, "de")
    assert (kept["nudge_version"], kept["confirmed_at"]) == (1, None)
    assert (await desk.gets("GET", f"captures/{kept['id']}")) == kept
    # A page that was opened before is still answered for what it showed.
    assert (await leave(client, shop, asked, "old@example.com")).status_code == 202
    (old,) = (await desk.gets("GET", "captures?email=old@example.com"))["items"]
    assert old["agreed_to"] == AGREED


async def test_whoever_writes_an_address_again_changes_nothing_and_learns_nothing(
    client: httpx.AsyncClient, shop: Shop, desk: Desk
) -> None:
    asked = await ask_for_addresses(desk)
    first = await leave(client, shop, asked)
    before = (await desk.gets("GET", "captures"))["items"]
    again = await leave(client, shop, asked, EVE.upper(), language="de")
    assert (again.status_code, again.json()) == (first.status_code, first.json())
    assert (await desk.gets("GET", "captures"))["items"] == before
    news = await client.get("/v1/api/events?type=email.captured", headers=desk.key)
    assert EVE not in news.text


async def test_an_address_lies_sealed_and_is_found_by_a_hash(
    client: httpx.AsyncClient, shop: Shop, desk: Desk
) -> None:
    await leave(client, shop, await ask_for_addresses(desk))
    async with shop.database.tenant(shop.merchant_id) as session:
        row = await session.scalar(text("SELECT c::text FROM captures c"))
    assert row is not None
    assert EVE not in row
    assert EVE.encode().hex() not in row


@pytest.mark.parametrize(
    "wrong",
    [
        *({"email": it} for it in ("", "eve", "eve@", "a@b@c", "eve@example.com\nBcc: x@y.z")),
        *({"email": f"{'a' * 250}@example.com"}, {"agreed": False}, {"agreed": None}),
        *({"language": "tlh"}, {"version": 0}, {"version": 2**31}, {"agreed_to": "anything"}),
    ],
)
async def test_nothing_is_kept_of_what_makes_no_sense(
    client: httpx.AsyncClient, shop: Shop, desk: Desk, wrong: dict[str, Any]
) -> None:
    answer = await leave(client, shop, await ask_for_addresses(desk), **wrong)
    assert answer.status_code == 422, answer.text
    assert (await desk.gets("GET", "captures"))["items"] == []


async def test_only_what_asks_now_is_answered(
    client: httpx.AsyncClient, shop: Shop, desk: Desk
) -> None:
    asked = await ask_for_addresses(desk)
    theirs = await open_shop(shop.database)
    their_desk = await desk_of(client, theirs)
    anothers = await ask_for_addresses(their_desk)
    over = await ask_for_addresses(desk, ends_at=(NOW - timedelta(days=1)).isoformat())
    bar = await desk.gets("POST", "nudges", terms=nudge(), state="active")
    for it in (anothers, over, bar, {"id": "ndg_" + "0" * 32}):
        answer = await leave(client, shop, it)
        assert (answer.status_code, answer.json()["code"]) == (404, "NUDGE_NOT_FOUND"), it
    assert (await leave(client, shop, {"id": "nothing"})).status_code == 404
    assert (await leave(client, shop, asked, version=2)).status_code == 404
    assert (await leave(client, shop, asked, shop="nobody.example")).status_code == 404
    await desk.gets("PUT", f"nudges/{asked['id']}", terms=asked["terms"], state="paused")
    assert (await leave(client, shop, asked)).status_code == 404
    for each in (desk, their_desk):
        assert (await each.gets("GET", "captures"))["items"] == []


async def test_only_the_shops_own_pages_may_leave_an_address(
    client: httpx.AsyncClient, shop: Shop, desk: Desk
) -> None:
    asked = await ask_for_addresses(desk)
    other = f"https://{await domain_of(await open_shop(shop.database))}"
    for origin in (other, "https://evil.example", "null"):
        answer = await leave(client, shop, asked, origin=origin)
        assert answer.status_code == 403
    assert (await desk.gets("GET", "captures"))["items"] == []


async def test_one_place_can_not_fill_the_list(
    client: httpx.AsyncClient, shop: Shop, desk: Desk
) -> None:
    asked = await ask_for_addresses(desk)
    answers = [await leave(client, shop, asked, f"n{n}@example.com") for n in range(11)]
    assert [answer.status_code for answer in answers] == [202] * 10 + [429]
    assert int(answers[-1].headers["retry-after"]) >= 1


async def test_staff_take_the_addresses_elsewhere_and_no_formula_with_them(
    client: httpx.AsyncClient, shop: Shop, desk: Desk
) -> None:
    formula = {"words": {"title": "News", "consent": '=HYPERLINK("x"), "y"'}, "translations": {}}
    asked = await ask_for_addresses(desk, **formula)
    await leave(client, shop, asked, "-1+1@example.com")
    exported = await desk.asks("GET", "captures/export")
    assert exported.headers["content-type"].startswith("text/csv")
    assert "attachment" in exported.headers["content-disposition"]
    _, line = exported.text.splitlines()
    assert line.startswith("'-1+1@example.com,en,")
    assert '"\'=HYPERLINK(""x""), ""y"""' in line
    none = await desk.asks("GET", "captures/export?confirmed=true")
    assert len(none.text.splitlines()) == 1


async def test_an_address_is_confirmed_once_and_forgotten_for_good(
    client: httpx.AsyncClient, shop: Shop, desk: Desk
) -> None:
    await leave(client, shop, await ask_for_addresses(desk))
    (kept,) = (await desk.gets("GET", "captures"))["items"]
    capture_id = storefront.CaptureId(from_wire("cap", kept["id"]))
    async with shop.database.tenant(shop.merchant_id) as session:
        for later in (0, 1):
            now = NOW + timedelta(hours=later)
            confirmed = await storefront.confirm_email(session, capture_id, now=now)
    assert confirmed.confirmed_at == NOW
    assert (await desk.asks("DELETE", f"captures/{kept['id']}")).status_code == 204
    assert (await desk.asks("DELETE", f"captures/{kept['id']}")).status_code == 404
    assert (await desk.gets("GET", "captures"))["items"] == []


@pytest.mark.parametrize("known", [True, False])
async def test_whoever_is_forgotten_leaves_no_address_behind(
    client: httpx.AsyncClient, shop: Shop, desk: Desk, known: bool
) -> None:
    """Whether they were a customer when they left it, or became one afterwards."""
    asked = await ask_for_addresses(desk)
    if not known:
        await leave(client, shop, asked)
    who = from_wire("cus", await shop.customer_id(EVE))
    if known:
        await leave(client, shop, asked)
    await catch_up(shop.database)
    (kept,) = (await desk.gets("GET", "captures"))["items"]
    assert kept["customer_id"] == customers.WIRE_PREFIX + "_" + who.hex
    async with shop.database.tenant(shop.merchant_id) as session:
        held = await storefront.export_customer(session, who)
        assert [it["agreed_to"] for it in held["addresses_left"]] == [AGREED]  # pyright: ignore
        await customers.erase_customer(
            session, merchant_id=shop.merchant_id, customer_id=who, now=NOW
        )
    await catch_up(shop.database)
    assert (await desk.gets("GET", "captures"))["items"] == []


async def test_whoever_is_forgotten_at_once_leaves_no_address_behind(
    client: httpx.AsyncClient, shop: Shop, desk: Desk
) -> None:
    """Also before anybody has noted whose it is; and with those they had been merged with."""
    asked, other = await ask_for_addresses(desk), "adam@example.com"
    await leave(client, shop, asked)
    await leave(client, shop, asked, other)
    eve, adam = await shop.customer_id(EVE), await shop.customer_id(other)
    async with shop.database.tenant(shop.merchant_id) as session:
        kept_id, merged_id = from_wire("cus", eve), from_wire("cus", adam)
        await ledger.merge(
            session,
            merchant_id=shop.merchant_id,
            kept_id=kept_id,
            merged_id=merged_id,
            actor="test",
            now=NOW,
        )
    erased = await client.post(
        f"/v1/api/customers/{eve}/erase", json={"confirm": eve}, headers=desk.key
    )
    assert erased.status_code == 204, erased.text
    await catch_up(shop.database)
    assert (await desk.gets("GET", "captures"))["items"] == []


async def test_an_address_that_nobody_confirms_is_forgotten_after_ninety_days(
    client: httpx.AsyncClient, shop: Shop, desk: Desk
) -> None:
    asked = await ask_for_addresses(desk)
    for email in (EVE, "adam@example.com"):
        await leave(client, shop, asked, email)
    (kept,) = (await desk.gets("GET", f"captures?email={EVE}"))["items"]
    async with shop.database.tenant(shop.merchant_id) as session:
        capture_id = storefront.CaptureId(from_wire("cap", kept["id"]))
        await storefront.confirm_email(session, capture_id, now=NOW)
    for days, left in ((90, 2), (91, 1), (91, 1)):
        await storefront.forget(shop.database, NOW + timedelta(days=days))
        assert len((await desk.gets("GET", "captures"))["items"]) == left
    assert [it["id"] for it in (await desk.gets("GET", "captures"))["items"]] == [kept["id"]]
    assert storefront.NIGHTLY in wiring.TIMETABLE
    await relay.settle(shop.database, [])
    news = await client.get("/v1/api/events?type=email.forgotten", headers=desk.key)
    assert len(news.json()["items"]) == 1


async def catch_up(database: Database) -> None:
    await relay.settle(database, [storefront.CAPTURES], clock=lambda: NOW)
