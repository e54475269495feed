"""Pages that are not kind: styles that hide everything, scripts that change what scripts stand on,
and a server that is away, slow, or talks nonsense."""

import asyncio
import json
from collections.abc import AsyncGenerator

import pytest
from playwright.async_api import Browser, Page, Route, expect

from tests.dashboard.conftest import Site, visitor
from tests.widget.conftest import answering, call, show
from tests.widget.pages import Pages

STYLES = """
  html { font-size: 61px !important; filter: sepia(1) }
  html > *:not(head), body * { display: none !important; }
  html *, html *::before, html *::after {
    all: unset !important; color: red !important; font: 90px cursive !important;
    transform: rotate(40deg) !important; opacity: .1 !important; visibility: hidden !important;
    position: static !important; inset: auto !important; z-index: -1 !important;
    animation: none !important; zoom: 3 !important; pointer-events: none !important;
    --colour: red !important; --page: red !important; --ink: red !important; }
"""
SCRIPT = """
  Array.prototype.extra = () => { throw new Error("extra") };
  Object.prototype.surplus = 1;
  Array.prototype.toJSON = function () { return "no array" };
  Array.prototype.flat = Array.prototype.reduceRight = () => { throw new Error("changed") };
  window.define = Object.assign(() => { throw new Error("define") }, { amd: {} });
  window.process = { env: null };
"""
BROKEN = """
  for (const name of ["map", "forEach", "push", "some", "filter"])
    Array.prototype[name] = () => { throw new Error("no arrays here") };
"""

_TWO_FRAMES = "new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"


@pytest.fixture
async def page(chromium: Browser) -> AsyncGenerator[Page]:
    """A browser in which an error that nobody catches fails the test."""
    async with visitor(chromium) as page:
        yield page


@pytest.fixture
async def hostile(pages: Pages) -> AsyncGenerator[Pages]:
    """The shop's pages, put right again afterwards."""
    pages.member = None
    yield pages
    pages.styles = pages.script = pages.markup = ""
    pages.loader, pages.attributes = None, Pages.attributes


async def test_a_pages_styles_and_scripts_do_not_reach_it(hostile: Pages, page: Page) -> None:
    await show(page, hostile)
    kind = await _drawn(page)
    hostile.styles, hostile.script = STYLES, SCRIPT
    hostile.markup = '<p id="LoyalNest"></p>'
    await show(page, hostile)
    assert await _drawn(page) == kind


async def _drawn(page: Page) -> object:
    """Where the launcher and the panel are, and how their text looks."""
    launcher = page.locator("loyalnest-widget .launcher")
    await expect(launcher).to_be_visible()
    looks = """it => {
        const style = getComputedStyle(it), box = it.getBoundingClientRect();
        return [style.color, style.backgroundColor, style.fontSize, style.fontFamily,
            style.opacity, Math.round(box.x), Math.round(box.y), Math.round(box.width)];
    }"""
    first = await launcher.evaluate(looks)
    await launcher.click()
    panel = page.get_by_role("dialog")
    await expect(panel.get_by_role("link", name="Join")).to_be_visible()
    second = await panel.get_by_role("link", name="Join").evaluate(looks)
    await page.keyboard.press("Escape")
    await expect(panel).to_have_count(0)
    return first, second


async def test_where_nothing_can_work_the_page_is_as_without_us(hostile: Pages, page: Page) -> None:
    hostile.script = BROKEN
    await page.goto(hostile.address)
    await page.wait_for_load_state("networkidle")
    await expect(page.get_by_role("heading", name="The bakery")).to_be_visible()


GARBAGE = (
    *("", "null", "[]", "42", '"text"', "<html>", "{}", '{"widget": {"enabled": true}}'),
    json.dumps({"widget": {"enabled": True}, "brand": {"palette": None}, "texts": {}}),
)


async def test_whatever_the_server_says_the_page_is_as_without_us(
    hostile: Pages, page: Page
) -> None:
    shifted = """() => { window.shifts = 0; new PerformanceObserver(list => {
        for (const it of list.getEntries()) window.shifts += it.value;
    }).observe({ type: "layout-shift", buffered: true }) }"""
    await page.add_init_script(f"({shifted})()")
    hostile.markup = '<div data-loyalnest="points" data-price="9.50"></div>'
    answers: list[tuple[int, str]] = [(200, it) for it in GARBAGE]
    answers += [(404, "{}"), (429, "slow down"), (500, "oops")]
    for status, body in answers:
        await page.route("**/widget/config*", answering(status, body))
        await page.goto(hostile.address)
        await page.wait_for_load_state("networkidle")
        assert await page.locator("loyalnest-widget").count() == 0, body
        assert await page.evaluate("window.shifts") == 0
        await page.unroute("**/widget/config*")


