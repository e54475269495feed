"""What a guest and a member see and do in the panel, by mouse, by keyboard, in other tongues."""

from collections.abc import AsyncGenerator
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from PIL import Image
from playwright.async_api import Browser, Locator, Page, expect

from tests.dashboard.conftest import Site, visitor
from tests.dashboard.conftest import sign_in as enter
from tests.dashboard.reach import faults
from tests.widget.conftest import answering, call, show
from tests.widget.pages import Pages

GRACE = "grace@example.com"
# Of what the panel scrolls past, nothing is cut off for want of room.
CUT_OFF = """dialog => Math.max(...[...dialog.querySelector('.body').children].map(
    it => it.scrollHeight - it.clientHeight))"""
SHARING = """
    window.shared = [];
    navigator.share = async (what) => {
        window.shared.push(what);
        if (window.refusal) throw new DOMException("no", window.refusal);
    };
"""
RING = """
    getComputedStyle(document.querySelector("loyalnest-widget").shadowRoot.activeElement)
        .outlineStyle
"""


@pytest.fixture
async def page(chromium: Browser) -> AsyncGenerator[Page]:
    """Whoever looks at the shop."""
    async with visitor(chromium, language="en-GB") as page:
        yield page


async def sign_in(pages: Pages, site: Site, email: str) -> str:
    pages.member = await site.shop.customer_id(email)
    return pages.member


def panel_of(page: Page) -> Locator:
    return page.get_by_role("dialog")


async def test_a_guest_reads_what_there_is_and_how_to_join(pages: Pages, page: Page) -> None:
    pages.member = None
    await (await show(page, pages)).click()
    panel = panel_of(page)
    await expect(panel.get_by_role("link", name="Join")).to_have_attribute(
        "href", "/account/register"
    )
    await expect(panel.get_by_role("link", name="Sign in")).to_have_attribute("href", "/account")
    await expect(panel.get_by_text("£5 off")).to_be_visible()
    await expect(panel.get_by_text("Every £1 you spend")).to_be_visible()
    assert await page.evaluate("localStorage.length") == 0
    assert await page.context.cookies() == []


async def test_a_member_sees_redeems_and_shares(pages: Pages, site: Site, page: Page) -> None:
    who = await sign_in(pages, site, "ada@example.com")
    await call(pages, "POST", "points/adjust", customer_id=who, amount=60, reason="Hello")
    early = {"kind": "early_access", "name": "Loaves first", "link": "/early", "tiers": ["member"]}
    terms = {**early, "text": "An hour before we open"}
    await call(pages, "POST", "content/perks", terms=terms, state="active")
    await page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    await (await show(page, pages)).click()
    panel = panel_of(page)
    before = (await call(pages, "GET", f"customers/{who}")).json()
    held = next(it["available"] for it in before["accounts"] if it["unit"] == "points")
    await expect(panel.locator(".large")).to_have_text(f"{held} points")
    await expect(panel.get_by_text("lapse on")).to_be_visible()
    await expect(panel.get_by_text("Your tier: Member")).to_be_visible()
    await expect(panel.get_by_role("link", name="Loaves first")).to_have_attribute("href", "/early")
    await expect(panel.get_by_text("An hour before we open")).to_be_visible()

    await panel.get_by_role("button", name="Ways to spend").click()
    await expect(panel.get_by_text("For higher tiers")).to_be_visible()
    await panel.get_by_role("button", name="Redeem for 50 points").click()
    await expect(panel.get_by_text("This can’t be undone")).to_be_visible()
    await panel.get_by_role("button", name="Redeem", exact=True).click()
    code = await panel.get_by_label("Your code").input_value()
    await panel.get_by_role("button", name="Copy").click()
    await expect(panel.get_by_role("button", name="Copied")).to_be_visible()
    assert await page.evaluate("navigator.clipboard.readText()") == code
    await panel.get_by_role("button", name="Back").click()
    await expect(panel.locator(".large")).to_have_text(f"{held - 50} points")

    await panel.get_by_role("button", name="What happened so far").click()
    lines = panel.get_by_role("listitem")
    await expect(lines.first).to_contain_text("Spent on a reward")
    await expect(lines.first).to_contain_text("−50")
    await panel.get_by_role("button", name="Back").click()
    await _share(panel)
    await panel.get_by_role("button", name="Back").click()
    await panel.get_by_role("button", name="Badges and streak").click()
    await expect(panel.get_by_role("heading", name="Loyal")).to_contain_text("★")
    await expect(panel.get_by_text("3 of 10")).to_be_visible()
    await panel.get_by_role("button", name="Back").click()
    await panel.get_by_role("button", name="Your codes").click()
    await expect(panel.get_by_label("Your code")).to_have_value(code)
    await panel.get_by_role("link", name="Use it in your cart").click()
    await page.wait_for_url("**/discount/**")
    assert pages.used == [code]


