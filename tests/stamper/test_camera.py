"""A code that is held up to the camera."""

from datetime import UTC, datetime
from pathlib import Path

import segno
from PIL import Image, ImageOps
from playwright.async_api import async_playwright, expect

from loyalnest import stamps
from tests.dashboard.conftest import CHROMIUM
from tests.stamper.conftest import Counter, paired

_WIDTH, _HEIGHT = 640, 480


async def test_a_card_is_read_from_what_the_camera_sees(counter: Counter, tmp_path: Path) -> None:
    card = await counter.card("Ada Lovelace", stamped=2)
    async with counter.cafe.open() as session:
        code = await stamps.live_code(session, card.card, now=datetime.now(UTC))
    film = tmp_path / "camera.y4m"
    film.write_bytes(film_of(code))
    async with async_playwright() as driver:
        browser = await driver.chromium.launch(
            executable_path=CHROMIUM,
            args=[
                "--no-sandbox",
                "--use-fake-device-for-media-stream",
                "--use-fake-ui-for-media-stream",
                f"--use-file-for-fake-video-capture={film}",
            ],
        )
        async with paired(counter, browser, permissions=["camera"]) as phone:
            page = phone.page
            await expect(page.get_by_role("heading", name="Ada Lovelace")).to_be_visible()
            await expect(page.get_by_text("2 of 10", exact=True)).to_be_visible()
            await page.get_by_role("button", name="Stamp", exact=True).click()
            await expect(page.get_by_text("3 of 10", exact=True)).to_be_visible()
            await expect(page.get_by_text("Stamped", exact=True)).to_be_visible()
        await browser.close()
    assert (await counter.sees(card)).collected == 3


def film_of(text: str) -> bytes:
    """What a camera films that a phone is held up to: a code, somewhat askew, on something grey."""
    side = segno.make(text, error="m", micro=False)
    matrix = [list(row) for row in side.matrix]
    code = Image.new("L", (len(matrix) + 8, len(matrix) + 8), 255)
    for y, row in enumerate(matrix):
        for x, dark in enumerate(row):
            if dark:
                code.putpixel((x + 4, y + 4), 30)
    shown = ImageOps.contain(code, (300, 300), Image.Resampling.NEAREST)
    scene = Image.new("L", (_WIDTH, _HEIGHT), 120)
    scene.paste(shown, (150, 80))
    seen = scene.rotate(7, Image.Resampling.BICUBIC, fillcolor=120)
    colour = bytes([128]) * (_WIDTH * _HEIGHT // 2)
    frame = b"FRAME\n" + seen.tobytes() + colour
    return f"YUV4MPEG2 W{_WIDTH} H{_HEIGHT} F10:1 Ip A1:1 C420jpeg\n".encode() + frame * 3
