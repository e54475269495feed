"""Rewards are drawn up, put in order, given out and taken back by hand."""

import re
from collections.abc import AsyncGenerator
from typing import Any

import pytest
from playwright.async_api import Browser, Page, expect

from loyalnest import rewards
from loyalnest.kernel import clock
from loyalnest.kernel.database import Database
from loyalnest.rewards import Reward, RewardState, Terms
from tests.contracts.shopify.bodies import line, order
from tests.dashboard.conftest import Site, open_site, settled, sign_in, visitor
from tests.shop import ADA


@pytest.fixture(scope="module")
async def gifts(lasting_database: Database, chromium: Browser) -> AsyncGenerator[Site]:
    """A shop of its own, whose customer Ada has 1,200 points."""
    async with open_site(lasting_database) as site:
        await site.shop.tells(("orders/paid", order(77, lines=[line(price="1119.00")], email=ADA)))
        yield site


@pytest.fixture
async def page(gifts: Site, chromium: Browser) -> AsyncGenerator[Page]:
    async with visitor(chromium) as page:
        await sign_in(page, gifts, "/rewards")
        yield page


async def offered(site: Site, name: str, **terms: Any) -> Reward:
    told = Terms.model_validate({"kind": "free_shipping", "name": name, "cost": 300} | terms)
    async with site.shop.database.tenant(site.shop.merchant_id) as session:
        return await rewards.create(
            session, told, state=RewardState.ACTIVE, actor="test", now=clock.now()
        )


async def catalogue(site: Site) -> list[Reward]:
    async with site.shop.database.tenant(site.shop.merchant_id) as session:
        return await rewards.catalogue(session)


async def five_off(page: Page) -> None:
    """Drawn up from the example, with most of what can be said of a reward."""
    await page.get_by_role("link", name="£5.00 off").click()
    preview = page.get_by_role("region", name="What customers see")
    await expect(preview).to_contain_text("500 points")
    await page.get_by_label("Add a language").select_option("fr")
    await page.get_by_role("group", name="Français").get_by_label("Name").fill("5 £ de remise")
    await page.get_by_label("Amount by currency: Add a currency").select_option("JPY")
    await page.get_by_role("textbox", name="Amount by currency: JPY").fill("900")
    await page.get_by_label("Minimum spend: Add a currency").select_option("GBP")
    await page.get_by_role("textbox", name="Minimum spend: GBP").fill("20")
    await page.get_by_label("Days a code is good for").fill("30")
    await page.get_by_label("Starts").fill("2026-01-01T09:00")
    await page.get_by_label("Stock").fill("4")
    await expect(preview).to_contain_text("On orders from £20.00")
    await expect(preview).to_contain_text("Code good for 30 days")
    await preview.get_by_label("Language").select_option("fr")
    await expect(preview).to_contain_text("5 £ de remise")


