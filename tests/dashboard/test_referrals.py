"""A merchant promises something for friends, and looks at those who are brought."""

from datetime import timedelta

from playwright.async_api import Page, expect

from loyalnest import customers, referrals, rewards
from loyalnest.customers import Contact
from loyalnest.kernel import clock
from loyalnest.kernel.ids import from_wire
from loyalnest.referrals import Channel, Mark, ReferralSettings
from loyalnest.rewards import RewardState, Terms
from tests.dashboard.conftest import Site
from tests.shop import ADA, Shop

FRIENDS = ("Bea Fields", "Cleo Rivers", "Dora Hills")


async def friends_come(shop: Shop) -> None:
    """Ada brings three friends; all sit behind one network address, like Ada."""
    now = clock.now()
    ada = from_wire("cus", await shop.customer_id(ADA))
    async with shop.database.tenant(shop.merchant_id) as session:
        promised = ReferralSettings(enabled=True, link="https://shop.example/?ref={code}")
        await referrals.save(session, promised, actor="test", now=now)
        code = await referrals.code_of(session, ada, now=now)
        await referrals.note_marks(session, ada, {Mark.IP: "203.0.113.9"}, now=now)
    for place, name in enumerate(FRIENDS):
        await comes(shop, name, code.code, {Mark.IP: "203.0.113.9"}, seconds=place)


async def comes(
    shop: Shop, name: str, code: str, marks: dict[Mark, str] | None = None, *, seconds: int = 0
) -> None:
    """A friend uses a code."""
    now = clock.now()
    email = f"{name.split()[0].lower()}@example.com"
    contact = Contact(merchant_id=shop.merchant_id, email=email, name=name)
    async with shop.database.tenant(shop.merchant_id) as session:
        friend, _ = await customers.enrol(session, contact, now=now)
        await referrals.claim(
            session,
            code=code,
            friend_id=friend,
            channel=Channel.WHATSAPP,
            marks=marks,
            actor="test",
            now=now + timedelta(seconds=seconds),
        )


async def test_friends_are_looked_at_by_keyboard_alone_and_the_word_is_taken_back(
    site: Site, page: Page
) -> None:
    await friends_come(site.shop)
    await page.goto(site.at())
    await page.get_by_role("link", name="Referrals to review").focus()
    await page.keyboard.press("Enter")
    queue = page.get_by_role("main").locator("ul[aria-label]")
    matters = queue.locator("> li")
    await expect(matters).to_have_count(3)
    await expect(matters.first).to_contain_text("Same network address (IP)")
    await expect(page.get_by_text("J and K or arrows to move")).to_be_visible()

    await page.get_by_role("link", name="Rules").focus()
    await page.keyboard.press("Tab")
    await expect(matters.nth(0)).to_be_focused()
    await page.keyboard.press("j")
    await expect(matters.nth(1)).to_be_focused()
    await expect(matters.nth(1)).to_contain_text("Cleo Rivers")
    await page.keyboard.press("d")
    await page.get_by_role("dialog").get_by_label("Reason").fill("One household")
    await page.keyboard.press("Enter")
    await expect(matters).to_have_count(2)
    await expect(page.get_by_role("status").get_by_text("Declined")).to_be_visible()
    await expect(matters.nth(1)).to_be_focused()
    await page.keyboard.press("ArrowUp")
    await page.keyboard.press("a")
    await expect(matters).to_have_count(1)
    await expect(matters.first).to_be_focused()
    await expect(matters.first).to_contain_text("Bea Fields")
    await page.get_by_role("status").get_by_role("button", name="Undo").click()
    await expect(matters).to_have_count(2)

    await page.get_by_role("link", name="Overview").click()
    rows = page.get_by_role("row")
    await expect(rows).to_have_count(4)
    await expect(rows.filter(has_text="Cleo Rivers")).to_contain_text("Declined by staff")
    await page.get_by_label("Show only").select_option("pending")
    await expect(rows).to_have_count(3)
    await rows.filter(has_text="Bea Fields").get_by_role("link", name="Ada Lovelace").click()
    card = page.get_by_role("region", name="Referrals")
    await expect(card.get_by_text("https://shop.example/?ref=")).to_be_visible()
    await card.get_by_role("link", name="Bea Fields").click()
    await expect(card.get_by_text("Brought by")).to_be_visible()
    await expect(card.get_by_role("link", name="Ada Lovelace")).to_be_visible()
    await card.get_by_role("button", name="Get a code").click()
    await expect(card.get_by_role("button", name="Copy")).to_be_visible()


