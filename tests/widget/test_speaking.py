"""What speaks up on a page: where, to whom, how often, and what is told of it with consent."""

import json
from collections.abc import AsyncGenerator
from typing import Any

import pytest
from playwright.async_api import Browser, Page, Request, expect

from loyalnest import storefront
from loyalnest.kernel import clock
from tests.dashboard.conftest import Site, visitor
from tests.widget.conftest import show
from tests.widget.pages import Pages


@pytest.fixture
async def page(chromium: Browser) -> AsyncGenerator[Page]:
    """Whoever looks at the shop."""
    async with visitor(chromium) as page:
        yield page


async def draw_up(site: Site, kind: str, **terms: Any) -> None:
    """A nudge that is on; the config is asked for past what the server has kept."""
    words = terms.pop("words", {"title": f"A {kind}", "text": "Look here", "button": "Go"})
    told = {"kind": kind, "name": kind, "words": words} | terms
    async with site.shop.database.tenant(site.shop.merchant_id) as session:
        await storefront.create_nudge(
            session,
            storefront.NudgeTerms.model_validate(told),
            state=storefront.NudgeState.ACTIVE,
            actor="test",
            now=clock.now(),
        )


async def test_each_speaks_where_and_as_often_as_it_may(
    site: Site, pages: Pages, page: Page
) -> None:
    pages.member = None
    pages.attributes = 'data-page="cart" data-language="en" data-consent="denied"'
    once = {"times": 1, "days": 7}
    await draw_up(site, "sticky_bar", where=["cart"], audience="guest", cap=once)
    await draw_up(site, "popup", where=["home"], cap=once)
    await draw_up(
        site,
        "email_capture",
        where=["account"],
        words={"title": "Letters", "consent": "Send me letters", "thanks": "Look into your mail"},
        code="HELLO10",
    )
    await draw_up(site, "after_purchase", where=["thanks"])
    asked: list[str] = []
    page.on("request", lambda it: asked.append(it.url))

    await show(page, pages)
    bar = page.get_by_role("region", name="A sticky_bar")
    await expect(bar).to_contain_text("Look here")
    await bar.get_by_role("button", name="Close").click()
    await expect(bar).to_have_count(0)
    await show(page, pages)
    await page.wait_for_load_state("networkidle")
    await expect(bar).to_have_count(0)

    pages.attributes = 'data-page="home" data-language="en"'
    await show(page, pages)
    await page.mouse.move(300, 200)
    await page.wait_for_load_state("networkidle")
    await page.evaluate("document.dispatchEvent(new MouseEvent('mouseout', {clientY: -1}))")
    popup = page.get_by_role("dialog", name="A popup")
    await expect(popup).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(popup).to_have_count(0)

    pages.attributes = 'data-page="account" data-language="en"'
    await show(page, pages)
    letters = page.get_by_role("dialog", name="Letters")
    await letters.get_by_label("E-mail").fill("guest@example.com")
    await letters.get_by_label("Send me letters").check()
    await letters.get_by_role("button", name="Send").click()
    await expect(letters.get_by_role("status")).to_have_text("Look into your mail")
    await expect(letters.get_by_text("HELLO10")).to_be_visible()
    await letters.get_by_role("button", name="Close").last.click()
    await expect(letters).to_have_count(0)

    pages.attributes = 'data-page="thanks" data-language="en"'
    pages.markup = '<div data-loyalnest="thanks-points" data-subtotal="41.20"></div>'
    await show(page, pages)
    await expect(page.get_by_text("This order earns 41 points")).to_be_visible()
    await expect(page.get_by_role("region", name="A after_purchase")).to_be_visible()
    pages.markup, pages.attributes = "", Pages.attributes
    # Nobody agreed to be counted.
    assert [it for it in asked if it.endswith("/usage")] == []
    kept = json.loads(await page.evaluate("Object.values(localStorage)[0]"))
    assert set(kept) == {"shown", "done"}


async def test_what_is_seen_is_told_in_batches_and_only_with_consent(
    pages: Pages, page: Page
) -> None:
    pages.member = None
    pages.attributes = 'data-page="other" data-language="en" data-consent="granted"'
    told: list[dict[str, Any]] = []

    def note(request: Request) -> None:
        if request.url.endswith("/v1/api/usage") and request.method == "POST":
            told.append(json.loads(request.post_data or "{}"))

    page.on("request", note)
    await (await show(page, pages)).click()
    await page.get_by_role("dialog").get_by_role("link", name="Join").wait_for()
    await page.goto("about:blank")
    (report,) = told
    assert report["consent"] is True
    assert [(it["action"], it["element"]) for it in report["events"]] == [
        ("view", "launcher"),
        ("click", "launcher"),
        ("view", "panel"),
    ]
    assert len(report["visitor"]) == 22
    pages.attributes = Pages.attributes


async def test_a_calculator_says_what_spending_brings(pages: Pages, page: Page) -> None:
    pages.member = None
    pages.markup = '<div class="tall" data-loyalnest="calculator"></div>'
    await show(page, pages)
    await page.get_by_label("If you spend (GBP)").fill("60")
    told = page.locator("[data-loyalnest] output")
    await expect(told).to_have_text("That earns 60 points. Enough for: £5 off")
    await page.get_by_label("If you spend (GBP)").fill("")
    await expect(told).to_have_text("")
    pages.markup = ""
