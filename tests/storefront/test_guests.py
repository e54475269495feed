"""A guest's phone in front of a poster: every page within reach of everybody, with and without a
script, in every direction, and the card draws itself anew."""

import asyncio
import io
import os
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
import zxingcpp
from PIL import Image
from playwright.async_api import Browser, BrowserContext, Page, async_playwright, expect

from loyalnest import stamps
from loyalnest.kernel import clock
from loyalnest.kernel.database import Database
from loyalnest.kernel.ids import new_id
from loyalnest.stamps import enrolling
from tests.dashboard.conftest import CHROMIUM, missing, served
from tests.dashboard.reach import faults
from tests.doors import open_cafe as open_merchant
from tests.stamps.cafe import Cafe, terms
from tests.tidy.repository import ROOT

PHONE = {"width": 320, "height": 640}
SHOTS = os.environ.get("LOYALNEST_SHOTS")


@dataclass
class Street:
    """A café with a poster, as it is served."""

    address: str
    cafe: Cafe
    program: stamps.CardProgram
    code: str

    def at(self, path: str) -> str:
        return f"{self.address}{path}"

    async def card_of(self, phone: str) -> stamps.CardState:
        """The card that somebody has by their phone."""
        async with self.cafe.open() as session:
            found = await enrolling.enrol(
                session,
                enrolling.Joining("Ana", phone, "en", (), new_id(), "here", "test"),
                enrolling.Place(self.program.id, None, None, None),
                trusted=True,
                now=clock.now(),
            )
        assert isinstance(found, enrolling.Enrolled)
        return found.state


@pytest.fixture
async def street(database: Database) -> AsyncGenerator[Street]:
    merchant, _ = await open_merchant(database)
    cafe = Cafe(database, merchant.id)
    program = await cafe.draws_up(terms(welcome_stamps=1))
    async with cafe.open() as session:
        poster = await enrolling.create_poster(
            session,
            program_id=program.id,
            store_id=None,
            name="Counter",
            check_by=None,
            actor="test",
            now=clock.now(),
        )
    async with served(database, database.settings) as address:
        yield Street(address, cafe, program, poster.code)


@pytest.fixture
async def browser() -> AsyncGenerator[Browser]:
    if CHROMIUM is None:
        missing("there is no Chromium: apt install chromium, or name one in LOYALNEST_CHROMIUM")
    async with async_playwright() as driver:
        browser = await driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        await browser.close()


@asynccontextmanager
async def guest(
    browser: Browser, *, language: str = "en-GB", dark: bool = False, script: bool = True
) -> AsyncGenerator[Page]:
    """A small phone. What our own policy refuses, or a script trips over, fails the test."""
    context: BrowserContext = await browser.new_context(
        viewport={"width": PHONE["width"], "height": PHONE["height"]},
        locale=language,
        color_scheme="dark" if dark else "light",
        java_script_enabled=script,
    )
    page = await context.new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on(
        "console",
        lambda said: complaints.append(said.text) if "Content Security" in said.text else None,
    )
    yield page
    await context.close()
    assert complaints == []


@pytest.mark.parametrize(
    ("language", "dark"), [("en-GB", False), ("ar", True), ("de-DE", True), ("ja-JP", False)]
)
async def test_every_page_is_within_reach_of_everybody(
    street: Street, browser: Browser, language: str, dark: bool
) -> None:
    axe = ROOT / "web" / "dashboard"
    async with guest(browser, language=language, dark=dark) as page:
        await page.goto(street.at(f"/j/{street.code}"))
        await _look(page, axe, f"join-{language}")
        await page.get_by_role("button").click()
        await expect(page.get_by_role("alert")).to_be_visible()
        await _look(page, axe, f"mistakes-{language}")
        await page.locator("#name").fill("أنا" if language == "ar" else "Ana Maria")
        await page.locator("#phone").fill("0151 23456789")
        await page.get_by_role("button").click()
        await page.wait_for_url("**/card/**")
        await _look(page, axe, f"card-{language}")


