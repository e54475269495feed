"""A stamp card's whole life, by hand: drawn up, stamped, used, corrected, changed and paused."""

import re
from collections.abc import AsyncGenerator

import pytest
from playwright.async_api import Browser, Locator, Page, expect

from loyalnest import stamps
from loyalnest.kernel import clock
from loyalnest.kernel.database import Database
from loyalnest.kernel.ids import from_wire
from loyalnest.stamps import CardProgram, CardTerms, ProgramState
from tests.dashboard.conftest import Site, be_signed_in, open_site, settled, sign_in, visitor
from tests.stamps import cafe


async def newest(site: Site) -> CardProgram:
    async with site.shop.database.tenant(site.shop.merchant_id) as session:
        return (await stamps.programs(session))[-1]


async def collected_on(site: Site, terms: CardTerms, *, stamps_given: int) -> CardProgram:
    """A program in use, and a card of it with so many stamps."""
    now, ada = clock.now(), from_wire("cus", await site.shop.customer_id())
    async with site.shop.database.tenant(site.shop.merchant_id) as session:
        program = await stamps.create(
            session, terms, state=ProgramState.ACTIVE, actor="test", now=now
        )
        opening = stamps.Opening(customer_id=ada, program_id=program.id)
        (state,) = await stamps.open_cards(session, [opening], now=now)
        given = stamps.Stamping(
            card_id=state.card.id, count=stamps_given, occurred_at=now, key="given", actor="test"
        )
        await stamps.stamp(session, given, now=now)
    return program


async def save(page: Page) -> None:
    await page.get_by_role("button", name="Save").click()


def stage(page: Page, name: str) -> Locator:
    return page.get_by_role("group", name=name, exact=True)


@pytest.fixture
async def opening_day(database: Database, chromium: Browser) -> AsyncGenerator[tuple[Site, Page]]:
    """A shop of its own, without a stamp card, and its owner's browser."""
    async with open_site(database) as site, visitor(chromium) as page:
        await be_signed_in(page, site)
        yield site, page


async def test_a_card_is_drawn_up_stamped_used_and_corrected(
    opening_day: tuple[Site, Page],
) -> None:
    site, page = opening_day
    await page.goto(site.at("/stamp-cards"))
    await expect(page.get_by_text("No stamp cards yet")).to_be_visible()
    await page.get_by_role("link", name="Coffee card").click()
    await page.get_by_role("slider", name="Stamps").fill("7")
    await expect(page.get_by_role("img", name="7 of 10 stamps")).to_be_visible()
    await stage(page, "Slice of cake").get_by_label("Stamps").fill("5")
    await expect(page.get_by_text("Another reward has this number of stamps")).to_be_visible()
    await stage(page, "Slice of cake").get_by_label("Stamps").fill("8")
    await page.get_by_label("Minutes between two visits").fill("0")
    await save(page)
    await expect(page.get_by_role("heading", name="Coffee card", level=1)).to_be_visible()
    assert [(it.count, it.name) for it in (await newest(site)).terms.stages] == [
        *((5, "Free coffee"), (8, "Slice of cake"))
    ]

    await page.goto(site.at(f"/customers/{await site.shop.customer_id()}?tab=cards"))
    await page.get_by_role("button", name="Give a card: Coffee card").click()
    card = page.get_by_role("region", name="Coffee card")
    await card.get_by_role("button", name="Give a stamp").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("Stamps").fill("5")
    await dialog.get_by_role("button", name="Give a stamp").click()
    await expect(card.get_by_role("img", name="5 of 8 stamps")).to_be_visible()

    await card.get_by_role("button", name="Hand out").click()
    await expect(page.get_by_text("Handed out: Free coffee")).to_be_visible()
    await expect(card.get_by_text("Rewards to hand out")).to_have_count(0)
    await page.get_by_role("status").get_by_role("button", name="Undo").click()
    await expect(card.get_by_text("Rewards to hand out")).to_be_visible()

    await card.get_by_text("History").click()
    await card.get_by_role("button", name="Undo this stamp").click()
    await page.get_by_role("dialog").get_by_label("Reason").fill("Somebody else's card")
    await page.keyboard.press("Enter")
    await expect(card.get_by_text("Undone: Somebody else's card")).to_be_visible()
    await expect(card.get_by_role("img", name="0 of 8 stamps")).to_be_visible()
    await expect(card.get_by_text("Rewards to hand out")).to_have_count(0)
    await card.get_by_role("button", name="Give a stamp").click()
    await dialog.get_by_label("Stamps").press("Enter")
    await expect(card.get_by_role("img", name="1 of 8 stamps")).to_be_visible()


