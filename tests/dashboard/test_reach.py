"""No screen is out of anybody's reach."""

import asyncio
import re
from functools import reduce
from pathlib import Path
from typing import Literal

import pytest
from playwright.async_api import Browser, Page

from loyalnest import campaigns
from loyalnest.kernel import clock
from loyalnest.kernel.ids import to_wire
from tests.dashboard.conftest import Site, settled, sign_in, visitor
from tests.dashboard.furniture import furnish, names_of
from tests.dashboard.reach import AXE, DESK, PHONE, faults

SCREENS = (
    *("/", "/customers", "/customers?q=ada", "/customers?q=nobody%20here", "/customers/same"),
    *("/customers/{customer}", "/customers/{customer}?tab=orders", "/shop"),
    *("/customers?segment=lost", "/segments", "/segments/loyal", "/tiers"),
    *("/customers/{customer}?tab=rewards", "/rewards", "/rewards/redemptions", "/rewards/new"),
    *("/customers/{customer}?tab=activity", "/orders", "/orders?waiting=true", "/orders/{order}"),
    *("/activity", "/activity?type=points&from=2026-01-01", "/activity?view=deliveries"),
    *("/activity?view=failures", "/earning", "/settings", "/no-such-page"),
    *("/settings/staff", "/settings/staff?show=former", "/settings/branding"),
    *("/settings/texts?language=ar&q=unit.points", "/settings/texts?language=en&part=nav.home"),
    *("/campaigns", "/campaigns?show=ended", "/campaigns/new"),
    *("/campaigns/{campaign}", "/campaigns/{campaign}/edit"),
    *("/gamification", "/gamification?view=challenges", "/gamification?view=leaderboard"),
    *("/gamification/new?challenge=true", "/gamification/loyal", "/gamification/loyal/edit"),
    *("/referrals", "/referrals?view=review", "/referrals?view=rules"),
    *("/experiments", "/experiments?view=usage", "/experiments/new"),
    *("/experiments/{experiment}", "/experiments/{draft}/edit"),
    *("/journeys", "/journeys?show=ended", "/journeys/new", "/journeys/{drawn_up}"),
    *("/journeys/{journey}", "/journeys/{journey}?view=customers", "/journeys/{journey}?view=plan"),
    *("/on-site", "/on-site/nudges", "/on-site/nudges/new", "/on-site/addresses"),
    *("/on-site/pages", "/on-site/pages/loyalty"),
    *("/tiers/perks", "/tiers/perks/new", "/tiers/perks/{perk}"),
    *("/settings/messages", "/settings/messages?view=addresses"),
    "/customers/{customer}?tab=consents",
    *("/messages/templates", "/messages/templates/birthday?beside=he"),
    *("/messages/templates/offer?channel=sms", "/messages/templates/offer?channel=whatsapp"),
    *("/messages/deliveries", "/messages/deliveries?state=failed&from=2026-01-01"),
    *("/messages/deliveries?state=in_doubt", "/messages/deliveries/{message}"),
    *("/counter", "/counter/clerks", "/counter/held?seen=true"),
    *("/stamp-cards", "/stamp-cards/new?start=0", "/stamp-cards/{card_program}"),
    *("/customers/{customer}?tab=cards", "/posters"),
    *("/messages/notices", "/messages/senders", "/customers/{customer}?tab=messages"),
    *("/settings/wallets", "/settings/stores/{store}"),
)
# Some screens ask before they let what is drawn up on them go.
_LEAD_TO = """
address => new Promise(there => {
    const router = window.__TSR_ROUTER__;
    const stop = router.subscribe("onResolved", () => { stop(); there(); });
    router.history.push(address.slice(location.origin.length), {}, { ignoreBlocker: true });
})
"""
Theme = Literal["light", "dark"]
Themes = tuple[Theme, Theme]
DAY_THEN_NIGHT: Themes = ("light", "dark")
NIGHT_THEN_DAY: Themes = ("dark", "light")
EVERYBODY = pytest.mark.parametrize(
    ("language", "themes"), [("de-DE", DAY_THEN_NIGHT), ("ar", NIGHT_THEN_DAY)]
)
PARTS = 2
"""In how many tests the screens are walked through, so that several processes share them."""


