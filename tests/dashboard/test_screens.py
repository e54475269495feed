"""Every screen does by hand what it promises."""

import pytest
from playwright.async_api import Browser, Page, expect

from loyalnest import merchants
from loyalnest.kernel import clock
from tests.dashboard.conftest import Site, settled, sign_in, sign_in_by_hand, visitor
from tests.dashboard.furniture import furnish


@pytest.fixture(scope="module")
async def site(site: Site) -> Site:
    """The gift shop, with tiers and a game."""
    await furnish(site.shop)
    return site


@pytest.mark.parametrize(("language", "direction"), [("fa", "rtl"), ("sv", "ltr")])
async def test_a_screen_reads_the_way_its_reader_does(
    site: Site, chromium: Browser, language: str, direction: str
):
    async with visitor(chromium, language=language) as page:
        await sign_in(page, site)
        assert await page.evaluate("document.documentElement.dir") == direction
        assert await page.evaluate("document.documentElement.lang") == language
        menu = await page.locator("nav#menu").bounding_box()
        assert menu
        assert (menu["x"] > 640) is (direction == "rtl")


async def test_the_wrong_password_is_told_and_the_right_one_leads_where_one_was_going(
    site: Site, chromium: Browser
):
    async with visitor(chromium) as page:
        await page.goto(site.at("/orders?waiting=true"))
        await page.get_by_label("E-mail").fill("owner@example.com")
        await page.get_by_label("Password").fill("not the password")
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("alert")).to_contain_text("E-mail or password is wrong")
        await page.get_by_label("Password").fill("correct horse battery")
        await page.keyboard.press("Enter")
        await expect(page.get_by_text("It takes effect when the order arrives")).to_be_visible()
        assert page.url.endswith("/dashboard/orders?waiting=true")


async def test_one_stays_signed_in_and_signs_out_for_good(site: Site, chromium: Browser):
    async with visitor(chromium) as page:
        await sign_in_by_hand(page, site)
        await stays_and_signs_out(page, site)


async def stays_and_signs_out(page: Page, site: Site) -> None:
    cookies = {each.get("name"): each for each in await page.context.cookies()}
    assert cookies["loyalnest_refresh"].get("httpOnly") is True
    # Left while it asks who is signed in: that answer, with the next cookie, arrives nowhere.
    async with page.expect_request("**/v1/api/auth/refresh"):
        await page.reload(wait_until="commit")
    await page.reload()
    await expect(page.get_by_role("heading", name="Home")).to_be_visible()
    second = await page.context.new_page()
    await second.goto(site.at("/customers"))
    await expect(second.get_by_role("heading", name="Customers")).to_be_visible()

    await page.get_by_role("button", name="Your account").click()
    await page.get_by_role("menuitem", name="Sign out").click()
    await expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    await second.reload()
    await expect(second.get_by_role("heading", name="Sign in")).to_be_visible()


async def test_home_says_what_waits_and_leads_there(site: Site, page: Page):
    await page.goto(site.at())
    await expect(page.get_by_text("Messages from shops that could not be applied")).to_be_visible()
    await page.get_by_text("Refunds whose order has not arrived").click()
    await expect(page.get_by_role("link", name="4711")).to_be_visible()


async def test_a_customer_is_found_from_anywhere_by_keyboard_alone(site: Site, page: Page):
    await page.goto(site.at())
    await settled(page)
    await page.keyboard.press("/")
    await page.keyboard.type("lovelace")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("row")).to_have_count(2)
    await page.get_by_role("link", name="Ada Lovelace").focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="Ada Lovelace")).to_be_visible()
    await expect(page.locator("#main")).to_be_focused()


async def test_the_first_key_leads_past_the_menu(site: Site, page: Page):
    await page.goto(site.at())
    await settled(page)
    await page.keyboard.press("Tab")
    await expect(page.get_by_role("button", name="Skip to the content")).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(page.locator("#main")).to_be_focused()


async def test_a_balance_is_corrected_with_a_reason_and_the_correction_undone(
    site: Site, page: Page
):
    await page.goto(site.at(f"/customers/{await site.shop.customer_id('grace@example.com')}"))
    await page.get_by_role("button", name="Correct the balance").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("Points").fill("50")
    await dialog.get_by_label("Reason").fill("Late parcel <b>sorry</b>")
    await page.keyboard.press("Enter")
    await expect(dialog).to_have_count(0)
    await expect(page.get_by_text("Late parcel <b>sorry</b>", exact=True)).to_be_visible()
    assert await site.shop.balance("grace@example.com") == (134, 0, 0)

    await page.get_by_role("status").get_by_role("button", name="Undo").click()
    await expect(page.get_by_text("Undone: Late parcel <b>sorry</b>")).to_be_visible()
    assert await site.shop.balance("grace@example.com") == (84, 0, 0)
    assert await site.shop.books_balance()