async def _share(panel: Locator) -> None:
    await panel.get_by_role("button", name="Bring a friend").click()
    await expect(panel.get_by_text("Your friend gets: 50 points")).to_be_visible()
    await panel.get_by_role("button", name="Get your link").click()
    link = await panel.get_by_label("Your link").input_value()
    assert "/" in link
    mail = await panel.get_by_role("link", name="E-mail").get_attribute("href")
    assert mail
    assert mail.startswith("mailto:?subject=")
    sent = await panel.get_by_role("link", name="WhatsApp").get_attribute("href")
    assert sent
    assert sent.startswith("https://wa.me/?text=")
    assert quote(link, safe="") in sent


async def test_a_link_is_shared_as_phones_do_and_copied_where_that_is_refused(
    pages: Pages, site: Site, page: Page
) -> None:
    await sign_in(pages, site, GRACE)
    await page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    await page.add_init_script(SHARING)
    await (await show(page, pages)).click()
    panel = panel_of(page)
    await panel.get_by_role("button", name="Bring a friend").click()
    made = panel.get_by_role("button", name="Get your link")
    link = panel.get_by_label("Your link")
    await expect(made.or_(link)).to_be_visible()
    if await made.is_visible():
        await made.click()
    address = await link.input_value()
    share = panel.get_by_role("button", name="Share")

    await share.click()
    (passed_on,) = await page.evaluate("window.shared")
    assert address in passed_on["text"]
    await page.evaluate("window.refusal = 'AbortError'")  # somebody thought better of it
    await page.evaluate("navigator.clipboard.writeText('of their own')")
    await share.click()
    assert await page.evaluate("window.shared.length") == 2
    assert await page.evaluate("navigator.clipboard.readText()") == "of their own"
    await page.evaluate("window.refusal = 'NotAllowedError'")
    await share.click()
    await expect(panel.get_by_role("button", name="Copied")).to_be_visible()
    assert await page.evaluate("navigator.clipboard.readText()") == address


async def test_what_somebody_asks_about_their_data_is_seen_by_staff_and_answered(
    pages: Pages, site: Site, page: Page, chromium: Browser
) -> None:
    await sign_in(pages, site, GRACE)
    await (await show(page, pages)).click()
    panel = panel_of(page)
    await panel.get_by_role("button", name="Your data").click()
    await panel.get_by_label("What do you want?").select_option("correction")
    await panel.get_by_label("In your words").fill("I am called Grace Brewster.")
    await panel.get_by_role("button", name="Send").click()
    mine = panel.get_by_role("status")
    await expect(mine.get_by_text("Received. You get an answer by")).to_be_visible()
    await expect(panel.get_by_label("In your words")).to_have_value("")

    async with visitor(chromium) as desk:
        await enter(desk, site, "/customers/privacy")
        asked = desk.get_by_role("main").get_by_role("listitem")
        await expect(asked).to_contain_text("I am called Grace Brewster.")
        await asked.get_by_role("button", name="Answer: Grace Hopper").click()
        dialog = desk.get_by_role("dialog")
        await dialog.get_by_label("What was done").fill("You are Grace Brewster here now.")
        await dialog.get_by_role("button", name="Answer").click()
        await expect(desk.get_by_role("status").get_by_text("Answered")).to_be_visible()
        await expect(asked).to_have_count(0)

    await panel.get_by_role("button", name="Back").click()
    await panel.get_by_role("button", name="Your data").click()
    await expect(mine.get_by_text("You are Grace Brewster here now.")).to_be_visible()


async def test_in_forced_colours_nothing_goes_missing(pages: Pages, site: Site, page: Page) -> None:
    await sign_in(pages, site, GRACE)
    await page.emulate_media(forced_colors="active")
    await (await show(page, pages)).focus()
    assert await page.evaluate(RING) != "none"
    await page.keyboard.press("Enter")
    panel = panel_of(page)
    bar = panel.get_by_role("progressbar").first
    await expect(bar).to_be_visible()
    assert await shades(bar) > 1  # as far as it is filled, it is of another colour
    for _ in range(await panel.get_by_role("button").count()):
        await page.keyboard.press("Tab")
        assert await page.evaluate(RING) != "none"
    edges = "all => all.map(it => getComputedStyle(it).borderTopStyle)"
    framed = panel.locator(".hero, .card, nav, .main")
    assert set(await framed.evaluate_all(edges)) == {"solid"}