async def test_a_server_that_is_away_or_slow_holds_nothing_up(hostile: Pages, page: Page) -> None:
    waits = asyncio.Event()

    async def late(route: Route) -> None:
        await waits.wait()
        await route.abort()

    await page.route("**/widget/config*", late)
    await page.goto(hostile.address)  # waits for the page's own load event
    await expect(page.get_by_role("heading", name="The bakery")).to_be_visible()
    assert await page.evaluate("document.readyState") == "complete"
    await page.evaluate("LoyalNest.open(), LoyalNest.refresh(), LoyalNest.destroy()")
    waits.set()
    await page.unroute_all(behavior="ignoreErrors")
    hostile.loader = "http://127.0.0.1:9"  # discard: nobody listens there
    await page.goto(hostile.address)
    await expect(page.get_by_role("heading", name="The bakery")).to_be_visible()


async def test_what_fails_later_is_told_and_can_be_tried_again(
    hostile: Pages, site: Site, page: Page
) -> None:
    hostile.member = await site.shop.customer_id("ada@example.com")
    launcher = await show(page, hostile)
    await page.route("**/v1/api/me?*", lambda route: route.abort())
    await page.route("**/assets/panel*", lambda route: route.abort())
    await launcher.click()
    await expect(launcher).to_have_text("That did not work. Try again in a moment.")
    await page.unroute("**/assets/panel*")
    await launcher.click()
    panel = page.get_by_role("dialog")
    await expect(page.locator("loyalnest-widget .launcher")).to_have_text("Rewards")
    failed = panel.get_by_role("alert").get_by_text("That did not work")
    await expect(failed).to_be_visible()
    for status, body in ((500, "oops"), (429, "{}"), (200, "<html>"), (200, "{}"), (200, "null")):
        await page.unroute("**/v1/api/me?*")
        await page.route("**/v1/api/me?*", answering(status, body))
        async with page.expect_response("**/v1/api/me?*"):
            await panel.get_by_role("button", name="Try again").click()
        await expect(failed).to_be_visible()
    await page.unroute("**/v1/api/me?*")
    await panel.get_by_role("button", name="Try again").click()
    await expect(panel.get_by_text("You have")).to_be_visible()


async def test_what_was_paid_for_is_had_once_whatever_becomes_of_the_answers(
    hostile: Pages, page: Page
) -> None:
    hostile.member = who = await _newcomer(hostile, "hedwig@example.com")
    await call(hostile, "POST", "points/adjust", customer_id=who, amount=300, reason="Hello")
    held = await _held(hostile, who)

    async def lost(route: Route) -> None:
        await route.fetch()
        await route.abort()

    await page.route("**/v1/api/me/rewards/redeem*", lost)
    await (await show(page, hostile)).click()
    panel = page.get_by_role("dialog")
    await expect(panel.locator(".large")).to_have_text(f"{held} points")
    await panel.get_by_role("button", name="Ways to spend").click()
    choose = panel.get_by_role("button", name="Redeem for 50 points")
    await choose.click()
    redeem = panel.get_by_role("button", name="Redeem", exact=True)
    await redeem.click()
    failed = panel.get_by_role("alert").get_by_text("That did not work")
    await expect(failed).to_be_visible()
    for status, body in ((500, "oops"), (429, "{}"), (200, "<html>")):
        await page.unroute("**/v1/api/me/rewards/redeem*")
        await page.route("**/v1/api/me/rewards/redeem*", answering(status, body))
        async with page.expect_response("**/v1/api/me/rewards/redeem*"):
            await redeem.click()
        await expect(failed).to_be_visible()
    # Whoever gives up sees what is left, and whoever tries again has what was paid for.
    await panel.get_by_role("button", name="Cancel").click()
    await panel.get_by_role("button", name="Back").click()
    await expect(panel.locator(".large")).to_have_text(f"{held - 50} points")
    await page.unroute("**/v1/api/me/rewards/redeem*")
    await panel.get_by_role("button", name="Ways to spend").click()
    await choose.click()
    await page.route("**/v1/api/me?*", answering(500, "oops"))
    await redeem.click()
    code = await panel.get_by_label("Your code").input_value()
    assert await _held(hostile, who) == held - 50
    # A balance that is not known is not shown.
    await panel.get_by_role("button", name="Back").click()
    await expect(failed).to_be_visible()
    await page.unroute("**/v1/api/me?*")
    await panel.get_by_role("button", name="Try again").click()
    await expect(panel.locator(".large")).to_have_text(f"{held - 50} points")
    await panel.get_by_role("button", name="Your codes 1").click()
    await expect(panel.get_by_label("Your code")).to_have_value(code)


