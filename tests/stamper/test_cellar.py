"""Stamped where there is no network: every stamp once, whatever happens to the tab."""

import asyncio

from playwright.async_api import Browser, expect

from loyalnest import stamps
from tests.stamper.conftest import Counter, paired

# Both have read which number is the next before either has written down that it took it.
_SIGN_SLOWLY = """
() => {
    const { sign } = SubtleCrypto.prototype;
    SubtleCrypto.prototype.sign = async function (...what) {
        await new Promise(done => setTimeout(done, 1500));
        return sign.apply(this, what);
    };
}
"""
_LOOK_AGAIN = "document.dispatchEvent(new Event('visibilitychange'))"


async def test_thirty_cards_in_a_cellar(counter: Counter, chromium: Browser) -> None:
    """Offline, thirty cards, a tab that dies, a reward, and another device on two of the cards."""
    cards = [await counter.card("Ada Lovelace", stamped=5)]
    cards += [await counter.card(f"Guest {place}") for place in range(1, 30)]
    numbers = [state.card.number for state in cards]
    async with paired(counter, chromium) as mine, paired(counter, chromium) as other:
        await mine.opens(numbers[0])
        await mine.page.get_by_role("button", name="Back").click()
        await mine.context.set_offline(True)
        for number in numbers:
            await mine.stamps(number)
            await expect(mine.page.get_by_text("Not confirmed yet", exact=True)).to_have_count(
                1 if number == numbers[0] else 0
            )
        await expect(mine.page.get_by_text("Unsent: 30")).to_be_visible()
        await mine.is_killed()
        await expect(mine.page.get_by_text("Unsent: 30")).to_be_visible()
        await mine.enters()
        await mine.opens(numbers[0])
        await expect(mine.page.get_by_text("6 of 10", exact=True)).to_be_visible()
        await mine.page.get_by_role("button", name="Use the reward").click()
        await mine.page.get_by_role("button", name="Hand it out now").click()
        await expect(mine.page.get_by_text("Handed out", exact=True)).to_be_visible()

        await other.stamps(numbers[3])
        await other.stamps(numbers[4])
        await mine.context.set_offline(False)
        await mine.has_sent_all()
        await other.page.evaluate(_LOOK_AGAIN)
        await expect(other.page.get_by_text("2 of 10", exact=True)).to_be_visible()
        await mine.opens(numbers[4])
        await expect(mine.page.get_by_text("2 of 10", exact=True)).to_be_visible()
        await mine.page.get_by_role("button", name="Back").click()
        await mine.opens(numbers[0])
        await expect(mine.page.get_by_text("6 of 10", exact=True)).to_be_visible()
        await expect(mine.page.get_by_role("button", name="Use the reward")).to_have_count(0)
        await expect(mine.page.get_by_text("To be read")).to_have_count(0)

    after = [await counter.sees(state) for state in cards]
    assert [it.collected for it in after] == [6, 1, 1, 2, 2, *[1] * 25]
    assert after[0].due == ()
    async with counter.cafe.open() as session:
        given = [
            len(await stamps.list_stamps(session, it.card.id, before=None, limit=10))
            for it in after
        ]
    assert given == [2, 1, 1, 2, 2, *[1] * 25]
    await counter.cafe.books_balance()


async def test_two_tabs_of_a_device_share_its_numbers(counter: Counter, chromium: Browser) -> None:
    """Both stamp at once without a network, and nothing counts twice or gets lost."""
    cards = [await counter.card(f"Twin {place}") for place in range(2)]
    async with paired(counter, chromium) as phone:
        second = await phone.context.new_page()
        await second.goto(f"{counter.address}/stamper/")
        twin = type(phone)(counter, phone.context, second, phone.stamper)
        await twin.enters()
        await phone.context.set_offline(True)
        buttons = [
            await tab.opens(card.card.number)
            for tab, card in zip((phone, twin), cards, strict=True)
        ]
        await asyncio.gather(*(tab.page.evaluate(_SIGN_SLOWLY) for tab in (phone, twin)))
        await asyncio.gather(*(each.evaluate("it => it.click()") for each in buttons))
        for page in (phone.page, twin.page):
            await expect(page.get_by_text("Unsent: 2")).to_be_visible()
        await phone.context.set_offline(False)
        await phone.has_sent_all()
        await twin.has_sent_all()
    assert [(await counter.sees(card)).collected for card in cards] == [1, 1]
