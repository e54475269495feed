"""A merchant gives the program its looks, and sees what customers will see before they do."""

import base64

from playwright.async_api import FilePayload, Locator, Page, expect

from loyalnest import branding
from tests.branding.drawings import drawing
from tests.dashboard.conftest import Site

RED, BLUE = drawing(colour="red", size=(600, 300)), drawing(colour="blue")
SCRIPT = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
DROPPED = """text => {
    const bytes = Uint8Array.from(atob(text), character => character.charCodeAt(0));
    const carried = new DataTransfer();
    carried.items.add(new File([bytes], "logo.png", { type: "image/png" }));
    return carried;
}"""


def file(name: str, kind: str, body: bytes) -> FilePayload:
    return {"name": name, "mimeType": kind, "buffer": body}


async def now_at(site: Site) -> branding.Branding:
    async with site.shop.database.tenant(site.shop.merchant_id) as session:
        return await branding.current(session)


async def colours_of(samples: Locator) -> list[str]:
    """Ink and page of each sample, as the browser draws them."""
    return await samples.evaluate_all(
        """all => all
            .flatMap(one => [one.style.color, one.style.backgroundColor])
            .map(said => said.match(/\\d+/g).map(part => (+part).toString(16).padStart(2, "0")))
            .map(parts => `#${parts.join("")}`)"""
    )


async def test_a_brand_is_drawn_up_seen_saved_and_taken_back(site: Site, page: Page) -> None:
    await page.goto(site.at("/settings"))
    card = page.get_by_role("region", name="Branding")
    await card.get_by_role("link", name="Manage").click()
    await expect(page.get_by_role("heading", name="Branding")).to_be_visible()
    seen = page.frame_locator("iframe").get_by_role("dialog")
    await expect(seen.get_by_text("620 points")).to_be_visible()
    await expect(page.get_by_text("Unsaved changes")).to_have_count(0)

    await page.get_by_label("Name that customers read").fill("مقهى الشمال ☕")
    await expect(seen.get_by_text("مقهى الشمال ☕")).to_be_visible()
    await _try_colours(page)
    assert (await now_at(site)).version == 0
    await _try_what_is_no_logo(page)
    await page.get_by_label("Name that customers read").focus()
    await page.keyboard.press("Tab")
    async with page.expect_file_chooser() as asked:
        await page.keyboard.press("Space")
    await (await asked.value).set_files(file("logo.png", "image/png", RED))
    await expect(seen.locator("img")).to_have_count(1)
    await expect(page.get_by_role("img", name="Logo")).to_have_js_property("naturalWidth", 512)
    assert (await now_at(site)).version == 0  # customers see nothing of it yet
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_role("status").get_by_text("Saved", exact=True)).to_be_visible()
    saved = await now_at(site)
    assert (saved.name, saved.settings.colour) == ("مقهى الشمال ☕", "#ffcc00")
    assert saved.logo
    assert (saved.logo.width, saved.logo.height) == (512, 256)

    await page.reload()
    await expect(seen.locator("img")).to_have_count(1)
    await page.get_by_role("button", name="Remove the logo").click()
    await expect(seen.locator("img")).to_have_count(0)
    await page.get_by_role("button", name="Save").click()
    await page.get_by_role("status").get_by_role("button", name="Undo").click()
    await expect(seen.locator("img")).to_have_count(1)
    assert (await now_at(site)).settings == saved.settings


async def _try_colours(page: Page) -> None:
    """What the browser shows is what the server counts; what is no colour can't be saved."""
    code = page.get_by_label("As a code")
    for colour in ("#ffffff", "#000000", "#808080", "#c2185b", "#FFCC00"):
        await code.fill(colour)
        palette = branding.palette_of(colour.lower())
        drawn = await colours_of(page.locator("fieldset li > span[aria-hidden]"))
        assert drawn == [palette.on_colour, palette.colour, palette.text, "#ffffff"]
    await expect(page.get_by_text("Black text on it is readable: 13.8 to 1")).to_be_visible()
    await expect(page.get_by_text("Too pale for text on white (1.5 to 1)")).to_contain_text(
        "#907300"
    )
    await code.fill("#ffcc0")
    await expect(page.get_by_text("A code looks like #1a7f64.")).to_be_visible()
    await page.get_by_role("button", name="Save").click()
    await code.fill("ffcc00")
    await page.get_by_label("Corners").select_option("round")


async def _try_what_is_no_logo(page: Page) -> None:
    chooser, alert = page.locator("input[type=file]"), page.get_by_role("alert")
    for sent, told in (
        (file("logo.svg", "image/svg+xml", SCRIPT), "An SVG can carry scripts"),
        (file("logo.png", "image/png", SCRIPT), "An SVG can carry scripts"),
        (file("logo.png", "image/png", b"<html>no</html>"), "This is no PNG, JPEG or WebP"),
        (file("logo.png", "image/png", RED + bytes(2_100_000)), "A logo has at most 2 MB"),
    ):
        await chooser.set_input_files(sent)
        await expect(alert).to_contain_text(told)


async def test_a_logo_is_dropped_and_nobodys_change_is_overwritten(site: Site, page: Page) -> None:
    await page.goto(site.at("/settings/branding"))
    other = await page.context.new_page()
    await other.goto(site.at("/settings/branding"))
    for one in (page, other):
        await one.get_by_role("group", name="Logo").wait_for()
        carried = await one.evaluate_handle(DROPPED, base64.b64encode(BLUE).decode())
        await one.get_by_role("group", name="Logo").dispatch_event(
            "drop", {"dataTransfer": carried}
        )
        await expect(one.get_by_role("img", name="Logo")).to_have_js_property("naturalWidth", 80)
    before = (await now_at(site)).version
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_role("status").get_by_text("Saved", exact=True)).to_be_visible()
    await other.get_by_label("Name that customers read").fill("Late")
    await other.get_by_role("button", name="Save").click()
    await expect(other.get_by_role("alert")).to_contain_text("Somebody else has changed")
    assert (await now_at(site)).version == before + 1