async def test_an_answer_that_comes_late_is_not_shown_over_a_newer_one(
    hostile: Pages, page: Page
) -> None:
    hostile.member = who = await _newcomer(hostile, "wanda@example.com")
    await call(hostile, "POST", "points/adjust", customer_id=who, amount=300, reason="Hello")
    held, newer = await _held(hostile, who), asyncio.Event()
    await (await show(page, hostile)).click()
    panel = page.get_by_role("dialog")
    balance = panel.locator(".large")
    await expect(balance).to_have_text(f"{held} points")

    async def late(route: Route) -> None:
        answer = await route.fetch()
        await newer.wait()
        await route.fulfill(response=answer)

    await page.route("**/v1/api/me?*", late, times=1)
    for _ in range(2):
        await panel.get_by_role("button", name="Ways to spend").click()
        await panel.get_by_role("button", name="Redeem for 50 points").click()
        await panel.get_by_role("button", name="Redeem", exact=True).click()
        await expect(panel.get_by_label("Your code")).to_be_visible()
        await panel.get_by_role("button", name="Back").click()
    await expect(balance).to_have_text(f"{held - 100} points")
    async with page.expect_request_finished(lambda it: "/v1/api/me?" in it.url):
        newer.set()
    await page.evaluate(_TWO_FRAMES)
    await expect(balance).to_have_text(f"{held - 100} points")


async def _newcomer(pages: Pages, email: str) -> str:
    """Somebody who has asked for nothing yet: each customer may ask so often at most."""
    return (await call(pages, "POST", "customers", email=email)).json()["id"]


async def _held(pages: Pages, who: str) -> int:
    accounts = (await call(pages, "GET", f"customers/{who}")).json()["accounts"]
    return next(it["available"] for it in accounts if it["unit"] == "points")


async def test_whoever_signs_in_meanwhile_meets_their_own_and_never_anothers(
    hostile: Pages, page: Page
) -> None:
    ada, grace = [await _newcomer(hostile, f"{it}@example.net") for it in ("ada", "grace")]
    await call(hostile, "POST", "points/adjust", customer_id=ada, amount=211, reason="Hello")
    await call(hostile, "POST", "points/adjust", customer_id=grace, amount=101, reason="Hello")
    hers, others = f"{await _held(hostile, ada)} points", await _held(hostile, grace)
    looks = "document.dispatchEvent(new Event('visibilitychange'))"
    hostile.member = ada
    await (await show(page, hostile)).click()
    panel = page.get_by_role("dialog")
    balance = panel.locator(".large")
    await expect(balance).to_have_text(hers)
    # What was had in another tab is here when this one is looked at again.
    await call(hostile, "POST", "points/adjust", customer_id=ada, amount=7, reason="Hello")
    hers = f"{await _held(hostile, ada)} points"
    await page.evaluate(looks)
    await expect(balance).to_have_text(hers)
    # Somebody else signs in in another tab, while the button is about to be pressed in this one.
    await panel.get_by_role("button", name="Ways to spend").click()
    await panel.get_by_role("button", name="Redeem for 50 points").click()
    await page.route("**/v1/api/me/rewards/redeem*", answering(401, "{}"), times=1)
    hostile.member = grace
    await panel.get_by_role("button", name="Redeem", exact=True).click()
    await expect(balance).to_have_text(f"{others} points")
    assert await _held(hostile, grace) == others
    # They sign out, and the tab is looked at again.
    hostile.member = None
    await page.evaluate(looks)
    await expect(panel.get_by_role("link", name="Join")).to_be_visible()
    hostile.member = ada
    await page.evaluate(looks)
    await expect(balance).to_have_text(hers)
    # The page is left and comes back as the browser kept it, to somebody else.
    await page.evaluate("dispatchEvent(new PageTransitionEvent('pagehide', {persisted: true}))")
    await expect(panel).to_have_count(0)
    hostile.member = grace
    await page.evaluate("dispatchEvent(new PageTransitionEvent('pageshow', {persisted: true}))")
    await page.locator("loyalnest-widget button.launcher").click()
    await expect(balance).to_have_text(f"{others} points")


