"""Timetable: return windows end, friends don't come, rewards are there again, marks grow old."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import text

from loyalnest import rewards
from loyalnest.kernel.database import Database
from loyalnest.kernel.jobs import Recurring, merchant_by_merchant
from loyalnest.referrals.service import complete_merchants, forget_old_marks, judge_many

_PAGE = 1000
_IS_DUE = """
r.status = 'pending'
AND (r.due_at <= :now AND r.review IS DISTINCT FROM 'waiting'
     OR r.due_at IS NULL AND r.expires_at <= :now)
"""
_MERCHANTS = text(f"""
SELECT p.merchant_id
FROM (SELECT DISTINCT merchant_id FROM referral_programs) p
WHERE EXISTS (SELECT FROM referrals r WHERE r.merchant_id = p.merchant_id AND {_IS_DUE})
ORDER BY p.merchant_id
""")  # noqa: S608
_DUE = text(f"""
SELECT r.id
FROM referrals r
WHERE r.merchant_id = :merchant_id AND {_IS_DUE}
ORDER BY r.id
LIMIT {_PAGE}
""")  # noqa: S608
_OWING = text("SELECT DISTINCT merchant_id FROM referral_gifts WHERE state = 'owed'")
_OWED = text("""
SELECT DISTINCT reward_id
FROM referral_gifts
WHERE merchant_id = :merchant_id AND state = 'owed'
""")
_OWED_OF = text(f"""
SELECT DISTINCT referral_id
FROM referral_gifts
WHERE merchant_id = :merchant_id
  AND state = 'owed'
  AND reward_id = ANY(:reward_ids)
  AND referral_id > :after
ORDER BY referral_id
LIMIT {_PAGE}
""")  # noqa: S608
_BEFORE_ALL = UUID(int=0)


async def judge_due(database: Database, now: datetime) -> None:
    """Judge the referrals whose day has come, a page at a time; each page commits by itself.

    Whatever is judged leaves the page: it is settled, or it waits for a later day or for somebody.
    """
    async with database.platform() as session:
        due = list(await session.scalars(_MERCHANTS, {"now": now}))

    async def judge_of(merchant_id: UUID) -> None:
        while await _judge_page(database, merchant_id, now):
            pass

    await merchant_by_merchant(due, judge_of)


async def give_owed(database: Database, now: datetime) -> None:
    """Give the rewards that were sold out or not on offer when they fell due and are there again.

    In the order in which the referrals began; each page commits by itself.
    """
    async with database.platform() as session:
        owing = list(await session.scalars(_OWING))

    async def give_of(merchant_id: UUID) -> None:
        after: UUID | None = _BEFORE_ALL
        while after:
            after = await _give_page(database, merchant_id, after, now)

    await merchant_by_merchant(owing, give_of)


async def _give_page(
    database: Database, merchant_id: UUID, after: UUID, now: datetime
) -> UUID | None:
    """The last referral that was looked at; None: there is nobody left to give to."""
    async with database.tenant(merchant_id) as session:
        about: dict[str, object] = {"merchant_id": merchant_id, "after": after}
        owed = list(await session.scalars(_OWED, about))
        reward_ids = await rewards.givable(session, owed, now=now)
        ids = list(await session.scalars(_OWED_OF, {**about, "reward_ids": reward_ids}))
        await judge_many(session, [(merchant_id, id_) for id_ in ids], now=now)
    return ids[-1] if ids else None


async def _judge_page(database: Database, merchant_id: UUID, now: datetime) -> int:
    async with database.tenant(merchant_id) as session:
        ids = list(await session.scalars(_DUE, {"merchant_id": merchant_id, "now": now}))
        await judge_many(session, [(merchant_id, id_) for id_ in ids], now=now)
    return len(ids)


async def tidy_up(database: Database, now: datetime) -> None:
    """Forget marks that are too old to mean anything, and complete merchants' referrals."""
    async with database.platform() as session:
        await forget_old_marks(session, now=now)
    async with database.platform() as session:
        await complete_merchants(session, now=now)


DUE = Recurring("referrals.judge_due", "*/10 * * * *", judge_due)
OWED = Recurring("referrals.give_owed", "5-55/10 * * * *", give_owed)
DAILY = Recurring("referrals.tidy_up", "50 3 * * *", tidy_up)
