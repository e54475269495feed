"""How the shop is doing: figures, hours, clerks and late guests, live and for everybody."""

import random
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from playwright.async_api import Browser, Locator, Page, expect

from loyalnest import stamps
from loyalnest.customers import Contact, identify_many
from loyalnest.entrypoints import wiring
from loyalnest.kernel import clock, relay
from loyalnest.kernel.ids import new_id, to_wire
from loyalnest.stamps import ProgramState, Stage
from tests.dashboard.conftest import Site, be_signed_in, listens, settled, visitor
from tests.dashboard.reach import DESK, PHONE, faults
from tests.stamps import cafe

_STAGES = (Stage(key="coffee", count=5, name="Free coffee", cost=Decimal("1.20")),)
_NAMES = ("Mo Farah", "Kim Novak", "Lia Wälti", "Ola Nordmann", "Zoë Ball", "Idris Elba")


async def _told(site: Site) -> None:
    for _ in range(2):
        await relay.settle(site.shop.database, wiring.SUBSCRIBERS)


@pytest.fixture(scope="module")
async def busy(site: Site) -> tuple[Site, stamps.CardState]:
    """Some weeks of a café: most guests come each week, and one has not for a while."""
    chance, now, shop = random.Random(7), clock.now(), site.shop
    async with shop.database.tenant(shop.merchant_id) as session:
        contacts = [
            Contact(shop.merchant_id, email=f"{n}@example.com", name=name)
            for n, name in enumerate(_NAMES)
        ]
        guests = [it for it in await identify_many(session, contacts, now=now) if it]
        program = await stamps.create(
            session,
            cafe.terms(stages=_STAGES),
            state=ProgramState.ACTIVE,
            actor="test",
            now=now - timedelta(days=90),
        )
        openings = [stamps.Opening(customer_id=it, program_id=program.id) for it in guests]
        cards = await stamps.open_cards(session, openings, now=now)
        given = [
            stamps.Stamping(
                card_id=card.card.id,
                occurred_at=now
                - timedelta(days=7 * week + number, hours=chance.choice((0, 1, 2, 5, 6))),
                key=f"{number} {week}",
                actor="staff:stf_" + "0" * 32 if number % 2 else "api_key:key_" + "0" * 32,
                store_id=shop.store_id,
            )
            for number, card in enumerate(cards)
            for week in range(3 if number == 0 else 0, 9)
        ]
        stamped = await stamps.stamp_many(session, given, now=now)
        rewards = {
            reward.id: reward
            for it in stamped
            if isinstance(it, stamps.Stamped)
            for reward in it.earned
        }
        for reward in rewards.values():
            using = stamps.Using(
                reward_id=reward.id, key=str(reward.id), actor=given[0].actor, at=now
            )
            await stamps.use(session, using, now=now)
    await _told(site)
    return site, cards[1]


def figure(page: Page, name: str) -> Locator:
    return page.locator(f"[data-figure={name}]")


async def test_the_shop_shows_who_came_and_moves_as_somebody_does(
    busy: tuple[Site, stamps.CardState], page: Page
) -> None:
    site, card = busy
    await listens(page, site.at("/shop"))
    await expect(figure(page, "active")).to_have_text("6")
    await expect(figure(page, "atRisk")).to_have_text("1")
    await expect(page.get_by_role("link", name="Mo Farah")).to_be_visible()
    await settled(page)
    before = int(await figure(page, "visits").inner_text())
    async with site.shop.database.tenant(site.shop.merchant_id) as session:
        now = clock.now()
        stamping = stamps.Stamping(
            card_id=card.card.id, occurred_at=now, key=str(new_id()), actor="test"
        )
        await stamps.stamp(session, stamping, now=now)
    await _told(site)
    await expect(figure(page, "visits")).to_have_text(str(before + 1))


async def test_days_are_chosen_by_a_button_and_kept_in_the_address(
    busy: tuple[Site, stamps.CardState], page: Page
) -> None:
    site, _ = busy
    await page.goto(site.at("/shop"))
    await page.get_by_role("button", name="7 days").click()
    await expect(figure(page, "active")).to_have_text("5")
    assert "from=" in page.url
    await page.reload()
    await expect(page.get_by_role("button", name="7 days")).to_have_attribute(
        "aria-pressed", "true"
    )
    await page.goto(site.at("/shop?from=2020-01-01&to=2020-01-31"))
    await expect(page.get_by_text("Nobody came in these days")).to_be_visible()
    await page.goto(site.at("/shop?from=2020-01-01&to=2026-01-31"))
    await expect(page.get_by_role("alert")).to_contain_text("400 days")


async def test_each_figure_says_what_it_means_by_keyboard_too(
    busy: tuple[Site, stamps.CardState], page: Page
) -> None:
    await page.goto(busy[0].at("/shop"))
    meaning = page.get_by_text("Those of them who had never come before.")
    await expect(meaning).to_be_hidden()
    await page.get_by_role("button", name="What it means: New", exact=True).focus()
    await page.keyboard.press("Enter")
    await expect(meaning).to_be_visible()


async def test_a_customer_shows_how_often_they_come(
    busy: tuple[Site, stamps.CardState], page: Page
) -> None:
    site, _ = busy
    await page.goto(site.at("/shop"))
    await page.get_by_role("link", name="Mo Farah").click()
    await expect(page.get_by_role("region", name="Visits to the counter")).to_contain_text(
        "Late by their own rhythm"
    )


@pytest.mark.parametrize(("language", "theme"), [("en-GB", "light"), ("ar", "dark")])
async def test_the_shop_is_within_reach_of_everybody(
    busy: tuple[Site, stamps.CardState],
    chromium: Browser,
    built: Path,
    language: str,
    theme: str,
) -> None:
    site, card = busy
    async with visitor(chromium, language=language, theme=theme) as page:
        await be_signed_in(page, site)
        for path in ("/shop", f"/customers/{to_wire('cus', card.card.customer_id)}"):
            for size in (DESK, PHONE):
                await page.set_viewport_size(size)
                await page.goto(site.at(path))
                await settled(page)
                assert await faults(page, built) == []
                wide = await page.evaluate("document.documentElement.scrollWidth - innerWidth")
                assert wide <= 0, (path, size)
