"""A merchant draws up what is on the shop's pages, and sees it there before anybody else does."""

from collections.abc import AsyncGenerator
from datetime import timedelta
from typing import Any

import pytest
from playwright.async_api import Browser, FrameLocator, Locator, Page, expect

from loyalnest import merchants, storefront
from loyalnest.kernel import clock
from loyalnest.storefront import pages as storefront_pages
from tests.branding.drawings import drawing
from tests.dashboard.conftest import Site, visitor
from tests.widget.pages import Pages, opened

ARABIC = "العربية"
CONSENT = "We may write to you about offers."
LOAVES = drawing(colour="red", size=(600, 300))


@pytest.fixture
async def pages(site: Site) -> AsyncGenerator[Pages]:
    """The shop's own pages, for a guest."""
    async with site.shop.database.tenant(site.shop.merchant_id) as session:
        (store,) = await merchants.list_stores(session, merchant_id=site.shop.merchant_id)
    async with opened(Pages(site.address, store.domain, "")) as pages:
        yield pages


def preview_of(page: Page) -> FrameLocator:
    return page.frame_locator("iframe")


async def kept(site: Site) -> list[storefront.Nudge]:
    async with site.shop.database.tenant(site.shop.merchant_id) as session:
        return list(await storefront.list_nudges(session))


async def test_a_banner_in_two_languages_is_seen_saved_and_on_the_shops_page(
    site: Site, chromium: Browser, page: Page, pages: Pages
) -> None:
    await page.goto(site.at("/on-site/nudges"))
    await expect(page.get_by_text("No nudges yet")).to_be_visible()
    await page.get_by_role("link", name="New nudge").click()
    await _draw_up(page)
    await _try_the_preview(page)
    await page.get_by_role("button", name="Switch on").click()
    await expect(page.get_by_role("status").get_by_text("Saved", exact=True)).to_be_visible()
    row = page.get_by_role("row", name="Spring")
    await expect(row.get_by_text("Banner with a code")).to_be_visible()

    (nudge,) = await kept(site)
    assert nudge.terms.translations["ar"].title == "خصم الربيع"
    pages.attributes = 'data-page="cart" data-language="ar"'
    async with visitor(chromium) as shopper:
        await shopper.goto(pages.address)
        shown = shopper.locator("loyalnest-widget .nudge")
        await expect(shown).to_contain_text("خصم الربيع")
        await expect(shown.locator("code")).to_have_text("SPRING10")

    turn = row.get_by_role("switch", name="Show “Spring”")
    await turn.click()
    await expect(page.get_by_text("“Spring” is off")).to_be_visible()
    await expect(turn).not_to_be_checked()
    await page.get_by_role("button", name="Undo").click()
    await expect(turn).to_be_checked()
    assert [it.state for it in await kept(site)] == ["active"]
    await _duplicate_and_archive(page)


async def _draw_up(page: Page) -> None:
    await page.get_by_label("Name for your staff").fill("Spring")
    await page.get_by_label("Kind").select_option("discount_banner")
    await page.get_by_label("Title").fill("A tenth off")
    await page.get_by_label("Discount code").fill("SPRING10")
    await page.get_by_label("Add a language").select_option("ar")
    title = page.get_by_label("Title")
    await expect(title).to_have_attribute("placeholder", "A tenth off")
    await title.fill("خصم الربيع")
    await page.get_by_label("Cart", exact=True).check()
    await page.get_by_label("Product page").check()


async def _try_the_preview(page: Page) -> None:
    """It follows words, language, light and size, and takes the focus from nobody."""
    frame = preview_of(page)
    banner = frame.locator("loyalnest-widget .nudge")
    await expect(banner).to_contain_text("خصم الربيع")
    await expect(frame.locator("html")).to_have_attribute("dir", "rtl")
    await page.get_by_role("tab", name=ARABIC).focus()
    await page.keyboard.press("ArrowLeft")
    await expect(page.get_by_role("tab", name="English")).to_be_focused()
    await expect(banner).to_contain_text("A tenth off")
    await expect(frame.locator("html")).to_have_attribute("dir", "ltr")
    await page.get_by_label("Text").fill("On everything, until Sunday")
    await expect(banner).to_contain_text("until Sunday")
    await expect(page.get_by_label("Text")).to_be_focused()
    paper = "it => getComputedStyle(it).backgroundColor"
    by_day: str = await banner.evaluate(paper)
    await page.get_by_role("radio", name="Dark").check(force=True)
    await expect(frame.locator("html")).to_have_attribute("data-light", "dark")
    await expect(banner).to_be_visible()
    # The light is on before the widget is mounted anew.
    await expect(banner).not_to_have_css("background-color", by_day)
    narrow = await frame.locator("html").evaluate("it => it.clientWidth")
    await page.get_by_role("radio", name="Desktop").check(force=True)
    await expect(frame.locator("html")).to_have_js_property("clientWidth", 1100)
    assert narrow == 360


