"""A merchant draws up a badge and a challenge, and sees an order win them."""

import asyncio
from datetime import timedelta
from zoneinfo import ZoneInfo

from playwright.async_api import Page, Route, expect

from loyalnest import gamification
from loyalnest.entrypoints import wiring
from loyalnest.kernel import clock, relay
from loyalnest.kernel.ids import from_wire
from tests.contracts.shopify.bodies import line, order
from tests.dashboard.conftest import Site
from tests.shop import ADA


async def worked(site: Site) -> None:
    """The workers have done what was asked of them."""
    whose = {"merchant_id": str(site.shop.merchant_id)}
    await gamification.JUDGE_EVERYBODY.handle(site.shop.database, whose, clock.now())
    await relay.settle(site.shop.database, wiring.SUBSCRIBERS)


async def buys(site: Site, number: int, price: str) -> None:
    now = clock.now()
    told = order(number, lines=[line(1, price)], created_at=now.isoformat())
    await site.shop.tells(("orders/paid", told), now=now)


async def draws_up_a_challenge(site: Site, page: Page) -> None:
    await page.goto(site.at("/gamification?view=challenges"))
    await page.get_by_role("link", name="New challenge").click()
    hour_ago = clock.now().astimezone(ZoneInfo("Europe/London")) - timedelta(hours=1)
    await page.get_by_label("Name").fill("November spree")
    await page.get_by_label("Earned by").select_option("spend")
    await page.get_by_label("Goal (GBP)").fill("100")
    await page.get_by_label("From", exact=True).fill(hour_ago.strftime("%Y-%m-%dT%H:%M"))
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_role("heading", name="November spree")).to_be_visible()


async def test_a_badge_and_a_challenge_are_drawn_up_and_won_by_an_order(
    site: Site, page: Page
) -> None:
    await page.goto(site.at())
    await page.get_by_role("link", name="Badges", exact=True).click()
    await expect(page.get_by_text("No badges yet")).to_be_visible()
    await page.get_by_role("link", name="New badge").click()
    await page.get_by_label("Name").fill("Regular")
    await page.get_by_label("Add a language").select_option("de")
    german = page.get_by_role("group", name="Deutsch")
    await german.get_by_label("Name").fill("Stammgast")
    await page.get_by_label("Goal (number of orders)").fill("4")
    await page.get_by_label("Points for reaching it").fill("50")
    await expect(page.locator("output")).to_contain_text("4 orders")
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_role("heading", name="Regular")).to_be_visible()
    await expect(page.get_by_text("Nobody holds it yet")).to_be_visible()
    badge = page.url

    await draws_up_a_challenge(site, page)
    figures = page.locator("dl > div")
    await expect(figures.filter(has_text="Bought in its time")).to_contain_text("1")
    await expect(figures.filter(has_text="Held by")).to_contain_text("0")
    challenge = page.url

    await worked(site)
    await buys(site, 3001, "80.00")
    await worked(site)
    await page.reload()
    await expect(page.get_by_role("link", name="Ada Lovelace")).to_be_visible()
    await page.goto(badge)
    await page.get_by_role("link", name="Ada Lovelace").click()
    await expect(page.get_by_text("+50", exact=True)).to_be_visible()
    assert await site.shop.books_balance()

    await page.goto(challenge)
    await page.get_by_role("button", name="End now").click()
    title = page.get_by_role("heading", level=1).locator("..")
    await expect(title).to_contain_text("Ended")
    await page.get_by_role("status").get_by_role("button", name="Undo").click()
    await expect(title).to_contain_text("Running")
    await page.goto(badge)
    await page.get_by_role("button", name="Archive").click()
    await expect(title).to_contain_text("Archived")
    await page.get_by_role("button", name="Bring back").click()
    await expect(title).to_contain_text("Running")
    await expect(page.get_by_role("link", name="Ada Lovelace")).to_be_visible()


async def test_a_leaderboard_shows_made_up_names_alone(site: Site, page: Page) -> None:
    await page.goto(site.at("/gamification?view=leaderboard"))
    await expect(page.get_by_text("There is no leaderboard", exact=True)).to_be_visible()
    await page.get_by_label("There is a leaderboard").click()
    await page.get_by_label("Ranked by").select_option("orders")
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_text("Nobody is on it yet")).to_be_visible()
    async with site.shop.database.tenant(site.shop.merchant_id) as session:
        ada = from_wire("cus", await site.shop.customer_id(ADA))
        name = await gamification.join_board(session, customer_id=ada, now=clock.now())
    await buys(site, 3002, "5.00")
    await worked(site)
    await page.reload()
    await expect(page.get_by_role("row", name=name)).to_be_visible()
    await expect(page.get_by_text("Lovelace")).to_have_count(0)
    await page.get_by_role("link", name="The one before").click()
    await expect(page.get_by_text("Nobody is on it yet")).to_be_visible()


async def test_a_badge_given_by_hand_is_taken_back_and_given_again(site: Site, page: Page) -> None:
    await page.goto(site.at("/gamification/new"))
    await page.get_by_label("Name").fill("Friend of the house")
    await page.get_by_label("Earned by").select_option("")
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_role("heading", name="Friend of the house")).to_be_visible()
    await page.goto(site.at(f"/customers/{await site.shop.customer_id(ADA)}"))
    card = page.get_by_role("region", name="Badges")
    await card.get_by_role("button", name="Give a badge").click()
    dialog = page.get_by_role("dialog")
    await expect(dialog.get_by_label("Badge")).to_have_value("friend_of_the_house")
    await dialog.get_by_label("Reason").fill("So kind")
    await dialog.get_by_role("button", name="Save").click()
    await card.get_by_role("link", name="Friend of the house").click()
    await expect(page.get_by_role("row", name="Ada Lovelace")).to_contain_text("So kind")
    answered = await _held_back(page, "**/badges/friend_of_the_house")
    undo = page.get_by_role("status").get_by_role("button", name="Undo")
    await expect(undo).to_be_visible()
    await page.get_by_role("button", name="Take back").click()
    # What was given is no longer offered to be undone, and not because its time is over.
    await expect(undo).to_have_count(0, timeout=3_000)
    answered.set()
    await expect(page.get_by_text("Nobody holds it yet")).to_be_visible()
    await undo.click()
    await expect(page.get_by_role("row", name="Ada Lovelace")).to_contain_text("So kind")


async def _held_back(page: Page, address: str) -> asyncio.Event:
    """The server is reached there once what is returned has been set."""
    reached = asyncio.Event()

    async def wait(route: Route) -> None:
        await reached.wait()
        await route.continue_()

    await page.route(address, wait)
    return reached


async def test_what_is_switched_off_says_so_and_leads_to_its_switch(site: Site, page: Page) -> None:
    for part, path in (("Badges and leaderboard", "gamification"), ("Campaigns", "campaigns")):
        await page.goto(site.at("/earning"))
        await page.get_by_role("combobox", name=part).select_option("paused")
        await page.get_by_role("dialog").get_by_role("button", name="Paused").click()
        # The dialog is gone before the change has been saved.
        undo = page.get_by_role("status").get_by_role("button", name="Undo")
        await expect(undo).to_be_visible()
        await page.goto(site.at(f"/{path}"))
        await expect(page.get_by_text(f"{part}: Paused")).to_be_visible()
        await page.get_by_role("link", name="What is running").click()
        await page.get_by_role("combobox", name=part).select_option("on")
        await expect(page.get_by_role("status").get_by_text("Saved", exact=True)).to_be_visible()
