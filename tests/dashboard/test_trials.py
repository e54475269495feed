"""A merchant sends themselves what customers would get, by a real mail server, and is told."""

from collections.abc import AsyncGenerator

import pytest
from playwright.async_api import Browser, Page, expect

from catcher.app import build_app
from catcher.mailbox import Mailbox
from loyalnest import messaging
from loyalnest.integrations import smtp
from loyalnest.kernel import clock
from loyalnest.kernel.database import Database
from loyalnest.messaging import Channel
from tests.dashboard.conftest import EMAIL, Site, be_signed_in, open_site, visitor

EARNED = "/messages/templates/points_earned"


@pytest.fixture(scope="module")
async def site(lasting_database: Database, chromium: Browser) -> AsyncGenerator[Site]:
    """Merchants' mail servers may be on this machine, and nowhere else in its network."""
    async with open_site(lasting_database, smtp_networks="127.0.0.1") as site:
        yield site


@pytest.fixture
async def server() -> AsyncGenerator[tuple[int, Mailbox]]:
    """A mail server on this machine, and what it took."""
    app = build_app(smtp_port=0)
    async with app.router.lifespan_context(app):
        yield app.state.smtp_port, app.state.mailbox


async def uses(site: Site, port: int, host: str = "127.0.0.1") -> None:
    """The merchant's mail goes by the server at this port."""
    setup = messaging.Setup(
        Channel.EMAIL,
        "hello@bakery.example",
        "Bakery",
        {"host": host, "port": str(port), "security": "none"},
    )
    async with site.shop.database.tenant(site.shop.merchant_id) as session:
        await messaging.set_up(session, setup, smtp.offer(clock.now), actor="test", now=clock.now())


async def send_test(page: Page, site: Site, words: str) -> None:
    await page.goto(site.at(EARNED))
    await page.get_by_role("textbox", name="Text", exact=True).fill(words)
    await page.get_by_role("button", name="Send a test").click()
    dialog = page.get_by_role("dialog")
    await expect(dialog.get_by_label("Send it to")).to_have_value(EMAIL)
    await dialog.get_by_role("button", name="Send a test").click()


async def test_a_draft_comes_to_ones_own_mailbox_marked_as_a_test(
    site: Site, chromium: Browser, server: tuple[int, Mailbox]
) -> None:
    port, mailbox = server
    async with visitor(chromium, width=320, height=640) as page:
        await uses(site, port)
        await be_signed_in(page, site)
        await send_test(page, site, "`NORD-7K2P-4XQ9`")
        await expect(page.get_by_text("The test was handed over: SMTP")).to_be_visible()
        (mail,) = mailbox.to(EMAIL)
        assert mail.subject.startswith("[Test] ")
        assert await page.evaluate("document.documentElement.scrollWidth") <= 320

        letter = await page.context.new_page()
        await letter.set_content(mail.html or "")
        code = letter.locator(".ln-code")
        lines = "e => { const r = document.createRange(); r.selectNodeContents(e);"
        rows = f"{lines} return new Set([...r.getClientRects()].map(x => x.top)).size; }}"
        assert await code.evaluate(rows) == 1
        assert await code.evaluate("e => e.scrollWidth - e.clientWidth") <= 0


async def test_a_server_next_door_is_refused_in_words(site: Site, page: Page) -> None:
    await uses(site, 25, host="10.0.0.1")
    await send_test(page, site, "Hello")
    dialog = page.get_by_role("dialog")
    await expect(dialog).to_contain_text("The mail server lies inside this installation’s own")
    await page.goto(site.at("/messages/senders"))
    await expect(page.get_by_role("region", name="Latest tests")).to_contain_text("Points earned")
