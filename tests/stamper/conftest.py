"""A café that is served as `loyalnest serve` does, and devices at its counter."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from playwright.async_api import Browser, BrowserContext, Error, Locator, Page, expect

from loyalnest import stamps
from loyalnest.kernel.database import Database
from loyalnest.kernel.ids import new_id
from tests.dashboard.conftest import built, chromium, served
from tests.doors import bearing, make_key
from tests.stamps.cafe import Cafe, open_cafe

__all__ = ["built", "chromium"]

PIN = "2468"
_DONE = """
(async () => {
    const { controller, ready } = navigator.serviceWorker;
    await ready;
    if (!controller) await new Promise(on =>
        navigator.serviceWorker.addEventListener("controllerchange", on, { once: true }));
})()
"""


@dataclass
class Counter:
    """A café's counter: its address, its owner's key, its card."""

    cafe: Cafe
    address: str
    key: str
    program: stamps.CardProgram

    async def owner(self, method: str, path: str, **body: object) -> dict[str, Any]:
        """Ask the API as the owner does."""
        headers = {**bearing(self.key), "Idempotency-Key": new_id().hex}
        async with httpx.AsyncClient(base_url=self.address, trust_env=False) as client:
            answer = await client.request(method, f"/v1/api/{path}", json=body, headers=headers)
        assert answer.is_success, answer.text
        return answer.json() if answer.content else {}

    async def card(self, name: str, stamped: int = 0, phone: str | None = None) -> stamps.CardState:
        """A guest's card, with stamps from earlier visits."""
        guest = await self.cafe.guest(name=name, phone=phone, phone_verified=bool(phone))
        state = await self.cafe.card(self.program, guest)
        if stamped:
            await self.cafe.gives(state, stamped)
        return await self.sees(state)

    async def sees(self, state: stamps.CardState) -> stamps.CardState:
        """A card as it is now."""
        return await self.cafe.sees(state, at=datetime.now(UTC))


@dataclass
class Phone:
    """A browser that was paired."""

    counter: Counter
    context: BrowserContext
    page: Page
    stamper: str

    async def enters(self, pin: str = PIN) -> None:
        """The clerk signs in."""
        await expect(self.page.get_by_role("heading", name="Mia")).to_be_visible()
        await self.page.keyboard.type(pin)
        await self.page.keyboard.press("Enter")

    async def opens(self, said: str) -> Locator:
        """Lay a card on the counter, by its number or the guest's phone."""
        if await (back := self.page.get_by_role("button", name="Next guest")).count():
            await back.click()
        await self.page.get_by_label("Card number or phone number").fill(said)
        await self.page.keyboard.press("Enter")
        stamp = self.page.get_by_role("button", name="Stamp", exact=True)
        same = self.page.get_by_role("button", name="Yes, it is the same")
        await expect(stamp.or_(same)).to_be_visible()
        if await same.count():
            await same.click()
        await expect(stamp).to_be_visible()
        return stamp

    async def stamps(self, said: str) -> None:
        """Stamp a card once."""
        await (await self.opens(said)).click()
        await expect(self.page.get_by_text("Stamped", exact=True)).to_be_visible()

    async def has_sent_all(self) -> None:
        """Wait until nothing is left to be sent."""
        await expect(self.page.get_by_text("Unsent:")).to_have_count(0)

    async def is_killed(self) -> None:
        """The tab is gone from one moment to the next, and the app opened anew."""
        async with self.page.expect_event("crash"):
            with suppress(Error):
                await self.page.goto("chrome://crash")
        await self.page.close()
        self.page = await self.context.new_page()
        await self.page.goto(f"{self.counter.address}/stamper/")


@pytest.fixture(scope="module")
async def counter(lasting_database: Database, chromium: Browser) -> AsyncGenerator[Counter]:
    """A café with a coffee at five stamps and a cake at ten, and a clerk."""
    cafe = await open_cafe(lasting_database)
    key = await make_key(lasting_database, cafe.merchant_id)
    program = await cafe.draws_up()
    async with served(lasting_database, lasting_database.settings) as address:
        counter = Counter(cafe, address, key, program)
        await counter.owner("POST", "clerks", name="Mia", pin=PIN)
        yield counter


@asynccontextmanager
async def paired(
    counter: Counter, browser: Browser, *, signed_in: bool = True, **how: Any
) -> AsyncGenerator[Phone]:
    """A phone at the counter, its clerk signed in; a fault in a script fails the test."""
    look: dict[str, Any] = {"viewport": {"width": 390, "height": 844}, "locale": "en-GB"}
    context = await browser.new_context(**look | how)
    page = await context.new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    offered = await counter.owner("POST", "stampers", name="Till")
    await page.goto(f"{counter.address}/stamper/#pair={offered['pairing_code']}")
    await page.locator("button[type=submit]").click()
    await page.locator(".pad").wait_for()
    await page.evaluate(_DONE)
    phone = Phone(counter, context, page, offered["stamper"]["id"])
    if signed_in:
        await phone.enters()
    yield phone
    await context.close()
    assert complaints == []
