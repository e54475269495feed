"""Setting up who carries a merchant's messages, and noting how they get on."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import phonenumbers
from email_validator import EmailNotValidError, validate_email
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest.kernel.database import bulk, merchant_of, ring_of
from loyalnest.kernel.events import Event, publish
from loyalnest.kernel.ids import new_id
from loyalnest.messaging import queries
from loyalnest.messaging.errors import (
    AccountIncomplete,
    OriginInvalid,
    ProviderUnknown,
    RateTooLow,
    SenderChanged,
    SenderInUse,
    SenderNotFound,
)
from loyalnest.messaging.events import SenderBroke, SenderPaused, SenderRecovered, SenderSaved
from loyalnest.messaging.keys import CREDENTIALS
from loyalnest.messaging.ports import Offer
from loyalnest.messaging.rules import Health
from loyalnest.messaging.values import Channel, Reason, Sender, SenderId, SenderState

RATE_AT_MOST = 10_000.0

_REPLACE = text("""
UPDATE senders
SET state = 'replaced', updated_at = :now, updated_by = :actor
WHERE merchant_id = :merchant_id AND channel = :channel AND state <> 'replaced'
RETURNING id
""")
_ADD = text("""
INSERT INTO senders (merchant_id, id, channel, provider, origin, name, credentials_sealed, options,
                     rate_per_s, repeats_in_doubt, state, version, created_at, updated_at,
                     updated_by)
VALUES (:merchant_id, :id, :channel, :provider, :origin, :name, :credentials,
        cast(:options AS jsonb), :rate_per_s, :repeats_in_doubt, 'on', 1, :now, :now, :actor)
""")
_PACE = text("INSERT INTO sender_pace (merchant_id, sender_id) VALUES (:merchant_id, :id)")
# What was to go by the old one goes by the new one; whatever it had claimed it still settles.
_HAND_ON = text("""
UPDATE message_queue q
SET sender_id = :id
WHERE q.merchant_id = :merchant_id AND q.sender_id = ANY (:old) AND q.claimed_by IS NULL
""")
_HAND_ON_MESSAGES = text("""
UPDATE messages m
SET sender_id = :id
FROM message_queue q
WHERE m.merchant_id = :merchant_id
  AND q.merchant_id = :merchant_id
  AND q.sender_id = :id
  AND m.id = q.message_id
  AND m.sender_id = ANY (:old)
""")
_CHANGE = text("""
UPDATE senders
SET origin = :origin, name = :name, credentials_sealed = :credentials,
    options = cast(:options AS jsonb), rate_per_s = :rate_per_s,
    repeats_in_doubt = :repeats_in_doubt, version = version + 1, updated_at = :now,
    updated_by = :actor,
    state = CASE WHEN state = 'broken' THEN 'on' ELSE state END, reason = NULL
WHERE merchant_id = :merchant_id AND id = :id AND version = :version
RETURNING version
""")
_SWITCH = text("""
UPDATE senders
SET state = :state, reason = NULL, version = version + 1, updated_at = :now, updated_by = :actor
WHERE merchant_id = :merchant_id AND id = :id
""")
_BREAK = text("""
UPDATE senders
SET state = 'broken', reason = :reason, version = version + 1, updated_at = :now,
    updated_by = :actor
WHERE merchant_id = :merchant_id AND id = :id AND state = 'on'
RETURNING id
""")
_HEALTH = """
UPDATE sender_pace
SET failures = $3, paused_until = $4, paused_for = $5
WHERE merchant_id = $1 AND sender_id = $2
"""
_TOLD_PAUSE = frozenset({Reason.QUOTA_REACHED, Reason.UNAVAILABLE})


@dataclass(frozen=True, slots=True)
class Setup:
    """What a merchant enters for a sender. A value of None keeps what was entered before."""

    channel: Channel
    origin: str
    name: str = ""
    values: Mapping[str, str | None] = field(default_factory=dict[str, str | None])
    """The provider's own fields, the secret ones among them."""
    rate_per_s: float | None = None
    repeats_in_doubt: bool = True


