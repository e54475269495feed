"""An owner takes somebody in, who may do what their role allows for as long as they are wanted."""

from playwright.async_api import Browser, Page, expect

from loyalnest.kernel import relay
from tests.dashboard.conftest import Site, settled, visitor

NEWCOMER = "grace@example.com"
PASSWORD = "compilers are my friends"


async def test_somebody_is_invited_joins_works_and_is_kept_out(
    site: Site, page: Page, chromium: Browser
):
    await page.goto(site.at("/settings"))
    staff = page.get_by_role("region", name="Staff and roles")
    await staff.get_by_role("link", name="Manage").click()
    people = page.get_by_role("main")
    await expect(people.get_by_text("owner@example.com")).to_be_visible()
    await expect(people.get_by_text("You", exact=True)).to_be_visible()
    await expect(page.get_by_role("button", name="Manage")).to_have_count(0)
    matrix = page.get_by_role("table", name="What each role may do")
    await expect(matrix.get_by_role("row", name="API keys")).to_have_text(
        "API keysSee and change–No access–No access–No access"
    )
    await _owners_say_where_from(page)
    link = await _invited(page)
    await expect(people.get_by_text("Invited", exact=True)).to_be_visible()

    async with visitor(chromium) as theirs:
        asked: list[str] = []
        theirs.on("request", lambda request: asked.append(request.url + str(request.headers)))
        await theirs.goto(link)
        await expect(theirs.get_by_role("heading", name="Join")).to_be_visible()
        await expect(theirs.get_by_text("Your role will be: Staff.")).to_be_visible()
        await theirs.get_by_label("Your name").fill("Grace Hopper")
        await theirs.get_by_label("New password").fill(PASSWORD)
        await theirs.get_by_role("button", name="Join").click()
        await expect(theirs.get_by_role("heading", name="Home")).to_be_visible()
        assert "lni_" not in theirs.url
        assert not [said for said in asked if link.partition("#")[2] in said]
        await _may_do_what_the_role_allows(theirs, site)

        await page.reload()
        await _change_role(page)
        await page.get_by_role("button", name="Manage: Grace Hopper").click()
        await page.get_by_role("dialog").get_by_role("button", name="Suspend").click()
        await expect(page.get_by_text("Grace Hopper can't sign in for now")).to_be_visible()
        await theirs.get_by_role("link", name="Orders").click()
        await expect(theirs.get_by_role("heading", name="Sign in")).to_be_visible()
        await page.get_by_role("status").get_by_role("button", name="Undo").click()
        await expect(people.get_by_text("Suspended")).to_have_count(0)
        await _used_and_broken_links_say_what_to_do(theirs, site, link)
    await _leaves_for_good(page)
    await _is_on_record(page, site)


async def _owners_say_where_from(page: Page) -> None:
    """The door is held to one's own address and a network, by keyboard, and opened again."""
    door = page.get_by_role("region", name="Where staff may sign in from")
    await expect(door.get_by_text("Staff can sign in from anywhere")).to_be_visible()
    await door.get_by_role("button", name="Add a network").click()
    await page.keyboard.type("10.1.2.3/8")
    await page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    await dialog.get_by_role("button", name="Save").click()
    await expect(door.get_by_text("write '10.0.0.0/8' for the whole")).to_be_visible()
    await door.get_by_label("Network or address").fill("10.0.0.0/8")
    await page.keyboard.press("Enter")
    await dialog.get_by_role("button", name="Save").click()
    await expect(door.get_by_role("alert")).to_contain_text("127.0.0.1, is in none of these")
    await door.get_by_role("button", name="Add my address, 127.0.0.1").click()
    await page.keyboard.type("This machine")
    await page.keyboard.press("Enter")
    await dialog.get_by_role("button", name="Save").click()
    await expect(door.get_by_text("Staff get in from these networks alone")).to_be_visible()
    await page.reload()
    await expect(door.get_by_label("What you call it").last).to_have_value("This machine")
    for network in ("10.0.0.0/8", "This machine"):
        await door.get_by_role("button", name=f"Remove: {network}").click()
    await page.get_by_role("button", name="Save").click()
    await expect(dialog).to_contain_text("a password is enough")
    await dialog.get_by_role("button", name="Save").click()
    await expect(door.get_by_text("Staff can sign in from anywhere")).to_be_visible()


