from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest.kernel import database as db
from tests.conftest import make_merchant


async def test_a_transaction_sees_its_own_merchant_and_no_other(session: AsyncSession) -> None:
    mine = db.merchant_of(session)
    await make_merchant(session, "barber")
    await db.act_for(session, [mine])
    seen = (await session.scalars(text("SELECT merchant_id FROM merchants"))).all()
    assert seen == [mine]


async def test_a_batch_sees_the_merchants_it_was_opened_for(session: AsyncSession) -> None:
    mine = db.merchant_of(session)
    other = await make_merchant(session, "barber")
    await make_merchant(session, "third")
    await db.act_for(session, [mine, other])
    seen = (await session.scalars(text("SELECT merchant_id FROM merchants"))).all()
    assert set(seen) == {mine, other}
