"""Staff see what customers agreed to and write it down; customers choose behind a link."""

from pathlib import Path

from playwright.async_api import Browser, Page, expect

from loyalnest import consents
from loyalnest.consents import Channel, Purpose
from loyalnest.kernel import clock
from loyalnest.kernel.ids import from_wire
from tests.dashboard.conftest import Site, settled, sign_in, visitor
from tests.dashboard.reach import faults

WORDS = "Yes, you may write to me about offers."


async def test_what_a_customer_says_is_written_down_and_kept_with_its_proof(
    site: Site, page: Page
) -> None:
    customer = await site.shop.customer_id("ada@example.com")
    await page.goto(site.at(f"/customers/{customer}"))
    await page.get_by_role("link", name="Consents").click()
    row = page.get_by_role("listitem").filter(has_text="Offers and news · E-mail").first
    await expect(row).to_contain_text("Nothing said")
    await page.get_by_role("button", name="Record a consent").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("What they agreed to").fill(WORDS)
    await dialog.get_by_label("Where").fill("At the counter")
    await dialog.get_by_role("button", name="Save").click()
    await expect(row).to_contain_text("Agreed")
    await expect(page.get_by_text(WORDS)).to_be_visible()
    await expect(page.get_by_role("main").get_by_text("At the counter")).to_be_visible()

    await page.get_by_role("button", name="See and change").click()
    await dialog.get_by_label("Language").select_option("ar")
    await dialog.get_by_label("From").fill("22:00")
    await dialog.get_by_label("Until").fill("07:00")
    await dialog.get_by_role("button", name="Save").click()
    await expect(page.get_by_text("22:00–07:00")).to_be_visible()
    await page.get_by_role("status").get_by_role("button", name="Undo").click()
    await expect(page.get_by_text("22:00–07:00")).to_have_count(0)


async def test_quiet_hours_are_set_and_addresses_suppressed_lifted_and_put_back(
    site: Site, page: Page
) -> None:
    await page.goto(site.at("/settings"))
    card = page.get_by_role("region", name="Messages and consent")
    await card.get_by_role("link").click()
    await page.get_by_label("From").fill("20:00")
    await page.get_by_role("switch", name="Ask twice").click()
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_text("Written down")).to_be_visible()
    await page.reload()
    await expect(page.get_by_label("From")).to_have_value("20:00")

    await page.get_by_role("link", name="Suppressed addresses").click()
    await expect(page.get_by_text("No address is suppressed")).to_be_visible()
    await page.get_by_role("button", name="Suppress an address").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("Address").fill("Grace@Example.com")
    await dialog.get_by_label("Reason").select_option("bounced")
    await dialog.get_by_role("button", name="Save").click()
    line = page.get_by_role("listitem").filter(has_text="grace@example.com")
    await expect(line).to_contain_text("Bounced")
    await page.get_by_role("button", name="Lift: grace@example.com").click()
    await expect(line).to_have_count(0)
    await page.get_by_role("status").get_by_role("button", name="Undo").click()
    await expect(line).to_have_count(1)
    await page.get_by_label("Find an address").fill("nobody@example.com")
    await page.get_by_label("Find an address").press("Enter")
    await expect(page.get_by_text("No address is suppressed")).to_be_visible()


async def test_the_pages_behind_a_link_are_within_reach_of_everybody(
    site: Site, chromium: Browser, built: Path
) -> None:
    shop, now = site.shop, clock.now()
    ada = from_wire("cus", await shop.customer_id("ada@example.com"))
    async with shop.database.tenant(shop.merchant_id) as session:
        (links,) = await consents.links_for(
            session, shop.merchant_id, [(ada, Channel.EMAIL)], now=now
        )
        await consents.say(
            session,
            ada,
            purpose=Purpose.OUTREACH,
            channel=Channel.EMAIL,
            granted=True,
            proof=consents.Proof(consents.Way.STAFF, "test", WORDS),
            now=now,
        )
    for language, theme in (("de-DE", "light"), ("ar", "dark")):
        async with visitor(
            chromium, width=320, height=640, language=language, theme=theme
        ) as phone:
            await phone.goto(f"{site.address}{links.unsubscribe}")
            await _look(phone, built)
            await phone.get_by_role("button").click()
            await phone.locator("h1[role=status]").wait_for()
            await _look(phone, built)
            await phone.get_by_role("button").click()  # after all
            await phone.locator("blockquote").wait_for()
            await _look(phone, built)
            await phone.get_by_role("link").last.click()
            await phone.locator("select[name=zone]").select_option("Asia/Tokyo")
            await phone.get_by_role("button").click()
            await phone.get_by_role("status").wait_for()
            await _look(phone, built)
    async with shop.database.tenant(shop.merchant_id) as session:
        wanted = await consents.preferences_of(session, shop.merchant_id, [ada])
    assert wanted[ada].time_zone == "Asia/Tokyo"


async def _look(page: Page, built: Path) -> None:
    assert await faults(page, built) == []
    assert await page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


async def test_on_a_phone_and_right_to_left_nothing_is_out_of_reach(
    site: Site, chromium: Browser
) -> None:
    async with visitor(chromium, width=320, height=640, language="ar", theme="dark") as phone:
        await sign_in(phone, site, "/settings/messages")
        await settled(phone)
        assert await phone.evaluate("document.documentElement.scrollWidth") <= 320
