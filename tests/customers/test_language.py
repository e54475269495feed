"""What somebody reads is learnt from what shops say of them, once, and never against their word."""

from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest import customers
from loyalnest.customers import Profile
from loyalnest.kernel.database import merchant_of
from tests.conftest import NOW
from tests.customers.cast import contact, identify, shopper
from tests.customers.news import announced


async def reads(session: AsyncSession, who: object) -> str | None:
    (found,) = (await customers.find_many(session, [who])).values()  # pyright: ignore[reportArgumentType]
    return found.locale


async def test_an_order_tells_the_language_of_somebody_of_whom_none_is_known(
    session: AsyncSession,
) -> None:
    anna, ben = await identify(
        session, shopper(session, "7"), shopper(session, "8", email="ben@example.com")
    )
    await identify(
        session,
        shopper(session, "7", locale="ar"),
        shopper(session, "7", locale="fr"),
        contact(session, email="ben@example.com", locale=" "),
    )
    assert [await reads(session, anna), await reads(session, ben)] == ["ar", None]
    assert await announced(session, "customer.updated") == [anna]


async def test_a_language_that_is_known_stays_whatever_a_shop_says(session: AsyncSession) -> None:
    (anna,) = await identify(session, shopper(session, "7", locale="de"))
    await identify(session, shopper(session, "7", locale="en"))
    profile = Profile(shopper(session, "7", locale="fr", name="Anna"), NOW + timedelta(minutes=1))
    await customers.update_many(session, [profile], now=NOW)
    assert await reads(session, anna) == "de"


async def test_a_shop_s_record_tells_the_language_of_somebody_new_or_known_without_one(
    session: AsyncSession,
) -> None:
    (anna,) = await identify(session, shopper(session, "7"))
    said = [
        Profile(shopper(session, "7", locale="he"), NOW),
        Profile(shopper(session, "8", locale="ja"), NOW),
    ]
    ids = await customers.update_many(session, said, now=NOW)
    assert [ids[0], *[await reads(session, it) for it in ids]] == [anna, "he", "ja"]


async def test_whoever_was_erased_is_learnt_nothing_about(session: AsyncSession) -> None:
    (anna,) = await identify(session, shopper(session, "7"))
    assert anna is not None
    await customers.erase_customer(
        session, merchant_id=merchant_of(session), customer_id=anna, now=NOW
    )
    await identify(session, shopper(session, "7", locale="ar"))
    assert await reads(session, anna) is None
