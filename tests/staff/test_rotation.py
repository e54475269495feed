"""People and shops are found while the index key is replaced, and afterwards by the new one."""

from sqlalchemy import text

from loyalnest import merchants, staff
from loyalnest.kernel.crypto import with_coming_keys, with_newest_in_use
from loyalnest.kernel.database import Database
from tests.conftest import NOW
from tests.doors import OWNER_EMAIL, open_cafe


async def test_a_new_index_key_leads_to_the_same_people_and_shops(database: Database):
    merchant, _ = await open_cafe(database)
    async with database.tenant(merchant.id) as session:
        await merchants.add_store(
            session,
            merchant_id=merchant.id,
            provider="shopify",
            domain="a.example",
            name="A",
            now=NOW,
        )
    ring = with_newest_in_use(with_coming_keys(database.ring))
    renewed = Database(database.engine, ring, database.settings)
    for index in (*merchants.INDEXES, *staff.INDEXES):
        assert [count async for count in index.rebuild(renewed, ring)] == [1]
        assert [count async for count in index.rebuild(renewed, ring)] == []
    async with renewed.platform() as session:
        assert await session.scalar(text("SELECT count(*) FROM directory")) == 2
    async with renewed.tenant(merchant.id) as session:
        assert await staff.find_member(session, OWNER_EMAIL)
        assert await merchants.find_shop(session, provider="shopify", domain="a.example")
