"""A journey's whole life, by hand: chosen, changed, estimated, started, paused, reported, ended."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

import pytest
from playwright.async_api import Browser, Locator, Page, expect

from bench.post import offer
from loyalnest import customers, journeys, messaging, segments, staff, stamps
from loyalnest.customers import Contact
from loyalnest.journeys import CardAlmostFull, CardMilestone, JourneyPlan
from loyalnest.kernel import clock
from loyalnest.kernel.database import Database
from loyalnest.kernel.ids import to_wire
from tests.dashboard.conftest import PASSWORD, Site, open_site, settled, sign_in, visitor
from tests.journeys.cast import begun, bought_last, plan
from tests.messaging.cast import Bakery
from tests.shop import Shop
from tests.stamps import cafe
from tests.stamps.cafe import Cafe

PEOPLE = 300


async def carries_mail(shop: Shop) -> None:
    """Somebody carries the shop's mail; where to does not matter before there is a worker."""
    setup = messaging.Setup(
        messaging.Channel.EMAIL, "hello@example.com", "Shop", {"url": "http://127.0.0.1:9"}
    )
    async with shop.database.tenant(shop.merchant_id) as session:
        await messaging.set_up(session, setup, offer(), actor="test", now=clock.now())


async def lapsed(shop: Shop, count: int) -> None:
    """So many members who can be told of offers, and have bought nothing for forty days."""
    people = await Bakery(shop.database, shop.merchant_id).enrols(count)
    await bought_last(shop.database, shop.merchant_id, people, clock.now() - timedelta(days=40))
    async with shop.database.tenant(shop.merchant_id) as session:
        await segments.score_everybody(session, shop.merchant_id, now=clock.now())


async def crowd(shop: Shop, count: int) -> list[UUID]:
    """So many customers of whom nothing but a name is known."""
    contacts = [
        Contact(shop.merchant_id, email=f"c{n}@example.com", name=f"C {n}") for n in range(count)
    ]
    async with shop.database.batch([shop.merchant_id]) as session:
        found = await customers.identify_many(session, contacts, now=clock.now())
    return [it for it in found if it]


async def newest(site: Site) -> journeys.Journey:
    async with site.shop.database.tenant(site.shop.merchant_id) as session:
        (found,) = await journeys.list_journeys(session, state=None, before=None, limit=1)
    return found


def line(page: Page, name: str) -> Locator:
    """A line of the plan, by what it is called."""
    return page.get_by_role("listitem").filter(
        has=page.get_by_role("button", name=f"Edit {name}", exact=True)
    )


async def opens(page: Page, name: str) -> Locator:
    await page.get_by_role("button", name=f"Edit {name}", exact=True).click()
    return line(page, name)


async def saves(page: Page) -> None:
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_text("Unsaved changes")).to_have_count(0)


async def test_a_journey_is_chosen_changed_estimated_started_paused_reported_and_ended(
    database: Database, chromium: Browser
) -> None:
    async with open_site(database) as site, visitor(chromium) as page:
        await carries_mail(site.shop)
        await lapsed(site.shop, 20)
        await sign_in(page, site, "/journeys")
        await expect(page.get_by_text("No journeys yet")).to_be_visible()
        await expect(page.get_by_role("link", name="Add a reward first")).to_be_visible()
        await page.get_by_role("button", name="Use this Win back").click()
        await expect(page.get_by_role("heading", name="Win back", level=1)).to_be_visible()
        await _change(page)
        await _foresee(page)
        await _live(site, page)


async def _change(page: Page) -> None:
    """Each line in its place; what is wrong is said beside it, though it was closed meanwhile."""
    begins = await opens(page, "It begins")
    await expect(begins).to_contain_text("bought nothing for 2 times their usual time")
    await begins.get_by_label("Measured by").select_option("days")
    await begins.get_by_label("Days", exact=True).fill("3")
    await page.get_by_role("button", name="Edit It begins").click()
    await page.get_by_role("button", name="Save").click()
    await expect(begins.get_by_text("is not 7 to 30")).to_be_visible()
    await expect(begins.get_by_label("Days", exact=True)).to_have_attribute("aria-invalid", "true")
    await begins.get_by_label("Days", exact=True).fill("30")
    await expect(begins).to_contain_text("When a customer has bought nothing for 30 days")
    first = await opens(page, "1. Message")
    await first.get_by_label("Else by").select_option("sms")
    await expect(first).to_contain_text("Send “Win back” by E-mail, else Text message")
    await expect(
        first.get_by_text("Nobody carries your messages yet: Text message")
    ).to_be_visible()
    await opens(page, "How it is measured")
    await page.get_by_label("Customers left out, %").fill("0")
    await saves(page)


