"""A browser, the real server on a port of its own, and a gift shop with some history.

Without a built dashboard or without Chromium these tests are skipped and say why; where `CI` or
`LOYALNEST_SKIP_NOTHING` is set, as by `.ci/run`, that is a failure.
"""

import asyncio
import os
import shutil
import subprocess
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
import uvicorn
from playwright.async_api import Browser, BrowserContext, Page, async_playwright, expect

from loyalnest import campaigns, staff
from loyalnest.entrypoints import doors, wiring
from loyalnest.entrypoints.http import build_app
from loyalnest.kernel import clock, inbox, relay
from loyalnest.kernel.database import Database
from loyalnest.kernel.inbox import DeliveryState, Intake, NewDelivery
from loyalnest.kernel.settings import Settings
from tests.contracts.shopify.bodies import line, order, refund
from tests.shop import Shop, open_shop
from tests.tidy.repository import ROOT

EMAIL, PASSWORD = "owner@example.com", "correct horse battery"
# Without windows, menus and a compositor for them Chromium takes half of the processor.
CHROMIUM = (
    os.environ.get("LOYALNEST_CHROMIUM")
    or shutil.which("chromium-headless-shell")
    or shutil.which("chromium")
)
# A machine that is busy with other things is late and not wrong.
expect.set_options(timeout=20_000)
NO_SKIPPING = {"CI", "LOYALNEST_SKIP_NOTHING"}
PEOPLE = {
    "ada@example.com": ("Ada", "Lovelace"),
    "grace@example.com": ("Grace", "Hopper"),
    "hedy@example.com": ("Hedy", "Lamarr"),
}


# Once in a tab: whoever signs out has signed out.
_NOTE_SIGNED_IN = """
if (location.pathname.startsWith("/dashboard") && !sessionStorage.getItem("noted")) {
    sessionStorage.setItem("noted", "1");
    localStorage.setItem("loyalnest.signed-in", "1");
}
"""
_COUNT_UNANSWERED = """
const ask = window.fetch;
window.unanswered = 0;
window.fetch = (...asked) => {
    window.unanswered += 1;
    return ask(...asked).finally(() => { window.unanswered -= 1; });
};
"""
# Whatever keeps the page from drawing keeps it from looking, too.
_WHEN_SETTLED = """
new Promise(done => {
    let since = performance.now();
    const look = now => {
        const waits = window.unanswered || document.querySelector("main [role=status] .bg-line");
        if (waits) since = now;
        if (now - since > 100) done();
        else requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
})
"""


@dataclass(frozen=True)
class Site:
    """Where the dashboard is, and whose."""

    address: str
    shop: Shop

    def at(self, path: str = "/") -> str:
        return f"{self.address}/dashboard{path}"


@pytest.fixture(scope="session")
def built() -> Path:
    """The dashboard as it is handed out, built from what lies here."""
    made = subprocess.run(
        [sys.executable, ROOT / "web" / "build.py"], capture_output=True, text=True, check=False
    )
    if made.returncode:
        missing(f"the dashboard could not be built: {made.stderr.strip()}")
    return ROOT / "web" / "dashboard"


@pytest.fixture(scope="session")
async def chromium(built: Path) -> AsyncGenerator[Browser]:
    if CHROMIUM is None:
        missing("there is no Chromium: apt install chromium, or name one in LOYALNEST_CHROMIUM")
    async with async_playwright() as driver:
        browser = await driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        await browser.close()


@pytest.fixture(scope="module")
async def site(lasting_database: Database, chromium: Browser) -> AsyncGenerator[Site]:
    """A gift shop's program, served as `loyalnest serve` does."""
    async with open_site(lasting_database) as site:
        yield site


@pytest.fixture
async def page(site: Site, chromium: Browser) -> AsyncGenerator[Page]:
    """A desktop browser of somebody who is signed in and has opened no screen yet."""
    async with visitor(chromium) as page:
        await be_signed_in(page, site)
        yield page


@asynccontextmanager
async def visitor(
    chromium: Browser,
    *,
    width: int = 1280,
    height: int = 800,
    language: str = "en-GB",
    theme: str = "light",
) -> AsyncGenerator[Page]:
    """A browser window; an error in a script or a refusal by our own policy fails the test."""
    context: BrowserContext = await chromium.new_context(
        viewport={"width": width, "height": height},
        locale=language,
        color_scheme="dark" if theme == "dark" else "light",
        reduced_motion="reduce",
    )
    await context.add_init_script(_COUNT_UNANSWERED)
    complaints: list[str] = []
    context.on("weberror", lambda told: complaints.append(str(told.error)))
    context.on(
        "console",
        lambda said: complaints.append(said.text) if "Content Security" in said.text else None,
    )
    yield await context.new_page()
    await context.close()
    assert complaints == []


