"""Tiers and segments by hand: drawn up, tried out, and seen with each customer."""

from decimal import Decimal

from playwright.async_api import Page, expect

from loyalnest import rewards, storefront, tiers
from loyalnest.entrypoints import wiring
from loyalnest.kernel import clock, relay
from tests.dashboard.conftest import Site

_LADDER = tiers.Ladder(
    window=tiers.Window.ROLLING_12_MONTHS,
    tiers=(
        tiers.Tier(key="bronze", name="Bronze", threshold=Decimal(0)),
        tiers.Tier(key="silver", name="Silver", threshold=Decimal(84)),
        tiers.Tier(key="gold", name="Gold", threshold=Decimal(1000)),
    ),
)


async def worked(site: Site) -> None:
    """The workers have done what was asked of them."""
    await tiers.JUDGE_EVERYBODY.handle(
        site.shop.database, {"merchant_id": str(site.shop.merchant_id)}, clock.now()
    )
    await relay.settle(site.shop.database, wiring.SUBSCRIBERS)


async def test_tiers_are_drawn_up_tried_out_saved_and_seen_with_a_customer(
    site: Site, page: Page
) -> None:
    await page.goto(site.at("/tiers"))
    await page.get_by_role("button", name="Start with bronze, silver and gold").click()
    await page.get_by_role("button", name="Edit Silver").click()
    await page.get_by_label("Begins at (GBP)").fill("0")
    await page.get_by_role("button", name="Show who would move").click()
    await expect(page.get_by_text("Must be more than the tier before it")).to_be_visible()
    await page.get_by_label("Begins at (GBP)").fill("84")
    await page.get_by_label("Add a language").select_option("de")
    await page.get_by_role("textbox", name="Deutsch").fill("Silberstufe")
    await page.get_by_label("Other perks").fill("Free wrapping\nEarly access")
    await page.get_by_role("button", name="Show who would move").click()

    dialog = page.get_by_role("dialog")
    await expect(dialog.get_by_text("Customers looked at: 3.")).to_be_visible()
    moved = dialog.get_by_role("listitem")
    await expect(moved.filter(has_text="No tierSilver")).to_contain_text("2")
    await dialog.get_by_text("Who they are").click()
    await expect(dialog.get_by_role("link", name="Grace Hopper")).to_be_visible()
    await dialog.get_by_role("button", name="Save").click()
    await expect(page.get_by_text("Customers are moved within minutes")).to_be_visible()
    await expect(page.get_by_role("heading", name="Earlier tiers")).to_be_visible()
    await worked(site)

    await page.reload()
    await page.get_by_role("link", name="2 customers").click()
    await expect(page.get_by_role("link", name="Grace Hopper")).to_be_visible()
    await expect(page.get_by_role("link", name="Ada Lovelace")).to_have_count(0)
    await page.get_by_role("link", name="Grace Hopper").click()
    await expect(page.get_by_text("£915.40 to go until Gold")).to_be_visible()


async def test_a_tier_is_given_by_hand_until_a_day_undone_and_ended(site: Site, page: Page) -> None:
    await _has_gold(site)
    await page.goto(site.at(f"/customers/{await site.shop.customer_id()}"))
    card = page.get_by_role("region", name="Tier")
    await expect(card.get_by_text("Bronze")).to_be_visible()
    for _ in range(2):
        await card.get_by_role("button", name="Set the tier by hand").click()
        dialog = page.get_by_role("dialog")
        await dialog.get_by_label("Tier").select_option("gold")
        await dialog.get_by_label("Last day").fill("2099-12-31")
        await dialog.get_by_label("Reason").fill("A friend of the house")
        await dialog.get_by_role("button", name="Save").click()
        await expect(card.get_by_text("Set by hand until 31 Dec 2099")).to_be_visible()
        await page.get_by_role("status").get_by_role("button", name="Undo").click()
        await expect(card.get_by_text("Set by hand until")).to_have_count(0)
        await expect(card.get_by_text("£2.60 to go until Silver")).to_be_visible()
    await card.get_by_text("History").click()
    await expect(card.get_by_text("No longer set by hand")).to_have_count(2)


async def test_tiers_change_places_by_keyboard_and_a_stale_screen_saves_nothing(
    site: Site, page: Page
) -> None:
    await _has_gold(site)
    await page.goto(site.at("/tiers"))
    other = await page.context.new_page()
    await other.goto(site.at("/tiers"))
    await other.get_by_label("Days of grace").fill("7")
    for one in (page, other):
        await one.get_by_role("button", name="Move up: Gold").focus()
        await one.keyboard.press("Enter")
        await one.get_by_role("button", name="Show who would move").click()
        dialog = one.get_by_role("dialog")
        await expect(dialog.get_by_role("listitem")).to_contain_text(["SilverGold"])
        await dialog.get_by_role("button", name="Save").click()
        if one is page:
            await expect(one.get_by_text("Customers are moved within minutes")).to_be_visible()
    await expect(other.get_by_role("alert")).to_contain_text("Somebody else has changed the tiers")