async def _duplicate_and_archive(page: Page) -> None:
    await page.get_by_role("link", name="Spring").click()
    await page.get_by_role("link", name="Duplicate").click()
    await expect(page.get_by_label("Name for your staff")).to_have_value("Spring (copy)")
    await page.get_by_role("button", name="Save as draft").click()
    await page.get_by_role("link", name="Spring (copy)").click()
    await _change_in_two_windows(page)
    await page.reload()
    await page.get_by_role("button", name="Archive").click()
    await expect(page.get_by_text("“Spring (copy)” is in the archive")).to_be_visible()
    await expect(page.get_by_label("Name for your staff")).to_be_disabled()
    await page.get_by_role("link", name="Back").click()
    await page.get_by_role("link", name="Spring").click()
    await page.get_by_role("button", name="Archive").click()
    await expect(page.get_by_text("“Spring” is in the archive")).to_be_visible()
    await page.get_by_role("link", name="Back").click()
    await expect(page.get_by_text("No nudges yet")).to_be_visible()


async def _change_in_two_windows(page: Page) -> None:
    """Who was later is told so, keeps what they wrote, and begins again from what there is."""
    other = await page.context.new_page()
    await other.goto(page.url)
    await other.get_by_label("Text").fill("Until Monday")
    await page.get_by_label("Discount code").fill("SPRING15")
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_role("status").get_by_text("Saved", exact=True)).to_be_visible()
    await other.get_by_role("button", name="Save").click()
    await expect(other.get_by_role("alert")).to_contain_text("Somebody else has changed this")
    await expect(other.get_by_label("Text")).to_have_value("Until Monday")
    await other.get_by_role("button", name="Discard").click()
    await expect(other.get_by_label("Discount code")).to_have_value("SPRING15")
    await other.get_by_label("Text").fill("Until Monday")
    await other.get_by_role("button", name="Save").click()
    await expect(other.get_by_role("status").get_by_text("Saved", exact=True)).to_be_visible()
    await other.close()


async def test_where_the_widget_sits_is_tried_saved_taken_back_and_nobodys_change_is_lost(
    site: Site, page: Page
) -> None:
    await page.goto(site.at("/on-site"))
    frame = preview_of(page)
    launcher = frame.get_by_role("button", name="Rewards")
    await expect(launcher).to_have_class("launcher end")
    await page.get_by_label("Where the button is").select_option("start")
    # What is not saved is told beside the preview, and not over it.
    told = await page.get_by_text("Unsaved changes").locator("..").bounding_box()
    seen = await page.locator("iframe").bounding_box()
    assert told
    assert seen
    assert told["x"] + told["width"] <= seen["x"]
    await expect(launcher).to_have_class("launcher start")
    await launcher.click()
    panel = frame.get_by_role("dialog")
    await expect(panel.get_by_role("link", name="Join")).to_be_visible()
    await panel.get_by_role("link", name="Join").click()  # leads nowhere from here
    await page.get_by_role("radio", name="Members").check(force=True)
    await expect(panel.get_by_text("620 points")).to_be_visible()

    other = await page.context.new_page()
    await other.goto(site.at("/on-site"))
    await other.get_by_label("On phones as well").click()
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_role("status").get_by_text("Saved", exact=True)).to_be_visible()
    await other.get_by_role("button", name="Save").click()
    await expect(other.get_by_role("alert")).to_contain_text("Somebody else has changed")
    assert (await _site_of(site)).settings.widget.side == "start"
    await page.get_by_role("button", name="Undo").click()
    await expect(page.get_by_label("Where the button is")).to_have_value("end")
    assert (await _site_of(site)).settings.widget.side == "end"