@asynccontextmanager
async def open_site(database: Database, **settings: str) -> AsyncGenerator[Site]:
    """A gift shop of one's own, for stories that need the program or other settings."""
    shop = await _open_gift_shop(database)
    told = Settings.model_validate({**database.settings.model_dump(), **settings})
    async with served(database, told) as address:
        yield Site(address, shop)


async def be_signed_in(page: Page, site: Site) -> None:
    """Hold what the form leaves behind: a cookie, and a note that there is one."""
    who = {"email": EMAIL, "password": PASSWORD, "cookie": True}
    answer = await page.request.post(f"{site.address}/v1/api/auth/login", data=who)
    assert answer.ok, await answer.text()
    await page.add_init_script(_NOTE_SIGNED_IN)


async def sign_in(page: Page, site: Site, path: str = "/") -> None:
    """Somebody who is signed in opens a screen."""
    await be_signed_in(page, site)
    await page.goto(site.at(path))
    await page.locator("main#main h1").wait_for()


async def sign_in_by_hand(page: Page, site: Site, path: str = "/") -> None:
    """By the form, as everybody does."""
    await page.goto(site.at(path))
    await page.locator("[name=email]").fill(EMAIL)
    await page.locator("[name=password]").fill(PASSWORD)
    await page.keyboard.press("Enter")
    await page.locator("main#main h1").wait_for()


async def settled(page: Page) -> None:
    """Everything that was asked has been answered, and drawn."""
    await page.locator("main h1").first.wait_for()
    await page.evaluate(_WHEN_SETTLED)


async def listens(page: Page, address: str) -> None:
    """Open a screen that is told what happens meanwhile, and wait until it is."""
    heard = asyncio.Event()
    page.on("websocket", lambda it: it.on("framereceived", lambda _: heard.set()))
    await page.goto(address)
    async with asyncio.timeout(60):
        await heard.wait()


def missing(what: str) -> None:
    """Skip with a clear word, or fail where nothing may be skipped."""
    if NO_SKIPPING & os.environ.keys():
        pytest.fail(what)
    pytest.skip(what)


async def _open_gift_shop(database: Database) -> Shop:
    now = clock.now()
    shop = await open_shop(database)
    for number, (email, (first, last)) in enumerate(PEOPLE.items()):
        person = {"id": 70 + number, "email": email, "first_name": first, "last_name": last}
        for visit in range(3):
            placed = (now - timedelta(days=40 * visit + number)).isoformat()
            cake = line(1, "12.50", 2, title="Cake")
            bought = order(
                1000 + 10 * number + visit,
                lines=[cake, line(2, "3.20", title="Tea")],
                email=email,
                customer=person,
                created_at=placed,
                updated_at=placed,
                total_price="28.20",
            )
            await shop.tells(("orders/paid", bought), now=now)
    await shop.tells(
        ("refunds/create", refund(501, 1001, lines={2: 1}, created_at=now.isoformat())), now=now
    )
    await shop.tells(("refunds/create", refund(502, 4711, lines={1: 1})), now=now)
    await _set_one_delivery_aside(shop)
    await _draw_up_campaign(shop)
    async with database.tenant(shop.merchant_id) as session:
        await staff.create_member(
            session, email=EMAIL, role=staff.Role.OWNER, password=PASSWORD, now=now
        )
    await relay.settle(database, wiring.SUBSCRIBERS)
    return shop


async def _draw_up_campaign(shop: Shop) -> None:
    """One with a bit of everything, that nobody here meets."""
    now = clock.now()
    rule = campaigns.Rule(
        name="Gold weekend",
        state=campaigns.State.ACTIVE,
        starts_at=now,
        ends_at=now + timedelta(days=3),
        effect=campaigns.Multiplier(factor=Decimal(2)),
        conditions=campaigns.Conditions(
            tiers=("gold",), weekdays=(6, 7), minimum_spend=Decimal(50)
        ),
        holdout=10,
    )
    async with shop.database.tenant(shop.merchant_id) as session:
        await campaigns.create(session, rule, budget=5000, actor="test", now=now)


async def _set_one_delivery_aside(shop: Shop) -> None:
    async with Intake(shop.database) as intake:
        await intake.put(
            NewDelivery(
                merchant_id=shop.merchant_id,
                store_id=shop.store_id,
                provider="shopify",
                topic="orders/paid",
                delivery_key=f"{shop.merchant_id}-odd",
                body=b'{"id": "no order"}',
                state=DeliveryState.QUEUED,
            )
        )
    await inbox.drain(shop.database, wiring.PROVIDERS)


@asynccontextmanager
async def served(database: Database, settings: Settings) -> AsyncGenerator[str]:
    """Serve an installation at a port of its own."""
    parts = doors.parts(database, settings)
    app = build_app(database, settings, parts)
    config = uvicorn.Config(app, port=0, ws="websockets-sansio", lifespan="on", log_config=None)
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110
        await asyncio.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    await serving
