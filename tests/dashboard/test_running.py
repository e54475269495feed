"""A merchant gets a program going, and stops it for a while."""

import asyncio

from playwright.async_api import Page, Route, expect

from loyalnest import onboarding
from loyalnest.kernel import clock, relay
from tests.dashboard.conftest import Site, listens, settled

_TWO_FRAMES = "new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
_COUNT_SHIFTS = """
window.shifted = 0;
new PerformanceObserver(list => {
    for (const entry of list.getEntries()) window.shifted += entry.value;
}).observe({ type: "layout-shift", buffered: true });
"""
"""The sum of all shifts since the page was opened; cumulative layout shift, as web.dev says."""


async def test_the_way_to_a_live_program_is_walked_left_out_and_put_away(site: Site, page: Page):
    await page.goto(site.at())
    listed = page.get_by_role("region", name="Get your program going")
    await expect(listed.get_by_text("3 of 9 done")).to_be_visible()
    await expect(listed.get_by_text("Being set up")).to_be_visible()
    await listed.get_by_role("link", name="Decide what orders and actions earn").click()
    await page.get_by_label("Writing a review").select_option("on")
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_text("Rules, version 2")).to_be_visible()

    await page.get_by_role("link", name="Home", exact=True).click()
    await page.reload()
    await expect(listed.get_by_text("4 of 9 done")).to_be_visible()
    await listed.get_by_role("button", name="Not needed: Let somebody else sign in").click()
    await expect(listed.get_by_text("of 8 done")).to_be_visible()
    await page.get_by_role("status").get_by_role("button", name="Undo").click()
    await expect(listed.get_by_text("of 9 done")).to_be_visible()

    await listed.get_by_role("button", name="Hide this list").click()
    await expect(listed).to_have_count(0)
    await page.get_by_role("status").get_by_role("button", name="Undo").click()
    await expect(listed).to_be_visible()


async def test_nothing_on_the_home_screen_is_pushed_down_by_what_is_known_later(
    site: Site, page: Page
):
    """The steps stand on top, and their answer is the last of all."""
    rest_is_drawn = asyncio.Event()

    async def answer_last(route: Route) -> None:
        await rest_is_drawn.wait()
        await route.continue_()

    await page.add_init_script(_COUNT_SHIFTS)
    await page.route("**/v1/api/onboarding", answer_last)
    await page.goto(site.at("/"))
    await page.locator("main h1").wait_for()
    await page.evaluate(_TWO_FRAMES)
    rest_is_drawn.set()
    await settled(page)
    await expect(page.get_by_role("region", name="Get your program going")).to_be_visible()
    await page.evaluate(_TWO_FRAMES)
    assert await page.evaluate("shifted") < 0.01


async def test_a_program_is_paused_with_what_that_means_and_goes_on_again(site: Site, page: Page):
    await page.goto(site.at("/earning"))
    program = page.get_by_label("The whole program")
    await expect(program).to_have_value("on")
    said = await page.locator("main header").get_by_text("Rules, version").inner_text()
    version = int(said.split("version ")[1].split()[0])
    await program.select_option("paused")
    dialog = page.get_by_role("dialog", name="The whole program: Paused")
    await expect(dialog.get_by_text("Nothing is earned, spent or lost")).to_be_visible()
    await dialog.get_by_role("button", name="Cancel").click()
    await expect(program).to_have_value("on")

    await program.select_option("paused")
    await dialog.get_by_role("button", name="Paused").click()
    await expect(page.get_by_text(f"Rules, version {version + 1}")).to_be_visible()
    await expect(program).to_have_value("paused")
    await page.get_by_role("status").get_by_role("button", name="Undo").click()
    await expect(page.get_by_text(f"Rules, version {version + 2}")).to_be_visible()
    await expect(program).to_have_value("on")

    await page.get_by_label("Writing a review").select_option("paused")
    await expect(program).to_be_disabled()
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_text(f"Rules, version {version + 3}")).to_be_visible()
    await page.get_by_label("Badges and leaderboard").select_option("off")
    await page.get_by_role("dialog").get_by_role("button", name="Off").click()
    await expect(page.get_by_text("Nobody gets a badge for now")).to_be_visible()
    await page.reload()
    await settled(page)
    await expect(page.get_by_label("Badges and leaderboard")).to_have_value("off")
    await expect(page.get_by_label("Writing a review")).to_have_value("paused")


async def test_points_get_a_name_of_their_own(site: Site, page: Page):
    await page.goto(site.at("/settings"))
    card = page.get_by_role("region", name="What your points are called")
    await card.get_by_label("One").fill("crumb")
    await card.get_by_label("Several").fill("crumbs")
    await expect(card.get_by_text("1 crumb · 120 crumbs")).to_be_visible()
    await card.get_by_role("button", name="Save").click()
    await expect(page.get_by_role("status").get_by_text("Saved", exact=True)).to_be_visible()
    await page.goto(site.at("/earning"))
    await expect(page.get_by_text("£25.00 earn 25 crumbs")).to_be_visible()


async def test_what_happens_meanwhile_is_announced_and_shown_on_demand(site: Site, page: Page):
    await relay.settle(site.shop.database, [])
    await listens(page, site.at("/activity"))
    await settled(page)
    rows = await page.locator("main li").count()
    async with site.shop.database.tenant(site.shop.merchant_id) as session:
        await onboarding.dismiss(session, onboarding.Step.STAFF, actor="test", now=clock.now())
    await relay.settle(site.shop.database, [])
    fresh = page.get_by_role("button", name="New: 1", exact=True)
    await expect(fresh).to_be_visible()
    assert await page.locator("main li").count() == rows
    await fresh.click()
    await expect(page.locator("main li").first).to_contain_text("A step of the setup was left out")
    await expect(fresh).to_have_count(0)
