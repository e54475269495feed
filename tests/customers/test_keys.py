"""Customers are found and read before, during and after their keys are replaced."""

from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import text

from loyalnest import customers
from loyalnest.customers import Contact, CustomerId
from loyalnest.customers.service.index import index_many
from loyalnest.kernel import crypto, keys
from loyalnest.kernel import database as db
from loyalnest.kernel.settings import Settings
from tests.conftest import NOW, make_merchant

PEOPLE = [f"{name}@example.com" for name in ("anna", "ben", "chris", "dora")]


@pytest.fixture
def ring(tmp_path: Path) -> keys.Keys:
    settings = Settings(data_dir=tmp_path)
    crypto.save_ring(crypto.new_ring(), settings.keys_file)
    return keys.open_ring(settings)


@pytest.fixture
async def running(database: db.Database, ring: keys.Keys) -> db.Database:
    return db.Database(database.engine, ring, database.settings)


async def take_in(running: db.Database, merchant_id: UUID, *emails: str) -> list[CustomerId | None]:
    said = [Contact(merchant_id, email=email, name=email.split("@")[0]) for email in emails]
    async with running.tenant(merchant_id) as session:
        ids = await customers.identify_many(session, said, now=NOW)
        await index_many(session, [(merchant_id, id_) for id_ in ids if id_])
    return ids


async def rotate(running: db.Database, ring: keys.Keys) -> keys.Rotated:
    return await keys.rotate(
        running,
        ring,
        sealed=customers.SEALED,
        indexes=customers.INDEXES,
        now=NOW,
        grace_s=0,
    )


async def test_after_a_rotation_everybody_is_read_and_found_under_the_new_keys_alone(
    running: db.Database, ring: keys.Keys
) -> None:
    async with running.platform() as session:
        merchant_id = await make_merchant(session)
    before = await take_in(running, merchant_id, *PEOPLE)
    await rotate(running, ring)
    assert (set(ring().data), set(ring().index)) == ({2}, {2})
    async with running.tenant(merchant_id) as session:
        said = [Contact(merchant_id, email=email) for email in PEOPLE]
        assert await customers.identify_many(session, said, now=NOW) == before
        assert [one.id for one in await customers.search(session, "chriss")] == [before[2]]
        assert [one.email for one in await customers.search(session, "dora@")] == [PEOPLE[3]]
        for table in ("customer_identities", "customer_terms"):
            stale = text(f"SELECT count(*) FROM {table} WHERE key_id <> 2")
            assert await session.scalar(stale) == 0


async def test_while_keys_are_replaced_nobody_is_taken_for_somebody_new(
    running: db.Database, ring: keys.Keys
) -> None:
    async with running.platform() as session:
        merchant_id = await make_merchant(session)
    before = await take_in(running, merchant_id, *PEOPLE[:2])
    ring.replace(crypto.with_coming_keys(ring()))
    during = await take_in(running, merchant_id, *PEOPLE[:3])
    ring.replace(crypto.with_newest_in_use(ring()))
    later = await take_in(running, merchant_id, *PEOPLE)
    assert during[:2] == before
    assert later[:3] == during
    await rotate(running, ring)
    assert await take_in(running, merchant_id, *PEOPLE) == later
    async with running.tenant(merchant_id) as session:
        assert await session.scalar(text("SELECT count(*) FROM customers")) == 4
        assert await session.scalar(text("SELECT count(*) FROM customer_identities")) == 4