async def test_what_is_refused_is_told_in_the_dialog(site: Site, page: Page):
    await page.goto(site.at(f"/customers/{await site.shop.customer_id('hedy@example.com')}"))
    await page.get_by_role("button", name="Correct the balance").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("Give or take").select_option("take")
    await dialog.get_by_label("Points").fill("5000")
    await dialog.get_by_label("Reason").fill("Too much")
    await dialog.get_by_role("button", name="Save").click()
    await expect(dialog.get_by_role("alert")).to_be_visible()


async def test_a_dialog_keeps_the_focus_and_gives_it_back(site: Site, page: Page):
    await page.goto(site.at(f"/customers/{await site.shop.customer_id()}"))
    button = page.get_by_role("button", name="Correct the balance")
    await button.click()
    await expect(page.get_by_role("dialog")).to_be_visible()
    for _ in range(12):
        await page.keyboard.press("Tab")
        assert await page.evaluate("!!document.activeElement.closest('[role=dialog]')")
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("dialog")).to_have_count(0)
    await expect(button).to_be_focused()


async def test_two_customers_are_merged_and_parted_again(site: Site, page: Page):
    await page.goto(site.at(f"/customers/{await site.shop.customer_id('hedy@example.com')}"))
    await page.get_by_role("button", name="Merge").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_role("searchbox").fill("grace hopper")
    await page.keyboard.press("Enter")
    await dialog.get_by_role("radio").check()
    await dialog.get_by_role("button", name="Merge").click()
    await expect(page.get_by_text("168 points")).to_be_visible()

    await page.get_by_role("status").get_by_role("button", name="Undo").click()
    await expect(page.get_by_text("84 points")).to_be_visible()
    assert await site.shop.books_balance()


async def test_an_order_explains_what_it_earned(site: Site, page: Page):
    await page.goto(site.at("/orders"))
    await page.get_by_role("link", name="#1001").click()
    await expect(page.get_by_role("heading", name="What it earned: 25 points")).to_be_visible()
    await expect(page.get_by_text("£28.20 × 1")).to_be_visible()
    await expect(page.get_by_text("3 of 28 taken back")).to_be_visible()


async def test_rules_are_changed_as_a_new_version_and_the_past_stays(site: Site, page: Page):
    await page.goto(site.at("/earning"))
    await page.get_by_label("Points per 1 GBP").fill("3")
    await expect(page.get_by_text("£25.00 earn 75 points")).to_be_visible()
    await page.get_by_label("Writing a review").select_option("on")
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_text("Rules, version 2")).to_be_visible()
    assert await site.shop.balance() == (81, 0, 0)


async def test_what_is_being_written_outlives_what_others_save_and_never_overwrites_it(
    site: Site, page: Page
):
    await page.clock.install()
    await page.goto(site.at("/earning"))
    rate = page.get_by_label("Points per 1 GBP")
    version = page.locator("main header").get_by_text("Rules, version")
    before, read = await rate.input_value(), await version.inner_text()
    await rate.fill("7")
    other = await page.context.new_page()
    await other.goto(site.at("/earning"))
    await expect(other.get_by_text(read)).to_have_count(1)
    await other.get_by_label("Points per 1 GBP").fill("5")
    await other.get_by_role("button", name="Save").click()
    await expect(other.get_by_text(read)).to_have_count(0)

    await page.clock.fast_forward(60_000)  # what was read is old now
    await page.evaluate("window.dispatchEvent(new Event('visibilitychange'))")
    await expect(version).not_to_have_text(read)
    await expect(rate).to_have_value("7")
    await expect(page.get_by_text("Somebody else has changed this meanwhile")).to_be_visible()
    await expect(page.get_by_role("button", name="Save", exact=True)).to_have_count(0)
    await page.get_by_role("button", name="Discard").click()
    await expect(rate).to_have_value("5")
    await rate.fill(before)
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_text("Unsaved changes")).to_have_count(0)


