"""A bakery with a program of everything, its customers, its pages, and a browser."""

from collections.abc import AsyncGenerator, Awaitable, Callable
from datetime import timedelta
from decimal import Decimal

import httpx
import pytest
from playwright.async_api import Browser, Locator, Page, Route

from loyalnest import gamification, ledger, merchants, referrals, rewards, tiers
from loyalnest.entrypoints import wiring
from loyalnest.kernel import clock, relay
from loyalnest.kernel.database import Database
from loyalnest.kernel.ids import new_id, to_wire
from tests.dashboard.conftest import Site, built, chromium, open_site
from tests.doors import bearing, make_key
from tests.shop import Shop
from tests.widget.pages import Pages, opened

__all__ = ["built", "chromium"]

LADDER = tiers.Ladder(
    tiers=(
        tiers.Tier(key="member", name="Member", threshold=Decimal(0)),
        tiers.Tier(
            key="gold",
            name="Gold",
            names={"ar": "ذهبي"},
            threshold=Decimal(500),
            multiplier=Decimal("1.5"),
            perks=("Free wrapping",),
        ),
    )
)
GAME = gamification.Game(
    badges=(
        gamification.Badge(
            key="loyal",
            name="Loyal",
            goal=gamification.Goal(measure=gamification.Measure.ORDERS, target=Decimal(3)),
        ),
        gamification.Badge(
            key="devoted",
            name="Devoted",
            description="For ten orders",
            goal=gamification.Goal(measure=gamification.Measure.ORDERS, target=Decimal(10)),
        ),
    )
)


@pytest.fixture(scope="module")
async def site(lasting_database: Database, chromium: Browser) -> AsyncGenerator[Site]:
    """The gift shop of the dashboard's tests, with all that a program can have."""
    async with open_site(lasting_database) as site:
        await _draw_up(site.shop)
        yield site


@pytest.fixture(scope="module")
async def pages(site: Site) -> AsyncGenerator[Pages]:
    """The shop's own pages; what a test changes of them it changes back."""
    shop = site.shop
    key = await make_key(shop.database, shop.merchant_id)
    async with shop.database.tenant(shop.merchant_id) as session:
        (store,) = await merchants.list_stores(session, merchant_id=shop.merchant_id)
    async with opened(Pages(site.address, store.domain, key)) as pages:
        await call(
            pages,
            "PUT",
            f"stores/{to_wire('sto', store.id)}/web-addresses",
            web_addresses=[pages.address],
        )
        yield pages


async def call(pages: Pages, method: str, path: str, **body: object) -> httpx.Response:
    """Ask the API as the shop's own program."""
    headers = {**bearing(pages.key), "Idempotency-Key": new_id().hex}
    async with httpx.AsyncClient(base_url=pages.installation, trust_env=False) as client:
        answer = await client.request(method, f"/v1/api/{path}", json=body, headers=headers)
    assert answer.is_success, answer.text
    return answer


async def show(page: Page, pages: Pages, path: str = "/") -> Locator:
    """Open a page of the shop, and wait for the launcher."""
    await page.goto(pages.address + path)
    launcher = page.locator("loyalnest-widget button.launcher")
    await launcher.wait_for()
    return launcher


def answering(status: int, body: str) -> Callable[[Route], Awaitable[None]]:
    """A server that says this, whatever it is asked."""

    async def answer(route: Route) -> None:
        await route.fulfill(status=status, body=body, headers={"Access-Control-Allow-Origin": "*"})

    return answer


async def _draw_up(shop: Shop) -> None:
    now = clock.now()
    terms = rewards.Terms.model_validate(
        {
            "kind": "amount_off",
            "name": "£5 off",
            "cost": 50,
            "amounts": {"GBP": 5},
            "names": {"ar": "خصم 5 جنيهات"},
        }
    )
    cake = rewards.Terms.model_validate(
        {
            "kind": "free_shipping",
            "name": "Free delivery",
            "description": "On any order.",
            "cost": 200,
        }
    )
    golden = rewards.Terms.model_validate(
        {
            "kind": "percent_off",
            "name": "A tenth off",
            "percent": "10",
            "cost": 20,
            "tiers": ["gold"],
        }
    )
    async with shop.database.tenant(shop.merchant_id) as session:
        await tiers.save(session, LADDER, actor="test", now=now)
        await gamification.save(session, GAME, actor="test", now=now)
        for each in (terms, cake, golden):
            await rewards.create(
                session, each, state=rewards.RewardState.ACTIVE, stock=None, actor="test", now=now
            )
        promise = referrals.ReferralSettings(enabled=True)
        await referrals.save(session, promise, actor="test", now=now)
        await ledger.set_expiry(
            session,
            merchant_id=shop.merchant_id,
            code="points",
            expiry=ledger.Expiry(ledger.ExpiryKind.DAYS, 100),
            existing=True,
            now=now - timedelta(days=100),
        )
    await relay.settle(shop.database, wiring.SUBSCRIBERS)
    for job in (tiers.JUDGE_EVERYBODY, gamification.JUDGE_EVERYBODY):
        await job.handle(shop.database, {"merchant_id": str(shop.merchant_id)}, now)
