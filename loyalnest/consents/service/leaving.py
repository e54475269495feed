"""Somebody has had enough, or comes back, by a word or by one click."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest import customers
from loyalnest.consents import queries, rules
from loyalnest.consents.errors import ConfirmationOver
from loyalnest.consents.keys import IDENTITY
from loyalnest.consents.letters import Kind, Letter
from loyalnest.consents.secrets import hash_of, secret_of
from loyalnest.consents.service.addressees import suppress_addressees
from loyalnest.consents.service.record import customer_actor, say
from loyalnest.consents.service.suppress import Held, let_addresses_back, suppress_many
from loyalnest.consents.values import Channel, Proof, Purpose, Reason, State, Way
from loyalnest.kernel.database import merchant_of, ring_of

_NOTE_IDENTITY = text("""
INSERT INTO channel_identities AS i (merchant_id, channel, scope, key, customer_id, sealed, seen_at)
SELECT c.merchant_id, :channel, :scope, :key, c.id, :sealed, :now
FROM customers c
WHERE c.merchant_id = :merchant_id AND c.id = :customer_id AND c.erased_at IS NULL
FOR KEY SHARE OF c
ON CONFLICT (merchant_id, channel, scope, key) DO UPDATE
SET customer_id = excluded.customer_id, seen_at = greatest(i.seen_at, excluded.seen_at)
""")


@dataclass(frozen=True, slots=True)
class Sender:
    """Who wrote to us, as a provider names them.

    On WhatsApp somebody may come without a number, and on no channel is the number who they are.
    """

    channel: Channel
    scope: str
    """Within which account of the provider's the id means somebody."""
    external_id: str
    phone: str | None = None


@dataclass(frozen=True, slots=True)
class Reply:
    """What somebody's text meant."""

    word: rules.Word | None
    customer_ids: tuple[UUID, ...]
    """Whose it is; nobody where the address is nobody's."""


async def leave(
    session: AsyncSession, letter: Letter, *, way: Way, network: str | None, now: datetime
) -> None:
    """Whoever has this letter gets no more of what it came with. Any number of times the same.

    Of whoever is forgotten there is nothing left to end. Who is no customer gets nothing at all.
    """
    assert letter.kind is Kind.LEAVE
    try:
        living = await customers.get_living(session, letter.id)
    except customers.CustomerGone:
        return
    except customers.CustomerNotFound:
        held = [(letter.id, Reason.UNSUBSCRIBED)]
        await suppress_addressees(session, held, by=way.value, now=now)
        return
    standing = await queries.standing_of(session, living.id, Purpose.OUTREACH, letter.channel)
    if standing.state is not State.WITHDRAWN:
        proof = Proof(way, customer_actor(living.id), network=network)
        await say(
            session,
            living.id,
            purpose=Purpose.OUTREACH,
            channel=letter.channel,
            granted=False,
            proof=proof,
            now=now,
        )


async def return_(
    session: AsyncSession,
    letter: Letter,
    *,
    words: str,
    language: str,
    network: str | None,
    now: datetime,
) -> None:
    """Whoever has this letter wants what it came with after all, and was shown these words.

    Raises ConfirmationOver for a letter that opens nothing but the way out any more.
    """
    if not letter.is_good(now):
        raise ConfirmationOver
    living = await customers.get_living(session, letter.id)
    proof = Proof(
        Way.CUSTOMER_PAGE,
        customer_actor(living.id),
        words=words,
        language=language,
        network=network,
    )
    await say(
        session,
        living.id,
        purpose=Purpose.OUTREACH,
        channel=letter.channel,
        granted=True,
        proof=proof,
        now=now,
    )