async def test_perks_are_drawn_up_held_to_switched_and_taken_back(site: Site, page: Page) -> None:
    await _has_gold(site)
    await page.goto(site.at("/tiers"))
    await page.get_by_role("main").get_by_role("link", name="Perks").click()
    await expect(page.get_by_text("No perks yet")).to_be_visible()
    await page.get_by_role("link", name="New perk").click()
    await page.get_by_label("Name").fill("Before everybody")
    await page.get_by_label("Page of your shop").fill("/collections/early")
    seen = page.get_by_role("region", name="What customers see")
    await expect(seen.get_by_text("Told to them alone: /collections/early")).to_be_visible()
    await page.get_by_label("Status").select_option("active")
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_role("group", name="Who has it").get_by_role("alert")).to_be_visible()
    await page.get_by_label("Gold").check()
    await expect(seen.get_by_text("Gold")).to_be_visible()
    await page.get_by_role("button", name="Save").click()
    row = page.get_by_role("row", name="Before everybody")
    await expect(row).to_contain_text("We do: nobody else is told")

    turn = row.get_by_role("switch")
    await turn.focus()
    await page.keyboard.press("Space")
    await expect(turn).not_to_be_checked()
    await page.get_by_role("button", name="Undo").click()
    await expect(turn).to_be_checked()
    await row.get_by_role("link").click()
    await _change_in_two_windows(page)
    async with site.shop.database.tenant(site.shop.merchant_id) as session:
        (perk,) = await storefront.list_perks(session)
    assert (perk.terms.name, perk.terms.tiers) == ("Before everybody", ("gold",))
    await _give_a_reward_of_their_own(site, page)


async def _has_gold(site: Site) -> None:
    """The ladder of the story before, or another where that was not told."""
    merchant_id = site.shop.merchant_id
    async with site.shop.database.tenant(merchant_id) as session:
        if merchant_id in await tiers.ladders_of(session, [merchant_id]):
            return
        await tiers.save(session, _LADDER, actor="test", now=clock.now())
    await worked(site)


async def _change_in_two_windows(page: Page) -> None:
    other = await page.context.new_page()
    await other.goto(page.url)
    await other.get_by_label("Description").fill("Two days earlier")
    await page.get_by_label("Name").fill("Before the rest")
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_role("heading", name="Before the rest")).to_be_visible()
    await other.get_by_role("button", name="Save").click()
    await expect(other.get_by_role("alert")).to_contain_text("Somebody else has changed this")
    await other.close()
    await page.get_by_role("button", name="Undo").click()
    await expect(page.get_by_role("heading", name="Before everybody")).to_be_visible()
    await expect(page.get_by_label("Name")).to_have_value("Before everybody")


async def _give_a_reward_of_their_own(site: Site, page: Page) -> None:
    """Which is theirs for as long as nobody else can have it."""
    kind, on = rewards.Kind.FREE_SHIPPING, rewards.RewardState.ACTIVE
    terms = rewards.Terms(kind=kind, name="Sent for nothing", cost=1)

    async def opens(to: tuple[str, ...], reward: rewards.Reward | None = None) -> rewards.Reward:
        limited = terms.model_copy(update={"tiers": to})
        async with site.shop.database.tenant(site.shop.merchant_id) as session:
            if reward is None:
                return await rewards.create(
                    session, limited, state=on, stock=None, actor="test", now=clock.now()
                )
            return await rewards.save(
                session, reward.id, limited, state=on, stock=None, actor="test", now=clock.now()
            )

    reward = await opens(())
    await page.goto(site.at("/tiers/perks/new"))
    await page.get_by_label("Kind").select_option("reward")
    await page.get_by_label("Reward", exact=True).select_option("Sent for nothing")
    await page.get_by_label("Name").fill("Delivered by us")
    await page.get_by_label("Gold").check()
    await expect(page.get_by_role("link", name="Limit it to these tiers")).to_be_visible()
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_role("alert")).to_contain_text("on other tiers as well")
    await opens(("gold",), reward)
    await page.get_by_role("button", name="Save").click()
    row = page.get_by_role("row", name="Delivered by us")
    await expect(row).to_contain_text("We do: nobody else gets a code")
    await opens((), reward)
    await page.reload()
    await expect(row).to_contain_text("Others can have this reward, too.")


async def test_segments_are_counted_opened_and_asked_for_in_the_list(
    site: Site, page: Page
) -> None:
    await page.goto(site.at("/segments"))
    line = page.get_by_role("listitem").filter(has_text="Buy regularly and well")
    await expect(line).to_contain_text("3 customers")
    await line.get_by_role("link", name="Loyal").click()
    await expect(page.get_by_role("row")).to_have_count(4)
    await page.get_by_role("link", name="Show in the customer list").click()
    await expect(page.get_by_role("row")).to_have_count(4)
    await page.get_by_label("Segment").select_option("lost")
    await expect(page.get_by_text("No customers yet")).to_be_visible()
    await page.get_by_label("Segment").select_option("")
    await page.get_by_role("link", name="Hedy Lamarr").click()
    card = page.get_by_role("region", name="Buying habits")
    await expect(card.get_by_text("Usual time between orders: 40 days")).to_be_visible()
    await expect(card.get_by_text("3 orders, £84.60 in all")).to_be_visible()
