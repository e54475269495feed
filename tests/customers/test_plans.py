"""The look-ups reach their index as the application's own role, under row-level security."""

import re
from collections.abc import AsyncGenerator
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest.customers import Contact, candidates, identify_many, queries
from loyalnest.customers.service import identify
from loyalnest.customers.service.index import index_many
from loyalnest.kernel import database as db
from tests.conftest import NOW, make_merchant

# Few names, most of them one of two: so is a million people to whoever searches them.
NAMES = [
    *(f"Anabel {number}" for number in range(1000)),
    *(f"Bert {number}" for number in range(497)),
    *("Anabel Bert", "Anabel Lee", "Ana Lee"),
]


@pytest.fixture
async def crowded(database: db.Database) -> AsyncGenerator[AsyncSession]:
    """A merchant with enough customers for a scan to be the dearer way, beside another one."""
    async with database.platform() as session:
        merchant_ids = [await make_merchant(session, handle) for handle in ("bakery", "barber")]
    async with database.batch(merchant_ids) as session:
        said = [
            Contact(merchant_id, email=f"no{number}@example.com", name=name)
            for merchant_id in merchant_ids
            for number, name in enumerate(NAMES)
        ]
        ids = await identify_many(session, said, now=NOW)
        whose = zip(said, ids, strict=True)
        await index_many(session, [(one.merchant_id, id_) for one, id_ in whose if id_])
    async with database.platform() as session:
        await session.execute(text("SET LOCAL role NONE"))
        await session.execute(
            text("ANALYZE customers, customer_identities, customer_search, customer_terms")
        )
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


async def test_a_term_is_read_in_order_and_looked_up_with_a_customer(crowded: AsyncSession) -> None:
    arguments = {
        f"uuid '{db.merchant_of(crowded)}'": "uuid",
        "1": "bigint",
        "array[2::bigint]": "bigint[]",
        "50": "bigint",
    }
    plan = await plan_of(crowded, candidates.WITH_EVERY, arguments)
    assert "Index Cond: ((merchant_id = $1) AND (token = $2))" in plan
    other = r"\(token = other\.token\) AND \(customer_id = entry\w*\.customer_id\)"
    assert re.search(rf"Index Cond: \(\(merchant_id = \$1\) AND {other}\)", plan)
    # Sorting would read a common name to its end before the first of them is seen.
    assert not re.search(r"^\s*(->\s+)?Sort$", plan, re.MULTILINE)


async def test_what_else_a_customer_is_found_by_is_one_row(crowded: AsyncSession) -> None:
    arguments = {
        f"uuid '{db.merchant_of(crowded)}'": "uuid",
        "array[1::bigint]": "bigint[]",
        "array['{2}']": "text[]",
        "2000": "bigint",
        "300": "bigint",
    }
    plan = await plan_of(crowded, candidates.WITH_ANY, arguments)
    assert "Index Cond: ((merchant_id = $1) AND (token = asked.token))" in plan
    assert "Index Cond: ((merchant_id = $1) AND (customer_id = near.customer_id))" in plan


async def test_a_search_reads_few_of_those_who_share_a_common_name(crowded: AsyncSession) -> None:
    for asked, answer, at_most in [
        # Hundreds before her begin like that.
        ("ana", "Ana Lee", 1_000),
        ("anabel 700", "Anabel 700", 1_000),
        ("anbel lee", "Anabel Lee", 1_000),
        ("bert xaver", None, 1_000),
        ("anabl brt", "Anabel Bert", 1_000),
        # A thousand and five hundred by a dozen terms, and one of them all has both names.
        ("anabel bert", "Anabel Bert", 6_000),
    ]:
        before = await entries_read(crowded)
        found = await queries.search(crowded, asked)
        assert (found[0].name if found else None) == answer
        assert await entries_read(crowded) - before < at_most, asked


async def entries_read(session: AsyncSession) -> int:
    """How many entries of the search index this transaction has read so far."""
    read = await session.scalar(
        text("""
        SELECT sum(pg_stat_get_xact_tuples_returned(index.oid))
          FROM pg_class AS index
         WHERE index.relname LIKE 'customer\\_search\\_%\\_pkey'
        """)
    )
    assert read is not None
    return int(read)