async def take_reply(
    session: AsyncSession,
    sender: Sender,
    text: str,
    *,
    by: str,
    at: datetime | None = None,
    now: datetime,
) -> Reply:
    """Do what a text asks for that somebody wrote to the merchant on a channel.

    A stop word ends everything to whoever wrote, however they are reached on that channel; the word
    that begins again gives back what a stop word took, and no more. Everything else is left to
    whoever reads it. `by` is the provider, and `at` is when it came, if that was not now: a text
    that had to be tried again means what it meant then.
    """
    at = min(at or now, now)
    whose = await _whose(session, sender, now=now)
    word = rules.word_in(text)
    addresses = await _addresses(session, sender, whose)
    if word is rules.Word.STOP:
        held = [Held(sender.channel, it, Reason.STOPPED, at) for it in addresses]
        await suppress_many(session, held, by=by, now=now)
        for customer_id in whose:  # hardly ever more than one, who share a phone
            await _turn(session, customer_id, sender.channel, text, granted=False, at=at, now=now)
    elif word is rules.Word.START:
        again = [Reason.STOPPED]
        await let_addresses_back(session, sender.channel, addresses, again, at=at, now=now)
        if await _is_stopped(session, sender.channel, addresses):
            return Reply(word, whose)  # they said stop once more since
        for customer_id in whose:
            if await _was_stopped(session, customer_id, sender.channel):
                await _turn(
                    session, customer_id, sender.channel, text, granted=True, at=at, now=now
                )
    return Reply(word, whose)


async def _whose(session: AsyncSession, sender: Sender, *, now: datetime) -> tuple[UUID, ...]:
    """Whom a provider's id is known to be; else whoever has the number, and is known by the id
    from here on if they alone have it."""
    found = await queries.find_by_identity(
        session, sender.channel, scope=sender.scope, external_id=sender.external_id
    )
    if found is not None:
        return (found,)
    if not sender.phone:
        return ()
    people = [it.id for it in await customers.find_by_phone(session, sender.phone)]
    if len(people) == 1:
        await note_identity(session, sender, people[0], now=now)
    return tuple(people)


async def _addresses(session: AsyncSession, sender: Sender, whose: Sequence[UUID]) -> Sequence[str]:
    """Every form under which whoever wrote is reached on their channel."""
    told = [
        normal
        for it in (sender.phone, sender.external_id)
        if it and (normal := rules.normalise(sender.channel, it))
    ]
    for person in (await customers.find_many(session, whose)).values():
        told += await queries.addresses_of(session, person, sender.channel)
    return list(dict.fromkeys(told))


async def note_identity(
    session: AsyncSession, sender: Sender, customer_id: UUID, *, now: datetime
) -> None:
    """Remember who somebody is to a provider."""
    merchant_id = merchant_of(session)
    secret = await secret_of(session, merchant_id)
    sealed = ring_of(session).seal(merchant_id, IDENTITY, sender.external_id.encode())
    await session.execute(
        _NOTE_IDENTITY,
        {
            "merchant_id": merchant_id,
            "channel": sender.channel.value,
            "scope": sender.scope,
            "key": hash_of(secret, sender.channel, sender.scope, sender.external_id),
            "customer_id": customer_id,
            "sealed": sealed,
            "now": now,
        },
    )


async def _is_stopped(session: AsyncSession, channel: Channel, addresses: Sequence[str]) -> bool:
    for it in addresses:  # a number and an id, hardly ever more
        found = await queries.find_suppressions(session, channel=channel, address=it)
        if any(held.reason is Reason.STOPPED for held in found):
            return True
    return False


async def _was_stopped(session: AsyncSession, customer_id: UUID, channel: Channel) -> bool:
    """Whether a yes to outreach is what a stop word took, and nothing was said since."""
    said = [
        it.said
        for it in await queries.history_of(session, customer_id)
        if (it.said.purpose, it.said.channel) == (Purpose.OUTREACH, channel)
    ]
    said.sort(key=lambda it: it.at, reverse=True)
    return (
        len(said) > 1
        and (said[0].state, said[0].proof.way) == (State.WITHDRAWN, Way.STOP_WORD)
        and said[1].state is State.GRANTED
    )


async def _turn(
    session: AsyncSession,
    customer_id: UUID,
    channel: Channel,
    text: str,
    *,
    granted: bool,
    at: datetime,
    now: datetime,
) -> None:
    standing = await queries.standing_of(session, customer_id, Purpose.OUTREACH, channel)
    wanted = State.GRANTED if granted else State.WITHDRAWN
    if standing.state is wanted:
        return
    proof = Proof(Way.STOP_WORD, customer_actor(customer_id), words=text)
    await say(
        session,
        customer_id,
        purpose=Purpose.OUTREACH,
        channel=channel,
        granted=granted,
        proof=proof,
        at=at,
        now=now,
    )
