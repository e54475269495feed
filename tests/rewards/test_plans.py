"""Codes that are about to lapse are found by their date, as the application's own role."""

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest.kernel.database import bulk
from loyalnest.rewards.queries import LAPSING


async def test_codes_about_to_lapse_are_found_by_the_index_on_their_dates(
    session: AsyncSession,
) -> None:
    await session.execute(text("SET LOCAL enable_seqscan = off"))
    connection = await bulk(session)
    kinds = "uuid[], timestamptz[], timestamptz[], uuid[], timestamptz, int"
    await connection.execute(f"PREPARE lapsing ({kinds}) AS {LAPSING}")
    await connection.execute("SET LOCAL plan_cache_mode = force_generic_plan")
    rows = await connection.fetch(
        "EXPLAIN (COSTS OFF) EXECUTE lapsing ('{}', '{}', '{}', '{}', now(), 5)"
    )
    plan = "\n".join(row[0] for row in rows)
    condition = plan.split("Index Cond", 1)[1].split("\n")[0]
    assert "(merchant_id = k.merchant_id)" in condition
    assert "(expires_at <= k.until)" in condition
