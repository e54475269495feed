"""Named reads of invitations. Whom they went to is among them nowhere."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest import messaging
from loyalnest.kernel.database import merchant_of
from loyalnest.referrals.invited import Invitation, InvitationCounts, InvitationState
from loyalnest.referrals.rules import normal_code
from loyalnest.referrals.values import Days, InviteBy, ReferralSettings

_COUNT = text("""
SELECT count(*)
FROM customers c
JOIN referral_invitations i ON i.merchant_id = c.merchant_id AND i.advocate_id = c.id
WHERE c.merchant_id = :merchant_id
  AND (c.id = :living OR c.merged_into = :living)
  AND i.asked_at > :since
""")
_SHOWN = """
SELECT i.id, i.advocate_id, i.channel, i.asked_at, i.message_id, m.handed_over_at, m.clicked_at,
       i.referral_id, r.status, r.order_id
FROM referral_invitations i
LEFT JOIN messages m ON m.merchant_id = i.merchant_id AND m.id = i.message_id
LEFT JOIN referrals r ON r.merchant_id = i.merchant_id AND r.id = i.referral_id
WHERE i.merchant_id = :merchant_id
"""
_ALL = text(f"""
{_SHOWN}
  AND (cast(:before AS uuid) IS NULL OR i.id < :before)
ORDER BY i.id DESC
LIMIT :limit
""")
_OF = text(f"""
{_SHOWN}
  AND i.advocate_id IN (
      SELECT c.id FROM customers c
      WHERE c.merchant_id = :merchant_id AND (c.id = :living OR c.merged_into = :living))
  AND (cast(:before AS uuid) IS NULL OR i.id < :before)
ORDER BY i.id DESC
LIMIT :limit
""")  # noqa: S608
_COUNTS = text("""
SELECT count(*), count(s.handed_over_at), count(s.clicked_at),
       count(r.id) FILTER (WHERE r.status <> 'rejected'),
       count(r.order_id) FILTER (WHERE r.status <> 'rejected')
FROM merchants m
JOIN referral_invitations i
  ON i.merchant_id = m.merchant_id
 AND i.asked_at >= cast(:first AS date)::timestamp AT TIME ZONE m.time_zone
 AND i.asked_at < (cast(:last AS date) + 1)::timestamp AT TIME ZONE m.time_zone
LEFT JOIN messages s ON s.merchant_id = i.merchant_id AND s.id = i.message_id
LEFT JOIN referrals r ON r.merchant_id = i.merchant_id AND r.id = i.referral_id
WHERE m.merchant_id = :merchant_id
  AND (cast(:code AS text) IS NULL
       OR i.advocate_id IN (
           SELECT k.customer_id FROM referral_codes k
           WHERE k.merchant_id = :merchant_id AND k.code = :code))
""")


async def ways_of(session: AsyncSession, settings: ReferralSettings) -> list[InviteBy]:
    """How the program can send invitations: as the merchant wants, and has somebody to carry."""
    if not settings.enabled:
        return []
    carried = {it.channel for it in await messaging.list_senders(session)}
    return [it for it in settings.invite_by if messaging.Channel(it) in carried]


async def invited_since(session: AsyncSession, living: UUID, since: datetime) -> int:
    """How many friends a living customer has had invited after an instant."""
    asked = {"merchant_id": merchant_of(session), "living": living, "since": since}
    return await session.scalar(_COUNT, asked) or 0


async def list_invitations(
    session: AsyncSession, *, advocate: UUID | None = None, before: UUID | None = None, limit: int
) -> list[Invitation]:
    """Invitations, the latest first; those of a living customer, or everybody's."""
    asked = {"merchant_id": merchant_of(session), "before": before, "limit": limit}
    if advocate is None:
        return _invitations((await session.execute(_ALL, asked)).all())
    return _invitations((await session.execute(_OF, {**asked, "living": advocate})).all())


async def invitation_counts(
    session: AsyncSession, days: Days, *, code: str | None = None
) -> InvitationCounts:
    """What the invitations of a range of days have come to by now; of one code's, or of all."""
    told = code and normal_code(code)
    asked = {"merchant_id": merchant_of(session), "first": days.first, "last": days.last}
    return InvitationCounts(*(await session.execute(_COUNTS, {**asked, "code": told})).one())


def _invitations(rows: Sequence[Row[Any]]) -> list[Invitation]:
    return [
        Invitation(
            id=row.id,
            advocate_id=row.advocate_id,
            channel=InviteBy(row.channel),
            state=_state(row),
            asked_at=row.asked_at,
            message_id=row.message_id,
            sent_at=row.handed_over_at,
            clicked_at=row.clicked_at,
            referral_id=row.referral_id,
        )
        for row in rows
    ]


def _state(row: Row[Any]) -> InvitationState:
    if row.referral_id is None or row.status == "rejected":
        return InvitationState.SENT
    return InvitationState.BOUGHT if row.order_id else InvitationState.JOINED
