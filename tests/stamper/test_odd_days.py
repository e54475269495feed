"""What goes wrong on a bad day: codes that were shown before, a queue that sticks, odd amounts."""

import asyncio
import base64
import json
from datetime import UTC, datetime

import pytest
from playwright.async_api import Browser, Page, Request, expect

from loyalnest import stamps
from tests.stamper.conftest import Counter, paired
from tests.stamps.cafe import terms

_IN_QUEUE = """
async () => {
    const db = await new Promise(done => {
        const opening = indexedDB.open("stamper");
        opening.onsuccess = () => done(opening.result);
    });
    const store = db.transaction("entries", "readwrite").objectStore("entries");
    const all = await new Promise(done => {
        const asked = store.getAll();
        asked.onsuccess = () => done(asked.result);
    });
    const [first] = all;
    CHANGE
    await new Promise(done => { store.transaction.oncomplete = done; });
    db.close();
}
"""
_UNREADABLE = 'store.put({ ...first, signed: { ...first.signed, payload: "x".repeat(6000) } });'
_MANY = """
for (let more = 1; more < 120; more++) store.put({ ...first, counter: first.counter + more });
"""


async def _changes(page: Page, change: str) -> None:
    await page.evaluate(_IN_QUEUE.replace("CHANGE", change))


async def test_a_code_that_was_refused_is_not_taken_on_the_next_tap(
    counter: Counter, chromium: Browser
) -> None:
    card = await counter.card("Replayed")
    async with paired(counter, chromium) as mine, paired(counter, chromium) as other:
        async with counter.cafe.open() as session:  # it is good for half a minute
            code = await stamps.live_code(session, card.card, now=datetime.now(UTC))
        await mine.opens(code)
        await other.stamps(code)
        stamp = mine.page.get_by_role("button", name="Stamp", exact=True)
        for _ in range(2):
            await stamp.click()
            await expect(mine.page.get_by_text("Did not count.", exact=True)).to_be_visible()
            await mine.page.get_by_role("button", name="Stamp again").click()
    assert (await counter.sees(card)).collected == 1


async def test_one_wish_that_cannot_be_read_keeps_no_other_waiting(
    counter: Counter, chromium: Browser
) -> None:
    cards = [await counter.card(f"Stuck {place}") for place in range(3)]
    async with paired(counter, chromium) as phone:
        await phone.context.set_offline(True)
        for card in cards:
            await phone.stamps(card.card.number)
        await _changes(phone.page, _UNREADABLE)
        await phone.context.set_offline(False)
        await expect(phone.page.get_by_role("button", name="To be read: 1")).to_be_visible()
        await phone.has_sent_all()
    assert [(await counter.sees(card)).collected for card in cards] == [0, 1, 1]


async def test_all_that_a_cut_off_device_has_is_brought(
    counter: Counter, chromium: Browser
) -> None:
    card = await counter.card("Lost")
    async with paired(counter, chromium) as phone:
        await phone.context.set_offline(True)
        await phone.stamps(card.card.number)
        await _changes(phone.page, _MANY)
        await counter.owner("POST", f"stampers/{phone.stamper}/revoke")
        brought: asyncio.Queue[int] = asyncio.Queue()

        def note(request: Request) -> None:
            for intents in _intents(request):
                brought.put_nowait(len(intents))

        phone.page.on("request", note)
        await phone.context.set_offline(False)
        heading = phone.page.get_by_role("heading", name="This device is cut off")
        await expect(heading).to_be_visible()
        async with asyncio.timeout(60):
            counts = [await brought.get(), await brought.get()]
    assert counts == [100, 20]


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("12,5", "12.5"),
        ("1.200", "1200"),
        ("1,234.50", "1234.50"),
        ("12345678", "12345678"),
        ("12.345,678", None),
        ("0.125", None),
    ],
)
async def test_amounts_are_read_as_they_are_written(
    counter: Counter, chromium: Browser, typed: str, read: str | None
) -> None:
    program = await counter.cafe.draws_up(terms(name=f"By amount {typed}", per_amount="5"))
    card = await counter.cafe.card(program)
    async with paired(counter, chromium) as phone:
        page = phone.page
        await page.get_by_label("Card number or phone number").fill(card.card.number)
        await page.keyboard.press("Enter")
        await page.get_by_role("button", name="Yes, it is the same").click()
        await page.locator("input[name=amount]").fill(typed)
        button = page.locator("form.stamping button[type=submit]")
        if read is None:
            await expect(button).to_be_disabled()
            return
        async with page.expect_request("**/intents?*") as asked:
            await button.click()
        ((intent,),) = _intents(await asked.value)
        payload = intent["payload"]
        wish = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
        assert wish["amount"] == read


def _intents(request: Request) -> list[list[dict[str, str]]]:
    """What a request brings, if it brings any."""
    if not request.url.split("?")[0].endswith("/intents"):
        return []
    return [json.loads(request.post_data or "")["intents"]]
