import json

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest import customers
from loyalnest.customers.service.index import index_many
from loyalnest.kernel import database as db
from loyalnest.kernel.ids import new_id
from tests.conftest import NOW, make_merchant
from tests.customers.cast import contact, identify, shopper


async def test_whoever_is_erased_leaves_an_empty_row_and_no_trace(session: AsyncSession) -> None:
    merchant_id = db.merchant_of(session)
    said = shopper(session, "7", email="anna@example.com", phone="+442079460958", name="Anna")
    anna, ann = await identify(session, said, shopper(session, "8", name="Ann"))
    assert anna
    assert ann
    await customers.merge_identities(
        session, merchant_id=merchant_id, kept_id=anna, merged_id=ann, actor="staff", now=NOW
    )
    await index_many(session, [(merchant_id, anna), (merchant_id, ann)])
    await customers.erase_customer(session, merchant_id=merchant_id, customer_id=anna, now=NOW)
    left = await customers.find_many(session, [anna, ann])
    assert {(one.email, one.phone, one.name, one.erased_at) for one in left.values()} == {
        (None, None, None, NOW)
    }
    for table in ("customer_identities", "customer_search", "customer_terms"):
        count = await session.scalar(text(f"SELECT count(*) FROM {table}"))
        assert count == 0, table
    assert await customers.search(session, "anna") == []
    assert await customers.find_by_email(session, "anna@example.com") == []
    (newcomer,) = await identify(session, contact(session, email="anna@example.com"))
    assert newcomer not in (anna, ann)


async def test_an_export_holds_all_that_is_known_of_a_person(session: AsyncSession) -> None:
    merchant_id = db.merchant_of(session)
    said = shopper(session, "7", email="anna@example.com", name="Anna")
    anna, ann = await identify(session, said, shopper(session, "8", name="Ann"))
    assert anna
    assert ann
    await customers.merge_identities(
        session, merchant_id=merchant_id, kept_id=anna, merged_id=ann, actor="staff", now=NOW
    )
    export = json.dumps(await customers.export_customer(session, anna))
    for known in ("anna@example.com", '"Anna"', '"Ann"', '"7"', '"8"'):
        assert known in export


async def test_there_is_nothing_to_erase_or_export_of_another_merchants_customer(
    session: AsyncSession,
) -> None:
    (anna,) = await identify(session, contact(session, email="anna@example.com"))
    assert anna
    barber = await make_merchant(session, "barber")
    await db.act_for(session, [barber])
    for customer_id in (anna, new_id()):
        with pytest.raises(customers.CustomerNotFound):
            await customers.erase_customer(
                session, merchant_id=barber, customer_id=customer_id, now=NOW
            )
        with pytest.raises(customers.CustomerNotFound):
            await customers.export_customer(session, customer_id)
