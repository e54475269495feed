"""Timetable: return windows end, friends don't come, and marks grow old."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import text

from loyalnest.kernel.database import Database
from loyalnest.kernel.jobs import Recurring
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


async def judge_due(database: Database, now: datetime) -> None:
    """Judge the referrals whose day has come, a page at a time; each page commits by itself.

    Whatever is judged leaves the page: it is settled, or it waits for a later day or for somebody.
    """
    async with database.platform() as session:
        due = list(await session.scalars(_MERCHANTS, {"now": now}))
    for merchant_id in due:
        while await _judge_page(database, merchant_id, now):
            pass


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
DAILY = Recurring("referrals.tidy_up", "50 3 * * *", tidy_up)
