"""Changing the ladder: seen before it is saved, and then everybody is judged by it."""

from collections import Counter
from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest import merchants
from loyalnest.kernel import jobs
from loyalnest.kernel.database import Database, bulk, merchant_of
from loyalnest.kernel.events import publish
from loyalnest.kernel.jobs import Job, Payload
from loyalnest.tiers import errors, queries, storage
from loyalnest.tiers.events import LadderChanged
from loyalnest.tiers.service.judging import judge, judge_many
from loyalnest.tiers.values import Ladder, LadderVersion, Pair, Preview, Shift

_PAGE = 1000
_SHOWN = 100
_ADD = text(
    "INSERT INTO tier_ladders (merchant_id, version, effective_from, ladder, created_at,"
    " created_by) VALUES (:merchant_id, :version, :now, cast(:ladder AS jsonb), :now, :actor)"
)
_EVERYBODY = text(
    "SELECT id FROM customers WHERE merchant_id = :merchant_id AND merged_into IS NULL"
    " AND (cast(:after AS uuid) IS NULL OR id > :after) ORDER BY id LIMIT :limit"
)


async def save(
    session: AsyncSession,
    ladder: Ladder,
    *,
    read_version: int | None = None,
    actor: str,
    now: datetime,
) -> LadderVersion:
    """Make this the ladder from now on. A job then judges everybody by it.

    Saving what is in force changes nothing. With `read_version` only that version is replaced.
    Raises LadderStale.
    """
    merchant_id = await merchants.take_turns(session)
    current = (await queries.ladders_of(session, [merchant_id])).get(merchant_id)
    if current is not None and current.ladder == ladder:
        return current
    version = current.version if current else 0
    if read_version is not None and read_version != version:
        raise errors.LadderStale
    await session.execute(
        _ADD,
        {
            "merchant_id": merchant_id,
            "version": version + 1,
            "now": now,
            "ladder": ladder.model_dump_json(),
            "actor": actor,
        },
    )
    changed = LadderChanged(merchant_id=merchant_id, occurred_at=now, version=version + 1)
    await publish(session, [changed], now=now)
    await jobs.enqueue(
        session,
        JUDGE_EVERYBODY.name,
        {"merchant_id": str(merchant_id), "version": version + 1},
        key=f"{JUDGE_EVERYBODY.name} {merchant_id} {version + 1}",
    )
    return LadderVersion(merchant_id, version + 1, now, ladder, actor)


async def preview(session: AsyncSession, ladder: Ladder, *, now: datetime) -> Preview:
    """Who would move, and where to, if this became the ladder now. Nothing is written."""
    merchant_id = merchant_of(session)
    current = (await queries.ladders_of(session, [merchant_id])).get(merchant_id)
    drafted = LadderVersion(merchant_id, (current.version if current else 0) + 1, now, ladder, "")
    shifts = Counter[tuple[str | None, str | None]]()
    shown: list[tuple[UUID, str | None, str | None]] = []
    count, after = 0, None
    while page := await _page(session, merchant_id, after):
        places = await storage.find(await bulk(session), page)
        judged = await judge(session, page, places, {merchant_id: drafted}, now=now, settled=True)
        for it in judged:
            was, then = it.before.effective(now), it.after.effective(now)
            if was != then:
                shifts[was, then] += 1
                if len(shown) < _SHOWN:
                    shown.append((it.after.customer_id, was, then))
        count += len(page)
        after = page[-1][1]
    moved = [Shift(was, then, number) for (was, then), number in shifts.most_common()]
    return Preview(count, moved, shown)


async def judge_everybody(database: Database, payload: Payload, now: datetime) -> None:
    """Judge all customers of a merchant by its newest ladder, a page at a time."""
    merchant_id, after = UUID(payload["merchant_id"]), None
    while True:
        async with database.tenant(merchant_id) as session:
            page = await _page(session, merchant_id, after)
            await judge_many(session, page, now=now, settled=True)
        if not page:
            return
        after = page[-1][1]


JUDGE_EVERYBODY = Job("tiers.judge_everybody", judge_everybody)


async def _page(session: AsyncSession, merchant_id: UUID, after: UUID | None) -> list[Pair]:
    asked = {"merchant_id": merchant_id, "after": after, "limit": _PAGE}
    return [(merchant_id, id_) for id_ in await session.scalars(_EVERYBODY, asked)]
