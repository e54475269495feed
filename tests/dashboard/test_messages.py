"""A merchant words what customers are told, sees it in two languages, and takes it back."""

from playwright.async_api import Page, expect

from loyalnest import templates
from loyalnest.templates import Channel, Occasion, Template, Wanted
from tests.dashboard.conftest import Site

EARNED = "/messages/templates/points_earned"


async def now_at(site: Site, channel: Channel, language: str) -> Template:
    it = Wanted(Occasion.POINTS_EARNED, channel, language)
    async with site.shop.database.tenant(site.shop.merchant_id) as session:
        return (await templates.load(session, [it], address="https://nest.example"))[it]


async def test_words_are_written_seen_in_two_languages_saved_and_taken_back(
    site: Site, page: Page
) -> None:
    await page.goto(site.at("/"))
    await page.get_by_role("link", name="Messages").click()
    await page.get_by_role("link", name="Points earned").click()
    mail = page.frame_locator("iframe").first
    await expect(mail.get_by_role("heading", name="You earned 120 points")).to_be_visible()
    await expect(mail.locator("h1")).to_have_css("font-size", "24px")

    await page.get_by_label("Beside it").select_option("ar")
    beside = page.frame_locator("iframe").nth(1)
    await expect(beside.locator("html")).to_have_attribute("dir", "rtl")
    await page.get_by_text("Dark", exact=True).first.click()
    await expect(mail.locator(".ln-card")).to_have_css("background-color", "rgb(31, 32, 32)")

    words = page.get_by_role("textbox", name="Text", exact=True)
    await words.fill("Well done, {{ nobody }}!")
    await expect(page.get_by_text("Line 1: there is no `nobody` here")).to_have_count(2)
    await words.fill("Well done! ")
    await page.get_by_role("button", name="name", exact=True).click()
    mine = "Well done! {% if name %}{{ name }}{% endif %}"
    await expect(words).to_have_value(mine)
    await expect(mail.get_by_text("Well done! Anna", exact=True)).to_be_visible()
    assert (await now_at(site, Channel.EMAIL, "en")).version == 0
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_text("Text saved")).to_be_visible()
    assert (await now_at(site, Channel.EMAIL, "en")).words.body.startswith("Well done!")
    await page.get_by_role("status").get_by_role("button", name="Undo").click()
    await expect(words).not_to_have_value(mine)
    assert (await now_at(site, Channel.EMAIL, "en")).version == 0
    earlier = page.get_by_role("region", name="Earlier words")
    await earlier.get_by_role("row").nth(2).get_by_role("button", name="Use again").click()
    await expect(words).to_have_value(mine)

    await page.get_by_role("link", name="Text message").click()
    await expect(page.get_by_text("1 part · 62 characters left · GSM-7")).to_be_visible()
    await page.get_by_role("link", name="WhatsApp").click()
    await expect(page.get_by_text("You have earned {{1}}.")).to_be_visible()
    await page.get_by_label("Approval", exact=True).select_option("approved")
    await expect(page.get_by_role("status").get_by_text("Saved", exact=True)).to_be_visible()
    chat = await now_at(site, Channel.WHATSAPP, "en")
    assert chat.approval is templates.Approval.APPROVED

    await page.goto(site.at("/messages/templates"))
    await expect(page.get_by_role("link", name="E-mail, English")).to_be_visible()
