"""A merchant brings a merchant: one month is free for it once the other is live."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest import merchants
from loyalnest.kernel.events import publish
from loyalnest.referrals import errors
from loyalnest.referrals.events import MerchantReferralCompleted, MerchantReferralCreated

_JOIN = text("""
INSERT INTO merchant_referrals (merchant_id, referred_id, joined_at)
VALUES (:merchant_id, :referred_id, :now)
ON CONFLICT DO NOTHING
RETURNING true
""")
_HAS_ORDERS = text("SELECT EXISTS (SELECT FROM orders WHERE merchant_id = :merchant_id)")
_COMPLETE = text("""
UPDATE merchant_referrals r
SET completed_at = :now
WHERE r.completed_at IS NULL
  AND EXISTS (
      SELECT FROM orders o
      WHERE o.merchant_id = r.referred_id AND o.paid_at IS NOT NULL AND o.kept > 0)
RETURNING r.merchant_id, r.referred_id
""")


async def join(session: AsyncSession, *, handle: str, referred_id: UUID, now: datetime) -> None:
    """Say that a new merchant was brought by the one of this handle. For a platform session.

    Raises ReferrerUnknown, MerchantNotNew.
    """
    referrer = await merchants.find_by_handle(session, handle.strip().lower())
    if referrer is None or referrer.id == referred_id:
        raise errors.ReferrerUnknown
    if await session.scalar(_HAS_ORDERS, {"merchant_id": referred_id}):
        raise errors.MerchantNotNew
    about = {"merchant_id": referrer.id, "referred_id": referred_id, "now": now}
    if await session.scalar(_JOIN, about) is None:
        raise errors.MerchantNotNew
    joined = MerchantReferralCreated(
        merchant_id=referrer.id, occurred_at=now, referred_id=referred_id
    )
    await publish(session, [joined], now=now)


async def complete_merchants(session: AsyncSession, *, now: datetime) -> int:
    """Complete the referrals of merchants that have sold something. For a platform session."""
    live = [
        MerchantReferralCompleted(
            merchant_id=row.merchant_id, occurred_at=now, referred_id=row.referred_id
        )
        for row in await session.execute(_COMPLETE, {"now": now})
    ]
    await publish(session, live, now=now)
    return len(live)
