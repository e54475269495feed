"""A campaign's whole life, by hand: drawn up, met by an order, explained, paused and ended."""

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from playwright.async_api import Page, expect

from loyalnest import campaigns
from loyalnest.kernel import clock
from tests.contracts.shopify.bodies import line, order
from tests.dashboard.conftest import Site
from tests.shop import ADA


async def test_a_campaign_is_drawn_up_met_by_an_order_explained_and_ended(site: Site, page: Page):
    await page.goto(site.at("/campaigns"))
    await expect(page.get_by_role("row", name="Gold weekend")).to_contain_text("0 of 5,000")
    await page.get_by_role("link", name="New campaign").click()
    yesterday = clock.now().astimezone(ZoneInfo("Europe/London")) - timedelta(days=1)
    await page.get_by_label("Name").fill("Double Friday")
    await page.get_by_label("What it gives").select_option("bonus")
    await page.get_by_label("Points", exact=True).fill("50")
    await page.get_by_label("From", exact=True).fill(yesterday.strftime("%Y-%m-%dT%H:%M"))
    # The clocks go forward in the night before: midnight is an hour earlier than in winter.
    await page.get_by_label("Until").fill("2099-03-30T00:00")
    await page.get_by_label("Order value at least").fill("50")
    await page.get_by_label("Budget in points").fill("120")
    said = "all customers earn 50 points extra on every order of £50.00 or more."
    await expect(page.locator("form output")).to_contain_text(said)
    await expect(page.locator("form output")).to_contain_text("At most 120 points in all.")
    await page.get_by_role("button", name="Switch on").click()
    await expect(page.get_by_role("heading", name="Double Friday")).to_be_visible()
    campaign_page = page.url
    async with site.shop.database.tenant(site.shop.merchant_id) as session:
        found = await campaigns.list_campaigns(session, before=None, limit=1, now=clock.now())
    assert found[0].rule.ends_at == datetime(2099, 3, 29, 23, tzinfo=UTC)

    now = clock.now()
    bought = order(2001, lines=[line(1, "60.00")], created_at=now.isoformat())
    await site.shop.tells(("orders/paid", bought), now=now)
    await page.goto(site.at(f"/customers/{await site.shop.customer_id(ADA)}"))
    explained = re.compile(r"60 base, \W?\+50\W? Double Friday")
    await expect(page.get_by_text(explained)).to_be_visible()
    await page.get_by_role("link", name="Earned").first.click()
    await expect(page.get_by_role("heading", name="What it earned: 110 points")).to_be_visible()
    await expect(page.get_by_text(explained)).to_be_visible()

    await page.goto(campaign_page)
    await expect(page.get_by_text("50 of 120")).to_be_visible()
    await page.get_by_role("button", name="Pause").click()
    await expect(page.get_by_text("Paused. New orders get nothing from it.")).to_be_visible()
    await page.get_by_role("status").get_by_role("button", name="Undo").click()
    await expect(page.get_by_text("Rules, version 3")).to_be_visible()
    await page.get_by_role("link", name="Edit").click()
    await page.get_by_label("Name").fill("Triple Friday")
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_role("heading", name="Triple Friday")).to_be_visible()
    await page.get_by_role("button", name="End now").click()
    await expect(page.get_by_role("heading", level=1).locator("..")).to_contain_text("Ended")
    assert await site.shop.books_balance()


async def test_how_multipliers_come_together_is_worked_through_before_it_is_saved(
    site: Site, page: Page
):
    await page.goto(site.at("/earning"))
    example = page.get_by_text("campaign ×2:")
    await expect(example).to_contain_text("200 points")
    await page.get_by_label("When several meet").select_option("product")
    await expect(example).to_contain_text("300 points")
    await page.get_by_label("Champions").fill("1,2")
    await expect(example).to_contain_text("360 points")
    await page.get_by_label("When several meet").select_option("sum")
    await expect(example).to_contain_text("270 points")
    await page.get_by_label("Never more than").fill("2.5")
    await expect(example).to_contain_text("250 points")
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_text("Rules, version 2")).to_be_visible()