async def _foresee(page: Page) -> None:
    """Messages are counted before the start, and cost what the merchant says they do."""
    estimate = page.get_by_role("region", name="What it would come to")
    await expect(estimate).to_contain_text("Would enter20")
    await expect(estimate).to_contain_text("Unknown: enter what a message costs")
    await estimate.get_by_role("button", name="Prices of messages").click()
    await estimate.get_by_label("E-mail").fill("0.05")
    await estimate.get_by_role("button", name="Save").click()
    await expect(estimate.get_by_role("row", name="E-mail")).to_contain_text("40")
    await expect(estimate.get_by_role("row", name="E-mail")).to_contain_text("£2.00")


async def _live(site: Site, page: Page) -> None:
    header = page.get_by_role("heading", level=1).locator("..")
    await page.get_by_role("button", name="Start").click()
    dialog = page.get_by_role("dialog")
    await expect(dialog).to_contain_text("£2.00")
    await dialog.get_by_role("button", name="Start").click()
    await expect(header).to_contain_text("Running")
    database = site.shop.database
    await journeys.enter_by_calendar(database, clock.now())
    await page.get_by_role("button", name="Pause").click()
    await expect(header).to_contain_text("Paused")
    assert (await newest(site)).state == journeys.State.PAUSED
    await page.get_by_role("status").get_by_role("button", name="Undo").click()
    await expect(header).to_contain_text("Running")
    await page.get_by_role("link", name="Customers").last.click()
    await expect(page.get_by_role("row")).to_have_count(21)
    await expect(page.get_by_role("row", name="Member 3")).to_contain_text("Before step 1")
    await page.get_by_role("link", name="Report").click()
    became = page.get_by_role("region", name="What became of it")
    await expect(became).to_contain_text("Entered20")
    await expect(page.get_by_text("Nobody is left out")).to_be_visible()
    await page.get_by_role("link", name="Plan").click()
    await opens(page, "How it is measured")
    await expect(page.get_by_label("Customers left out, %")).to_be_disabled()
    await page.get_by_role("button", name="End now").click()
    await page.get_by_role("dialog").get_by_role("button", name="End now").click()
    await expect(header).to_contain_text("Ended")
    await expect(page.get_by_role("button", name="Edit It begins")).to_have_count(0)
    await page.goto(site.at("/journeys"))
    await expect(page.get_by_role("row", name="Win back")).to_contain_text("Not measured")


async def test_steps_are_added_moved_and_taken_away_by_keyboard_alone(
    database: Database, chromium: Browser
) -> None:
    async with open_site(database) as site, visitor(chromium) as page:
        await sign_in(page, site, "/journeys")
        await page.get_by_role("button", name="Use this Win back").press("Enter")
        await page.get_by_role("button", name="Add a wait").press("Enter")
        await expect(page.get_by_role("button", name="Edit 4. Wait")).to_be_focused()
        await page.get_by_role("button", name="Save").press("Enter")
        await expect(line(page, "4. Wait").get_by_role("alert")).to_contain_text(
            "Nothing comes after"
        )
        for there in (3, 2, 1):
            up = page.get_by_role("button", name=f"Move up: {there + 1}. Wait")
            await up.focus()
            await page.keyboard.press("Enter")
            await expect(page.get_by_role("button", name=f"Move up: {there}. Wait")).to_be_focused()
        await page.keyboard.press("Enter")  # at the top: nothing happens, and the focus stays
        await expect(page.get_by_role("button", name="Move up: 1. Wait")).to_be_focused()
        await line(page, "1. Wait").get_by_label("How long").fill("5")
        gone = await opens(page, "3. Wait")
        await gone.get_by_role("button", name="Remove this step").press("Enter")
        await expect(page.get_by_role("button", name="Add a message")).to_be_focused()
        await saves(page)
        kinds = [it.kind for it in (await newest(site)).plan.steps]
        assert kinds == ["wait", "tell", "tell"]


async def test_what_somebody_else_changed_meanwhile_is_told_and_not_overwritten(
    database: Database, chromium: Browser
) -> None:
    async with open_site(database) as site, visitor(chromium) as page:
        await sign_in(page, site, "/journeys")
        await page.get_by_role("button", name="Use this Birthday wishes").click()
        named = await opens(page, "Name")
        await named.get_by_label("Name").fill("Cake for everybody")
        journey = await newest(site)
        async with site.shop.database.tenant(site.shop.merchant_id) as session:
            other = JourneyPlan.model_validate({**journey.plan.model_dump(), "name": "Tea first"})
            await journeys.change(session, journey.id, other, actor="test", now=clock.now())
        await page.get_by_role("button", name="Save").click()
        await expect(page.get_by_role("alert")).to_contain_text("Somebody else has changed")
        assert (await newest(site)).plan.name == "Tea first"


@pytest.mark.parametrize(
    ("told", "held_out", "says"),
    [(0, 0, "No difference seen"), (90, 5, "More customers buy with it")],
)
async def test_a_report_says_what_may_be_said(
    database: Database, chromium: Browser, told: int, held_out: int, says: str
) -> None:
    """Beside those who are held out, and nothing that chance can do as well."""
    async with open_site(database) as site, visitor(chromium) as page:
        await carries_mail(site.shop)
        journey = await _went(site.shop, told, held_out)
        await sign_in(page, site, "/journeys")
        row = page.get_by_role("row", name=journey.plan.name)
        await expect(row).to_contain_text("percentage points" if told else "Not clear")
        await page.get_by_role("link", name=journey.plan.name).click()
        brings = page.get_by_role("region", name="What it brings")
        await expect(brings.get_by_role("status")).to_contain_text(says)
        await expect(brings.get_by_text("may lie between").first).to_be_visible()
        if told:
            await expect(brings.get_by_text("Too early to say")).to_be_visible()  # of revenue