async def set_up(
    session: AsyncSession, setup: Setup, offer: Offer, *, actor: str, now: datetime
) -> Sender:
    """Use this account on its channel from now on; whatever was used before is replaced.

    Raises ProviderUnknown, AccountIncomplete, OriginInvalid, RateTooLow.
    """
    if setup.channel not in offer.channels:
        raise ProviderUnknown
    merchant_id, id_ = merchant_of(session), new_id()
    credentials, options = _split(setup.values, offer, {}, {})
    scope = {"merchant_id": merchant_id, "channel": setup.channel.value}
    old = list(await session.scalars(_REPLACE, {**scope, "now": now, "actor": actor}))
    row = _row(setup, offer, credentials, session)
    await session.execute(
        _ADD,
        {
            **scope,
            **row,
            "id": id_,
            "provider": offer.provider.value,
            "options": json.dumps(options),
        }
        | {"now": now, "actor": actor},
    )
    await session.execute(_PACE, {"merchant_id": merchant_id, "id": id_})
    if old:
        moved = {"merchant_id": merchant_id, "id": id_, "old": old}
        await session.execute(_HAND_ON, moved)
        await session.execute(_HAND_ON_MESSAGES, moved)
    await _tell_saved(session, id_, 1, now)
    return await queries.get_sender(session, id_)


async def change(
    session: AsyncSession,
    sender_id: SenderId,
    setup: Setup,
    offer: Offer,
    *,
    read_version: int,
    actor: str,
    now: datetime,
) -> Sender:
    """Change an account's details; one that was refused is tried again with them.

    Raises SenderNotFound, SenderChanged, and what `set_up` does.
    """
    sender = await queries.get_sender(session, sender_id)
    if setup.channel is not sender.channel or offer.provider is not sender.provider:
        raise ProviderUnknown
    account = await queries.account_of(session, sender, address="")
    credentials, options = _split(setup.values, offer, account.credentials, account.options)
    row = _row(setup, offer, credentials, session)
    asked = {"merchant_id": sender.merchant_id, "id": sender_id, "version": read_version}
    version = await session.scalar(
        _CHANGE, {**asked, **row, "options": json.dumps(options), "now": now, "actor": actor}
    )
    if version is None:
        raise SenderChanged
    await note_health(session, sender, Health(), now=now)
    await _tell_saved(session, sender_id, version, now)
    return await queries.get_sender(session, sender_id)


async def switch(
    session: AsyncSession, sender_id: SenderId, *, on: bool, actor: str, now: datetime
) -> Sender:
    """Pause a sender, or let it go on at once, whatever it waited for. Raises SenderNotFound."""
    sender = await queries.get_sender(session, sender_id)
    state = SenderState.ON if on else SenderState.PAUSED
    if sender.state is not state:
        asked = {"merchant_id": sender.merchant_id, "id": sender_id, "state": state.value}
        await session.execute(_SWITCH, {**asked, "now": now, "actor": actor})
        await _tell_saved(session, sender_id, sender.version + 1, now)
    if on:
        await note_health(session, sender, Health(), now=now)
    return await queries.get_sender(session, sender_id)


async def remove(session: AsyncSession, sender_id: SenderId, *, actor: str, now: datetime) -> None:
    """Use an account no more. Raises SenderNotFound, SenderInUse."""
    senders = {it.id: it for it in await queries.list_senders(session)}
    sender = senders.get(sender_id)
    if sender is None:
        raise SenderNotFound
    if sender.waiting:
        raise SenderInUse
    scope = {"merchant_id": sender.merchant_id, "channel": sender.channel.value}
    await session.execute(_REPLACE, {**scope, "now": now, "actor": actor})
    await _tell_saved(session, sender_id, sender.version, now)


