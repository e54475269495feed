import asyncio
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest import customers
from loyalnest.customers import Contact
from loyalnest.kernel import database as db
from loyalnest.kernel.errors import Contended
from tests.conftest import NOW, make_merchant
from tests.customers.cast import COUNTER, contact, identify, shopper
from tests.waiting import until_somebody_waits


async def test_an_unknown_shopper_becomes_a_customer_and_is_known_the_next_time(
    session: AsyncSession,
) -> None:
    anna = shopper(session, "7", email="Anna@Example.com", name="Anna Lee")
    (first,) = await identify(session, anna)
    (again,) = await identify(session, anna)
    assert first is not None
    assert first == again
    found = await customers.get(session, first)
    assert (found.email, found.name) == ("anna@example.com", "Anna Lee")


async def test_two_orders_of_one_new_person_in_a_batch_make_one_customer(
    session: AsyncSession,
) -> None:
    ids = await identify(
        session,
        contact(session, email="anna@example.com"),
        shopper(session, "7", email="ANNA@example.com "),
        contact(session, email="ben@example.com"),
    )
    assert ids[0] == ids[1] != ids[2]


async def test_a_guest_order_with_a_members_email_counts_for_the_member(
    session: AsyncSession,
) -> None:
    (member,) = await identify(session, shopper(session, "7", email="anna@example.com"))
    (guest,) = await identify(session, contact(session, email="anna@EXAMPLE.com"))
    assert guest == member


async def test_one_person_in_two_stores_is_one_customer_by_email(session: AsyncSession) -> None:
    ids = await identify(
        session,
        shopper(session, "7", email="anna@example.com"),
        shopper(session, "900", store_id=COUNTER, email="anna@example.com"),
    )
    assert ids[0] == ids[1]


async def test_the_providers_id_wins_over_an_email_and_the_pair_is_offered_for_merging(
    session: AsyncSession,
) -> None:
    anna, ben = await identify(
        session,
        shopper(session, "7", email="anna@example.com"),
        shopper(session, "8", email="ben@example.com"),
    )
    (owner,) = await identify(session, shopper(session, "7", email="ben@example.com"))
    assert owner == anna
    pairs = (
        await session.execute(text("SELECT customer_id, other_id FROM merge_candidates"))
    ).all()
    assert {*pairs[0]} == {anna, ben}
    assert len(pairs) == 1


async def test_a_new_email_of_a_known_shopper_identifies_them_from_then_on(
    session: AsyncSession,
) -> None:
    (anna,) = await identify(session, shopper(session, "7"))
    await identify(session, shopper(session, "7", email="anna@example.com"))
    assert await identify(session, contact(session, email="anna@example.com")) == [anna]
    assert anna is not None
    assert (await customers.get(session, anna)).email == "anna@example.com"


async def test_a_phone_identifies_only_when_it_was_verified(session: AsyncSession) -> None:
    ids = await identify(
        session,
        contact(session, phone="+44 20 7946 0958", phone_verified=True),
        contact(session, phone="+442079460958", phone_verified=True),
        contact(session, phone="+442079460958"),
    )
    assert ids[0] == ids[1]
    assert ids[2] is None


async def test_an_address_that_is_none_is_kept_as_text_and_identifies_nobody(
    session: AsyncSession,
) -> None:
    ids = await identify(
        session,
        shopper(session, "7", email="call me\0 maybe"),
        contact(session, email="call me\0 maybe"),
    )
    assert ids[1] is None
    assert ids[0] is not None
    assert (await customers.get(session, ids[0])).email == "call me\ufffd maybe"


async def test_merchants_of_one_batch_do_not_share_customers(session: AsyncSession) -> None:
    bakery = db.merchant_of(session)
    barber = await make_merchant(session, "barber")
    await db.act_for(session, [bakery, barber])
    ids = await identify(
        session,
        *(Contact(merchant_id=merchant, email="anna@example.com") for merchant in (bakery, barber)),
    )
    assert len({*ids}) == 2
    await db.act_for(session, [barber])
    assert [*await customers.find_many(session, [id_ for id_ in ids if id_])] == [ids[1]]


async def test_two_first_orders_of_one_new_person_at_once_make_one_customer(
    database: db.Database,
) -> None:
    async with database.platform() as session:
        merchant_id = await make_merchant(session)
    anna = Contact(merchant_id=merchant_id, email="anna@example.com")
    ids = await asyncio.gather(*(_persistently(database, anna) for _ in range(8)))
    assert len(set(ids)) == 1
    async with database.tenant(merchant_id) as session:
        assert await session.scalar(text("SELECT count(*) FROM customers")) == 1


async def test_whoever_comes_second_is_told_to_try_again(database: db.Database) -> None:
    async with database.platform() as session:
        merchant_id = await make_merchant(session)
    anna = Contact(merchant_id=merchant_id, email="anna@example.com")
    async with database.tenant(merchant_id) as first:
        await customers.identify_many(first, [anna], now=NOW)
        second = asyncio.create_task(_once(database, anna))
        await until_somebody_waits(database)
    with pytest.raises(Contended):
        await second


async def test_an_identity_is_not_given_to_somebody_who_is_being_merged_away(
    database: db.Database,
) -> None:
    async with database.platform() as session:
        merchant_id = await make_merchant(session)
    async with database.tenant(merchant_id) as session:
        anna, ann = await identify(session, shopper(session, "1"), shopper(session, "2"))
        news = shopper(session, "2", email="ann@example.com")
    assert anna
    assert ann
    async with database.tenant(merchant_id) as session:
        await customers.merge_identities(
            session, merchant_id=merchant_id, kept_id=anna, merged_id=ann, actor="staff", now=NOW
        )
        meanwhile = asyncio.create_task(_once(database, news))
        await until_somebody_waits(database)
    with pytest.raises(Contended):
        await meanwhile
    assert await _once(database, news) == anna


async def _persistently(database: db.Database, contact: Contact) -> UUID | None:
    while True:
        try:
            return await _once(database, contact)
        except Contended:
            continue


async def _once(database: db.Database, contact: Contact) -> UUID | None:
    async with database.tenant(contact.merchant_id) as session:
        return (await customers.identify_many(session, [contact], now=NOW))[0]
