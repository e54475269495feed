from pathlib import Path

from sqlalchemy import text

from loyalnest import customers
from loyalnest.customers import Contact
from loyalnest.entrypoints.wiring import INDEXES, SEALED
from loyalnest.kernel import crypto, keys
from loyalnest.kernel import database as db
from loyalnest.kernel.settings import Settings
from tests.conftest import NOW, make_merchant

NOT_NAMED_SO = {("deliveries", "body")}


async def test_every_sealed_column_of_the_schema_is_sealed_anew_by_a_rotation(
    database: db.Database,
) -> None:
    async with database.platform() as session:
        rows = await session.execute(
            text(
                "SELECT c.relname, a.attname FROM pg_attribute a JOIN pg_class c ON"
                " c.oid = a.attrelid WHERE a.attname LIKE '%sealed' AND c.relkind IN ('r', 'p')"
                " AND NOT c.relispartition AND c.relnamespace = 'public'::regnamespace"
            )
        )
        schema = {(row[0], row[1]) for row in rows}
    assert {(one.table, one.column) for one in SEALED} == schema | NOT_NAMED_SO


async def test_whatever_the_modules_hold_is_rotated_together(
    database: db.Database, tmp_path: Path
) -> None:
    settings = Settings(data_dir=tmp_path)
    crypto.save_ring(crypto.new_ring(), settings.keys_file)
    ring = keys.open_ring(settings)
    running = db.Database(database.engine, ring, database.settings)
    async with running.platform() as session:
        merchant_id = await make_merchant(session)
    async with running.tenant(merchant_id) as session:
        said = Contact(merchant_id, email="anna@example.com", name="Anna")
        await customers.identify_many(session, [said], now=NOW)
    done = await keys.rotate(running, ring, sealed=SEALED, indexes=INDEXES, now=NOW, grace_s=0)
    assert done.values["customers.email_sealed"] == 1
    assert done.values["customer_identities"] == 1
    async with running.tenant(merchant_id) as session:
        (anna,) = await customers.find_by_email(session, "anna@example.com")
    assert anna.name == "Anna"
