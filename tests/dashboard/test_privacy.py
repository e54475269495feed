"""Staff see what customers ask about their data, answer it, and think again."""

from datetime import timedelta

from playwright.async_api import Browser, Page, expect

from loyalnest import privacy
from loyalnest.kernel import clock
from loyalnest.kernel.ids import from_wire
from loyalnest.privacy import Kind
from tests.dashboard.conftest import Site, settled, sign_in, visitor

NOTE = "I have moved.\nPlease write to 12 Elm Street."


async def test_a_request_is_answered_taken_back_and_answered_again(
    site: Site, page: Page, chromium: Browser
) -> None:
    await _asked(site, "ada@example.com", Kind.CORRECTION, note=NOTE, hours=80)
    await _asked(site, "grace@example.com", Kind.ERASURE, note=None, hours=1)
    await page.goto(site.at())
    await page.get_by_role("link", name="Privacy requests to answer").click()
    lines = page.get_by_role("main").get_by_role("listitem")
    await expect(lines).to_have_count(2)
    await expect(lines.first).to_contain_text("Wants something put right")
    await expect(lines.first).to_contain_text("12 Elm Street")
    await expect(lines.first.get_by_text("Overdue")).to_be_visible()
    await expect(lines.last.get_by_text("Overdue")).to_have_count(0)

    await page.get_by_role("button", name="Answer: Ada Lovelace").click()
    dialog = page.get_by_role("dialog")
    await expect(dialog.get_by_text("12 Elm Street")).to_be_visible()
    await dialog.get_by_label("What was done").fill("Your address is put right.")
    await dialog.get_by_role("button", name="Answer").click()
    await expect(lines).to_have_count(1)
    await page.get_by_role("status").get_by_role("button", name="Undo").click()
    await expect(lines).to_have_count(2)

    await page.get_by_role("button", name="Answer: Ada Lovelace").click()
    await dialog.get_by_label("What was done").fill("It is put right now.")
    await dialog.get_by_role("button", name="Answer").click()
    await expect(lines).to_have_count(1)
    await page.get_by_role("main").get_by_role("link", name="Answered").click()
    await expect(lines.first).to_contain_text("It is put right now.")
    await page.get_by_role("button", name="Open again: Ada Lovelace").click()
    await expect(page.get_by_text("Nothing here")).to_be_visible()

    async with visitor(chromium, width=320, height=640, language="ar", theme="dark") as phone:
        await sign_in(phone, site, "/customers/privacy")
        await settled(phone)
        width = await phone.evaluate("document.documentElement.scrollWidth")
        assert width <= 320
        await expect(phone.get_by_role("main").get_by_role("listitem")).to_have_count(2)


async def _asked(site: Site, email: str, kind: Kind, *, note: str | None, hours: int) -> None:
    shop = site.shop
    customer_id = from_wire("cus", await shop.customer_id(email))
    async with shop.database.tenant(shop.merchant_id) as session:
        now = clock.now() - timedelta(hours=hours)
        await privacy.ask(session, customer_id=customer_id, kind=kind, note=note, now=now)
