from loyalnest import customers
from loyalnest.customers import Contact
from loyalnest.kernel import database as db
from loyalnest.kernel import relay
from tests.conftest import NOW, make_merchant


async def test_customers_of_several_merchants_become_findable_when_the_news_arrives(
    database: db.Database,
) -> None:
    async with database.platform() as session:
        merchant_ids = [await make_merchant(session, handle) for handle in ("bakery", "barber")]
    async with database.batch(merchant_ids) as session:
        said = [
            Contact(merchant_id, email="anna@example.com", name="Anna Lee")
            for merchant_id in merchant_ids
        ]
        ids = await customers.identify_many(session, said, now=NOW)
    await relay.settle(database, [customers.INDEX_CUSTOMERS], clock=lambda: NOW)
    for merchant_id, customer_id in zip(merchant_ids, ids, strict=True):
        async with database.tenant(merchant_id) as session:
            found = await customers.search(session, "ann")
        assert [one.id for one in found] == [customer_id]


async def test_a_name_that_changed_is_found_by_what_it_is_now(database: db.Database) -> None:
    async with database.platform() as session:
        merchant_id = await make_merchant(session)
    for minute, name in enumerate(("Anna Lee", "Anna Smith")):
        async with database.tenant(merchant_id) as session:
            said = Contact(merchant_id, merchant_id, "shopify", "7", name=name)
            version = NOW.replace(minute=minute)
            await customers.update_many(session, [customers.Profile(said, version)], now=NOW)
        await relay.settle(database, [customers.INDEX_CUSTOMERS], clock=lambda: NOW)
    async with database.tenant(merchant_id) as session:
        assert await customers.search(session, "lee") == []
        assert [one.name for one in await customers.search(session, "smith")] == ["Anna Smith"]
