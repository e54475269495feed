"""A merchant sees what became of each message, sends again what can be, and says what is told."""

from collections.abc import AsyncGenerator

import pytest
from playwright.async_api import Browser, Page, expect

from bench.post import Answer, Post, offer
from loyalnest import notices
from loyalnest.kernel.ids import from_wire
from loyalnest.messaging import Channel, Reason, State
from tests.dashboard.conftest import Site, settled, sign_in, visitor
from tests.messaging.cast import OUTREACH, Bakery, a_worker, until
from tests.messaging.cast import settled as all_gone

LIST = "/messages/deliveries"


@pytest.fixture
async def post() -> AsyncGenerator[Post]:
    async with Post().open() as post:
        yield post


@pytest.fixture
async def bakery(site: Site) -> Bakery:
    shop = site.shop
    people = [
        from_wire("cus", await shop.customer_id(f"{name}@example.com"))
        for name in ("ada", "grace", "hedy")
    ]
    return Bakery(shop.database, shop.merchant_id, people)


async def test_a_failure_is_told_in_words_and_sent_again_alone_and_with_others(
    site: Site, page: Page, bakery: Bakery, post: Post
) -> None:
    post.mood = lambda _: Answer(400, b"content_refused", takes=False)
    await bakery.uses(post)
    async with a_worker(bakery.database):
        await bakery.asks(bakery.people)
        await until(lambda: all_gone(bakery))
        post.mood = lambda _: Answer()
        await page.goto(site.at("/messages"))
        await page.get_by_role("link", name="Deliveries").click()
        rows = page.locator("main li").filter(has_text="Points earned")
        await expect(rows).to_have_count(3)
        await expect(rows.first).to_contain_text("The provider won’t carry these words.")
        await expect(rows.first).to_contain_text("E-mail h…@example.com")
        assert "hedy@example.com" not in await page.content()

        await rows.first.get_by_role("button", name="Send again").click()
        await expect(page.get_by_text("1 message goes out again")).to_be_visible()
        await until(lambda: all_gone(bakery))
        await page.get_by_label("Status").select_option("failed")
        await expect(rows).to_have_count(2)
        await page.get_by_role("button", name="Send all of these again").click()
        dialog = page.get_by_role("dialog")
        await dialog.get_by_role("button", name="Send all of these again").click()
        await expect(page.get_by_text("2 messages go out again")).to_be_visible()
        await until(lambda: all_gone(bakery))
    assert await bakery.states() == [State.SENT] * 3
    await page.reload()
    await expect(page.get_by_text("Nothing matches these filters")).to_be_visible()
    await page.get_by_role("button", name="Clear filters").click()
    await expect(rows).to_have_count(3)
    await rows.first.get_by_role("link").click()
    steps = page.get_by_role("region", name="What happened").get_by_role("listitem")
    await expect(steps).to_have_count(4)
    said = [(await step.inner_text()).split("\n")[0] for step in await steps.all()]
    assert said == ["Asked for", "Failed", "Waiting", "Sent"]


async def test_what_went_instead_is_shown_on_both_sides_and_doubt_is_explained(
    site: Site, page: Page, bakery: Bakery, post: Post
) -> None:
    ada = bakery.people[0]
    async with bakery.database.tenant(bakery.merchant_id) as session:
        await bakery.agrees(session, [ada])
    forgets = offer(repeats_safely_for=None)
    await bakery.uses(post, by=forgets)
    await bakery.uses(post, channel=Channel.SMS, by=forgets)
    async with a_worker(bakery.database, forgets):
        await bakery.asks([ada], channels=(Channel.SMS, Channel.EMAIL))  # she has no number
        await until(lambda: all_gone(bakery))
        post.mood = lambda _: Answer(200, b"what?")
        await bakery.asks([ada], occasion=OUTREACH)
        await until(lambda: all_gone(bakery))
    await page.goto(site.at(f"/customers/{await site.shop.customer_id('ada@example.com')}"))
    await page.locator("main").get_by_role("link", name="Messages").click()
    sms = page.locator("main li").filter(has_text="Text message").filter(has_text="Not sent")
    await expect(sms).to_contain_text("No address is known on this channel.")
    await expect(sms).to_contain_text("Went instead of it: E-mail")
    await expect(sms.get_by_role("button", name="Send again")).to_have_count(0)
    await sms.get_by_role("link").click()
    legs = page.get_by_role("region", name="Channels, the first tried first")
    await legs.get_by_role("link", name="E-mail").click()
    await expect(page.get_by_role("heading", name="Points earned")).to_be_visible()
    await expect(legs.get_by_role("link", name="Text message")).to_be_visible()

    await page.goto(site.at(f"{LIST}?state=in_doubt"))
    doubtful = page.locator("main li").filter(has_text="Win back")
    await expect(doubtful).to_contain_text("The provider gave no clear answer.")
    await expect(doubtful).to_contain_text("It may have arrived")
    await page.get_by_role("button", name="Send all of these again").click()
    dialog = page.get_by_role("dialog")
    await expect(dialog).to_contain_text("their customers would get them twice")