async def _invited(page: Page) -> str:
    await page.get_by_role("button", name="Invite somebody").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("E-mail").fill("owner@example.com")
    await dialog.get_by_label("Role").select_option("staff")
    await dialog.get_by_role("button", name="Create the link").click()
    await expect(dialog.get_by_role("alert")).to_contain_text("already belongs")
    await dialog.get_by_label("E-mail").fill(NEWCOMER)
    await page.keyboard.press("Enter")
    shown = dialog.locator("code")
    await expect(shown).to_contain_text("/dashboard/invitation#lni_")
    link = await shown.inner_text()
    await dialog.get_by_role("button", name="Close").last.click()
    return link


async def _may_do_what_the_role_allows(theirs: Page, site: Site) -> None:
    menu = theirs.get_by_role("navigation", name="Menu")
    await expect(menu.get_by_role("link", name="Orders")).to_be_visible()
    await expect(menu.get_by_role("link", name="Activity")).to_have_count(0)
    await theirs.goto(site.at("/settings"))
    await settled(theirs)
    await expect(theirs.get_by_role("heading", name="Staff and roles")).to_have_count(0)
    await theirs.goto(site.at("/settings/staff"))
    await expect(theirs.get_by_role("alert").first).to_contain_text("staff:read")
    await expect(theirs.get_by_role("button", name="Invite somebody")).to_have_count(0)


async def _change_role(page: Page) -> None:
    await page.get_by_role("button", name="Manage: Grace Hopper").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("Role").select_option("manager")
    await dialog.get_by_role("button", name="Save").click()
    await expect(page.get_by_role("listitem").get_by_text("Manager")).to_be_visible()
    await page.get_by_role("status").get_by_role("button", name="Undo").click()
    await expect(page.get_by_role("listitem").get_by_text("Manager")).to_have_count(0)


async def _used_and_broken_links_say_what_to_do(theirs: Page, site: Site, link: str) -> None:
    for address, told in (
        (link, "This link was used, replaced by a newer one"),
        (site.at("/invitation#lni_nonsense"), "This link was used, replaced by a newer one"),
        (site.at("/invitation"), "The link is incomplete"),
    ):
        await theirs.goto("about:blank")
        await theirs.goto(address)
        await expect(theirs.get_by_role("alert")).to_contain_text(told)
    await theirs.get_by_role("link", name="Sign in").click()
    await expect(theirs.get_by_role("heading", name="Sign in")).to_be_visible()


async def _leaves_for_good(page: Page) -> None:
    dialog = page.get_by_role("dialog")
    await page.get_by_role("button", name="Manage: Grace Hopper").click()
    await dialog.get_by_role("button", name="Link for a new password").click()
    await expect(dialog.locator("code")).to_contain_text("#lni_")
    await dialog.get_by_role("button", name="Close").last.click()
    await page.get_by_role("button", name="Manage: Grace Hopper").click()
    await dialog.get_by_role("button", name="Remove").click()
    await dialog.get_by_role("button", name="Remove").click()
    await expect(page.get_by_text("Grace Hopper was removed")).to_be_visible()
    await page.get_by_role("link", name="Former staff").click()
    await page.get_by_role("button", name="Erase: Grace Hopper").click()
    await dialog.get_by_role("button", name="Erase").click()
    await expect(page.get_by_role("listitem").get_by_text("Erased")).to_be_visible()
    await expect(page.get_by_role("listitem").get_by_text(NEWCOMER)).to_have_count(0)


async def _is_on_record(page: Page, site: Site) -> None:
    await relay.settle(site.shop.database, [])
    await page.goto(site.at("/activity"))
    erased = page.get_by_role("listitem").filter(has_text="A former staff member's details")
    await expect(erased).to_contain_text("owner@example.com")
    await expect(erased).to_contain_text("127.0.0.0/24")