async def test_a_catalogue_is_begun_from_an_example_corrected_ordered_changed_and_archived(
    gifts: Site, page: Page
) -> None:
    await five_off(page)
    pounds = page.get_by_role("textbox", name="Amount by currency: GBP")
    await pounds.fill("0")
    await page.get_by_role("button", name="Save").click()
    await expect(pounds).to_have_attribute("aria-invalid", "true")
    await pounds.fill("5")
    await page.get_by_role("button", name="Save").click()
    listed = page.get_by_role("list", name="Catalogue")
    await expect(listed).to_contain_text("4 of 4 left")
    (made,) = await catalogue(gifts)
    assert (made.stock, made.terms.amounts.keys()) == (4, {"GBP", "JPY"})

    await offered(gifts, "Free delivery")
    await page.reload()
    handle = page.get_by_role("button", name="Move “Free delivery”")
    await handle.press("ArrowUp")
    await expect(handle).to_be_focused()
    await expect(listed.get_by_role("listitem").first).to_contain_text("Free delivery")
    await expect(page.get_by_text("“Free delivery” is now number 1")).to_have_count(1)
    await settled(page)
    assert [one.terms.name for one in await catalogue(gifts)] == ["Free delivery", "£5.00 off"]
    undo = page.get_by_role("status").get_by_role("button", name="Undo")
    await undo.click()
    await expect(listed.get_by_role("listitem").first).to_contain_text("£5.00 off")
    await handle.press("ArrowUp")
    await expect(undo).to_be_visible()
    await settled(page)
    assert [one.terms.name for one in await catalogue(gifts)] == ["Free delivery", "£5.00 off"]

    await page.get_by_role("link", name=re.compile("£5.00 off")).click()
    await page.get_by_label("Cost in points").fill("600")
    await page.get_by_label("Stock").fill("0")
    await expect(page.get_by_text("What was redeemed before keeps its terms")).to_be_visible()
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("Sold out")).to_be_visible()
    await page.get_by_role("link", name=re.compile("£5.00 off")).click()
    await expect(page.get_by_text("Version 2")).to_be_visible()
    await page.get_by_role("button", name="Archive").click()
    await expect(page.get_by_role("button", name="Bring back")).to_be_visible()
    await page.get_by_role("status").get_by_role("button", name="Undo").click()
    await expect(page.get_by_role("button", name="Archive")).to_be_visible()
    assert (await catalogue(gifts))[1].state is RewardState.ACTIVE


async def test_whoever_looks_a_code_up_may_still_undo_what_they_did_before(
    gifts: Site, page: Page
) -> None:
    await offered(gifts, "A coffee")
    await page.reload()
    await page.get_by_role("link", name=re.compile("A coffee")).click()
    await page.get_by_role("button", name="Archive").click()
    undo = page.get_by_role("status").get_by_role("button", name="Undo")
    await expect(undo).to_be_visible()
    await page.get_by_role("main").get_by_role("link", name="Redemptions").click()
    await page.get_by_role("textbox", name="Code").fill("22222-2222-2222")
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("No reward was given out under this code.")).to_be_visible()
    await expect(undo).to_be_visible()


async def test_points_are_redeemed_for_a_customer_and_the_code_used_and_taken_back_at_the_counter(
    gifts: Site, page: Page
) -> None:
    await offered(gifts, "A coffee")
    await offered(gifts, "A holiday", cost=90_000)
    ada = await gifts.shop.customer_id()
    await page.goto(gifts.at(f"/customers/{ada}?tab=rewards"))
    await expect(page.get_by_text("88,800 points missing")).to_be_visible()
    codes: list[str] = []
    for _ in range(2):
        await page.get_by_role("button", name="Redeem: A coffee").press("Enter")
        dialog = page.get_by_role("dialog")
        await dialog.get_by_role("button", name="Redeem").press("Enter")
        await expect(dialog.get_by_text("Pass this code on now")).to_be_visible()
        codes.append(await dialog.locator("code").inner_text())
        await page.keyboard.press("Escape")
    assert await gifts.shop.balance() == (600, 0, 0)
    await expect(page.get_by_role("region", name="Balance")).to_contain_text("600 points")

    await page.goto(gifts.at("/rewards/redemptions"))
    await settled(page)
    code = page.get_by_role("textbox", name="Code")
    await code.fill("22222-2222-2222")
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("No reward was given out under this code.")).to_be_visible()
    await code.fill(codes[0].lower().replace("-", " "))
    await page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    await dialog.get_by_role("button", name="Mark as used").press("Enter")
    await expect(dialog.get_by_text("The code has been used")).to_be_visible()
    await page.keyboard.press("Escape")

    await page.get_by_label("Status").select_option("issued")
    await expect(page.get_by_role("row")).to_have_count(2)
    await page.get_by_role("button", name="A coffee").press("Enter")
    await dialog.get_by_role("button", name="Cancel the code").press("Enter")
    await dialog.get_by_label("Reason").fill("Pressed by mistake")
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("Code cancelled, points returned")).to_be_visible()
    await expect(page.get_by_text("Nothing redeemed yet")).to_be_visible()
    assert await gifts.shop.balance() == (900, 0, 0)
    assert await gifts.shop.books_balance()
