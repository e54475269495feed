"""Friends are invited by the program: in an advocate's name, once, and not against their will."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest import consents, customers, merchants, messaging, rewards
from loyalnest.consents import Addressee
from loyalnest.customers import Customer
from loyalnest.kernel.database import bulk, merchant_of
from loyalnest.kernel.ids import new_id
from loyalnest.messaging import Ask, Purpose, Source
from loyalnest.referrals import errors, invitations, inviting, queries, rules
from loyalnest.referrals.invited import Invited
from loyalnest.referrals.inviting import Friend
from loyalnest.referrals.service.codes import code_of
from loyalnest.referrals.values import InviteBy, ReferralSettings
from loyalnest.templates import Occasion

_A_DAY = timedelta(days=1)
_WRITABLE_FOR = timedelta(days=4)
"""A message is worth sending for three days; nobody writes to them later."""
HASHED_FOR = "invitation"
_KIND = "invitation"

# Whoever invites the same friend at the same instant waits, so that only one does.
_TAKE_TURNS = text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))")
_LATELY = """
SELECT i.friend_hash, c.id IS NOT NULL AS by_them
FROM unnest($3::bytea[]) AS k (hash)
JOIN referral_invitations i ON i.merchant_id = $1 AND i.friend_hash = k.hash AND i.asked_at > $4
LEFT JOIN customers c
  ON c.merchant_id = $1 AND c.id = i.advocate_id AND (c.id = $2 OR c.merged_into = $2)
"""
_KEEP = """
INSERT INTO referral_invitations (merchant_id, id, advocate_id, channel, friend_hash, message_id,
                                  asked_at)
SELECT $1, k.id, $2, $3, k.hash, k.message_id, $7
FROM unnest($4::uuid[], $5::bytea[], $6::uuid[]) AS k (id, hash, message_id)
"""


async def invite(
    session: AsyncSession,
    advocate_id: UUID,
    addresses: Sequence[str],
    *,
    by: InviteBy,
    name: str | None = None,
    language: str | None = None,
    now: datetime,
) -> list[Invited]:
    """Have friends invited, each answered by itself, in their order.

    What is accepted is sent unless the friend is a customer, was invited by somebody else, or wants
    nothing: whoever asks learns nothing of these. The name is their own where none is given.
    Raises InvitationsOff, and what `code_of` does.
    """
    settings = (await queries.settings_of(session)).settings
    code = await code_of(session, advocate_id, now=now)
    link = await queries.link_of(session, settings)
    if link is None or by not in await invitations.ways_of(session, settings):
        raise errors.InvitationsOff
    merchant_id, channel = merchant_of(session), consents.Channel(by)
    await session.execute(_TAKE_TURNS, {"name": f"invitations of {merchant_id}"})
    advocate = await customers.get_living(session, advocate_id)
    friends = [_friend(channel, it) for it in addresses]
    hashes = await _hashes(session, channel, friends)
    mine, others = await _lately(session, advocate.id, hashes, now=now)
    own = await consents.addresses_of(session, advocate, channel)
    today = await invitations.invited_since(session, advocate.id, now - _A_DAY)
    answers = inviting.judge(
        friends,
        own={inviting.mailbox_of(channel, it) for it in own},
        invited={box for box, hashed in hashes.items() if hashed in mine},
        left=settings.invitations_per_day - today,
    )
    accepted = [
        friend
        for friend, answer in zip(friends, answers, strict=True)
        if friend and answer is Invited.ACCEPTED
    ]
    known = await customers.known_among(session, _kind(channel), [it.address for it in accepted])
    unknown = [
        it for it in accepted if it.address not in known and hashes[it.mailbox] not in others
    ]
    link = rules.link_by(link.replace("{code}", code.code), by, ours=settings.link is None)
    spoken = language or advocate.locale or (await merchants.get(session, merchant_id)).locale
    told = await _told(session, settings, advocate, name, link, spoken)
    sent = await _send(session, unknown, channel, told, spoken, now=now)
    await _keep(session, advocate.id, by, accepted, hashes, sent, now=now)
    return answers


def _friend(channel: consents.Channel, address: str) -> Friend | None:
    normal = consents.normalise(channel, address)
    return Friend(normal, inviting.mailbox_of(channel, normal)) if normal else None


def _kind(channel: consents.Channel) -> str:
    return customers.EMAIL if channel is consents.Channel.EMAIL else customers.PHONE


async def _hashes(
    session: AsyncSession, channel: consents.Channel, friends: Sequence[Friend | None]
) -> dict[str, bytes]:
    boxes = sorted({it.mailbox for it in friends if it})
    pairs = [(channel, it) for it in boxes]
    found = await consents.hash_addresses(session, pairs, scope=HASHED_FOR)
    return dict(zip(boxes, found, strict=True))


async def _lately(
    session: AsyncSession, advocate: UUID, hashes: Mapping[str, bytes], *, now: datetime
) -> tuple[set[bytes], set[bytes]]:
    """Who was invited lately by this advocate, and who by anybody."""
    rows = await (await bulk(session)).fetch(
        _LATELY, merchant_of(session), advocate, list(hashes.values()), now - inviting.APART
    )
    return {row[0] for row in rows if row[1]}, {row[0] for row in rows}


async def _told(
    session: AsyncSession,
    settings: ReferralSettings,
    advocate: Customer,
    name: str | None,
    link: str,
    language: str,
) -> dict[str, str]:
    """What is filled in: nothing that somebody wrote but a name that is one."""
    own = advocate.name.split()[0] if advocate.name and advocate.name.split() else None
    told = {"link": link}
    if signature := inviting.signature_of(name if name is not None else own):
        told["advocate"] = signature
    reward_id = rules.reward_of(settings.friend_reward_id)
    for reward in await rewards.find_many(session, {reward_id}) if reward_id else ():
        told["reward"] = reward.terms.names.get(language, reward.terms.name)
    return told


async def _send(
    session: AsyncSession,
    friends: Sequence[Friend],
    channel: consents.Channel,
    told: Mapping[str, str],
    language: str,
    *,
    now: datetime,
) -> dict[str, tuple[UUID, UUID | None]]:
    """Ask for the messages: by mailbox the invitation's id, and the message's."""
    merchant_id = merchant_of(session)
    if not friends:
        return {}
    people = [Addressee(new_id(), channel, it.address, language) for it in friends]
    await consents.keep_addresses(session, people, until=now + _WRITABLE_FOR)
    asks = [
        Ask(
            merchant_id=merchant_id,
            customer_id=None,
            addressee_id=it.id,
            source=Source(_KIND, it.id),
            occasion=Occasion.REFERRAL_INVITATION,
            purpose=Purpose.OUTREACH,
            channels=(messaging.Channel(channel),),
            variables=told,
        )
        for it in people
    ]
    messages = await messaging.ask(session, asks, now=now)
    return {
        friend.mailbox: (person.id, message)
        for friend, person, message in zip(friends, people, messages, strict=True)
    }


async def _keep(
    session: AsyncSession,
    advocate: UUID,
    by: InviteBy,
    accepted: Sequence[Friend],
    hashes: Mapping[str, bytes],
    sent: Mapping[str, tuple[UUID, UUID | None]],
    *,
    now: datetime,
) -> None:
    rows = [
        (id_, hashes[it.mailbox], message)
        for it in accepted
        for id_, message in [sent.get(it.mailbox, (new_id(), None))]
    ]
    if rows:
        columns = map(list, zip(*rows, strict=True))
        await (await bulk(session)).execute(
            _KEEP, merchant_of(session), advocate, by.value, *columns, now
        )