async def _went(shop: Shop, told: int, held_out: int) -> journeys.Journey:
    """A journey of three weeks ago: how many bought of those who heard, and of the rest."""
    began = clock.now() - timedelta(days=21)
    people = await crowd(shop, PEOPLE)
    journey = await begun(shop.database, shop.merchant_id, plan(holdout=50), now=began)
    async with shop.database.tenant(shop.merchant_id) as session:
        entries = [journeys.Entry(journey, journeys.Candidate(it, "once")) for it in people]
        await journeys.enter_many(session, entries, now=began)
        ways = await journeys.list_enrolments(
            session, journey.id, customer_id=None, before=None, limit=PEOPLE
        )
    for out, count in ((False, told), (True, held_out)):
        bought: Sequence[UUID] = [it.customer_id for it in ways if it.held_out is out][:count]
        await bought_last(shop.database, shop.merchant_id, bought, began + timedelta(days=1))
    return journey


async def test_who_may_only_look_is_shown_no_way_to_change(
    database: Database, chromium: Browser
) -> None:
    async with open_site(database) as site, visitor(chromium) as page:
        await carries_mail(site.shop)
        await begun(site.shop.database, site.shop.merchant_id, plan(), now=clock.now())
        async with site.shop.database.tenant(site.shop.merchant_id) as session:
            await staff.create_member(
                session,
                email="looks@example.com",
                role=staff.Role.ANALYST,
                password=PASSWORD,
                now=clock.now(),
            )
        await page.goto(site.at("/journeys"))
        await page.locator("[name=email]").fill("looks@example.com")
        await page.locator("[name=password]").fill(PASSWORD)
        await page.keyboard.press("Enter")
        await page.get_by_role("link", name="We miss you").click()
        await expect(page.get_by_role("region", name="What became of it")).to_be_visible()
        await page.get_by_role("link", name="Plan").click()
        await settled(page)
        await expect(
            page.get_by_text("When a customer has bought nothing for 30 days")
        ).to_be_visible()
        for name in ("Pause", "End now", "New journey", "Add a message", "Prices of messages"):
            await expect(page.get_by_role("button", name=name)).to_have_count(0)
        await expect(page.get_by_role("button", name="Edit")).to_have_count(0)
        await page.goto(site.at("/journeys"))
        await expect(page.get_by_role("link", name="New journey")).to_have_count(0)


async def test_a_journey_follows_a_stamp_card(database: Database, chromium: Browser) -> None:
    async with open_site(database) as site, visitor(chromium) as page:
        shop = Cafe(database, site.shop.merchant_id)
        await sign_in(page, site, "/journeys/new")
        await expect(page.get_by_role("link", name="Add a stamp card first").first).to_be_visible()
        coffee = await shop.draws_up()
        lunch = await shop.draws_up(cafe.terms(name="Lunch card"))
        await page.reload()
        await page.get_by_role("button", name="Use this Stamp card almost full").click()
        begins = await opens(page, "It begins")
        says = "When a customer's “{}” lacks {} or less {}"
        await expect(begins).to_contain_text(
            says.format("Coffee card", "2 stamps", "for the next reward")
        )
        await begins.get_by_label("Card", exact=True).select_option("Lunch card")
        await begins.get_by_label("Up to").select_option("The full card")
        await begins.get_by_label("Stamps missing, at most").fill("1")
        await expect(begins).to_contain_text(says.format("Lunch card", "1 stamp", "to be full"))
        await saves(page)
        trigger = (await newest(site)).plan.trigger
        assert isinstance(trigger, CardAlmostFull)
        assert (trigger.card_program_id, trigger.missing_at_most, trigger.up_to) == (
            to_wire(stamps.PROGRAM, lunch.id),
            1,
            "full_card",
        )
        await begins.get_by_label("It begins").select_option("A number of stamps")
        numbers = begins.get_by_label("Numbers of stamps")
        await numbers.fill("10, 100001")
        await page.get_by_role("button", name="Save").click()
        await expect(numbers).to_have_attribute("aria-invalid", "true")
        await numbers.fill("10, 25")
        await expect(begins).to_contain_text(
            "With a customer's stamp number 10 or 25 on “Coffee card”"
        )
        await expect(line(page, "1. Message")).to_contain_text("Send “Milestone in stamps”")
        await saves(page)
        trigger = (await newest(site)).plan.trigger
        assert isinstance(trigger, CardMilestone)
        assert trigger.card_program_id == to_wire(stamps.PROGRAM, coffee.id)
        assert trigger.stamps == (10, 25)