async def test_what_is_promised_is_saved_as_a_whole_and_months_earned_are_shown(
    site: Site, page: Page
) -> None:
    await page.goto(site.at("/referrals?view=rules"))
    await expect(page.get_by_text("There is no reward to give yet.")).to_be_visible()
    await page.get_by_label("Points for the friend").fill("75")
    await page.get_by_label("Least spend (GBP)").fill("20")
    await page.get_by_label("Same network address (IP)").uncheck()
    await page.get_by_role("textbox", name="Where friends land").fill(
        "https://shop.example/r/{code}"
    )
    await page.get_by_role("button", name="Add a level").click()
    await page.get_by_label("level 2").fill("5")
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_role("status").get_by_text("Saved", exact=True)).to_be_visible()
    await expect(page.get_by_text("Unsaved changes")).to_have_count(0)
    async with site.shop.database.tenant(site.shop.merchant_id) as session:
        saved = (await referrals.settings_of(session)).settings
    assert (saved.friend_points, saved.upline_points) == (75, (5,))
    assert {str(least) for least in saved.minimum_spend.values()} == {"20"}
    assert Mark.IP not in saved.review_marks

    await a_friends_gift_is_chosen_given_and_owed(site, page)

    await page.goto(site.at("/settings"))
    card = page.get_by_role("region", name="Bring a merchant")
    await expect(card.get_by_text("Free months earned")).to_be_visible()


async def a_friends_gift_is_chosen_given_and_owed(site: Site, page: Page) -> None:
    terms = Terms.model_validate(
        {"kind": "amount_off", "name": "£5 off", "cost": 500, "amounts": {"GBP": 5}}
    )
    shop = site.shop
    async with shop.database.tenant(shop.merchant_id) as session:
        await rewards.create(
            session, terms, state=RewardState.ACTIVE, stock=1, actor="test", now=clock.now()
        )
    await page.reload()
    await page.get_by_role("switch", name="Customers can bring friends").set_checked(True)
    await page.get_by_label("Reward for the friend").select_option("£5 off")
    await expect(page.get_by_label("When the friend gets the reward")).to_have_value("joined")
    told = "gets \u2068£5 off\u2069 at once. Once it counts, the friend gets 75 points."
    await expect(page.get_by_text(told)).to_be_visible()
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_text("Unsaved changes")).to_have_count(0)

    ada = from_wire("cus", await shop.customer_id(ADA))
    async with shop.database.tenant(shop.merchant_id) as session:
        code = (await referrals.code_of(session, ada, now=clock.now())).code
    for name in ("Eve Lake", "Finn Moor"):
        await comes(shop, name, code)
    await page.get_by_role("link", name="Overview").click()
    rows = page.get_by_role("row")
    gift = "Reward for the friend: £5 off"
    await expect(rows.filter(has_text="Eve Lake")).to_contain_text(f"{gift} · Unused")
    await expect(rows.filter(has_text="Finn Moor")).to_contain_text(f"{gift} · Reward owed")
    await page.get_by_label("Show only").select_option("Reward owed")
    await expect(rows).to_have_count(2)
    await page.goto(site.at("/rewards/redemptions"))
    await expect(rows.filter(has_text="£5 off")).to_contain_text("Gift of a referral")
    await page.get_by_role("button", name="£5 off").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_role("button", name="Cancel the code").click()
    await dialog.get_by_role("button", name="Cancel the code").click()
    await expect(page.get_by_role("status").get_by_text("Code cancelled")).to_be_visible()
