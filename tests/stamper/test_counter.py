"""What happens at the counter besides stamping: refusals, taking back, PINs, lost devices."""

from playwright.async_api import Browser, expect

from tests.stamper.conftest import PIN, Counter, paired
from tests.stamps.cafe import terms

# Whoever sends has a lock for it, and writes down under it that nothing is left to be done.
_SENT = "navigator.locks.request('loyalnest-stamper-sending', () => undefined)"


async def test_what_did_not_count_is_told_until_somebody_has_read_it(
    counter: Counter, chromium: Browser
) -> None:
    slow = await counter.cafe.draws_up(terms(name="Slow card", cooldown_minutes=60))
    card = await counter.cafe.card(slow)
    async with paired(counter, chromium) as mine, paired(counter, chromium) as other:
        await mine.context.set_offline(True)
        await mine.stamps(card.card.number)
        await other.stamps(card.card.number)
        await mine.context.set_offline(False)
        await mine.has_sent_all()
        await mine.page.reload()
        await mine.enters()
        await mine.page.get_by_role("button", name="To be read: 1").click()
        told = mine.page.get_by_role("listitem")
        await expect(told).to_contain_text("Did not count.")
        await told.get_by_role("button", name="Understood").click()
        await expect(mine.page.get_by_text("Everything is read.")).to_be_visible()
        await mine.page.reload()
        await mine.enters()
        await expect(mine.page.get_by_text("To be read")).to_have_count(0)


async def test_a_stamp_is_taken_back_with_a_reason(counter: Counter, chromium: Browser) -> None:
    card = await counter.card("Grace Hopper", phone="+442071838750")
    async with paired(counter, chromium) as phone:
        page = phone.page
        await phone.opens("+44 20 7183 8750")
        await page.get_by_role("button", name="One more").click()
        await page.get_by_role("button", name="Stamp × 2").click()
        await expect(page.get_by_text("2 of 10", exact=True)).to_be_visible()
        await page.get_by_role("button", name="Recent").click()
        await page.get_by_role("listitem").get_by_role("button", name="Take back").click()
        await page.get_by_role("button", name="Too many").click()
        await expect(page.get_by_role("listitem").first).to_contain_text("Confirmed")
        await expect(page.get_by_role("listitem").last).to_contain_text("Taken back")
        await expect(page.get_by_role("button", name="Take back")).to_have_count(0)
    assert (await counter.sees(card)).collected == 0


async def test_a_pin_is_checked_without_a_network_and_guessing_takes_time(
    counter: Counter, chromium: Browser
) -> None:
    async with paired(counter, chromium, signed_in=False) as phone:
        page = phone.page
        await page.clock.install()
        await phone.context.set_offline(True)
        await phone.enters("1111")
        await expect(page.get_by_role("alert")).to_have_text("This PIN is wrong.")
        for pin in ("1112", "1113", "1114"):
            await phone.enters(pin)
            await expect(page.locator(".dots")).to_have_text("")
        await expect(page.get_by_role("alert")).to_contain_text("Too many wrong PINs.")
        await page.reload()
        await phone.enters()
        await expect(page.get_by_role("alert")).to_contain_text("Too many wrong PINs.")
        await page.clock.fast_forward("01:00")
        await phone.enters(PIN)
        field = page.get_by_label("Card number or phone number")
        await expect(field).to_be_visible()
        await page.clock.fast_forward("04:00")
        await expect(field).to_have_count(0)
        await expect(page.get_by_role("heading", name="Mia")).to_be_visible()


async def test_a_lost_device_is_told_so_and_what_it_did_waits_for_the_owner(
    counter: Counter, chromium: Browser
) -> None:
    card = await counter.card("Hedy Lamarr")
    async with paired(counter, chromium) as phone:
        await phone.context.set_offline(True)
        await phone.stamps(card.card.number)
        await counter.owner("POST", f"stampers/{phone.stamper}/revoke")
        await phone.context.set_offline(False)
        page = phone.page
        await expect(page.get_by_role("heading", name="This device is cut off")).to_be_visible()
        await expect(page.get_by_role("listitem")).to_contain_text("Not confirmed yet")
        await page.evaluate(_SENT)
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        await page.reload()
        await expect(page.get_by_role("heading", name="This device is cut off")).to_be_visible()
        assert [url for url in asked if "/v1/api/" in url] == []
    assert (await counter.sees(card)).collected == 0
    held = await counter.owner("GET", "counter/held")
    assert [it["count"] for it in held["items"]] == [1]
