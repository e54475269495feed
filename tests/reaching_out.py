"""What a program does to reach people: friends are referred and invited, links and tests are sent,
and what lies ahead is told."""

from datetime import datetime
from decimal import Decimal

from bench.post import offer
from loyalnest import customers, journeys, merchants, messaging, notices, referrals, rewards
from loyalnest.journeys.prices import save_prices
from loyalnest.kernel import clock
from loyalnest.kernel.ids import from_wire, to_wire
from loyalnest.messaging import Channel
from loyalnest.messaging.trying import Trial, try_out
from loyalnest.stamps.enrolling import CheckBy
from loyalnest.stamps.enrolling.service.checks import send_code
from loyalnest.storefront.signing_in import ask_for_link
from tests.conftest import NOW
from tests.shop import Shop, open_shop

EARLIER = datetime(2026, 10, 1, tzinfo=NOW.tzinfo)


async def refer_a_friend(shop: Shop, email: str) -> None:
    advocate = from_wire(customers.WIRE_PREFIX, await shop.customer_id(email))
    friend = from_wire(customers.WIRE_PREFIX, await shop.customer_id(f"friend.of.{email}"))
    other = await open_shop(shop.database)
    async with shop.database.tenant(shop.merchant_id) as session:
        (gift,) = await rewards.catalogue(session)
        settings = referrals.ReferralSettings(
            enabled=True, friend_reward_id=to_wire(rewards.REWARD, gift.id)
        )
        await referrals.save(session, settings, actor="test", now=EARLIER)
        code = (await referrals.code_of(session, advocate, now=NOW)).code
        await referrals.count_click(session, code, referrals.Channel.QR, now=NOW)
        marks = {referrals.Mark.DEVICE: "one"}
        await referrals.claim(
            session, code=code, friend_id=friend, marks=marks, actor="test", now=NOW
        )
    async with shop.database.platform() as session:
        merchant = await merchants.get(session, shop.merchant_id)
        await referrals.join(
            session, handle=merchant.handle, referred_id=other.merchant_id, now=NOW
        )


async def reach_out(shop: Shop, email: str) -> None:
    """A friend is invited, a link to come in is asked for, a phone is checked, a test is sent, the
    morning is there."""
    database, merchant_id = shop.database, shop.merchant_id
    advocate = from_wire(customers.WIRE_PREFIX, await shop.customer_id(email))
    async with database.tenant(merchant_id) as session:
        friends = [f"invited.by.{email}"]
        await referrals.invite(session, advocate, friends, by=referrals.InviteBy.EMAIL, now=NOW)
        await ask_for_link(session, shop.store_id, email, language="en", now=NOW)
        prices = {Channel.SMS: Decimal("0.05")}
        await save_prices(session, prices, actor="test", now=NOW)
        sender = (await messaging.list_senders(session))[0]
        sms = messaging.Setup(Channel.SMS, "+447700900000", "Bakery", {"url": "http://127.0.0.1"})
        await messaging.set_up(session, sms, offer(), actor="test", now=NOW)
        await send_code(session, "+491510000009", by=CheckBy.SMS, language="en", now=NOW)
    await try_out(
        database,
        merchant_id,
        Trial(sender.channel, "owner@example.com"),
        offers={sender.provider: offer()},
        address="http://127.0.0.1",
        units=None,
        actor="test",
        now=clock.now(),
    )
    await notices.tell_ahead(database, NOW, speak_of_points=journeys.speaking_of_expiry)