async def test_it_comes_and_goes_as_the_page_likes(hostile: Pages, page: Page) -> None:
    # Not every element can be filled, and none of them is missed for it.
    hostile.markup = '<hr data-loyalnest="points"><p data-loyalnest="points" data-price="9.50"></p>'
    arrives = asyncio.Event()

    async def late(route: Route) -> None:
        await arrives.wait()
        await route.continue_()

    await page.route("**/assets/site*", late)
    await show(page, hostile)
    await page.evaluate("LoyalNest.destroy()")
    arrives.set()
    await page.wait_for_load_state("networkidle")
    assert await page.evaluate("document.querySelector('p[data-loyalnest]').shadowRoot") is None
    await page.evaluate("LoyalNest.mount()")
    await expect(page.get_by_text("Earn 9 points with this")).to_be_visible()
    await page.evaluate("document.querySelector('p[data-loyalnest]').dataset.price = '20'")
    await page.evaluate("LoyalNest.refresh()")
    await expect(page.get_by_text("Earn 20 points with this")).to_be_visible()
    await page.evaluate("LoyalNest.open()")
    await expect(page.get_by_role("dialog")).to_be_visible()
    await page.evaluate("LoyalNest.destroy()")
    await expect(page.locator("loyalnest-widget")).to_have_count(0)
    await expect(page.get_by_text("Earn 20 points with this")).to_have_count(0)
    # What is asked for while it is on its way comes with it.
    await page.evaluate(
        "Promise.all([LoyalNest.mount(), LoyalNest.mount({language: 'de'}), LoyalNest.open()])"
    )
    await expect(page.get_by_role("dialog").get_by_role("link", name="Mitmachen")).to_be_visible()
    await expect(page.locator("loyalnest-widget")).to_have_count(1)
    await expect(page.get_by_text("Damit sammeln Sie 20 Punkte")).to_be_visible()


async def test_what_a_merchant_writes_is_text_and_nothing_else(hostile: Pages, page: Page) -> None:
    trick = "<img src=x onerror=alert(1)><script>alert(1)</script>"

    async def tricky(route: Route) -> None:
        answer = await route.fetch()
        said = await answer.json()
        said["brand"]["name"] = said["texts"]["launcher"] = said["rewards"][0]["name"] = trick
        said["brand"]["palette"]["colour"] = "red;} * {display:none"
        await route.fulfill(response=answer, json=said)

    await page.route("**/widget/config*", tricky)
    await page.goto(hostile.address)
    await page.wait_for_load_state("networkidle")
    assert await page.locator("loyalnest-widget").count() == 0  # no colour, nothing shown

    async def plain(route: Route) -> None:
        answer = await route.fetch()
        said = await answer.json()
        said["brand"]["name"] = said["texts"]["launcher"] = said["rewards"][0]["name"] = trick
        await route.fulfill(response=answer, json=said)

    await page.unroute("**/widget/config*")
    await page.route("**/widget/config*", plain)
    launcher = await show(page, hostile)
    await expect(launcher).to_contain_text(trick)
    await launcher.click()
    panel = page.get_by_role("dialog")
    await expect(panel.get_by_role("heading", name=trick)).to_be_visible()
    assert await panel.locator("img, script").count() == 0


async def test_a_program_without_anything_in_it_shows_nothing_of_it(
    hostile: Pages, page: Page
) -> None:
    rate = {"action": "purchase", "per": {"JPY": "0.01"}, "otherwise": "1.5"}
    said: dict[str, object] = {}

    async def other(route: Route) -> None:
        answer = await route.fetch()
        await route.fulfill(response=answer, json=await answer.json() | said)

    await page.route("**/widget/config*", other)
    panel = page.get_by_role("dialog")
    referral: dict[str, object] = {"enabled": False, "friend_gets": {}, "you_get": {}}
    said |= {"currency": "JPY", "earn": [rate], "referral": referral}
    await (await show(page, hostile)).click()
    await expect(panel.locator("li", has_text="Every ¥100 you spend")).to_contain_text("1 point")
    said |= {"earn": [], "rewards": [], "tiers": [], "badges": []}
    said |= {"switches": {"program": "off", "referrals": "on", "nudges": "on"}}
    await (await show(page, hostile)).click()
    await expect(panel.get_by_text("The program has ended")).to_be_visible()
    assert await panel.get_by_role("heading").all_inner_texts() == ["Bakery"]
