"""A friend uses a code: the one place where referrals begin."""

from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest import consents, customers, orders
from loyalnest.kernel.database import bulk, merchant_of
from loyalnest.kernel.events import publish
from loyalnest.kernel.ids import new_id
from loyalnest.referrals import errors, queries, rules, storage
from loyalnest.referrals.events import ReferralCreated
from loyalnest.referrals.service.codes import check_offered
from loyalnest.referrals.service.judging import judge_many
from loyalnest.referrals.service.marks import Told, note_marks, shared_marks
from loyalnest.referrals.values import (
    VELOCITY,
    Channel,
    CompletesOn,
    Referral,
    ReferralId,
    ReferralSettings,
    Review,
    SettingsVersion,
    Status,
)

# Whoever uses the same code at the same instant waits, so that nobody slips past the counting.
_LOCK_CODE = text("""
SELECT customer_id
FROM referral_codes
WHERE merchant_id = :merchant_id AND code = :code
FOR NO KEY UPDATE
""")
_WAIT_FOR_TURN = text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))")
_BOUGHT_BEFORE = text(f"""
SELECT EXISTS (
    SELECT FROM customers c
    JOIN orders o ON o.merchant_id = c.merchant_id AND o.customer_id = c.id
    WHERE c.merchant_id = :merchant_id
      AND (c.id = :living OR c.merged_into = :living)
      AND o.paid_at IS NOT NULL
      AND {orders.COUNTS}
      AND o.placed_at < :before)
""")  # noqa: S608
_LATELY = text("""
SELECT count(*)
FROM customers c
JOIN referrals r ON r.merchant_id = c.merchant_id AND r.advocate_id = c.id
WHERE c.merchant_id = :merchant_id
  AND (c.id = :living OR c.merged_into = :living)
  AND r.claimed_at > :since
""")
_ADD = text("""
INSERT INTO referrals (merchant_id, id, code, advocate_id, friend_id, parent_id, program_version,
    channel, signals, review, status, claimed_at, expires_at)
VALUES (:merchant_id, :id, :code, :advocate_id, :friend_id, :parent_id, :program_version,
    :channel, :signals, :review, 'pending', :claimed_at, :expires_at)
""")


class Claimed(NamedTuple):
    """The referral, and whether it had been there already."""

    referral: Referral
    replayed: bool


async def claim(
    session: AsyncSession,
    *,
    code: str,
    friend_id: UUID,
    channel: Channel = Channel.LINK,
    marks: Told | None = None,
    actor: str,
    now: datetime,
) -> Claimed:
    """Say that a friend was sent by the owner of a code.

    The same friend with the same code again gets the first answer. What the friend has in common
    with the advocate, or too many friends in a day, puts the referral before somebody's eyes
    before anybody gets anything.

    Raises InvalidReferralCode, DuplicateReferral, SelfReferral, FriendNotNew, ReferralsRefused,
    CustomerNotFound, CustomerGone, and what `check_offered` does.
    """
    merchant_id, code, marks = merchant_of(session), rules.normal_code(code), marks or {}
    friend = await customers.get(session, friend_id)
    living = friend.merged_into or friend.id
    if friend.erased_at is not None:
        raise customers.CustomerGone
    owner = await session.scalar(_LOCK_CODE, {"merchant_id": merchant_id, "code": code})
    if owner is None:
        raise errors.InvalidReferralCode
    await session.execute(_WAIT_FOR_TURN, {"name": f"referral of {living}"})
    advocate = await _advocate(session, owner)
    if advocate == living:
        raise errors.SelfReferral
    earlier = await queries.brought_as_friend(session, living)
    if earlier is not None:
        if earlier.code != code:
            raise errors.DuplicateReferral
        return Claimed(earlier, replayed=True)
    version = await queries.settings_of(session)
    await _check(session, version.settings, living, now=now)
    await _check_agreed(session, advocate=advocate, friend=living)
    shared = await shared_marks(session, advocate=advocate, friend=living, marks=marks, now=now)
    signals = sorted(mark.value for mark in shared & version.settings.review_marks)
    if await _too_many(session, advocate, version.settings, now=now):
        signals.append(VELOCITY)
    referral = await _begin(session, version, code, owner, advocate, living, channel, signals, now)
    await note_marks(session, living, marks, now=now)
    created = ReferralCreated(
        merchant_id=merchant_id,
        customer_id=advocate,
        occurred_at=now,
        referral_id=referral.id,
        friend_id=living,
        channel=channel.value,
        waits_for_review=referral.review is Review.WAITING,
    )
    await publish(session, [created], now=now)
    begun = (referral, None, Status.PENDING, ",".join(signals) or None, actor, None)
    await storage.record_moves(await bulk(session), [begun], now=now)
    await judge_many(session, [(merchant_id, referral.id)], now=now)
    return Claimed(await queries.get(session, referral.id), replayed=False)


async def _advocate(session: AsyncSession, owner: UUID) -> UUID:
    found = await customers.get(session, owner)
    if found.erased_at is not None:
        raise errors.InvalidReferralCode
    return found.merged_into or found.id


async def _check_agreed(session: AsyncSession, *, advocate: UUID, friend: UUID) -> None:
    """Raises ReferralsRefused; that of an advocate is nobody else's business."""
    if await consents.is_refused(session, advocate, consents.Purpose.REFERRALS):
        raise errors.InvalidReferralCode
    if await consents.is_refused(session, friend, consents.Purpose.REFERRALS):
        raise errors.ReferralsRefused


async def _check(
    session: AsyncSession, settings: ReferralSettings, friend: UUID, *, now: datetime
) -> None:
    await check_offered(session, settings, now=now)
    before = now - rules.TIMELY
    about = {"merchant_id": merchant_of(session), "living": friend, "before": before}
    if await session.scalar(_BOUGHT_BEFORE, about):
        raise errors.FriendNotNew
    enrolled_at = (await customers.get(session, friend)).enrolled_at
    if settings.completes_on is CompletesOn.SIGN_UP and enrolled_at and enrolled_at < before:
        raise errors.FriendNotNew


async def _too_many(
    session: AsyncSession, advocate: UUID, settings: ReferralSettings, *, now: datetime
) -> bool:
    about = {
        "merchant_id": merchant_of(session),
        "living": advocate,
        "since": now - timedelta(days=1),
    }
    lately = await session.scalar(_LATELY, about)
    return (lately or 0) >= settings.per_day


async def _begin(
    session: AsyncSession,
    version: SettingsVersion,
    code: str,
    owner: UUID,
    advocate: UUID,
    friend: UUID,
    channel: Channel,
    signals: list[str],
    now: datetime,
) -> Referral:
    parent = await queries.brought_as_friend(session, advocate)
    referral = Referral(
        merchant_id=merchant_of(session),
        id=ReferralId(new_id()),
        code=code,
        advocate_id=owner,
        friend_id=friend,
        parent_id=parent.id if parent else None,
        program_version=version.version,
        channel=channel.value,
        signals=tuple(signals),
        review=Review.WAITING if signals else None,
        status=Status.PENDING,
        reason=None,
        claimed_at=now,
        expires_at=now + timedelta(days=version.settings.expires_days),
        order_id=None,
        due_at=None,
        completed_at=None,
    )
    about = {name: getattr(referral, name) for name in referral.__struct_fields__}
    await session.execute(_ADD, {**about, "signals": signals})
    return referral
