"""A merchant reads what a machine translated, and says it in words of its own."""

import json
import re
from pathlib import Path

from playwright.async_api import Browser, Locator, Page, expect

from loyalnest import staff
from loyalnest.kernel import clock
from loyalnest.kernel.languages import FORMS
from tests.dashboard.conftest import Site, settled, sign_in, visitor

CATEGORIES = "languages => languages.map(each => [each, new Intl.PluralRules(each)" + (
    ".resolvedOptions().pluralCategories])"
)


async def row(page: Page, english: str) -> Locator:
    beside = page.locator("[lang=en]", has_text=re.compile(f"^{re.escape(english)}$"))
    found = page.get_by_role("main").locator("li").filter(has=beside)
    await found.wait_for()
    return found


async def look_for(page: Page, words: str) -> None:
    await page.get_by_role("searchbox", name="Text suchen").fill(words)
    await page.keyboard.press("Enter")


async def test_a_text_is_mended_by_keyboard_shown_at_once_and_put_back(
    site: Site, chromium: Browser, tmp_path: Path
) -> None:
    async with visitor(chromium, language="de-DE") as page:
        await sign_in(page, site, "/settings")
        card = page.get_by_role("region", name="Texte und Sprachen")
        await card.get_by_role("link", name="Lesen und ausbessern").click()
        await expect(page.get_by_text("0 von ")).to_be_visible()
        known = await page.evaluate(CATEGORIES, list(FORMS))
        assert {each: set(forms) for each, forms in known} == {
            each: set(forms) for each, forms in FORMS.items()
        }

        await read_some_and_mend_one(page)
        await take_them_home(page, tmp_path / "de.json")
        await put_it_back_and_think_again(page)
        await see_how_russian_counts(page)


async def read_some_and_mend_one(page: Page) -> None:
    await look_for(page, "nav.")
    first = await row(page, "Activity")
    await first.focus()
    await page.keyboard.press("r")
    await expect(first).to_contain_text("Geprüft")
    second = await row(page, "Campaigns")
    await expect(second).to_be_focused()
    await page.keyboard.press("j")
    third = await row(page, "Customers")
    await expect(third).to_be_focused()
    await page.keyboard.press("e")
    field = third.get_by_role("textbox")
    await expect(field).to_be_focused()
    await field.fill("Gäste und {{name}}")
    await page.keyboard.press("Enter")
    await expect(field).to_have_attribute("aria-invalid", "true")
    await expect(third).to_contain_text("Unter diesem Namen wird nichts eingesetzt")
    await field.fill("Gäste")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("link", name="Gäste", exact=True)).to_be_visible()
    await expect(third).to_contain_text("Eigene Worte")
    await expect(await row(page, "Earning")).to_be_focused()
    await expect(page.get_by_text("2 von ")).to_be_visible()


async def take_them_home(page: Page, file: Path) -> None:
    async with page.expect_download() as download:
        await page.get_by_role("button", name="Gelesenes herunterladen").click()
    await (await download.value).save_as(file)
    assert held_by(file) == {"nav": {"activity": "Aktivität", "customers": "Gäste"}}


def held_by(file: Path) -> dict[str, dict[str, str]]:
    return json.loads(file.read_text())


async def put_it_back_and_think_again(page: Page) -> None:
    await page.reload()
    await expect(page.get_by_role("link", name="Gäste", exact=True)).to_be_visible()
    await (await row(page, "Customers")).get_by_role("button").click()
    await page.keyboard.press("Escape")
    await expect(await row(page, "Customers")).to_be_focused()
    await page.keyboard.press("e")
    await page.get_by_role("button", name="Original zurückholen").click()
    await expect(page.get_by_role("link", name="Kunden", exact=True)).to_be_visible()
    await page.get_by_role("status").get_by_role("button", name="Rückgängig").click()
    await expect(page.get_by_role("link", name="Gäste", exact=True)).to_be_visible()


async def see_how_russian_counts(page: Page) -> None:
    await page.get_by_label("Sprache", exact=True).select_option("ru")
    await look_for(page, "unit.points")
    counted = await row(page, "{{shown}} points")
    await counted.get_by_role("button", name="Ausbessern").click()
    await expect(counted.get_by_role("textbox")).to_have_count(4)
    await expect(counted.get_by_label("Für 2, 3, 4, 22")).to_have_attribute("lang", "ru")
    await expect(counted).to_contain_text("{{shown}} unverändert lassen")


async def test_the_language_is_changed_at_once_and_remembered(site: Site, page: Page):
    await page.goto(site.at("/settings"))
    await page.get_by_label("Language", exact=True).select_option("fr")
    await expect(page.get_by_role("heading", name="Paramètres")).to_be_visible()
    await page.reload()
    await expect(page.get_by_role("heading", name="Paramètres")).to_be_visible()


async def test_words_that_cannot_be_fetched_leave_the_screen_as_it_was(
    site: Site, page: Page
) -> None:
    await page.route("**/v1/api/texts/*/mended", lambda route: route.abort())
    await page.goto(site.at("/customers"))
    await settled(page)
    await expect(page.get_by_role("heading", name="Customers")).to_be_visible()


async def test_who_may_not_change_the_program_reads_and_changes_nothing(
    site: Site, chromium: Browser
) -> None:
    async with site.shop.database.tenant(site.shop.merchant_id) as session:
        await staff.create_member(
            session,
            email="reader@example.com",
            role=staff.Role.ANALYST,
            password="correct horse battery",
            now=clock.now(),
        )
    async with visitor(chromium) as page:
        await page.goto(site.at("/settings/texts?language=sv"))
        await page.locator("[name=email]").fill("reader@example.com")
        await page.locator("[name=password]").fill("correct horse battery")
        await page.keyboard.press("Enter")
        found = await row(page, "Sign out")
        await expect(found).to_contain_text("Machine translation")
        await expect(found.get_by_role("button")).to_have_count(0)