async def test_expiry_shows_who_would_lose_before_it_is_saved(site: Site, page: Page):
    await page.goto(site.at("/earning"))
    await page.get_by_role("combobox", name="Points expire").select_option("days")
    await page.get_by_role("spinbutton", name="Days").fill("31")
    await page.get_by_label("Also for points that exist already").check()
    await page.get_by_role("button", name="Show who would lose points").click()
    dialog = page.get_by_role("dialog")
    await expect(dialog.get_by_text("customers would lose")).to_be_visible()
    await dialog.get_by_role("button", name="Cancel").click()
    await page.reload()
    await expect(page.get_by_role("combobox", name="Points expire")).to_have_value("never")


async def test_a_key_is_made_shown_once_and_revoked(site: Site, page: Page):
    await page.goto(site.at("/settings"))
    await page.get_by_role("button", name="Create a key").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("Name").fill("Till")
    await dialog.get_by_label("points:read").check()
    await dialog.get_by_role("button", name="Create a key").click()
    await expect(dialog.get_by_text("lnk_")).to_be_visible()
    await dialog.get_by_role("button", name="Close").last.click()
    key = page.get_by_role("main").get_by_role("listitem").filter(has_text="Till").first
    await key.get_by_role("button", name="Revoke").click()
    await page.get_by_role("dialog").get_by_role("button", name="Revoke").click()
    await expect(page.get_by_role("main").get_by_text("Revoked")).to_be_visible()


async def test_a_stores_pages_are_named_put_right_and_taken_back(site: Site, page: Page):
    await page.goto(site.at("/settings"))
    pages = page.get_by_role("region", name="Other web addresses")
    await expect(pages.get_by_text("No others yet")).to_be_visible()
    await pages.get_by_label("Web address", exact=True).focus()
    for said, told in (
        ("http://www.cafe.example", "begins with 'https://'"),
        ("https://www.cafe.example/pages/points", "ends with its host"),
        ("https://*.cafe.example", "Name each web address by itself"),
        ("cafe", "like 'https://www.example.com'"),
    ):
        await page.keyboard.press("ControlOrMeta+a")
        await page.keyboard.type(said)
        await page.keyboard.press("Enter")
        await expect(pages.get_by_text(told)).to_be_visible()
    await page.keyboard.press("ControlOrMeta+a")
    await page.keyboard.type("https://WWW.cafe.example/")
    await page.keyboard.press("Enter")
    named = pages.get_by_text("https://www.cafe.example", exact=True)
    await expect(named).to_be_visible()
    await expect(pages.get_by_label("Web address", exact=True)).to_have_value("")
    await pages.get_by_role("button", name="Remove: https://www.cafe.example").click()
    await expect(named).to_have_count(0)
    await page.get_by_role("status").get_by_role("button", name="Undo").click()
    await expect(named).to_be_visible()

    # What somebody else has added meanwhile is not undone with one's own change.
    await pages.get_by_role("button", name="Remove: https://www.cafe.example").click()
    await expect(named).to_have_count(0)
    theirs = "https://theirs.cafe.example"
    async with site.shop.database.tenant(site.shop.merchant_id) as session:
        await merchants.save_web_addresses(session, site.shop.store_id, [theirs], now=clock.now())
    await page.get_by_role("status").get_by_role("button", name="Undo").click()
    await expect(page.get_by_role("status")).to_contain_text("Somebody else has changed these web")
    await expect(pages.get_by_text(theirs, exact=True)).to_be_visible()
    await expect(named).to_have_count(0)


async def test_a_lost_connection_is_told_with_a_way_to_try_again(site: Site, page: Page):
    await page.route("**/v1/api/orders*", lambda route: route.abort())
    await page.goto(site.at("/orders"))
    await expect(page.get_by_text("The server can't be reached")).to_be_visible()
    await page.unroute("**/v1/api/orders*")
    await page.get_by_role("button", name="Try again").click()
    await expect(page.get_by_role("link", name="#1001")).to_be_visible()


async def test_an_empty_list_says_so(site: Site, page: Page):
    await page.goto(site.at("/customers?q=zzzzzz"))
    await expect(page.get_by_text("Nobody found for “zzzzzz”")).to_be_visible()


async def test_two_who_look_like_one_are_told_apart_for_good(site: Site, page: Page):
    confused = {"id": 71, "email": "hedy@example.com", "first_name": "Grace", "last_name": "Hopper"}
    await site.shop.tells(("customers/update", confused))
    await page.goto(site.at("/customers/same"))
    await expect(page.get_by_role("radio")).to_have_count(2)
    await page.get_by_role("button", name="They are two people").click()
    await expect(page.get_by_text("No duplicates found")).to_be_visible()