async def note_health(
    session: AsyncSession, sender: Sender, health: Health, *, now: datetime
) -> None:
    """Note how a provider gets on with an account, and tell what somebody should know."""
    merchant_id = sender.merchant_id
    await (await bulk(session)).execute(
        _HEALTH,
        merchant_id,
        sender.id,
        health.failures,
        health.paused_until,
        health.paused_for and health.paused_for.value,
    )
    common: dict[str, Any] = {
        "merchant_id": merchant_id,
        "occurred_at": now,
        "sender_id": sender.id,
        "channel": sender.channel.value,
    }
    news: list[Event] = []
    if health.broken_for is not None:
        asked = {"merchant_id": merchant_id, "id": sender.id, "reason": health.broken_for.value}
        if await session.scalar(_BREAK, {**asked, "now": now, "actor": sender.provider.value}):
            news.append(SenderBroke(**common, reason=health.broken_for.value))
    elif health.paused_for in _TOLD_PAUSE and health.paused_for is not sender.paused_for:
        news.append(SenderPaused(**common, reason=str(health.paused_for)))
    elif health.paused_for is None and sender.paused_for in _TOLD_PAUSE:
        news.append(SenderRecovered(**common))
    await publish(session, news, now=now)


def _row(
    setup: Setup, offer: Offer, credentials: Mapping[str, str], session: AsyncSession
) -> dict[str, object]:
    rate = offer.rate_per_s if setup.rate_per_s is None else setup.rate_per_s
    if not 0 < rate <= RATE_AT_MOST:
        raise RateTooLow
    sealed = ring_of(session).seal(
        merchant_of(session), CREDENTIALS, json.dumps(dict(credentials)).encode()
    )
    return {
        "origin": _origin(setup.channel, setup.origin),
        "name": _name(setup.name),
        "credentials": sealed,
        "rate_per_s": rate,
        "repeats_in_doubt": setup.repeats_in_doubt,
    }


def _origin(channel: Channel, origin: str) -> str:
    """Where messages come from, in its normal form. Raises OriginInvalid."""
    origin = origin.strip()
    if channel is Channel.EMAIL:
        try:
            found = validate_email(origin, check_deliverability=False, globally_deliverable=False)
        except EmailNotValidError:
            raise OriginInvalid from None
        return found.ascii_email or found.normalized
    if re.fullmatch(r"\+[0-9]{6,15}", origin) and phonenumbers.is_possible_number(
        phonenumbers.parse(origin)
    ):
        return origin
    # Short codes, names that texts come from, and providers' own ids of a number or a service.
    if re.fullmatch(r"[A-Za-z0-9 ._-]{3,64}", origin):
        return origin
    raise OriginInvalid


def _name(name: str) -> str:
    """What recipients see; nothing that could be taken for another header."""
    name = " ".join(name.split())
    if any(ord(sign) < 32 or 0x7F <= ord(sign) < 0xA0 for sign in name) or len(name) > 100:
        raise AccountIncomplete(fields={"name": "has to be one line of at most 100 characters"})
    return name


def _split(
    values: Mapping[str, str | None],
    offer: Offer,
    credentials: Mapping[str, str],
    options: Mapping[str, str],
) -> tuple[dict[str, str], dict[str, str]]:
    """Secrets and the rest, checked. Raises AccountIncomplete.

    A secret goes nowhere but where whoever entered it sent it.
    """
    wrong = {f"values.{name}": "is not asked for" for name in values if name not in offer.fields}
    if any(
        asked.leads and values.get(name) not in (None, options.get(name, ""))
        for name, asked in offer.fields.items()
    ):
        unsaid = [name for name in credentials if values.get(name) is None]
        wrong |= {f"values.{name}": "enter it anew: it would go elsewhere" for name in unsaid}
    secret, open_ = dict(credentials), dict(options)
    for name, asked in offer.fields.items():
        kept = secret if asked.secret else open_
        given = values.get(name)
        if given is not None:
            kept[name] = given
        if not kept.get(name):
            kept.pop(name, None)
            if asked.required:
                wrong[f"values.{name}"] = "is needed"
        elif not re.fullmatch(asked.pattern, kept[name]):
            wrong[f"values.{name}"] = "doesn't look right"
    if wrong:
        raise AccountIncomplete(fields=wrong)
    return secret, open_


async def _tell_saved(session: AsyncSession, sender_id: UUID, version: int, now: datetime) -> None:
    saved = SenderSaved(
        merchant_id=merchant_of(session), occurred_at=now, sender_id=sender_id, version=version
    )
    await publish(session, [saved], now=now)
