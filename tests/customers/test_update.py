from datetime import timedelta

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest import customers
from loyalnest.customers import AccountRef, Contact, CustomerId, Profile
from loyalnest.kernel.database import merchant_of
from tests.conftest import NOW
from tests.customers.cast import COUNTER, ONLINE, contact, identify, shopper
from tests.customers.news import announced


async def update(
    session: AsyncSession, said: Contact, *, minute: int = 0, has_account: bool = False
) -> CustomerId:
    profile = Profile(said, NOW + timedelta(minutes=minute), has_account)
    (customer_id,) = await customers.update_many(session, [profile], now=NOW)
    assert customer_id is not None
    return customer_id


async def test_a_providers_new_customer_is_known_by_id_and_email(session: AsyncSession) -> None:
    anna = await update(session, shopper(session, "7", email="anna@example.com", name="Anna"))
    assert await identify(
        session, shopper(session, "7"), contact(session, email="anna@example.com")
    ) == [anna, anna]


async def test_a_changed_email_is_shown_and_identifies_and_the_former_one_no_longer(
    session: AsyncSession,
) -> None:
    anna = await update(session, shopper(session, "7", email="old@example.com", name="Anna"))
    await update(session, shopper(session, "7", email="new@example.com"), minute=1)
    found = await customers.get(session, anna)
    assert (found.email, found.name) == ("new@example.com", "Anna")
    now_known, newcomer = await identify(
        session,
        contact(session, email="new@example.com"),
        contact(session, email="old@example.com"),
    )
    assert now_known == anna
    assert newcomer not in (anna, None)


async def test_a_former_email_stays_with_who_has_an_account_in_another_store(
    session: AsyncSession,
) -> None:
    anna = await update(session, shopper(session, "7", email="old@example.com"))
    await update(session, shopper(session, "900", store_id=COUNTER, email="old@example.com"))
    await update(session, shopper(session, "7", email="new@example.com"), minute=1)
    assert await identify(session, contact(session, email="old@example.com")) == [anna]


async def test_an_older_record_that_arrives_late_changes_nothing(session: AsyncSession) -> None:
    anna = await update(session, shopper(session, "7", email="new@example.com"), minute=5)
    assert await update(session, shopper(session, "7", email="old@example.com"), minute=1) == anna
    assert (await customers.get(session, anna)).email == "new@example.com"
    assert await identify(session, contact(session, email="old@example.com")) != [anna]


async def test_of_two_records_in_one_batch_the_newer_counts(session: AsyncSession) -> None:
    profiles = [
        Profile(shopper(session, "7", name="Ann"), NOW + timedelta(minutes=2)),
        Profile(shopper(session, "7", name="Anna"), NOW + timedelta(minutes=1)),
    ]
    ids = await customers.update_many(session, profiles, now=NOW)
    assert ids[0] == ids[1]
    assert ids[0] is not None
    assert (await customers.get(session, ids[0])).name == "Ann"


async def test_an_email_of_somebody_else_is_shown_but_stays_theirs(session: AsyncSession) -> None:
    anna = await update(session, shopper(session, "7", email="anna@example.com"))
    ben = await update(session, shopper(session, "8", email="ben@example.com"))
    await update(session, shopper(session, "8", email="anna@example.com"), minute=1)
    assert (await customers.get(session, ben)).email == "anna@example.com"
    assert await identify(session, contact(session, email="anna@example.com")) == [anna]
    assert await session.scalar(text("SELECT count(*) FROM merge_candidates")) == 1


async def test_a_deleted_account_names_nobody_and_the_person_stays(session: AsyncSession) -> None:
    anna = await update(session, shopper(session, "7", email="anna@example.com"))
    ref = AccountRef(merchant_of(session), ONLINE, "shopify", "7")
    await customers.forget_accounts(session, [ref], now=NOW)
    stranger, member = await identify(
        session, shopper(session, "7"), contact(session, email="anna@example.com")
    )
    assert member == anna
    assert stranger != anna


async def test_an_enabled_account_enrols_once(session: AsyncSession) -> None:
    anna = await update(session, shopper(session, "7", email="anna@example.com"))
    assert (await customers.get(session, anna)).enrolled_at is None
    for minute in (1, 2):
        await update(session, shopper(session, "7"), minute=minute, has_account=True)
    assert (await customers.get(session, anna)).enrolled_at == NOW
    assert await announced(session, "customer.enrolled") == [anna]


async def test_whoever_signs_up_twice_is_enrolled_once(session: AsyncSession) -> None:
    said = contact(session, email="anna@example.com")
    first, fresh = await customers.enrol(session, said, now=NOW)
    assert fresh
    assert await customers.enrol(session, said, now=NOW) == (first, False)
    assert await announced(session, "customer.enrolled") == [first]
