"""The whole loop at the demo's shop, walked on screen by two people.

Ada sits at a desk and has her keyboard alone. Layla, whom she sends, is on a phone at night, in
Arabic.
"""

import asyncio
import re
from dataclasses import dataclass
from pathlib import Path

from playwright.async_api import Browser, Locator, Page, expect

from loyalnest import ledger
from loyalnest.kernel.database import Database
from tests.dashboard.conftest import built, chromium, visitor
from tests.dashboard.reach import faults
from tests.demo_shop.street import Street, open_street

__all__ = ["built", "chromium"]

STAND, LANTERN = "regency-cake-stand-3-tiers", "hanging-heart-t-light-holder"
_PATIENCE_S = 60.0
_ORDER = re.compile(r"/orders/")


@dataclass
class Shopper:
    """Somebody at the shop, who does everything by keyboard."""

    page: Page
    street: Street
    built: Path

    async def goes(self, path: str) -> None:
        await self.page.goto(self.street.shop + path)

    async def presses(self, target: Locator) -> None:
        await target.focus()
        await self.page.keyboard.press("Enter")

    async def submits(self, target: Locator) -> None:
        """Press what sends a form, and wait for the page that answers it."""
        async with self.page.expect_event("load"):
            await self.presses(target)

    async def puts_in_cart(self, handle: str, pieces: int) -> None:
        await self.goes(f"/products/{handle}")
        await self.page.locator("input[name=more]").fill(str(pieces))
        await self.submits(self.page.locator("form.buy button"))
        assert self.page.url.endswith("added=yes")

    async def pays(self, *who: str) -> None:
        """Buy what is in the cart, as a guest where a name and an address are given."""
        await self.goes("/checkout")
        for field, said in zip(("name", "email"), who, strict=False):
            await self.page.locator(f"#pay input[name={field}]").fill(said)
        await self.presses(self.page.locator("#pay button"))
        await self.page.wait_for_url(_ORDER)

    async def joins(self, name: str, email: str) -> None:
        await self.goes("/account/register")
        await self.page.locator("main input[name=name]").fill(name)
        await self.page.locator("main input[name=email]").fill(email)
        await self.presses(self.page.locator("main button"))
        await self.page.wait_for_url("**/account")

    async def opens_panel(self) -> Locator:
        await self.presses(self.page.locator("loyalnest-widget button.launcher"))
        panel = self.page.get_by_role("dialog")
        await panel.locator(".large").first.wait_for()
        return panel

    async def has(self, points: int) -> None:
        """The panel shows this balance, once all news have come."""
        until = asyncio.get_running_loop().time() + _PATIENCE_S
        while True:
            await self.goes("/account")
            panel = await self.opens_panel()
            shown = await panel.locator(".large").first.inner_text()
            # Whatever digits a language writes its numbers with.
            found = int("".join(sign for sign in shown if sign.isdigit()) or -1)
            if found == points:
                break
            assert asyncio.get_running_loop().time() < until, (shown, points)
        await self.page.keyboard.press("Escape")
        await expect(panel).to_be_hidden()

    async def is_kept_out_by_nothing(self) -> None:
        assert await faults(self.page, self.built) == []
        width = "document.documentElement.scrollWidth <= window.innerWidth"
        assert await self.page.evaluate(width)


async def test_two_people_walk_the_whole_loop(
    database: Database, tmp_path: Path, chromium: Browser, built: Path
) -> None:
    async with (
        open_street(database, tmp_path) as street,
        visitor(chromium, language="en-GB") as desk,
        visitor(chromium, width=320, height=700, language="ar", theme="dark") as phone,
    ):
        ada, layla = Shopper(desk, street, built), Shopper(phone, street, built)
        await _looks_around_and_buys(ada)
        await ada.joins("Ada Lovelace", "ada@example.com")
        # 255 for 25.50, 50 with the first order, 200 for joining.
        await ada.has(505)
        await _spends(ada)
        # 200 went for the code; 9.80 earned 98, and a fifth more on her tier.
        await ada.has(422)

        await _is_sent(layla, await _link_of(ada))
        await layla.has(127 + 50 + 100 + 200)
        await ada.has(422 + 200)

        await _returns_half(ada)
        # Half of what the order had earned goes, half of what the code had cost comes back.
        await ada.has(622 - 58 + 100)
        async with database.platform() as session:
            assert (await ledger.verify(session)).clean


