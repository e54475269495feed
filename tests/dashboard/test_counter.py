"""An owner pairs a phone, takes a clerk on, decides what waits, and cuts a lost phone off."""

from datetime import timedelta
from pathlib import Path

import httpx
from playwright.async_api import Browser, Page, expect

from loyalnest import stamps
from loyalnest.kernel import clock
from loyalnest.kernel.ids import from_wire, to_wire
from tests.dashboard.conftest import Site, be_signed_in, settled, visitor
from tests.dashboard.reach import faults
from tests.stamps import cafe
from tests.stamps.device import Device


async def test_a_phone_is_paired_stamps_and_is_lost(site: Site, page: Page) -> None:
    card = await _card(site)
    await page.goto(site.at())
    await page.get_by_role("link", name="At the counter").click()
    main = page.get_by_role("main")
    await expect(main.get_by_text("No stampers yet")).to_be_visible()
    clerk = await _take_somebody_on(page)
    async with httpx.AsyncClient(base_url=site.address, trust_env=False) as client:
        phone = Device(client, clerk=clerk)
        await phone.pairs(await _code_for_a_phone(page))
        await page.reload()
        await expect(main.get_by_text("Chrome, Android")).to_be_visible()
        facts = (await phone.asks("GET", "me")).json()
        phone.clerk = facts["clerks"][0]["id"]
        now = clock.now()
        named = {"id": to_wire(stamps.CARD, card)}
        done = await phone.sends_one(card=named, at=now)
        assert done["outcome"] == "done", done
        for days in (5, 6):
            late = await phone.sends_one(card=named, at=now - timedelta(days=days), offline=True)
            assert late["outcome"] == "held"
    await _decide(page)
    async with site.shop.database.tenant(site.shop.merchant_id) as session:
        state = await stamps.get_state(session, stamps.CardId(card), now=clock.now())
    assert state.collected == 2
    await _lose(page)


async def test_the_counter_fits_a_phone_and_reads_from_right_to_left(
    site: Site, chromium: Browser, built: Path
) -> None:
    for language, width in (("de", 320), ("ar", 320), ("en-GB", 1280)):
        async with visitor(chromium, width=width, language=language, theme="dark") as page:
            await be_signed_in(page, site)
            for path in ("/counter", "/counter/clerks", "/counter/held?seen=true"):
                await page.goto(site.at(path))
                await settled(page)
                assert await faults(page, built) == []
                wide = await page.evaluate("document.documentElement.scrollWidth")
                assert wide <= width, (language, path)


async def _card(site: Site) -> stamps.CardId:
    shop, now = site.shop, clock.now()
    ada = from_wire("cus", await shop.customer_id())
    async with shop.database.tenant(shop.merchant_id) as session:
        program = await stamps.create(
            session, cafe.terms(), state=stamps.ProgramState.ACTIVE, actor="test", now=now
        )
        opening = stamps.Opening(customer_id=ada, program_id=program.id)
        (state,) = await stamps.open_cards(session, [opening], now=now)
    return state.card.id


async def _take_somebody_on(page: Page) -> str:
    await page.get_by_role("link", name="Clerks").click()
    await expect(page.get_by_text("No clerks yet")).to_be_visible()
    await page.get_by_role("button", name="Add a clerk").click()
    await page.get_by_label("Name").fill("Mia")
    await page.get_by_label("PIN").fill("2468")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("listitem").filter(has_text="Mia")).to_be_visible()
    await page.get_by_role("button", name="Suspend: Mia").click()
    await page.get_by_role("button", name="Let back in: Mia").click()
    await expect(page.get_by_role("button", name="Suspend: Mia")).to_be_visible()
    return "clk_"


async def _code_for_a_phone(page: Page) -> str:
    await page.get_by_role("link", name="Stampers").click()
    await page.get_by_role("button", name="Add a stamper").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("Name").fill("Phone by the door")
    await dialog.get_by_role("button", name="Add a stamper").click()
    await expect(dialog.get_by_text("Pair Phone by the door")).to_be_visible()
    await expect(dialog.get_by_text("/stamper/")).to_be_visible()
    await expect(dialog.locator("path[fill='#000']")).to_be_visible()
    code = await dialog.locator("p.text-3xl").inner_text()
    await page.keyboard.press("Escape")
    await expect(page.get_by_text("Not paired yet")).to_be_visible()
    return code


async def _decide(page: Page) -> None:
    await page.get_by_role("link", name="Waiting for you").click()
    held = page.get_by_role("region", name="Waiting for you")
    await expect(held.get_by_role("listitem")).to_have_count(2)
    await expect(held.get_by_text("Done too long ago without a network").first).to_be_visible()
    await held.get_by_role("button", name="Let it count").first.click()
    await expect(held.get_by_role("listitem")).to_have_count(1)
    await held.get_by_role("button", name="Don’t count it").click()
    await expect(held.get_by_text("Nothing waits for you")).to_be_visible()


async def _lose(page: Page) -> None:
    await page.get_by_role("link", name="Stampers").click()
    await page.get_by_role("button", name="Cut off: Phone by the door").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("The device is lost").click()
    since = clock.now() - timedelta(hours=4)
    await dialog.get_by_label("Lost since").fill(f"{since:%Y-%m-%dT%H:%M}")
    await dialog.get_by_role("button", name="Cut off").click()
    await expect(page.get_by_role("listitem").filter(has_text="Phone by the door")).to_contain_text(
        "Cut off"
    )
    await page.get_by_role("link", name="Waiting for you").click()
    odd = page.get_by_role("region", name="What looks odd")
    await expect(odd.get_by_text("Stamped after the device was lost")).to_be_visible()
    await odd.get_by_role("button", name="Seen").click()
    await expect(odd.get_by_text("Nothing looks odd")).to_be_visible()
    await odd.get_by_label("Also what was seen").click()
    await expect(odd.get_by_text("Stamped after the device was lost")).to_be_visible()
