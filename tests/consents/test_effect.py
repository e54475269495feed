"""What somebody agreed to, or refused, has its effect everywhere else."""

from datetime import timedelta
from uuid import UUID

import pytest

from loyalnest import consents, customers, referrals, segments, storefront
from loyalnest.consents import Channel, Purpose, State, Way
from loyalnest.kernel import relay
from loyalnest.kernel.database import Database
from loyalnest.kernel.ids import from_wire
from tests.conftest import NOW
from tests.consents.cast import agrees, refuses, state
from tests.contracts.shopify.bodies import Body, order
from tests.doors import bearing, house, make_key
from tests.shop import ADA, Shop, open_shop

SINCE = "2026-11-18T10:00:00Z"


@pytest.fixture
async def shop(lasting_database: Database) -> Shop:
    shop = await open_shop(lasting_database)
    await shop.tells(("orders/paid", order(customer={"id": 7, "email": ADA})))
    return shop


async def ada_of(shop: Shop) -> UUID:
    return from_wire(customers.WIRE_PREFIX, await shop.customer_id())


async def scored(shop: Shop, who: UUID) -> bool:
    pair = (shop.merchant_id, who)
    await relay.settle(shop.database, [consents.MERGES, segments.SCORES], clock=lambda: NOW)
    async with shop.database.tenant(shop.merchant_id) as session:
        return pair in await segments.segments_of(session, [pair])


async def test_whoever_refuses_to_be_scored_is_in_no_segment_until_they_agree(shop: Shop):
    ada, tracking = await ada_of(shop), Purpose.RFM_TRACKING
    assert await scored(shop, ada)
    async with shop.database.tenant(shop.merchant_id) as session:
        await refuses(session, ada, None, purpose=tracking)
    assert not await scored(shop, ada)
    await shop.tells(("orders/paid", order(1002, customer={"id": 7, "email": ADA})))
    assert not await scored(shop, ada)
    async with shop.database.tenant(shop.merchant_id) as session:
        await segments.score_everybody(session, shop.merchant_id, now=NOW)
        assert await segments.segments_of(session, [(shop.merchant_id, ada)]) == {}
        await agrees(session, ada, None, purpose=tracking, now=NOW + timedelta(minutes=1))
    assert await scored(shop, ada)


async def test_whoever_was_merged_takes_their_refusal_along_and_no_yes(shop: Shop):
    ada = await ada_of(shop)
    async with shop.database.tenant(shop.merchant_id) as session:
        contact = customers.Contact(shop.merchant_id, email="ada@example.org")
        (other,) = await customers.identify_many(session, [contact], now=NOW)
        assert other
        await refuses(session, other, None, purpose=Purpose.RFM_TRACKING)
        await agrees(session, other, None, purpose=Purpose.REFERRALS)
        await customers.merge_identities(
            session,
            merchant_id=shop.merchant_id,
            kept_id=ada,
            merged_id=other,
            actor="test",
            now=NOW,
        )
    assert not await scored(shop, ada)
    async with shop.database.tenant(shop.merchant_id) as session:
        ways = {it.said.proof.way for it in await consents.history_of(session, ada)}
    assert Way.MERGE in ways


async def test_whoever_takes_no_part_in_referrals_neither_brings_nor_is_brought(shop: Shop):
    ada = await ada_of(shop)
    async with shop.database.tenant(shop.merchant_id) as session:
        enabled = referrals.ReferralSettings(enabled=True)
        await referrals.save(session, enabled, actor="test", now=NOW)
        code = (await referrals.code_of(session, ada, now=NOW)).code
        contact = customers.Contact(shop.merchant_id, email="bea@example.com")
        (bea,) = await customers.identify_many(session, [contact], now=NOW)
        assert bea
        assert await referrals.invites(session, code, now=NOW)

        async def claims() -> None:
            await referrals.claim(session, code=code, friend_id=bea, actor="test", now=NOW)

        await refuses(session, bea, None, purpose=Purpose.REFERRALS)
        with pytest.raises(referrals.ReferralsRefused):
            await claims()
        later = NOW + timedelta(minutes=1)
        await agrees(session, bea, None, purpose=Purpose.REFERRALS, now=later)
        await refuses(session, ada, None, purpose=Purpose.REFERRALS)
        assert not await referrals.invites(session, code, now=NOW)
        with pytest.raises(referrals.InvalidReferralCode):
            await claims()
        with pytest.raises(referrals.ReferralsRefused):
            await referrals.code_of(session, ada, now=NOW)
    key = await make_key(shop.database, shop.merchant_id)
    async with house(shop.database) as client:
        path = f"/v1/api/customers/{await shop.customer_id()}/sessions"
        token = (await client.post(path, headers=bearing(key))).json()["token"]
        own = (await client.get("/v1/api/me/referral", headers=bearing(token))).json()
        assert own["enabled"] is False