async def _site_of(site: Site) -> storefront.Site:
    async with site.shop.database.tenant(site.shop.merchant_id) as session:
        return await storefront.current(session)


async def test_addresses_are_read_taken_along_and_forgotten(site: Site, page: Page) -> None:
    await _leave_address(site, "mary@example.com")
    await page.goto(site.at("/on-site/addresses"))
    row = page.get_by_role("row", name="mary@example.com")
    await expect(row).to_contain_text(CONSENT)
    await expect(row.get_by_text("Not confirmed")).to_be_visible()
    async with page.expect_download() as saved:
        await page.get_by_role("button", name="Download as a table").click()
    table = (await (await saved.value).path()).read_text()
    assert "mary@example.com" in table
    await row.get_by_role("button", name="Remove: mary@example.com").click()
    await page.get_by_role("dialog").get_by_role("button", name="Remove").click()
    await expect(page.get_by_text("No addresses yet")).to_be_visible()


async def _leave_address(site: Site, email: str) -> None:
    now = clock.now()
    terms: dict[str, Any] = {
        "kind": "email_capture",
        "name": "Letter",
        "words": {"title": "News?", "consent": CONSENT},
    }
    async with site.shop.database.tenant(site.shop.merchant_id) as session:
        nudge = await storefront.create_nudge(
            session,
            storefront.NudgeTerms.model_validate(terms),
            state=storefront.ContentState.ACTIVE,
            actor="test",
            now=now - timedelta(days=1),
        )
        await storefront.capture_email(
            session, nudge.id, version=1, language="en", email=email, now=now
        )


async def test_a_page_is_written_in_the_merchants_words_and_seen_as_readers_will_see_it(
    site: Site, page: Page, pages: Pages
) -> None:
    await page.goto(site.at("/on-site/pages"))
    card = page.get_by_role("region", name="Loyalty page")
    await card.get_by_role("link", name="Edit").click()
    drawn = preview_of(page)
    await expect(drawn.get_by_role("heading", name="Bakery loyalty program")).to_be_visible()
    await page.get_by_label("Title").fill("Bread pays")
    await expect(drawn.get_by_role("heading", name="Bread pays")).to_be_visible()
    await page.get_by_role("button", name="Add a question").click()
    await page.get_by_label("Question 1", exact=True).fill("Do rolls count?")
    await page.get_by_label("Answer").fill("All that we bake.")
    await expect(drawn.get_by_text("All that we bake.")).to_be_visible()
    await page.locator("input[type=file]").set_input_files(
        {"name": "loaves.png", "mimeType": "image/png", "buffer": LOAVES}
    )
    await page.get_by_label("What the picture shows").fill("Loaves")
    await _is_seen(drawn.get_by_role("img", name="Loaves"))
    # What styles it is its own, and let in by our policy.
    assert await drawn.locator("main").evaluate("it => getComputedStyle(it).maxWidth") != "none"
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_role("status").get_by_text("Saved", exact=True)).to_be_visible()
    async with page.expect_popup() as opened_page:
        await page.get_by_role("link", name="Open the page").click()
    read = await opened_page.value
    await expect(read.get_by_role("heading", name="Bread pays")).to_be_visible()
    await _is_seen(read.get_by_role("img", name="Loaves"))

    await page.goto(site.at("/on-site/pages"))
    leads = card.get_by_role("link", name="Open the page")
    await expect(leads).to_be_visible()
    await card.get_by_role("switch", name="Anybody can read it").click()
    await expect(leads).to_have_count(0)
    assert not await _is_public(site)
    await page.get_by_role("button", name="Undo").click()
    await expect(leads).to_be_visible()
    assert await _is_public(site)


async def _is_seen(picture: Locator) -> None:
    """It has come, as small as it was drawn anew."""
    await expect(picture).to_be_visible()
    await expect(picture).to_have_js_property("naturalWidth", 512)


async def _is_public(site: Site) -> bool:
    async with site.shop.database.tenant(site.shop.merchant_id) as session:
        saved = await storefront_pages.current(session, storefront_pages.PageName.LOYALTY)
    return saved.settings.enabled
