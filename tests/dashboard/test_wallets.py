"""Whether cards are in wallets, and whether phones hear of changes, is seen at a glance."""

import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from playwright.async_api import Page, Route, expect

from loyalnest.kernel import clock
from tests.dashboard.conftest import Site
from tests.stamps.cast import fills_a_card
from tests.wallet.holding import holds_a_pass


def wallet(platform: str, **known: Any) -> dict[str, Any]:
    """A wallet as the API tells of it."""
    plain: dict[str, Any] = {
        "platform": platform,
        "configured": True,
        "expires_at": None,
        "passes": 0,
        "held": 0,
        "phones": 0 if platform == "apple" else None,
        "waiting": 0,
        "waiting_since": None,
        "told": 0,
        "troubles": [],
    }
    return {**plain, **known}


async def answered(page: Page, apple: dict[str, Any]) -> None:
    """What the API says, for states that take a certificate and a year."""

    async def answer(route: Route) -> None:
        await route.fulfill(
            content_type="application/json", body=json.dumps([apple, wallet("google")])
        )

    await page.route("**/v1/api/wallets", answer)


@pytest.fixture
def now() -> datetime:
    return clock.now()


async def test_settings_lead_to_wallets_and_say_what_is_not_set_up(site: Site, page: Page) -> None:
    await page.goto(site.at("/settings"))
    card = page.get_by_role("region", name="Wallets")
    await card.get_by_role("link", name="Manage").click()
    await expect(page.get_by_role("heading", name="Wallets")).to_be_visible()
    for name in ("Apple Wallet", "Google Wallet"):
        region = page.get_by_role("region", name=name)
        await expect(region.get_by_text("Not set up")).to_be_visible()
        await expect(region.get_by_text("Whoever runs this installation")).to_be_visible()


async def test_cards_and_phones_are_counted(site: Site, page: Page) -> None:
    await fills_a_card(site.shop, "ada@example.com")
    await holds_a_pass(site.shop, "phone-of-ada")
    await page.goto(site.at("/settings/wallets"))
    apple = page.get_by_role("region", name="Apple Wallet")
    counts = await apple.locator("dl").inner_text()
    assert counts.split("\n")[:4] == ["Cards made for it", "1", "In somebody’s wallet", "1"]
    await expect(apple.get_by_text("Changes still to be told")).to_be_visible()


async def test_a_certificate_that_runs_out_says_so_in_time(
    site: Site, page: Page, now: datetime
) -> None:
    for days, told in ((200, None), (20, "The certificate runs out on"), (-1, "ran out on")):
        ends = (now + timedelta(days=days)).isoformat()
        await answered(page, wallet("apple", expires_at=ends))
        await page.goto(site.at("/settings/wallets"))
        await expect(page.get_by_text("Certificate good until")).to_be_visible()
        alert = page.get_by_role("alert")
        if told:
            await expect(alert).to_contain_text(told)
        else:
            await expect(alert).to_have_count(0)


async def test_troubles_are_told_with_the_platforms_own_word(
    site: Site, page: Page, now: datetime
) -> None:
    at = (now - timedelta(hours=2)).isoformat()
    troubles = [
        {"outcome": "refused", "count": 1, "reason": "BadCertificate", "last_at": at},
        {"outcome": "later", "count": 1200, "reason": None, "last_at": at},
    ]
    await answered(page, wallet("apple", troubles=troubles))
    await page.set_viewport_size({"width": 320, "height": 640})
    await page.goto(site.at("/settings/wallets"))
    apple = page.get_by_role("region", name="Apple Wallet")
    await expect(apple.get_by_text("1 time, last 2 hours ago · BadCertificate")).to_be_visible()
    await expect(apple.get_by_text("1,200 times, last 2 hours ago")).to_be_visible()
    assert await page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


async def test_what_could_not_be_shown_is_tried_again(site: Site, page: Page) -> None:
    async def fail(route: Route) -> None:
        await route.fulfill(status=503, content_type="application/problem+json", body="{}")

    await page.route("**/v1/api/wallets", fail)
    await page.goto(site.at("/settings/wallets"))
    again = page.get_by_role("button", name="Try again")
    await expect(again).to_be_visible()
    await page.unroute("**/v1/api/wallets")
    await again.click()
    await expect(page.get_by_role("region", name="Apple Wallet")).to_be_visible()
