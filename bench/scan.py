"""scan: milliseconds from the first picture of a guest's code to "Stamped", the slowest of several.

A film of a live code is what the camera sees, a script touches *Stamp* as soon as it is there, and
the server's word is waited for: decoding, looking the card up, writing the wish down, sending it.
Beside it how long the app takes to open without a network until a PIN can be entered: below 1 s,
too.
"""

import asyncio
import statistics
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from playwright.async_api import BrowserContext, Page, async_playwright

from bench.figure import Figure, Goal, Measured, Run
from bench.installation import ROOT, Installation, Store, installation, make_api_key
from bench.lighthouse import CHROMIUM
from loyalnest import customers, stamps
from loyalnest.kernel import clock
from loyalnest.stamps import CardTerms, Stage
from tests.stamper.film import film_of

_PIN = "2468"
_AT_ONCE_MS = 1_000
# The first picture is there when the video has its first frame; both are noted by the page's clock.
_WATCH = """
window.seen = {};
const note = name => { window.seen[name] ??= performance.now(); };
document.addEventListener("loadeddata", () => note("picture"), true);
new MutationObserver(() => {
    if (document.querySelector(".pad")) note("open");
    if (document.querySelector(".outcome.done")) note("stamped");
    const stamp = document.querySelector(".stamping .main:not(:disabled)");
    if (!stamp) return;
    note("card");
    stamp.click();
}).observe(document, { childList: true, subtree: true });
"""
_IS_KEPT = """
navigator.serviceWorker.ready.then(() => navigator.serviceWorker.controller || new Promise(
    done => navigator.serviceWorker.addEventListener("controllerchange", done)))
"""


@dataclass(frozen=True)
class _Scan:
    card_ms: float
    stamped_ms: float
    offline_ms: float


async def measure(run: Run) -> Measured:
    """A new card, code, browser and device each time: nothing is warm but the server."""
    if CHROMIUM is None:
        return Measured(0, note="there is no Chromium: apt install chromium", failed=True)
    building = await asyncio.create_subprocess_exec(sys.executable, ROOT / "web" / "build.py")
    if await building.wait():
        return Measured(0, note="the stamper could not be built", failed=True)
    async with installation(run.folder) as place:
        (store,) = await place.open_merchants(1)
        program = await _draw_up(place, store)
        key = make_api_key(place, "shop-0")
        with place.program("serve"):
            await place.wait_until_ready()
            address = f"http://127.0.0.1:{place.settings.port}"
            async with httpx.AsyncClient(
                base_url=f"{address}/v1/api/",
                headers={"Authorization": f"Bearer {key}"},
                trust_env=False,
            ) as owner:
                await _ask(owner, "clerks", name="Mia", pin=_PIN)
                scans = [
                    await _scan(place, store, program, owner, address, number)
                    for number in range(run.count(7, 2))
                ]
    median = statistics.median(it.stamped_ms for it in scans)
    card = statistics.median(it.card_ms for it in scans)
    offline = max(it.offline_ms for it in scans)
    note = (
        f"slowest of {len(scans)}, median {median:.0f}, of which {card:.0f} until the card is "
        f"shown; opens without a network in {offline:.0f} ms at most"
    )
    slowest = max(it.stamped_ms for it in scans)
    return Measured(slowest, note=note, failed=offline >= _AT_ONCE_MS)


async def _draw_up(place: Installation, store: Store) -> stamps.CardProgram:
    terms = CardTerms(
        name="Coffee card",
        stages=(Stage(key="coffee", count=5, name="Coffee"),),
    )
    async with place.database.tenant(store.merchant_id) as session:
        return await stamps.create(
            session, terms, state=stamps.ProgramState.ACTIVE, actor="bench", now=clock.now()
        )


async def _scan(
    place: Installation,
    store: Store,
    program: stamps.CardProgram,
    owner: httpx.AsyncClient,
    address: str,
    number: int,
) -> _Scan:
    offered = await _ask(owner, "stampers", name=f"Till {number}")
    film = place.settings.data_dir / "camera.y4m"
    film.write_bytes(film_of(await _code(place, store, program, number)))
    async with async_playwright() as driver:
        browser = await driver.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", *_camera(film)]
        )
        context = await browser.new_context(
            viewport={"width": 390, "height": 844}, permissions=["camera"], locale="en-GB"
        )
        page = await context.new_page()
        await page.add_init_script(_WATCH)
        await page.goto(f"{address}/stamper/#pair={offered['pairing_code']}")
        await page.locator("button[type=submit]").click()
        await page.locator(".pad").wait_for()
        await page.evaluate(_IS_KEPT)
        await page.keyboard.type(_PIN)
        await page.keyboard.press("Enter")
        await page.locator(".outcome.done").wait_for()
        seen: dict[str, float] = await page.evaluate("window.seen")
        offline = await _opened_offline(context, page)
        await browser.close()
    began = seen["picture"]
    return _Scan(seen["card"] - began, seen["stamped"] - began, offline)


async def _code(place: Installation, store: Store, program: stamps.CardProgram, number: int) -> str:
    """A live code of a new guest's card."""
    now = clock.now()
    contact = customers.Contact(store.merchant_id, email=f"{number}@example.com", name="Ada")
    async with place.database.tenant(store.merchant_id) as session:
        (guest,) = await customers.recognise_many(session, [contact], now=now)
        assert guest is not None
        opening = stamps.Opening(customer_id=guest.customer_id, program_id=program.id)
        (state,) = await stamps.open_cards(session, [opening], now=now)
        return await stamps.live_code(session, state.card, now=now)


async def _opened_offline(context: BrowserContext, page: Page) -> float:
    """How long a reload takes until a PIN can be entered; the slower of two."""
    await context.set_offline(True)
    took: list[float] = []
    for _ in range(2):
        await page.reload()
        await page.locator(".pad").wait_for()
        took.append(await page.evaluate("window.seen.open"))
    return max(took)


async def _ask(owner: httpx.AsyncClient, path: str, **body: object) -> dict[str, Any]:
    answer = await owner.post(path, json=body)
    answer.raise_for_status()
    return answer.json()


def _camera(film: Path) -> tuple[str, ...]:
    return (
        "--use-fake-device-for-media-stream",
        "--use-fake-ui-for-media-stream",
        f"--use-file-for-fake-video-capture={film}",
    )


FIGURE = Figure(
    name="scan",
    unit="ms",
    goal=Goal("below 1,000 ms", below=1_000),
    measure=measure,
)
