"""The look-ups reach their index as the application's own role, under row-level security."""

import re
from collections.abc import AsyncGenerator
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest.customers import Contact, identify_many, queries
from loyalnest.customers.service import identify
from loyalnest.customers.service.index import index_many
from loyalnest.kernel import database as db
from tests.conftest import NOW, make_merchant


@pytest.fixture
async def crowded(database: db.Database) -> AsyncGenerator[AsyncSession]:
    """A merchant with enough customers for a scan to be the dearer way, beside another one."""
    async with database.platform() as session:
        merchant_ids = [await make_merchant(session, handle) for handle in ("bakery", "barber")]
    async with database.batch(merchant_ids) as session:
        said = [
            Contact(merchant_id, email=f"no{number}@example.com", name=f"Anna {number}")
            for merchant_id in merchant_ids
            for number in range(1500)
        ]
        ids = await identify_many(session, said, now=NOW)
        whose = zip(said, ids, strict=True)
        await index_many(session, [(one.merchant_id, id_) for one, id_ in whose if id_])
    async with database.platform() as session:
        await session.execute(text("SET LOCAL role NONE"))
        await session.execute(text("ANALYZE customers, customer_identities, customer_search"))
    async with database.tenant(merchant_ids[0]) as session:
        await session.execute(text("SET LOCAL plan_cache_mode = force_generic_plan"))
        yield session


async def plan_of(session: AsyncSession, query: str, arguments: dict[str, str]) -> str:
    """The plan of a prepared statement with these arguments, made for any."""
    connection = await db.bulk(session)
    await connection.execute(f"PREPARE asked ({', '.join(arguments.values())}) AS {query}")
    rows = await connection.fetch(f"EXPLAIN (COSTS OFF) EXECUTE asked ({', '.join(arguments)})")
    return "\n".join(row[0] for row in rows)


async def test_a_batch_of_identities_is_found_by_their_primary_key(crowded: AsyncSession) -> None:
    arguments = {
        f"array[uuid '{db.merchant_of(crowded)}']": "uuid[]",
        "array['email']": "text[]",
        f"array[uuid '{UUID(int=0)}']": "uuid[]",
        "array[bytea 'x']": "bytea[]",
    }
    plan = await plan_of(crowded, identify.FIND, arguments)
    whole_key = "(merchant_id = asked.merchant_id) AND (kind = asked.kind)"
    assert f"Index Cond: ({whole_key} AND (scope = asked.scope) AND (key = asked.key))" in plan


async def test_the_living_are_found_by_their_primary_key(crowded: AsyncSession) -> None:
    merchant_id = db.merchant_of(crowded)
    arguments = {f"array[uuid '{merchant_id}']": "uuid[]", f"array[uuid '{UUID(int=0)}']": "uuid[]"}
    plan = await plan_of(crowded, queries.CURRENT, arguments)
    assert "Index Cond: ((merchant_id = asked.merchant_id) AND (id = asked.id))" in plan


async def test_names_are_found_by_their_terms(crowded: AsyncSession) -> None:
    places = {"parts": 1, "tokens": 2, "merchant_id": 3, "wanted": 4, "limit": 5}
    query = re.sub(r"(?<!:):(\w+)", lambda found: f"${places[found[1]]}", str(queries.SEARCH))
    arguments = {
        "array[1]": "integer[]",
        "array[1::bigint]": "bigint[]",
        f"'{db.merchant_of(crowded)}'": "uuid",
        "1": "bigint",
        "300": "bigint",
    }
    plan = await plan_of(crowded, query, arguments)
    assert "Index Cond: ((merchant_id = $3) AND (token = asked.token))" in plan