async def test_what_a_change_means_is_told_before_it_is_kept_and_a_pause_is_taken_back(
    site: Site, page: Page
) -> None:
    drawn_up = await collected_on(site, cafe.terms(name="Tea card"), stamps_given=1)
    await page.goto(site.at("/stamp-cards"))
    await expect(page.get_by_role("row", name="Tea card")).to_contain_text("On")
    await page.get_by_role("link", name="Tea card").click()
    await stage(page, "Cake").get_by_label("Stamps").fill("12")
    await save(page)
    await expect(
        page.get_by_text("Cards that keep their terms until they are full: 1")
    ).to_be_visible()
    assert (await newest(site)).version == 1
    await page.get_by_role("dialog").get_by_role("button", name="Save").click()
    await expect(page.get_by_text("Version 2")).to_be_visible()
    changed = await newest(site)
    assert changed.terms.needed == 12
    # A stage is what it was, whatever its count: cards in circulation know it by its key.
    assert [it.key for it in changed.terms.stages] == [it.key for it in drawn_up.terms.stages]

    await page.get_by_role("button", name="Pause").click()
    standing = page.get_by_role("heading", level=1).locator("..")
    await expect(standing).to_contain_text("Paused")
    assert (await newest(site)).state is ProgramState.PAUSED
    await page.get_by_role("status").get_by_role("button", name="Undo").click()
    await expect(standing).to_contain_text("On")
    await page.get_by_role("button", name="Archive").click()
    await page.get_by_role("button", name="Bring back").click()
    await expect(standing).to_contain_text("Paused")


async def test_what_somebody_else_saved_meanwhile_is_told_and_not_overwritten(
    site: Site, page: Page
) -> None:
    await page.goto(site.at("/stamp-cards/new?start=1"))
    await save(page)
    await expect(page.get_by_role("heading", name="Barber’s card", level=1)).to_be_visible()
    drawn_up = await newest(site)
    await page.get_by_label("Name", exact=True).fill("Ours")
    await _meanwhile(site, drawn_up, name="Theirs")
    await save(page)
    await expect(page.get_by_role("alert")).to_contain_text(
        "Somebody has changed this card program"
    )
    assert (await newest(site)).terms.name == "Theirs"
    await page.get_by_role("button", name="Discard").click()
    await expect(page.get_by_label("Name", exact=True)).to_have_value("Theirs")


async def test_what_was_typed_outlives_a_pause_and_may_replace_what_others_saved(
    site: Site, page: Page
) -> None:
    await page.goto(site.at("/stamp-cards/new?start=2"))
    await save(page)
    await expect(page.get_by_text("Version 1")).to_be_visible()
    drawn_up = await newest(site)
    name = page.get_by_label("Name", exact=True)
    await name.fill("Ours")
    await _meanwhile(site, drawn_up, state=ProgramState.PAUSED)
    await save(page)
    await expect(page.get_by_role("alert")).to_contain_text("Somebody has changed this card")
    await expect(page.get_by_role("heading", level=1).locator("..")).to_contain_text("Paused")
    await expect(name).to_have_value("Ours")
    await save(page)
    await expect(page.get_by_text("Version 3")).to_be_visible()
    saved = await newest(site)
    assert (saved.terms.name, saved.state) == ("Ours", ProgramState.PAUSED)

    await name.fill("Mine")
    await _meanwhile(site, saved, name="Theirs")
    await save(page)
    await expect(page.get_by_text("What you typed is still here")).to_be_visible()
    await expect(name).to_have_value("Mine")
    assert (await newest(site)).terms.name == "Theirs"
    await page.get_by_role("button", name="Keep mine").click()
    await save(page)
    await expect(page.get_by_text("Version 5")).to_be_visible()
    assert (await newest(site)).terms.name == "Mine"


async def _meanwhile(
    site: Site, program: CardProgram, *, state: ProgramState | None = None, name: str | None = None
) -> None:
    """Somebody else saves it."""
    terms = program.terms.model_copy(update={"name": name} if name else {})
    async with site.shop.database.tenant(site.shop.merchant_id) as session:
        await stamps.save(
            session,
            program.id,
            terms,
            state=state or program.state,
            actor="test",
            now=clock.now(),
        )


async def test_on_a_phone_a_card_is_stamped_from_right_to_left(
    site: Site, chromium: Browser
) -> None:
    customer = await site.shop.customer_id("grace@example.com")
    async with site.shop.database.tenant(site.shop.merchant_id) as session:
        program = await stamps.create(
            session,
            cafe.terms(name="Mint tea card"),
            state=ProgramState.ACTIVE,
            actor="test",
            now=clock.now(),
        )
        opening = stamps.Opening(customer_id=from_wire("cus", customer), program_id=program.id)
        await stamps.open_cards(session, [opening], now=clock.now())
    async with visitor(chromium, width=320, height=640, language="ar", theme="dark") as page:
        await sign_in(page, site, f"/customers/{customer}?tab=cards")
        await settled(page)
        await page.get_by_role("button", name="منح ختم").click()
        await page.get_by_role("dialog").get_by_role("spinbutton").press("Enter")
        one = re.compile("^\u2068?[١1]\u2069? ")
        await expect(page.get_by_role("img", name=one)).to_be_visible()
        assert await page.evaluate("document.documentElement.scrollWidth") <= 320