async def test_an_address_that_was_left_and_confirmed_is_a_consent_in_its_own_words(shop: Shop):
    ada = await ada_of(shop)
    async with shop.database.tenant(shop.merchant_id) as session:
        words = storefront.Words(title="News", consent="The shop may write to me.")
        asks = storefront.NudgeTerms(
            kind=storefront.NudgeKind.EMAIL_CAPTURE, name="News", words=words
        )
        on = storefront.ContentState.ACTIVE
        nudge = await storefront.create_nudge(session, asks, state=on, actor="test", now=NOW)
        for email in (ADA, "cleo@example.com"):
            await storefront.capture_email(
                session, nudge.id, version=1, language="en", email=email, now=NOW
            )
        hers, cleos = sorted(
            await storefront.list_captures(session, limit=5), key=lambda it: it.email
        )
        assert await state(session, ada) is None  # anybody may have left it
        await storefront.confirm_email(session, cleos.id, now=NOW)
        for _ in range(2):
            await storefront.confirm_email(session, hers.id, now=NOW)
        assert await state(session, ada) is State.GRANTED
        (line,) = await consents.history_of(session, ada)
        assert (line.said.proof.words, line.said.proof.way) == (words.consent, Way.LINK)
        contact = customers.Contact(shop.merchant_id, email="cleo@example.com")
        (cleo,) = await customers.identify_many(session, [contact], now=NOW)
        assert cleo
    await relay.settle(shop.database, [storefront.CAPTURES], clock=lambda: NOW)
    async with shop.database.tenant(shop.merchant_id) as session:
        assert await state(session, cleo) is State.GRANTED  # she came after her address
        await refuses(session, ada, now=NOW + timedelta(minutes=1))
        spam = consents.Held(Channel.EMAIL, ADA, consents.Reason.COMPLAINED)
        await consents.suppress_many(session, [spam], by="ses", now=NOW + timedelta(minutes=1))
        held = await consents.find_suppressions(session, channel=Channel.EMAIL, address=ADA)
        later = NOW + timedelta(minutes=2)
        await storefront.confirm_email(session, hers.id, now=later)
        assert await state(session, ada) is State.WITHDRAWN
        still = await consents.find_suppressions(session, channel=Channel.EMAIL, address=ADA)
        assert [it.reason for it in still] == [it.reason for it in held]
        assert len(held) == 2  # she unsubscribed, and called a mail spam


async def test_what_was_said_to_the_shop_counts_as_of_when_it_was_said(shop: Shop):
    ada = await ada_of(shop)

    async def stands(channel: Channel = Channel.EMAIL) -> State | None:
        async with shop.database.tenant(shop.merchant_id) as session:
            return await state(session, ada, channel)

    def told(state: str, at: str | None, kind: str = "email") -> Body:
        said = {"state": state, "opt_in_level": "single_opt_in", "consent_updated_at": at}
        return {"id": 7, "email": ADA, f"{kind}_marketing_consent": said}

    await shop.tells(("customers/update", told("not_subscribed", None)))
    assert await stands() is None
    for _ in range(2):
        await shop.tells(("customers/update", told("subscribed", SINCE)))
    assert await stands() is State.GRANTED
    async with shop.database.tenant(shop.merchant_id) as session:
        (line,) = await consents.history_of(session, ada)
        assert line.said.at.isoformat() == "2026-11-18T10:00:00+00:00"
        assert (line.said.proof.way, line.said.proof.by) == (Way.PROVIDER, "shopify")
        await refuses(session, ada)
    again = told("subscribed", "2026-11-19T10:00:00Z")
    await shop.tells(("customers/update", again))
    assert await stands() is State.WITHDRAWN
    sms = {"customer_id": 7, "phone": None} | told("unsubscribed", SINCE, "sms")
    await shop.tells(("customers_marketing_consent/update", sms))
    assert await stands(Channel.SMS) is State.WITHDRAWN
    stranger = {"customer_id": 99, "email_marketing_consent": {"state": "subscribed"}}
    await shop.tells(("customers_email_marketing_consent/update", stranger))


