"""Somebody looks at a referral and says yes or no; either can be said again, or taken back."""

from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest.kernel.database import merchant_of
from loyalnest.referrals import errors, queries
from loyalnest.referrals.service.judging import Said, judge_many
from loyalnest.referrals.values import Referral, ReferralId, Review

# Without a signal nobody had to look at it in the first place, so that nobody has to now.
_SAY = text("""
UPDATE referrals
SET review = CASE WHEN :review <> 'waiting' OR cardinality(signals) > 0 THEN :review END
WHERE merchant_id = :merchant_id AND id = :id
RETURNING true
""")


async def approve(
    session: AsyncSession,
    referral_id: ReferralId,
    *,
    note: str | None = None,
    actor: str,
    now: datetime,
) -> Referral:
    """Let a referral count as soon as the friend has done what it takes.

    What rejects it by itself (one and the same person, an earlier purchase) still does. Raises
    ReferralNotFound.
    """
    return await _say(session, referral_id, Review.APPROVED, note, actor, now)


async def reject(
    session: AsyncSession,
    referral_id: ReferralId,
    *,
    note: str | None = None,
    actor: str,
    now: datetime,
) -> Referral:
    """Don't let a referral count; what was given for it is taken back. Raises ReferralNotFound."""
    return await _say(session, referral_id, Review.REJECTED, note, actor, now)


async def reconsider(
    session: AsyncSession,
    referral_id: ReferralId,
    *,
    note: str | None = None,
    actor: str,
    now: datetime,
) -> Referral:
    """Take back what was said: where something had made somebody look, it waits for a word again.

    What was given on that word is taken back until then. Raises ReferralNotFound.
    """
    return await _say(session, referral_id, Review.WAITING, note, actor, now)


async def _say(
    session: AsyncSession,
    referral_id: ReferralId,
    review: Review,
    note: str | None,
    actor: str,
    now: datetime,
) -> Referral:
    merchant_id = merchant_of(session)
    about = {"merchant_id": merchant_id, "id": referral_id, "review": review.value}
    if await session.scalar(_SAY, about) is None:
        raise errors.ReferralNotFound
    said = Said(referral_id, actor, note)
    await judge_many(session, [(merchant_id, referral_id)], now=now, said=said)
    return await queries.get(session, referral_id)