async def test_a_sender_is_set_up_changed_rests_and_says_why_it_is_refused(
    site: Site, page: Page, bakery: Bakery
) -> None:
    await page.goto(site.at("/messages/senders"))
    card = page.get_by_role("region", name="WhatsApp")
    await expect(card).to_contain_text("Nobody carries these messages yet")
    await card.get_by_role("button", name="Set up an account").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("Provider").select_option("twilio")
    await dialog.get_by_label("Number or name").fill("+447700900123")
    await dialog.get_by_label("Account SID").fill("no such thing")
    await dialog.get_by_label("Auth token").fill("a" * 32)
    await dialog.get_by_role("button", name="Save").click()
    await expect(dialog.get_by_role("alert")).to_be_visible()
    await dialog.get_by_label("Account SID").fill("AC" + "0" * 32)
    await dialog.get_by_role("button", name="Save").click()
    await expect(card).to_contain_text("Working")

    await card.get_by_role("button", name="See and change").click()
    await expect(dialog.get_by_label("Auth token")).to_have_value("")
    await dialog.get_by_label("At most, per second").fill("7")
    await dialog.get_by_role("button", name="Save").click()
    await expect(card).to_contain_text("Up to 7 a second")
    await card.get_by_role("button", name="Pause").click()
    await expect(card).to_contain_text("Paused")
    await card.get_by_role("button", name="Go on").click()
    await expect(card).to_contain_text("Working")

    sender = await bakery.sender(Channel.WHATSAPP)
    await bakery.breaks(sender, Reason.CREDENTIALS_REFUSED)
    await page.reload()
    await expect(card).to_contain_text("The provider refused your account or its key.")
    await expect(card).to_contain_text("Refused")


async def test_what_is_told_is_chosen_with_the_channels_it_is_tried_on(
    site: Site, page: Page, bakery: Bakery
) -> None:
    await page.goto(site.at("/messages/notices"))
    earned = page.get_by_role("switch", name="Points earned")
    await expect(earned).not_to_be_checked()
    await earned.click()
    await page.get_by_label("Add a channel: Points earned").select_option("sms")
    await page.get_by_role("switch", name="Welcome").click()
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_role("status").get_by_text("Saved", exact=True)).to_be_visible()
    async with bakery.database.tenant(bakery.merchant_id) as session:
        saved = (await notices.current_settings(session)).settings
    assert saved.points_earned == notices.Notice(on=True, channels=(Channel.EMAIL, Channel.SMS))
    assert not saved.welcome.on
    await page.get_by_role("button", name="Remove: Points earned, E-mail").click()
    await page.get_by_role("button", name="Discard").click()
    await page.get_by_role("link", name="Words: Points earned").click()
    await expect(page.get_by_role("heading", name="Points earned")).to_be_visible()


async def test_on_a_phone_and_right_to_left_nothing_is_out_of_reach(
    site: Site, chromium: Browser
) -> None:
    async with visitor(chromium, width=320, height=640, language="ar", theme="dark") as phone:
        await sign_in(phone, site, "/messages/senders")
        for path in ("/messages/senders", "/messages/notices", LIST):
            await phone.goto(site.at(path))
            await settled(phone)
            assert await phone.evaluate("document.documentElement.scrollWidth") <= 320
