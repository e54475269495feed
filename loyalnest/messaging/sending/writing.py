"""What was handed over is written down, with what it means for the address and the account."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest.kernel.clock import Clock
from loyalnest.kernel.database import Database
from loyalnest.kernel.faults import Fault as Trouble
from loyalnest.kernel.faults import classify
from loyalnest.messaging import rules
from loyalnest.messaging.carrying import Refused
from loyalnest.messaging.ports import Offer
from loyalnest.messaging.rules import Health, Trust, Try
from loyalnest.messaging.sending.calls import Handed
from loyalnest.messaging.service import recording, senders, statuses, suppressing
from loyalnest.messaging.service.recording import Again, Ended
from loyalnest.messaging.values import Fault, Sender, State, Status

HOLDS_ON_S = 15.0
"""For how long what is known to nobody else is kept while the database can't be reached."""
_PAUSE_S = 0.25


def trust_of(offer: Offer, sender: Sender) -> Trust:
    """What may be done about a sender's messages that may have been taken."""
    return Trust(offer.repeats_safely_for, offer.looks_up, sender.repeats_in_doubt)


async def write(
    database: Database,
    sender: Sender,
    handed: Sequence[Handed],
    *,
    offer: Offer,
    owner: UUID,
    health: Health | None,
    clock: Clock,
) -> None:
    """Write down what became of letters, and how the provider gets on."""
    trust = trust_of(offer, sender)

    async def note(session: AsyncSession) -> None:
        await _write(session, sender, handed, trust=trust, owner=owner, now=clock())
        if health is not None:
            await senders.note_health(session, sender, health, now=clock())

    await hold_on(database, sender.merchant_id, note)


async def hold_on(
    database: Database, merchant_id: UUID, note: Callable[[AsyncSession], Awaitable[None]]
) -> None:
    """Write what only this worker knows, as soon as the database can be reached."""
    loop = asyncio.get_running_loop()
    until_s = loop.time() + HOLDS_ON_S
    while True:
        try:
            async with database.batch([merchant_id], looking_up=True) as session:
                await note(session)
        except Exception as error:
            if classify(error) is Trouble.OWN or loop.time() >= until_s:
                raise
            await asyncio.sleep(_PAUSE_S)
        else:
            return


async def _write(
    session: AsyncSession,
    sender: Sender,
    handed: Sequence[Handed],
    *,
    trust: Trust,
    owner: UUID,
    now: datetime,
) -> None:
    merchant_id = sender.merchant_id
    ended: list[Ended] = []
    retried: list[Again] = []
    for each in handed:
        due = each.claimed.due
        given = Try(
            due.purpose,
            due.tries + 1,
            due.attempt,
            due.since if due.doubtful and due.since else each.claimed.claimed_at,
            each.is_probe,
        )
        chance = random.random()  # noqa: S311 - spreads retries
        step = rules.after(each.outcome, given, trust=trust, now=now, chance=chance)
        if step.state is State.WAITING:
            retried.append(Again(due.message_id, step))
        else:
            language = each.claimed.letter.language
            ended.append(
                Ended(
                    due.message_id, step.state, step.reason, step.code, step.provider_id, language
                )
            )
    written = await recording.end(session, ended, merchant_id=merchant_id, owner=owner, now=now)
    await recording.again(session, retried, merchant_id=merchant_id, owner=owner, now=now)
    await _catch_up(session, ended, written, now=now)
    await _suppress(session, handed, by=sender.provider, now=now)


async def _suppress(
    session: AsyncSession, handed: Sequence[Handed], *, by: str, now: datetime
) -> None:
    """Addresses that the provider said are no good."""
    refused = [
        (each.claimed, each.outcome.reason)
        for each in handed
        if isinstance(each.outcome, Refused) and each.outcome.reason.fault is Fault.ADDRESS
    ]
    members = [(it.letter.channel, it.letter.to, why) for it, why in refused if it.due.customer_id]
    strangers = [(it.due.addressee_id, why) for it, why in refused if it.due.addressee_id]
    await suppressing.suppress(session, members, by=by, now=now)
    await suppressing.suppress_addressees(session, strangers, by=by, now=now)


async def _catch_up(
    session: AsyncSession, ended: Sequence[Ended], written: recording.Written, *, now: datetime
) -> None:
    """What was taken though another had settled it; and what was told before we knew of it."""
    overtaken = [
        Status(it.state, now, provider_id=it.provider_id, message_id=it.message_id)
        for it in ended
        if it.message_id not in written.rows and it.state in (State.QUEUED, State.SENT)
    ]
    if overtaken:
        await statuses.take_status(session, overtaken, now=now)
    named = [it.provider_id for it in ended if it.provider_id]
    if named:
        await statuses.take_early(session, named, now=now)
