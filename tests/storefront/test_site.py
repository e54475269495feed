"""What is on a shop's pages, and how often somebody may change their mind."""

import asyncio

import httpx
import pytest

from tests.shop import Shop
from tests.storefront.pages import Desk, told

WIDGET = {"enabled": True, "side": "start", "phones": False}


async def test_nothing_need_be_said_for_a_page_to_show_something(desk: Desk) -> None:
    site = await desk.gets("GET", "site")
    assert (site["version"], site["changed_at"], site["changed_by"]) == (0, None, None)
    assert site["settings"]["widget"]["enabled"]
    assert site["settings"]["widget"]["pages"]["cart"] == "/cart"


async def test_pages_show_what_was_saved_and_every_version_says_by_whom(
    client: httpx.AsyncClient, shop: Shop, desk: Desk
) -> None:
    pages = {"account": "/konto", "loyalty": "https://www.example.com/bonus?from=shop"}
    settings = {"widget": {**WIDGET, "pages": pages}, "points": {"cart": False}}
    saved = await desk.gets("PUT", "site", settings=settings, version=0)
    assert saved["version"] == 1
    assert saved["changed_by"].startswith("api_key:")
    assert (await desk.gets("PUT", "site", settings=settings, version=0))["version"] == 1
    said = await told(client, shop)
    assert said["widget"] == {
        **WIDGET,
        "pages": {**pages, "register": "/account/register", "cart": "/cart"},
    }
    assert said["points"] == {"product": True, "cart": False, "thanks": True, "calculator": True}
    news = await client.get("/v1/api/events?type=site.changed", headers=desk.key)
    assert news.is_success


async def test_staff_are_told_what_pages_are_told_and_at_once(
    client: httpx.AsyncClient, shop: Shop, desk: Desk
) -> None:
    before = await told(client, shop, "de")
    now = await desk.gets("GET", "config?language=de-AT")
    # Its own links lead to where it was asked.
    theirs = {name: now[name] for name in ("brand", "widget", "version")}
    assert now == {**before, **theirs}
    await desk.gets("PUT", "site", settings={"widget": WIDGET})
    assert (await desk.gets("GET", "config?language=de"))["widget"]["side"] == "start"
    assert (await client.get("/v1/api/content/config")).status_code == 401


async def test_what_somebody_else_saved_meanwhile_is_not_overwritten(desk: Desk) -> None:
    changes = [{"widget": {"side": "start"}}, {"widget": {"enabled": False}}]
    answers = await asyncio.gather(
        *(desk.asks("PUT", "site", settings=each, version=0) for each in changes)
    )
    refused = next(answer for answer in answers if not answer.is_success)
    assert sorted(answer.status_code for answer in answers) == [200, 409]
    assert refused.json()["code"] == "CONTENT_STALE"


@pytest.mark.parametrize(
    "link",
    [
        *("javascript:alert(1)", "JaVaScRiPt:alert(1)", "data:text/html,x", "vbscript:x"),
        *("//example.com", "/\\example.com", "\\\\example.com", "/\t/example.com", "https:/x"),
        *("http://example.com", "ftp://example.com", "https://user@example.com", "cart", ""),
        *(f"/{'a' * 500}", '/"onmouseover="x', "/<script>", " /cart", "/cart\n", "mailto:a@b.c"),
    ],
)
async def test_a_link_leads_into_the_shop_or_to_a_page_by_https(desk: Desk, link: str) -> None:
    for page in ("loyalty", "account"):
        settings = {"widget": {"pages": {page: link}}}
        answer = await desk.asks("PUT", "site", settings=settings)
        assert answer.status_code == 422
        assert list(answer.json()["fields"]) == [f"settings.widget.pages.{page}"]
    assert (await desk.gets("GET", "site"))["version"] == 0