async def test_a_late_start_takes_back_no_stop_that_came_after_it(shop: Shop):
    ada, phone = await ada_of(shop), "+4930123456"
    contact = customers.Contact(
        shop.merchant_id, store_id=shop.store_id, provider="shopify", external_id="7", email=ADA,
        phone=phone, phone_verified=True)  # fmt: skip
    who = consents.Sender(Channel.SMS, "twilio:1", phone, phone)
    async with shop.database.tenant(shop.merchant_id) as session:
        await customers.update_many(session, [customers.Profile(contact, NOW)], now=NOW)
        await agrees(session, ada, Channel.SMS)

        async def writes(text: str, came: int, tried: int) -> bool:
            at, now = NOW + timedelta(minutes=came), NOW + timedelta(minutes=tried)
            await consents.take_reply(session, who, text, by="twilio", at=at, now=now)
            asked = [consents.Asked(ada, Channel.SMS, Purpose.TRANSACTIONAL, phone)]
            (told,) = await consents.may_send(session, shop.merchant_id, asked, now)
            granted = await state(session, ada, Channel.SMS) is State.GRANTED
            assert granted is told.allowed
            return granted

        assert not await writes("stop", 1, 1)
        assert not await writes("stop", 3, 3)
        assert not await writes("start", 2, 60)  # it was set aside for an hour
        assert await writes("start", 61, 61)
        # Two that were taken in together, in their order.
        assert not await writes("stop", 62, 70)
        assert await writes("start", 63, 70)


async def test_a_stop_word_ends_it_and_start_gives_back_what_it_took(shop: Shop):
    ada, phone, by = await ada_of(shop), "+4930123456", "meta"
    sender = consents.Sender(Channel.WHATSAPP, "meta:1", "US.1349abc", phone)
    async with shop.database.tenant(shop.merchant_id) as session:
        await customers.update_many(
            session,
            [customers.Profile(customers.Contact(
                shop.merchant_id, store_id=shop.store_id, provider="shopify", external_id="7",
                email=ADA, phone=phone, phone_verified=True), NOW)],
            now=NOW,
        )  # fmt: skip
        await agrees(session, ada, Channel.WHATSAPP)

        async def writes(text: str, minutes: int, who: consents.Sender = sender) -> consents.Reply:
            now = NOW + timedelta(minutes=minutes)
            return await consents.take_reply(session, who, text, by=by, now=now)

        async def verdict(address: str) -> tuple[str, str | None]:
            asked = [consents.Asked(ada, Channel.WHATSAPP, Purpose.TRANSACTIONAL, address)]
            (told,) = await consents.may_send(session, shop.merchant_id, asked, NOW)
            return told.answer.value, told.reason and told.reason.value

        assert (await writes("Is it open today?", 1)).word is None
        reply = await writes("BERHENTI!!", 2)
        assert (reply.word, reply.customer_ids) == (consents.Word.STOP, (ada,))
        assert await state(session, ada, Channel.WHATSAPP) is State.WITHDRAWN
        for address in (phone, "US.1349abc"):
            assert await verdict(address) == ("suppressed", "stopped")
        # From here on she shows no number, and is known all the same.
        hidden = consents.Sender(Channel.WHATSAPP, "meta:1", "US.1349abc")
        assert (await writes("help", 3, hidden)).customer_ids == (ada,)
        await writes("start", 3, hidden)
        await writes("stop", 4, hidden)
        assert await verdict(phone) == ("suppressed", "stopped")
        await writes("start", 5, hidden)
        assert await verdict(phone) == ("allowed", None)
        assert await state(session, ada, Channel.WHATSAPP) is State.GRANTED
        assert await verdict("US.1349abc") == ("allowed", None)
        await refuses(session, ada, Channel.WHATSAPP, now=NOW + timedelta(minutes=6))
        await writes("start", 7)
        assert await state(session, ada, Channel.WHATSAPP) is State.WITHDRAWN  # staff wrote that
        stranger = consents.Sender(Channel.WHATSAPP, "meta:2", "US.1349abc")
        assert (await writes("stop", 8, stranger)).customer_ids == ()
