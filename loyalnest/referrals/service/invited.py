"""What becomes of invitations: the address is forgotten, and who came of it is noted."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest import consents, customers, messaging
from loyalnest.consents import Channel
from loyalnest.kernel.database import merchant_of
from loyalnest.referrals import inviting
from loyalnest.referrals.service.invitations import HASHED_FOR

_BY_MESSAGE = text("""
SELECT id
FROM referral_invitations
WHERE merchant_id = :merchant_id AND message_id = ANY(:message_ids)
""")
_OF_ADVOCATES = text("""
SELECT i.id, i.message_id
FROM customers c
JOIN referral_invitations i ON i.merchant_id = c.merchant_id AND i.advocate_id = c.id
WHERE c.merchant_id = :merchant_id
  AND (c.id = ANY(:advocates) OR c.merged_into = ANY(:advocates))
""")
# The first that reached the friend, of whoever's code it was that they used.
_COME = text("""
UPDATE referral_invitations i
SET referral_id = first.referral_id
FROM (
    SELECT DISTINCT ON (r.id) r.id AS referral_id, own.id
    FROM referrals r
    JOIN customers advocate
      ON advocate.merchant_id = r.merchant_id AND advocate.id = r.advocate_id
    JOIN customers family
      ON family.merchant_id = r.merchant_id
     AND coalesce(family.merged_into, family.id) = coalesce(advocate.merged_into, advocate.id)
    JOIN referral_invitations own
      ON own.merchant_id = r.merchant_id
     AND own.advocate_id = family.id
     AND own.asked_at <= r.claimed_at
     AND own.friend_hash = ANY(:hashes)
     AND own.referral_id IS NULL
    WHERE r.merchant_id = :merchant_id AND r.id = :referral_id
    ORDER BY r.id, own.asked_at
) first
WHERE i.merchant_id = :merchant_id AND i.id = first.id
""")


async def forget_sent(session: AsyncSession, message_ids: Sequence[UUID]) -> None:
    """Forget where invitations went that are on their way, or went nowhere."""
    asked = {"merchant_id": merchant_of(session), "message_ids": list(message_ids)}
    await consents.forget_addressees(session, list(await session.scalars(_BY_MESSAGE, asked)))


async def forget_advocates(session: AsyncSession, advocates: Sequence[UUID]) -> None:
    """Nobody is invited any more in the name of who is forgotten, and no message names them."""
    asked = {"merchant_id": merchant_of(session), "advocates": list(advocates)}
    rows = (await session.execute(_OF_ADVOCATES, asked)).all()
    await consents.forget_addressees(session, [row.id for row in rows])
    await messaging.forget(session, [row.message_id for row in rows if row.message_id])


async def note_who_came(
    session: AsyncSession, came: Sequence[tuple[UUID, UUID]], *, now: datetime
) -> None:
    """Note of referrals (id, friend) which invitation brought the friend, if one did."""
    people = await customers.find_many(session, [friend for _, friend in came])
    for referral_id, friend in came:  # hardly ever more than one at a time
        hashes = await _hashes_of(session, people.get(friend))
        asked = {"merchant_id": merchant_of(session), "referral_id": referral_id, "hashes": hashes}
        if hashes:
            await session.execute(_COME, asked)


async def _hashes_of(session: AsyncSession, friend: customers.Customer | None) -> list[bytes]:
    if friend is None:
        return []
    told = ((Channel.EMAIL, friend.email), (Channel.SMS, friend.phone))
    pairs = [
        (named, inviting.mailbox_of(channel, normal))
        for channel, said in told
        if said and (normal := consents.normalise(channel, said))
        for named in ((channel,) if channel is Channel.EMAIL else (Channel.SMS, Channel.WHATSAPP))
    ]
    return await consents.hash_addresses(session, pairs, scope=HASHED_FOR)
