"""The dashboard inside Shopify's admin, and what of that is there outside of it: nothing."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from playwright.async_api import Browser, async_playwright, expect

from loyalnest import merchants, staff
from loyalnest.kernel import clock
from loyalnest.kernel.database import Database
from tests.dashboard.conftest import (
    CHROMIUM,
    EMAIL,
    PASSWORD,
    Site,
    open_site,
    settled,
    sign_in,
    visitor,
)
from tests.dashboard.reach import faults
from tests.dashboard.shopify_admin import CLIENT_ID, SECRET, FakeAdmin, claims_of, open_admin

HOME = "https://admin.shopify.com/store/bakery/apps/loyalnest"


@pytest.fixture(scope="module")
async def site(lasting_database: Database, chromium: Browser) -> AsyncGenerator[Site]:
    """The gift shop on an installation that is an app of Shopify's."""
    async with open_site(
        lasting_database, shopify_client_id=CLIENT_ID, shopify_api_secret=SECRET
    ) as site:
        yield site


@asynccontextmanager
async def admin_of(site: Site, folder: Path) -> AsyncGenerator[tuple[FakeAdmin, Browser]]:
    """The admin of the gift shop's store, and a browser that knows where it is."""
    shop = site.shop
    async with shop.database.tenant(shop.merchant_id) as session:
        (store,) = await merchants.list_stores(session, merchant_id=shop.merchant_id)
    async with open_admin(store.domain, folder) as admin, async_playwright() as driver:
        admin.app = site.at()
        browser = await driver.chromium.launch(
            executable_path=CHROMIUM,
            args=[
                "--no-sandbox",
                "--ignore-certificate-errors",
                f"--host-resolver-rules={admin.rules}",
            ],
        )
        try:
            yield admin, browser
        finally:
            await browser.close()


async def test_it_works_in_the_admin_by_shopifys_tokens_alone(
    site: Site, built: Path, tmp_path: Path
):
    async with admin_of(site, tmp_path) as (_, browser), visitor(browser) as page:
        sent: list[str] = []
        page.on("request", lambda it: sent.append(it.headers.get("authorization", "")))
        app = page.frame_locator("iframe")
        await page.goto(HOME)
        # Once, to say who this user of Shopify's is.
        await expect(app.get_by_text("You are in Shopify’s admin")).to_be_visible()
        await app.locator("[name=email]").fill(EMAIL)
        await app.locator("[name=password]").fill(PASSWORD)
        await page.keyboard.press("Enter")
        await expect(app.locator("main h1")).to_have_text("Home")
        await expect(app.get_by_role("banner")).to_have_count(0)
        await expect(app.get_by_role("navigation")).to_have_count(0)

        sent.clear()
        await page.reload()
        await expect(app.locator("main h1")).to_have_text("Home")
        await page.get_by_role("button", name="Customers", exact=True).click()
        await expect(app.locator("main h1")).to_have_text("Customers")
        await app.get_by_role("link", name="Ada Lovelace").click()
        await expect(app.locator("main h1")).to_have_text("Ada Lovelace")
        tokens = [claims_of(it) for it in sent if it]
        assert {it["dest"] for it in tokens} == {f"https://{await domain(site)}"}
        assert len({it["jti"] for it in tokens}) == len(tokens) > 5
        assert await page.context.cookies() == []

        await page.get_by_role("button", name="Settings").click()
        await expect(app.locator("main h1")).to_have_text("Settings")
        await expect(app.get_by_text("Current password")).to_have_count(0)
        (frame,) = page.main_frame.child_frames
        assert await faults(frame, built) == []
        # Whoever loses their place is out with the next thing they do.
        await end_sessions(site)
        await page.get_by_role("button", name="Orders", exact=True).click()
        await expect(app.get_by_text("You are in Shopify’s admin")).to_be_visible()


async def test_no_other_site_may_frame_it(site: Site, tmp_path: Path):
    async with admin_of(site, tmp_path) as (admin, browser):
        await refused(browser, "https://evil.example/")
        admin.shop = "somebody-else.myshopify.com"
        await refused(browser, HOME)


async def test_alone_nothing_of_shopifys_is_loaded(site: Site, chromium: Browser):
    async with visitor(chromium) as page:
        asked: list[str] = []
        page.on("request", lambda it: asked.append(it.url))
        await sign_in(page, site)
        await settled(page)
        assert [it for it in asked if not it.startswith((site.address, "data:"))] == []
        assert [it for it in asked if "admin-menu" in it] == []
        assert await page.evaluate("window.shopify") is None


async def refused(browser: Browser, address: str) -> None:
    """That page may not show the dashboard: the browser says why, and shows none of it."""
    context = await browser.new_context()
    page = await context.new_page()
    async with page.expect_console_message(lambda it: "frame-ancestors" in it.text):
        await page.goto(address)
    (frame,) = page.main_frame.child_frames
    assert await frame.locator("#root").count() == 0
    await context.close()


async def domain(site: Site) -> str:
    async with site.shop.database.tenant(site.shop.merchant_id) as session:
        (store,) = await merchants.list_stores(session, merchant_id=site.shop.merchant_id)
    return store.domain


async def end_sessions(site: Site) -> None:
    async with site.shop.database.tenant(site.shop.merchant_id) as session:
        owner = await staff.find_member(session, EMAIL)
        assert owner
        await staff.sign_out_everywhere(session, staff_id=owner.id, now=clock.now())
