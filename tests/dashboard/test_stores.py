"""A store's opening hours and its place are told by hand, and stamps are held to them."""

from datetime import time
from pathlib import Path

from playwright.async_api import Browser, Locator, Page, expect

from loyalnest.kernel.ids import to_wire
from loyalnest.stamps.counter import queries
from loyalnest.stamps.counter.values import Opening, Place
from tests.dashboard.conftest import Site, settled, sign_in, visitor
from tests.dashboard.reach import faults

HERE = {"latitude": 52.520008, "longitude": 13.404954, "accuracy": 12}


async def kept(site: Site) -> Place:
    async with site.shop.database.tenant(site.shop.merchant_id) as session:
        return (await queries.places_of(session))[site.shop.store_id]


def path_of(site: Site) -> str:
    return f"/settings/stores/{to_wire('sto', site.shop.store_id)}"


def day(page: Page, name: str) -> Locator:
    return page.get_by_role("group", name=name)


async def save(page: Page) -> None:
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_role("button", name="Save")).to_have_count(0)


async def test_hours_of_every_kind_are_kept(site: Site, page: Page) -> None:
    await page.goto(site.at("/settings"))
    await page.get_by_role("link", name="Opening hours and place").click()
    await page.get_by_label("Say when it is open").click()
    await expect(page.get_by_text("Closed", exact=True)).to_have_count(7)
    await expect(page.get_by_text("By the clocks of")).to_be_visible()
    await day(page, "Monday").get_by_role("button", name="Add hours").click()
    await day(page, "Monday").get_by_label("Closes").fill("14:00")
    await page.get_by_role("button", name="Monday: the same on every day").click()
    friday = day(page, "Friday")
    await friday.get_by_role("button", name="Add hours").click()
    await expect(friday.get_by_label("Opens").nth(1)).to_have_value("14:00")
    await friday.get_by_label("Opens").nth(1).fill("18:30")
    await friday.get_by_label("Closes").nth(1).fill("02:00")
    await expect(friday.get_by_text("Until the next morning")).to_be_visible()
    await day(page, "Saturday").get_by_label("Closes").fill("08:00")
    await expect(page.get_by_text("For 24 hours")).to_be_visible()
    await day(page, "Sunday").get_by_role("button", name="Remove").click()
    await expect(day(page, "Sunday").get_by_text("Closed")).to_be_visible()
    await save(page)
    usual = [Opening(weekday, time(8), time(14)) for weekday in range(5)]
    late = [Opening(4, time(18, 30), time(2)), Opening(5, time(8), time(8))]
    assert (await kept(site)).hours == (*usual, *late)
    await page.reload()
    await expect(day(page, "Friday").get_by_label("Closes").nth(1)).to_have_value("02:00")
    await page.get_by_label("Say when it is open").click()
    await save(page)
    assert (await kept(site)).hours is None


async def test_a_place_is_taken_from_the_device_typed_or_pasted(site: Site, page: Page) -> None:
    await page.context.grant_permissions(["geolocation"])
    await page.context.set_geolocation({**HERE})  # pyright: ignore[reportArgumentType]
    await page.goto(site.at(path_of(site)))
    await page.get_by_role("button", name="Use this device’s location").click()
    await expect(page.get_by_text("Found, within 12 m")).to_be_visible()
    await save(page)
    place = await kept(site)
    assert (place.latitude, place.longitude) == (52.52001, 13.40495)
    latitude, longitude = page.get_by_label("Latitude"), page.get_by_label("Longitude")
    await latitude.fill("91")
    await expect(page.get_by_text("A number from −90 to 90")).to_be_visible()
    await latitude.fill("")
    await expect(page.get_by_text("Give both numbers, or neither")).to_be_visible()
    await page.get_by_role("button", name="Save").click()
    assert await kept(site) == place
    await latitude.fill("48.137, 11.575")
    await expect(longitude).to_have_value("11.575")
    await save(page)
    assert (await kept(site)).latitude == 48.137


async def test_a_device_that_may_not_say_where_it_is_says_so(site: Site, page: Page) -> None:
    await page.goto(site.at(path_of(site)))
    await page.get_by_role("button", name="Use this device’s location").click()
    await expect(page.get_by_text("The browser may not say where this device is")).to_be_visible()
    await page.goto(site.at(path_of(site)[:-4] + "0000"))
    await expect(page.get_by_text("There is no such store")).to_be_visible()


async def test_a_stores_page_fits_a_phone_and_reads_from_right_to_left(
    site: Site, chromium: Browser, built: Path
) -> None:
    for language, width, theme in (("de", 320, "dark"), ("ar", 320, "light"), ("en", 1280, "dark")):
        async with visitor(chromium, width=width, language=language, theme=theme) as page:
            await sign_in(page, site, path_of(site))
            await settled(page)
            await page.get_by_role("switch").click()
            await page.get_by_role("group").first.get_by_role("button").click()
            await page.get_by_role("button", name=":").last.click()
            assert await faults(page, built) == []
            assert await page.evaluate("document.documentElement.scrollWidth") <= width, language
