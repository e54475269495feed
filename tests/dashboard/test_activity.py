"""What happened is found again: by kind, customer, store and day, at an address to pass on."""

import re
from urllib.parse import parse_qs, urlparse

from playwright.async_api import Page, Request, expect

from loyalnest import merchants
from loyalnest.kernel import clock
from loyalnest.kernel.ids import to_wire
from tests.dashboard.conftest import Site, settled


async def test_somebody_looks_for_what_happened_and_where(site: Site, page: Page):
    async with site.shop.database.tenant(site.shop.merchant_id) as session:
        market = await merchants.add_store(
            session,
            merchant_id=site.shop.merchant_id,
            provider="shopify",
            domain="market.myshopify.com",
            name="Market stall",
            now=clock.now(),
        )
    await page.goto(site.at("/activity"))
    lines = page.locator("main li")
    await expect(lines.first).to_be_visible()
    everything = await lines.count()
    assert everything > 10

    await page.get_by_label("Show only").select_option(label="An order was refunded")
    await expect(lines).to_have_count(1)
    await expect(lines).to_contain_text("Ada Lovelace")
    await lines.get_by_role("link", name="Order").click()
    await expect(page.get_by_role("heading", name="#1001")).to_be_visible()
    await page.go_back()

    await page.get_by_label("Show only").select_option(label="A campaign was created")
    await expect(lines.get_by_role("link", name="Gold weekend")).to_be_visible()
    await page.get_by_label("Show only").select_option(label="Everything")

    await page.get_by_label("Store").select_option(label="Market stall")
    await expect(page.get_by_text("Nothing matches these filters")).to_be_visible()
    assert f"store={to_wire('sto', market.id)}" in page.url
    await page.get_by_role("button", name="Clear filters").click()
    await expect(lines.nth(10)).to_be_visible()


async def test_a_customers_day_is_shown_at_an_address_to_pass_on(site: Site, page: Page):
    asked: list[dict[str, list[str]]] = []

    def listen(request: Request) -> None:
        if "/v1/api/activity" in request.url:
            asked.append(parse_qs(urlparse(request.url).query))

    page.on("request", listen)
    await page.goto(site.at("/activity"))
    await page.get_by_label("Customer", exact=True).fill("grace")
    await page.keyboard.press("Enter")
    await page.get_by_role("button", name="Grace Hopper").click()
    await expect(page.locator("main")).not_to_contain_text("Ada Lovelace")
    # The day on which clocks go forward in London, an hour shorter than others.
    await page.get_by_label("From").fill("2026-03-29")
    await page.get_by_label("To", exact=True).fill("2026-03-29")
    await expect(page.get_by_text("Nothing matches these filters")).to_be_visible()
    assert asked[-1]["since"] == ["2026-03-29T00:00:00.000Z"]
    assert asked[-1]["until"] == ["2026-03-29T23:00:00.000Z"]

    await page.get_by_label("From").fill("2025-01-01")
    await page.get_by_label("To", exact=True).fill("2099-01-01")
    await expect(page.locator("main li").first).to_be_visible()
    shared = page.url
    await page.goto(site.at("/"))
    await settled(page)
    await page.goto(shared)
    await expect(page.get_by_text(re.compile("Customer: Grace Hopper"))).to_be_visible()
    await expect(page.get_by_label("From")).to_have_value("2025-01-01")
    await page.get_by_role("button", name="Show everybody again").click()
    await expect(page.locator("main")).to_contain_text("Ada Lovelace")
