"""A poster is made, seen, downloaded and taken down, and cards of paper are printed, by hand."""

import io
import os

import zxingcpp
from PIL import Image
from playwright.async_api import Browser, Page, expect

from loyalnest.kernel.ids import to_wire
from loyalnest.stamps import enrolling
from tests.dashboard.conftest import Site, settled, sign_in, visitor
from tests.dashboard.furniture import has_a_card
from tests.dashboard.reach import faults
from tests.tidy.repository import ROOT

SHOTS = os.environ.get("LOYALNEST_SHOTS")


async def test_from_an_empty_screen_to_a_poster_that_is_taken_down(
    site: Site, chromium: Browser
) -> None:
    async with visitor(chromium) as page:
        await sign_in(page, site, "/posters")
        await expect(page.get_by_text("Draw up a stamp card first.")).to_be_visible()
        await has_a_card(site.shop)
        await page.reload()
        await settled(page)
        await page.get_by_role("button", name="New poster").click()
        dialog = page.get_by_role("dialog")
        store = to_wire("sto", site.shop.store_id)
        await expect(dialog.get_by_label("Store")).to_have_value(store)
        await page.get_by_label("Name").fill("Theke")
        await page.keyboard.press("Enter")
        await _is_seen_and_downloaded(page, site)
        await page.get_by_role("button", name="Take out of use").click()
        await expect(page.get_by_role("alert")).to_contain_text("told to ask for the new one")
        await page.get_by_role("button", name="Take out of use").click()
        await expect(page.get_by_role("cell", name="Out of use")).to_be_visible()
        await _cards_are_printed(page, site)
        assert await faults(page, ROOT / "web" / "dashboard") == []
        await page.set_viewport_size({"width": 320, "height": 640})
        assert await page.evaluate("document.documentElement.scrollWidth") <= 320


async def _is_seen_and_downloaded(page: Page, site: Site) -> None:
    picture = page.get_by_role("img", name="Picture of the poster “Theke”")
    await expect(picture).not_to_have_js_property("naturalWidth", 0)
    assert await picture.evaluate("it => it.naturalWidth") > 100
    if SHOTS:
        await page.screenshot(path=f"{SHOTS}/dashboard-posters.png")
    assert await faults(page, ROOT / "web" / "dashboard") == []
    await page.get_by_label("Size").select_option("a5")
    await page.get_by_label("Format").select_option("png")
    async with page.expect_download() as coming:
        await page.get_by_role("button", name="Download").click()
    kept = await coming.value
    assert kept.suggested_filename.endswith(".png")
    found = zxingcpp.read_barcode(Image.open(io.BytesIO((await kept.path()).read_bytes())))
    async with site.shop.database.tenant(site.shop.merchant_id) as session:
        (poster,) = await enrolling.list_posters(session)
    assert found is not None
    assert found.text.endswith(f"/j/{poster.code}")
    assert poster.store_id == site.shop.store_id


async def _cards_are_printed(page: Page, site: Site) -> None:
    await page.get_by_role("button", name="Print cards").click()
    await page.get_by_label("How many").fill("12")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("cell", name="0 of 12")).to_be_visible()
    async with page.expect_download() as coming:
        await page.get_by_role("button", name="Download").click()
    assert (await (await coming.value).path()).read_bytes().startswith(b"%PDF-")