async def _looks_around_and_buys(ada: Shopper) -> None:
    page = ada.page
    await ada.goes("/")
    panel = await ada.opens_panel()
    await expect(panel.get_by_role("link", name="Join")).to_have_attribute(
        "href", "/account/register"
    )
    await page.keyboard.press("Escape")
    await ada.is_kept_out_by_nothing()
    await ada.goes(f"/products/{STAND}")
    await expect(page.get_by_text("Earn 127 points with this")).to_be_visible()
    await ada.is_kept_out_by_nothing()
    await ada.puts_in_cart(STAND, 2)
    await ada.goes("/cart")
    await expect(page.get_by_text("This cart earns 255 points")).to_be_visible()
    await ada.is_kept_out_by_nothing()
    await ada.pays("Ada Lovelace", "ada@example.com")
    await expect(page.get_by_role("heading", name="Thank you, Ada!")).to_be_visible()
    await expect(page.get_by_text("This order earns 255 points")).to_be_visible()


async def _spends(ada: Shopper) -> None:
    page = ada.page
    panel = await ada.opens_panel()
    await ada.presses(panel.get_by_role("button", name="Ways to spend"))
    await ada.presses(panel.get_by_role("button", name="Redeem for 200 points"))
    await ada.presses(panel.get_by_role("button", name="Redeem", exact=True))
    code = await panel.get_by_label("Your code").input_value()
    await ada.presses(panel.get_by_role("link", name="Use it in your cart"))
    await page.wait_for_url("**/cart")
    await ada.puts_in_cart(LANTERN, 4)
    await ada.goes("/checkout")
    await expect(page.get_by_text(f"Code {code} is taken off")).to_be_visible()
    await ada.is_kept_out_by_nothing()
    await ada.pays()
    await ada.puts_in_cart(LANTERN, 1)
    await ada.goes("/checkout")
    await page.get_by_label("Discount code").fill(code)
    async with page.expect_event("load"):
        await page.keyboard.press("Enter")
    # The order that used it is on its way to the books at this moment.
    refused = page.get_by_text("This code was used already")
    until = asyncio.get_running_loop().time() + _PATIENCE_S
    while not await refused.is_visible():
        assert asyncio.get_running_loop().time() < until
        await ada.goes("/checkout")
    await ada.goes("/cart")
    await ada.submits(page.get_by_role("button", name=re.compile("^Remove")))


async def _link_of(ada: Shopper) -> str:
    await ada.goes("/")
    panel = await ada.opens_panel()
    await ada.presses(panel.get_by_role("button", name="Bring a friend"))
    await ada.presses(panel.get_by_role("button", name="Get your link"))
    return await panel.get_by_label("Your link").input_value()


async def _is_sent(layla: Shopper, link: str) -> None:
    page = layla.page
    await page.goto(link)
    await expect(page.locator("html")).to_have_attribute("dir", "rtl")
    await layla.is_kept_out_by_nothing()
    await layla.presses(page.locator(".actions a"))
    await page.wait_for_url(f"{layla.street.shop}/?ref=*")
    await expect(page.locator("html")).to_have_attribute("dir", "rtl")
    await expect(page.locator("main .note")).to_be_visible()
    panel = await layla.opens_panel()
    await expect(panel.locator(".offer")).to_be_visible()
    await page.keyboard.press("Escape")
    await layla.is_kept_out_by_nothing()
    await layla.puts_in_cart(STAND, 1)
    await layla.is_kept_out_by_nothing()
    await layla.goes("/checkout")
    await layla.is_kept_out_by_nothing()
    await layla.pays("Layla Haddad", "layla@example.com")
    await layla.is_kept_out_by_nothing()
    await layla.joins("Layla Haddad", "layla@example.com")


async def _returns_half(ada: Shopper) -> None:
    page = ada.page
    await ada.goes("/account")
    await ada.presses(page.locator("main .lines a").first)
    await page.wait_for_url(_ORDER)
    await page.locator("form.panel input[type=number]").fill("2")
    await ada.presses(page.get_by_role("button", name="Return the chosen pieces"))
    await expect(page.get_by_text("Partly refunded")).to_be_visible()
    await ada.is_kept_out_by_nothing()
