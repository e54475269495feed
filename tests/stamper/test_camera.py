"""A code that is held up to the camera."""

from datetime import UTC, datetime
from pathlib import Path

from playwright.async_api import Browser, async_playwright, expect

from loyalnest import stamps
from tests.dashboard.conftest import CHROMIUM
from tests.stamper.conftest import Counter, paired
from tests.stamper.film import film_of


async def test_a_card_is_read_from_what_the_camera_sees(
    counter: Counter, chromium: Browser, tmp_path: Path
) -> None:
    card = await counter.card("Ada Lovelace", stamped=2)
    film = tmp_path / "camera.y4m"
    camera = ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]
    camera += [f"--use-file-for-fake-video-capture={film}"]
    async with async_playwright() as driver:
        browser = await driver.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", *camera]
        )
        async with paired(counter, browser, signed_in=False, permissions=["camera"]) as phone:
            async with counter.cafe.open() as session:  # it is good for half a minute
                code = await stamps.live_code(session, card.card, now=datetime.now(UTC))
            film.write_bytes(film_of(code))
            await phone.enters()
            page = phone.page
            await expect(page.get_by_role("heading", name="Ada Lovelace")).to_be_visible()
            await expect(page.get_by_text("2 of 10", exact=True)).to_be_visible()
            await page.get_by_role("button", name="Stamp", exact=True).click()
            await expect(page.get_by_text("3 of 10", exact=True)).to_be_visible()
            await expect(page.get_by_text("Stamped", exact=True)).to_be_visible()
        await browser.close()
    assert (await counter.sees(card)).collected == 3