@pytest.fixture(scope="module")
async def site(site: Site) -> Site:
    """The gift shop, with tiers and a game."""
    await furnish(site.shop)
    return site


async def paths(site: Site) -> list[str]:
    """Every screen's address with a customer, an order and a campaign of this shop."""
    async with site.shop.database.tenant(site.shop.merchant_id) as session:
        customer = await site.shop.customer_id()
        drawn_up = await campaigns.list_campaigns(session, before=None, limit=1, now=clock.now())
    named = {"{customer}": customer, "{campaign}": to_wire("cmp", drawn_up[0].id)}
    named |= await names_of(site.shop)
    return [reduce(lambda path, name: path.replace(name, named[name]), named, it) for it in SCREENS]


async def open_screen(page: Page, site: Site, path: str) -> None:
    if "{order}" in path:
        await lead(page, site.at("/orders"))
        await page.locator("tbody a").first.click()
        await page.locator("dl").first.wait_for()
    else:
        await lead(page, site.at(path))
    await settled(page)


async def lead(page: Page, address: str) -> None:
    """As a link within the dashboard does: what is loaded already is not loaded again."""
    async with asyncio.timeout(30):
        await page.evaluate(_LEAD_TO, address)


async def looked_at(page: Page, built: Path, path: str, themes: Themes) -> list[object]:
    """What is wrong with it on a desk, then as it lies there on a phone in the other light."""
    found: list[object] = []
    for size, theme in zip((DESK, PHONE), themes, strict=True):
        await page.set_viewport_size(size)
        await page.emulate_media(color_scheme=theme)
        # The page hears of it with its next frame.
        await page.wait_for_function(
            "it => document.documentElement.dataset.theme === it", arg=theme
        )
        seen = f"{path} ({theme}, {size['width']} px)"
        if wrong := await faults(page, built):
            found.append((seen, wrong))
        wide = await page.evaluate("document.documentElement.scrollWidth - innerWidth")
        if wide > 0:
            found.append(f"{seen} is {wide} px too wide")
    if nameless := re.search(r"\b[a-z]+\.[a-z]+[A-Z]\w+\b", await page.inner_text("body")):
        found.append(f"{path} says {nameless[0]}")
    return found


@EVERYBODY
async def test_the_screens_in_front_of_the_door_are_within_reach_of_everybody(
    site: Site, chromium: Browser, built: Path, language: str, themes: Themes
):
    async with visitor(chromium, language=language) as page:
        await page.goto(site.at())
        await page.locator("h1").wait_for()
        assert await looked_at(page, built, "/sign-in", themes) == []
        await page.goto(site.at("/invitation#lni_nonsense"))
        await page.get_by_role("alert").wait_for()
        assert await looked_at(page, built, "/invitation", themes) == []


@EVERYBODY
@pytest.mark.parametrize("part", range(PARTS))
async def test_every_screen_is_within_reach_of_everybody(
    site: Site,
    chromium: Browser,
    built: Path,
    language: str,
    themes: Themes,
    part: int,
):
    """In two tabs: while one waits for answers, the other is looked at."""
    left = (await paths(site))[part::PARTS]
    found: list[object] = []

    async def look_through(page: Page) -> None:
        await settled(page)
        while left:
            path = left.pop()
            await page.set_viewport_size(DESK)
            await open_screen(page, site, path)
            found.extend(await looked_at(page, built, path, themes))

    async with visitor(chromium, language=language) as page:
        await page.context.add_init_script(path=built / AXE)
        await sign_in(page, site)
        second = await page.context.new_page()
        await second.goto(site.at())
        async with asyncio.TaskGroup() as tabs:
            for tab in (page, second):
                tabs.create_task(look_through(tab))
    assert found == []
