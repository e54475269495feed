"""The pages behind the links in messages: out by one click, back again, and everything between."""

import base64
import re
from collections.abc import AsyncGenerator
from dataclasses import dataclass, replace
from html.parser import HTMLParser
from uuid import UUID

import httpx
import pytest

from loyalnest import consents, customers
from loyalnest.consents import Channel, Preferences, Purpose, QuietHours, State, Way
from loyalnest.consents.pages import Letters, letter_routes
from loyalnest.entrypoints import doors
from loyalnest.kernel.database import Database
from loyalnest.kernel.ids import from_wire
from loyalnest.kernel.languages import LANGUAGES
from tests.consents.cast import agrees, proof, state
from tests.contracts.shopify.bodies import order
from tests.doors import Hands, house
from tests.shop import ADA, Shop, open_shop

ONE_CLICK = {"List-Unsubscribe": "One-Click"}


@dataclass
class Mailbox:
    """Somebody's mail, with the links of one message from a shop."""

    client: httpx.AsyncClient
    shop: Shop
    clock: Hands
    ada: UUID
    links: consents.Leaving

    async def stands(self, purpose: Purpose = Purpose.OUTREACH) -> State | None:
        channel = Channel.EMAIL if purpose.by_channel else None
        async with self.shop.database.tenant(self.shop.merchant_id) as session:
            return await state(session, self.ada, channel, purpose)

    async def history(self) -> list[consents.Consent]:
        async with self.shop.database.tenant(self.shop.merchant_id) as session:
            return await consents.history_of(session, self.ada)

    async def prefers(self) -> Preferences:
        async with self.shop.database.tenant(self.shop.merchant_id) as session:
            found = await consents.preferences_of(session, self.shop.merchant_id, [self.ada])
            return found[self.ada]


@pytest.fixture
async def mailbox(lasting_database: Database) -> AsyncGenerator[Mailbox]:
    shop, clock = await open_shop(lasting_database), Hands()
    await shop.tells(("orders/paid", order(customer={"id": 7, "email": ADA})))
    ada = from_wire(customers.WIRE_PREFIX, await shop.customer_id())
    async with lasting_database.tenant(shop.merchant_id) as session:
        await agrees(session, ada)
        (links,) = await consents.links_for(
            session, shop.merchant_id, [(ada, Channel.EMAIL)], now=clock.at
        )
    clock.pass_by(minutes=5)
    pages = letter_routes(Letters(lasting_database, clock=clock))
    parts = replace(doors.description(lasting_database.settings), pages=pages)
    async with house(lasting_database, parts=parts, clock=clock) as client:
        yield Mailbox(client, shop, clock, ada, links)


async def test_a_mail_program_unsubscribes_by_one_post_however_often_and_late(mailbox: Mailbox):
    looked = await mailbox.client.get(mailbox.links.unsubscribe)
    assert looked.status_code == 200
    assert await mailbox.stands() is State.GRANTED  # scanners look, too
    mailbox.clock.pass_by(days=400)
    for _ in range(3):
        left = await mailbox.client.post(mailbox.links.unsubscribe, data=ONE_CLICK)
        assert (left.status_code, "location" in left.headers) == (200, False)
        assert await mailbox.stands() is State.WITHDRAWN
    many = await mailbox.client.post(
        mailbox.links.unsubscribe, files={"List-Unsubscribe": b"One-Click"}
    )
    assert many.status_code == 200
    line, _ = await mailbox.history()
    assert line.said.proof.way is Way.ONE_CLICK
    assert line.said.proof.network == "203.0.113.0/24"
    undo = await mailbox.client.post(f"{mailbox.links.unsubscribe}/undo")
    assert undo.status_code == 410  # the way out is open for ever, the way in is not
    assert await mailbox.stands() is State.WITHDRAWN


async def test_whoever_pressed_the_button_by_mistake_is_back_with_a_new_yes(mailbox: Mailbox):
    page = await mailbox.client.get(mailbox.links.unsubscribe)
    assert f'<form method="post" action="{mailbox.links.unsubscribe}">' in page.text
    left = await mailbox.client.post(mailbox.links.unsubscribe)
    assert f"{mailbox.links.unsubscribe}/undo" in left.text
    mailbox.clock.pass_by(seconds=5)
    back = await mailbox.client.post(f"{mailbox.links.unsubscribe}/undo")
    assert back.status_code == 200
    assert await mailbox.stands() is State.GRANTED
    line, _, _ = await mailbox.history()
    assert (line.said.proof.way, line.said.proof.language) == (Way.CUSTOMER_PAGE, "en")
    assert (line.said.proof.words or "nothing") in back.text
    assert "offers" in (line.said.proof.words or "")


