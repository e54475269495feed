"""What speaks up on a page: where, to whom, how often, and what is told of it with consent."""

import json
from collections.abc import AsyncGenerator
from typing import Any

import pytest
from playwright.async_api import Browser, Page, Response, expect

from loyalnest import experiments
from tests.dashboard.conftest import Site, visitor
from tests.messaging.cast import until
from tests.widget.conftest import call, show
from tests.widget.pages import Pages

# Who leaves before the page listens leaves again.
_IS_KEPT_FROM_LEAVING = """
() => {
    document.dispatchEvent(new MouseEvent("mouseout", { clientY: -1 }));
    return document.querySelector("loyalnest-widget").shadowRoot.querySelector("dialog");
}
"""


@pytest.fixture
async def page(chromium: Browser) -> AsyncGenerator[Page]:
    """Whoever looks at the shop."""
    async with visitor(chromium) as page:
        yield page


async def draw_up(pages: Pages, kind: str, **terms: Any) -> None:
    """A nudge that is on."""
    words = terms.pop("words", {"title": f"A {kind}", "text": "Look here", "button": "Go"})
    told = {"kind": kind, "name": kind, "words": words} | terms
    await call(pages, "POST", "content/nudges", terms=told, state="active")


async def try_another_name(pages: Pages) -> None:
    """An experiment with what the launcher is called."""
    design = {
        "name": "What the launcher is called",
        "subject": "launcher",
        "variants": [{"key": "a"}, {"key": "b", "changes": {"launcher": "Perks"}}],
        "goal": {"kind": "click", "element": "launcher"},
        "plan": {"baseline": 0.1, "effect": 0.05},
    }
    made = (await call(pages, "POST", "experiments", design=design)).json()
    await call(pages, "POST", f"experiments/{made['id']}/start")


@pytest.fixture(scope="module")
async def pages(pages: Pages) -> Pages:
    """The shop's pages, on which something speaks up: drawn up before anybody looks."""
    once = {"times": 1, "days": 7}
    await draw_up(pages, "sticky_bar", where=["cart"], audience="guest", cap=once)
    await draw_up(pages, "popup", where=["home"], cap=once)
    await draw_up(pages, "after_purchase", where=["thanks"])
    await draw_up(
        pages,
        "discount_banner",
        where=["product"],
        audience="member",
        tiers=["member"],
        code="TIER5",
        link="/collections/new",
    )
    await draw_up(
        pages,
        "email_capture",
        where=["account"],
        words={"title": "Letters", "consent": "Send me letters", "thanks": "Look into your mail"},
        code="HELLO10",
    )
    await try_another_name(pages)
    return pages


async def test_each_speaks_where_and_as_often_as_it_may(pages: Pages, page: Page) -> None:
    pages.member = None
    pages.attributes = 'data-page="cart" data-language="en" data-consent="denied"'
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
    await page.wait_for_function(_IS_KEPT_FROM_LEAVING)
    popup = page.get_by_role("dialog", name="A popup")
    await expect(popup).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(popup).to_have_count(0)

    pages.attributes = 'data-page="thanks" data-language="en"'
    pages.markup = '<div data-loyalnest="thanks-points" data-subtotal="41.20"></div>'
    await show(page, pages)
    await expect(page.get_by_text("This order earns 41 points")).to_be_visible()
    await expect(page.get_by_role("region", name="A after_purchase")).to_be_visible()
    pages.markup, pages.attributes = "", Pages.attributes
    # Nobody agreed to be counted.
    assert [it for it in asked if it.endswith("/usage")] == []
    kept = json.loads(await page.evaluate("Object.values(localStorage)[0]"))
    assert set(kept) == {"shown"}


