"""The app is within reach of everybody: on a small phone, in the dark, from right to left."""

from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, expect

from tests.dashboard.reach import faults
from tests.stamper.conftest import Counter, paired


@pytest.mark.parametrize(
    ("language", "theme", "direction"), [("de-DE", "light", "ltr"), ("ar", "dark", "rtl")]
)
async def test_every_screen_is_within_reach_of_everybody(
    counter: Counter, chromium: Browser, built: Path, language: str, theme: str, direction: str
) -> None:
    card = await counter.card("Zoë van der Längstername-Übersee", stamped=5)
    look = {"viewport": {"width": 320, "height": 568}, "locale": language, "color_scheme": theme}
    found: dict[str, object] = {}

    async def look_at(page: Page, screen: str) -> None:
        if wrong := await faults(page, built):
            found[screen] = wrong
        wide = await page.evaluate("document.documentElement.scrollWidth - innerWidth")
        if wide > 0:
            found[f"{screen} is too wide"] = wide

    async with paired(counter, chromium, signed_in=False, **look) as phone:
        page = phone.page
        assert await page.evaluate("document.documentElement.dir") == direction
        await look_at(page, "PIN")
        await phone.enters()
        field = page.locator("input[name=said]")
        await field.wait_for()
        await look_at(page, "desk")
        await field.fill(card.card.number)
        await page.keyboard.press("Enter")
        await page.locator("p.large").wait_for()
        await look_at(page, "name")
        await page.locator("button.main").click()
        await page.locator(".stamping").wait_for()
        await look_at(page, "card")
        await page.locator(".stamping button.main").click()
        await page.locator(".outcome.done").wait_for()
        await look_at(page, "stamped")
        menu = page.get_by_role("navigation").get_by_role("button")
        for place, screen in ((1, "recent"), (2, "more")):
            await menu.nth(place).click()
            await page.locator("h1").wait_for()
            await look_at(page, screen)
    assert found == {}


async def test_the_app_opens_without_a_network_from_its_first_load_on(
    counter: Counter, chromium: Browser
) -> None:
    """Also in a language that was chosen by hand, whose words were fetched only then."""
    async with paired(counter, chromium) as phone:
        page = phone.page
        await page.get_by_role("button", name="More").click()
        await page.get_by_label("Language").select_option("hu")
        await expect(page.get_by_role("heading", name="Továbbiak")).to_be_visible()
        await page.evaluate("navigator.serviceWorker.getRegistration().then(it => it.update())")
        await phone.context.set_offline(True)
        await page.reload()
        await expect(page.get_by_text("Nincs hálózat")).to_be_visible()
        await phone.enters()
        await expect(page.get_by_label("Kártyaszám vagy telefonszám")).to_be_visible()