async def shades(of: Locator) -> int:
    """How many colours there is enough of to be seen."""
    drawn = Image.open(BytesIO(await of.screenshot())).convert("RGB")
    found = drawn.getcolors(drawn.width * drawn.height) or []
    return sum(count * 20 > drawn.width * drawn.height for count, _ in found)


async def test_a_friend_is_remembered_until_they_sign_in(
    pages: Pages, site: Site, page: Page
) -> None:
    grace = await sign_in(pages, site, GRACE)
    asked = {"advocate_customer_id": grace}
    code = (await call(pages, "POST", "referrals/create", **asked)).json()["referral_code"]
    pages.member = None
    async with page.expect_response("**/cart/update.js"):
        await show(page, pages, f"/?ref={code}")
    await (await show(page, pages)).click()
    await expect(panel_of(page).get_by_text("A friend sent you")).to_contain_text("50 points")

    assert pages.carted == [code]  # for whoever buys as a guest, and once

    friend = {"email": "newcomer@example.com"}
    pages.member = (await call(pages, "POST", "customers", **friend)).json()["id"]
    # What went wrong today is asked for again; only a refusal is final.
    path = "**/v1/api/me/referred-by*"
    await page.route(path, answering(503, "later"))
    async with page.expect_response(path):
        await show(page, pages, "/account")
    await page.unroute(path)
    async with page.expect_response(path) as said:
        await show(page, pages, "/account")
    assert (await said.value).ok
    about = f"referrals/status?friend_customer_id={pages.member}"
    (brought,) = (await call(pages, "GET", about)).json()["items"]
    assert brought["referral_code"] == code
    await page.wait_for_function("() => localStorage.length === 0")


async def test_a_signed_link_lets_a_customer_in_and_leaves_the_address(
    pages: Pages, site: Site, page: Page
) -> None:
    pages.member = None
    who = await site.shop.customer_id(GRACE)
    link = (await call(pages, "POST", f"customers/{who}/links")).json()["token"]
    await page.goto(f"{pages.address}/#{link}")
    panel = panel_of(page)
    await expect(panel.get_by_text("You have")).to_be_visible()
    assert link not in page.url
    await page.reload()
    await (await show(page, pages)).click()
    await expect(panel.get_by_role("link", name="Join")).to_be_visible()
    # It works once; whoever is signed in to the shop is so with it or without.
    await sign_in(pages, site, "ada@example.com")
    await page.goto(f"{pages.address}/again#{link}")
    await expect(panel.get_by_text("You have")).to_be_visible()


async def test_keys_alone_are_enough_and_the_focus_comes_back(
    pages: Pages, site: Site, page: Page
) -> None:
    await sign_in(pages, site, GRACE)
    launcher = await show(page, pages)
    await launcher.focus()
    await page.keyboard.press("Enter")
    panel = panel_of(page)
    await expect(panel.get_by_role("button", name="Ways to earn")).to_be_visible()
    behind = "document.activeElement.localName"
    for _ in range(25):
        await page.keyboard.press("Tab")
        assert await page.evaluate(behind) in {"loyalnest-widget", "body"}
    await panel.get_by_role("button", name="Ways to earn").focus()
    await page.keyboard.press("Enter")
    await expect(panel.get_by_role("heading", name="Ways to earn")).to_be_focused()
    await page.keyboard.press("Escape")
    await expect(panel).to_have_count(0)
    await expect(launcher).to_be_focused()


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("language", ["de", "ar"])
async def test_it_is_within_reach_of_everybody(
    pages: Pages, site: Site, chromium: Browser, built: Path, language: str, theme: str
) -> None:
    found: dict[str, Any] = {}
    pages.attributes = f'data-page="product" data-language="{language}"'
    async with visitor(chromium, width=320, height=640, theme=theme) as page:
        for member in (None, await site.shop.customer_id(GRACE)):
            pages.member = member
            await (await show(page, pages)).click()
            panel = panel_of(page)
            await panel.locator(".hero").wait_for()
            doors = panel.locator(".door")
            for number in range(await doors.count() + 1):
                if number:
                    await doors.nth(number - 1).click()
                    await page.wait_for_load_state("networkidle")
                if wrong := await faults(page, built):
                    found[f"{member} {number}"] = wrong
                wide = "dialog => dialog.querySelector('.body').scrollWidth - dialog.clientWidth"
                assert await panel.evaluate(wide) <= 0
                assert await panel.evaluate(CUT_OFF) <= 0
                if number:
                    await panel.locator(".back").click()
        assert await panel.evaluate("it => getComputedStyle(it).direction") == (
            "rtl" if language == "ar" else "ltr"
        )
    pages.attributes = Pages.attributes
    assert found == {}