async def test_a_tier_is_told_what_is_for_it_alone(pages: Pages, site: Site, page: Page) -> None:
    banner = page.get_by_role("region", name="A discount_banner")
    pages.member = None
    await show(page, pages)
    await page.wait_for_load_state("networkidle")
    await expect(banner).to_have_count(0)
    pages.member = await site.shop.customer_id("ada@example.com")
    await show(page, pages)
    await expect(banner.get_by_text("TIER5")).to_be_visible()
    await expect(banner.get_by_role("button", name="Copy")).to_be_visible()
    await banner.get_by_role("button", name="Go").click()
    await page.wait_for_url("**/collections/new")


async def test_an_address_is_left_with_a_word_of_consent(pages: Pages, page: Page) -> None:
    pages.member = None
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
    await show(page, pages)
    await page.wait_for_load_state("networkidle")
    await expect(letters).to_have_count(0)  # it has done what it was for
    pages.attributes = Pages.attributes


async def test_what_is_seen_is_told_in_batches_and_only_with_consent(
    pages: Pages, page: Page
) -> None:
    pages.member = None
    pages.attributes = 'data-page="other" data-language="en" data-consent="granted"'
    answers: list[Response] = []  # more than one where the first five seconds were over
    page.on("response", lambda it: answers.append(it) if it.url.endswith("/usage") else None)
    await (await show(page, pages)).click()
    await page.get_by_role("dialog").get_by_role("link", name="Join").wait_for()
    await page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    await until(lambda: len(_told(answers)) >= 3)
    assert {it.status for it in answers} == {202}
    reports = [json.loads(it.request.post_data or "{}") for it in answers]
    assert all(each["consent"] is True for each in reports)
    assert [(it["action"], it["element"]) for it in _told(answers)] == [
        ("view", "launcher"),
        ("click", "launcher"),
        ("view", "panel"),
    ]
    assert {len(each["visitor"]) for each in reports} == {22}
    # Consent that is taken back takes the number along.
    pages.attributes = pages.attributes.replace("granted", "denied")
    await show(page, pages)
    await page.wait_for_load_state("networkidle")
    assert await page.evaluate("localStorage.length") == 0
    pages.attributes = Pages.attributes


def _told(answers: list[Response]) -> list[dict[str, Any]]:
    """What was seen and done, as it was told before these answers."""
    return [it for each in answers for it in json.loads(each.request.post_data or "{}")["events"]]


async def test_a_visitor_meets_the_same_variant_each_time_and_without_consent_the_first(
    pages: Pages, chromium: Browser
) -> None:
    pages.member = None
    (running,) = (await call(pages, "GET", "experiments?state=running")).json()["items"]
    tried = running["id"]
    named = (f"visitor-{number:014}" for number in range(1000))
    other = next(it for it in named if experiments.assigned(tried, it, percent=100, weights=(1, 1)))
    kept = json.dumps({"visitor": other})
    for consent, said in (("granted", "Perks"), ("granted", "Perks"), ("denied", "Rewards")):
        pages.attributes = f'data-page="other" data-language="en" data-consent="{consent}"'
        async with visitor(chromium) as page:
            await page.add_init_script(f"localStorage['loyalnest:{pages.shop}'] = '{kept}'")
            await expect(await show(page, pages)).to_have_text(said)
            if consent == "granted":
                async with page.expect_request("**/v1/api/usage") as told:
                    await page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
                (event,) = json.loads((await told.value).post_data or "{}")["events"]
                assert (event["experiment"], event["variant"]) == (tried, "b")
    pages.attributes = Pages.attributes


async def test_a_calculator_says_what_spending_brings(pages: Pages, page: Page) -> None:
    pages.member = None
    pages.markup = '<div class="tall" data-loyalnest="calculator"></div>'
    await show(page, pages)
    field = page.get_by_label("If you spend (GBP)")
    await field.fill("60")
    told = page.locator("[data-loyalnest] output")
    await expect(told).to_have_text("That earns 60 points. Enough for: £5 off")
    await expect(field).to_have_accessible_name("If you spend (GBP)")
    await field.fill("")
    await expect(told).to_have_text("")
    pages.markup = ""