async def test_a_page_that_was_open_all_the_while_takes_back_no_refusal(mailbox: Mailbox):
    page = await mailbox.client.get(mailbox.links.preferences)
    seen = dict.fromkeys(re.findall(r'<input type="hidden" name="([^"]+)"', page.text), "")
    seen |= dict.fromkeys(re.findall(r'type="checkbox" name="([^"]+)" checked', page.text), "on")
    assert "outreach.email" in seen
    mailbox.clock.pass_by(seconds=5)
    await mailbox.client.post(mailbox.links.unsubscribe)
    mailbox.clock.pass_by(seconds=5)
    await mailbox.client.post(mailbox.links.preferences, data={**seen, "language": "ar"})
    assert (await mailbox.prefers()).language == "ar"
    assert await mailbox.stands() is State.WITHDRAWN
    mailbox.clock.pass_by(seconds=5)
    page = await mailbox.client.get(mailbox.links.preferences)
    assert "was.outreach.email" not in page.text
    del seen["was.outreach.email"]
    await mailbox.client.post(mailbox.links.preferences, data=seen)
    assert await mailbox.stands() is State.GRANTED


async def test_the_page_of_preferences_keeps_what_is_chosen(mailbox: Mailbox):
    page = await mailbox.client.get(mailbox.links.preferences)
    assert ADA not in page.text
    chosen = {
        "language": "ar",
        "starts": "22:00",
        "ends": "07:30",
        "zone": "Asia/Dubai",
        "referrals": "on",
    }
    saved = await mailbox.client.post(mailbox.links.preferences, data=chosen)
    assert saved.status_code == 200
    assert '<html lang="ar" dir="rtl">' in saved.text
    assert await mailbox.prefers() == Preferences(
        "ar", (), QuietHours.model_validate({"starts": "22:00", "ends": "07:30"}), "Asia/Dubai"
    )
    assert await mailbox.stands() is State.WITHDRAWN  # it was not ticked any more
    assert await mailbox.stands(Purpose.RFM_TRACKING) is State.WITHDRAWN
    assert await mailbox.stands(Purpose.REFERRALS) is None  # it was as it is
    mailbox.clock.pass_by(seconds=5)
    ticked = {**chosen, "outreach.email": "on", "rfm_tracking": "on", "starts": "", "ends": ""}
    again = await mailbox.client.post(mailbox.links.preferences, data=ticked)
    assert again.text.count(" checked") == 3
    assert await mailbox.stands() is State.GRANTED
    granted = next(
        it for it in await mailbox.history() if it.said.purpose is Purpose.OUTREACH
    ).said.proof
    assert (granted.language, granted.way) == ("ar", Way.CUSTOMER_PAGE)
    half = await mailbox.client.post(mailbox.links.preferences, data={**ticked, "starts": "22:00"})
    assert half.status_code == 422
    assert await mailbox.stands() is State.GRANTED
    wild = {"language": "tlh", "zone": "../../etc/passwd", "first": "pigeon", "starts": "99:99",
            "ends": "x", "outreach.sms": "on", "<script>": "1"}  # fmt: skip
    assert (await mailbox.client.post(mailbox.links.preferences, data=wild)).status_code == 422
    assert "<script>" not in page.text
    mailbox.clock.pass_by(days=181)
    assert (await mailbox.client.get(mailbox.links.preferences)).status_code == 410


