"""A merchant gets a program going, and stops it for a while."""

from playwright.async_api import Page, expect

from tests.dashboard.conftest import Site, settled


async def test_the_way_to_a_live_program_is_walked_left_out_and_put_away(site: Site, page: Page):
    listed = page.get_by_role("region", name="Get your program going")
    await expect(listed.get_by_text("3 of 8 done")).to_be_visible()
    await expect(listed.get_by_text("Being set up")).to_be_visible()
    await listed.get_by_role("link", name="Decide what orders and actions earn").click()
    await page.get_by_label("Writing a review").select_option("on")
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_text("Rules, version 2")).to_be_visible()

    await page.get_by_role("link", name="Home", exact=True).click()
    await page.reload()
    await expect(listed.get_by_text("4 of 8 done")).to_be_visible()
    await listed.get_by_role("button", name="Not needed: Let somebody else sign in").click()
    await expect(listed.get_by_text("of 7 done")).to_be_visible()
    await page.get_by_role("status").get_by_role("button", name="Undo").click()
    await expect(listed.get_by_text("of 8 done")).to_be_visible()

    await listed.get_by_role("button", name="Hide this list").click()
    await expect(listed).to_have_count(0)
    await page.get_by_role("status").get_by_role("button", name="Undo").click()
    await expect(listed).to_be_visible()


async def test_a_program_is_paused_with_what_that_means_and_goes_on_again(site: Site, page: Page):
    await page.goto(site.at("/earning"))
    program = page.get_by_label("The whole program")
    await expect(program).to_have_value("on")
    await program.select_option("paused")
    dialog = page.get_by_role("dialog", name="The whole program: Paused")
    await expect(dialog.get_by_text("Nothing is earned, spent or lost")).to_be_visible()
    await dialog.get_by_role("button", name="Cancel").click()
    await expect(program).to_have_value("on")

    await program.select_option("paused")
    await dialog.get_by_role("button", name="Paused").click()
    await expect(page.get_by_text("Rules, version 3")).to_be_visible()
    await expect(program).to_have_value("paused")
    await page.get_by_role("status").get_by_role("button", name="Undo").click()
    await expect(page.get_by_text("Rules, version 4")).to_be_visible()
    await expect(program).to_have_value("on")

    await page.get_by_label("Writing a review").select_option("paused")
    await expect(program).to_be_disabled()
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_text("Rules, version 5")).to_be_visible()
    await page.get_by_label("Badges and leaderboard").select_option("off")
    await page.get_by_role("dialog").get_by_role("button", name="Off").click()
    await expect(page.get_by_text("Nobody gets a badge for now")).to_be_visible()
    await page.reload()
    await settled(page)
    await expect(page.get_by_label("Badges and leaderboard")).to_have_value("off")
    await expect(page.get_by_label("Writing a review")).to_have_value("paused")