async def test_a_card_is_had_by_keyboard_alone(street: Street, browser: Browser) -> None:
    async with guest(browser) as page:
        await page.goto(street.at(f"/j/{street.code}"))
        await page.locator("#name").focus()
        await page.keyboard.type("Ana")
        await page.keyboard.press("Tab")
        await page.keyboard.type("0151 23456789")
        await page.keyboard.press("Enter")
        await page.wait_for_url("**/card/**")
        await expect(page.get_by_text("Stamps: 1 of 10")).to_be_visible()


async def test_it_works_on_a_phone_that_runs_no_script(street: Street, browser: Browser) -> None:
    async with guest(browser, script=False) as page:
        await page.goto(street.at(f"/j/{street.code}"))
        await page.locator("#name").fill("Ana")
        await page.locator("#phone").fill("0151 23456789")
        await page.get_by_role("button").click()
        await page.wait_for_url("**/card/**")
        framed = page.frame_locator("iframe")
        await expect(
            framed.get_by_role("img", name="Show this code at the counter")
        ).to_be_visible()
        (frame,) = [it for it in page.frames if "frame=1" in it.url]
        answer = await page.request.get(frame.url)
        assert int(answer.headers["refresh"]) <= 30


async def test_the_code_on_the_phone_is_the_cards_and_stamps_appear_by_themselves(
    street: Street, browser: Browser
) -> None:
    async with guest(browser) as page:
        await page.goto(street.at(f"/j/{street.code}"))
        await page.locator("#name").fill("Ana")
        await page.locator("#phone").fill("0151 23456789")
        await page.get_by_role("button").click()
        await page.wait_for_url("**/card/**")
        state = await street.card_of("0151 23456789")
        shot = await page.locator("svg.qr").screenshot(scale="css")
        seen = zxingcpp.read_barcode(Image.open(io.BytesIO(shot)))
        assert seen is not None
        async with street.cafe.open() as session:
            reading = await stamps.read_code(session, seen.text, now=clock.now())
        assert reading.card.id == state.card.id
        assert not reading.must_confirm
        await street.cafe.gives(state, 5, at=clock.now())
        # Whoever comes back to the page sees it as it is now.
        await _comes_back(page)
        await expect(page.locator("#face").get_by_text("Stamps: 6 of 10")).to_be_visible()
        await expect(page.get_by_text("Free coffee")).to_be_visible()
        await expect(page.locator("#news")).to_have_text("Stamps: 6 of 10")
        await _shoot(page, "card-filled")
        # And without a network is told what still helps.
        await page.context.set_offline(True)
        await _comes_back(page)
        await expect(page.locator("#off")).to_be_visible()


async def test_the_browser_that_has_a_card_is_led_to_it(street: Street, browser: Browser) -> None:
    async with guest(browser) as page:
        await page.goto(street.at(f"/j/{street.code}"))
        await page.locator("#name").fill("Ana")
        await page.locator("#phone").fill("0151 23456789")
        await page.get_by_role("button").click()
        await page.wait_for_url("**/card/**")
        await page.goto(street.at(f"/j/{street.code}"))
        await page.get_by_role("link", name="Open my card").click()
        await page.wait_for_url("**/card/**")


async def test_what_a_page_loads_in_all_weighs_little(street: Street, browser: Browser) -> None:
    async with guest(browser) as page:
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        await page.goto(street.at(f"/j/{street.code}"))
        await asyncio.sleep(0.2)
        assert [it for it in asked if not it.startswith("data:")] == [
            street.at(f"/j/{street.code}")
        ]


async def _comes_back(page: Page) -> None:
    """To the page, a minute later."""
    await page.evaluate("Date.now = (now => () => now() + 60000)(Date.now)")
    await page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")


async def _look(page: Page, axe: Path, name: str) -> None:
    """Nothing is out of reach, and nothing sticks out to the side."""
    # What axe is told by is no script of the page's.
    found = await faults(page, axe)
    assert found == []
    wide = await page.evaluate("document.documentElement.scrollWidth")
    assert wide <= PHONE["width"]
    await _shoot(page, name)


async def _shoot(page: Page, name: str) -> None:
    if SHOTS:
        await page.screenshot(path=f"{SHOTS}/{name}.png", full_page=True)