async def test_nobody_can_make_bend_or_guess_a_letter(mailbox: Mailbox, lasting_database: Database):
    other = await open_shop(lasting_database)
    token = mailbox.links.unsubscribe.removeprefix("/u/")
    raw = bytearray(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)))
    foreign = other.merchant_id.bytes + bytes(raw[16:])
    bent = [bytes(raw[:n]) + bytes([raw[n] ^ 1]) + bytes(raw[n + 1 :]) for n in (0, 17, 30, 60)]
    forged = [foreign, *bent, bytes(raw[:-1]), bytes(raw) + b"x", b"\0" * len(raw)]
    tokens = [base64.urlsafe_b64encode(it).rstrip(b"=").decode() for it in forged]
    for it in (*tokens, "x", "%00", "a" * 5000, token.lower(), "..%2f..%2f"):
        for path in (f"/u/{it}", f"/preferences/{it}", f"/confirm/{it}"):
            answers = [await mailbox.client.get(path), await mailbox.client.post(path)]
            assert {each.status_code for each in answers} <= {404, 429}, path
    assert (await mailbox.client.get(f"/confirm/{token}")).status_code in {404, 429}
    assert await mailbox.stands() is State.GRANTED
    assert str(mailbox.ada.hex) not in raw.hex()  # it tells nothing


async def test_one_letter_is_opened_only_so_often_and_a_body_is_only_so_long(mailbox: Mailbox):
    big = b"x" * 20_000
    assert (await mailbox.client.post(mailbox.links.preferences, content=big)).status_code == 413
    opened = 0
    # One more a second comes free: on a slow machine it takes some more to get there.
    while (answer := await mailbox.client.get(mailbox.links.unsubscribe)).status_code == 200:
        opened += 1
        assert opened < 600
    assert answer.status_code == 429
    assert opened >= 58


async def test_a_page_speaks_every_language_and_lets_nothing_run(mailbox: Mailbox):
    for language in LANGUAGES:
        for path in (mailbox.links.unsubscribe, mailbox.links.preferences):
            mailbox.clock.pass_by(minutes=2)
            page = await mailbox.client.get(path, params={"language": language})
            assert f'<html lang="{language}"' in page.text
            assert "{{" not in page.text
            assert "<script" not in page.text
            HTMLParser().feed(page.text)
    page = await mailbox.client.get(mailbox.links.preferences)
    policy = page.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "form-action 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert page.headers["referrer-policy"] == "no-referrer"
    assert page.headers["cache-control"] == "no-store"
    assert page.headers["x-robots-tag"] == "noindex"


async def test_the_link_of_a_confirmation_is_looked_at_for_nothing_and_pressed_once(
    mailbox: Mailbox,
):
    async with mailbox.shop.database.tenant(mailbox.shop.merchant_id) as session:
        twice = consents.ConsentSettings(double_opt_in=True)
        await consents.save_settings(session, twice, actor="test", now=mailbox.clock.at)
        asked = [
            await consents.say(
                session,
                mailbox.ada,
                purpose=Purpose.OUTREACH,
                channel=Channel.SMS,
                granted=True,
                proof=proof(Way.FORM, words=words),
                now=mailbox.clock.at,
            )
            for words in ("First.", "<b>Second.</b>")
        ]
        old, new = [
            await consents.confirmation_link(session, it, now=mailbox.clock.at) for it in asked
        ]
    mailbox.clock.pass_by(minutes=1)
    page = await mailbox.client.get(new)
    assert "&lt;b&gt;Second.&lt;/b&gt;" in page.text
    assert (await mailbox.client.post(old)).status_code == 410  # another question came after it
    late = mailbox.clock.at
    mailbox.clock.pass_by(days=8)
    assert (await mailbox.client.post(new)).status_code == 410
    mailbox.clock.at = late
    for _ in range(2):
        assert (await mailbox.client.post(new)).status_code == 200
    granted = (await mailbox.history())[0].said
    assert (granted.state, granted.proof.way) == (State.GRANTED, Way.LINK)
    assert granted.proof.words == "<b>Second.</b>"
    assert len([it for it in await mailbox.history() if it.said.channel is Channel.SMS]) == 3


async def test_of_whoever_was_forgotten_the_way_out_still_says_so(mailbox: Mailbox):
    async with mailbox.shop.database.tenant(mailbox.shop.merchant_id) as session:
        await customers.erase_customer(
            session,
            merchant_id=mailbox.shop.merchant_id,
            customer_id=mailbox.ada,
            forgetting=[consents.erase_customer],
            now=mailbox.clock.at,
        )
    left = await mailbox.client.post(mailbox.links.unsubscribe, data=ONE_CLICK)
    assert left.status_code == 200
    assert mailbox.links.preferences not in left.text
    assert (await mailbox.client.get(mailbox.links.preferences)).status_code == 410
