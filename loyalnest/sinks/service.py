"""Connecting tools, and noting how far each has come."""

import json
import re
from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest.kernel.database import bulk, merchant_of, ring_of
from loyalnest.kernel.events import publish
from loyalnest.kernel.ids import new_id
from loyalnest.messaging import Accepted, Fault, Outcome, Provider, Reason, Refused
from loyalnest.sinks import queries
from loyalnest.sinks.errors import SinkIncomplete, SinkNotFound
from loyalnest.sinks.events import SinkBroke, SinkRemoved, SinkSaved
from loyalnest.sinks.keys import CREDENTIALS
from loyalnest.sinks.ports import SinkOffer
from loyalnest.sinks.values import Sink, SinkState

_FIRST_PAUSE, _LONGEST_PAUSE = timedelta(seconds=2), timedelta(minutes=10)

_SAVE = text("""
INSERT INTO sinks (merchant_id, id, provider, credentials_sealed, options, state, position,
                   connected_at, updated_at, updated_by)
VALUES (:merchant_id, :id, :provider, :credentials, cast(:options AS jsonb), 'on', :position,
        :now, :now, :actor)
ON CONFLICT (merchant_id, provider) DO UPDATE
SET credentials_sealed = excluded.credentials_sealed,
    options = excluded.options,
    state = 'on',
    reason = NULL,
    failures = 0,
    paused_until = NULL,
    updated_at = excluded.updated_at,
    updated_by = excluded.updated_by
""")
_NEWEST = text("SELECT coalesce(max(position), 0) FROM events WHERE merchant_id = :merchant_id")
_REMOVE = text("""
DELETE FROM sinks
WHERE merchant_id = :merchant_id AND provider = :provider
RETURNING id
""")
_CAME = """
UPDATE sinks
SET position = greatest(position, $3), failures = 0, paused_until = NULL, busy_until = NULL
WHERE merchant_id = $1 AND id = $2
"""
_FAILED = """
UPDATE sinks
SET failures = failures + 1, paused_until = $3, busy_until = NULL, state = $4, reason = $5,
    position = greatest(position, $6)
WHERE merchant_id = $1 AND id = $2
"""


async def connect(
    session: AsyncSession,
    offer: SinkOffer,
    values: Mapping[str, str | None],
    *,
    with_history: bool,
    actor: str,
    now: datetime,
) -> Sink:
    """Tell a tool what happens from now on, with history also what has happened so far.

    For a tool that is connected already the account is replaced, and it goes on where it was; a
    value of None keeps what was entered before. Raises SinkIncomplete.
    """
    merchant_id = merchant_of(session)
    credentials, options = _split(offer, {**await _known(session, offer), **_given(values)})
    position = 0 if with_history else await session.scalar(_NEWEST, {"merchant_id": merchant_id})
    await session.execute(
        _SAVE,
        {
            "merchant_id": merchant_id,
            "id": new_id(),
            "provider": offer.provider.value,
            "credentials": ring_of(session).seal(
                merchant_id, CREDENTIALS, json.dumps(credentials).encode()
            ),
            "options": json.dumps(options),
            "position": position,
            "now": now,
            "actor": actor,
        },
    )
    saved = SinkSaved(merchant_id=merchant_id, occurred_at=now, provider=offer.provider.value)
    await publish(session, [saved], now=now)
    return await queries.get_sink(session, offer.provider)


async def remove(session: AsyncSession, provider: Provider, *, now: datetime) -> None:
    """Tell a tool nothing any more, and forget its secrets. Raises SinkNotFound."""
    merchant_id = merchant_of(session)
    asked = {"merchant_id": merchant_id, "provider": provider.value}
    if (await session.execute(_REMOVE, asked)).one_or_none() is None:
        raise SinkNotFound
    gone = SinkRemoved(merchant_id=merchant_id, occurred_at=now, provider=provider.value)
    await publish(session, [gone], now=now)


async def note(
    session: AsyncSession, sink: Sink, outcome: Outcome, *, upto: int, now: datetime
) -> None:
    """Write down how a batch ended; the position moves up to what was taken, and no further.

    An account that is refused stops its sink; everything else is tried again, later each time.
    """
    connection = await bulk(session)
    if isinstance(outcome, Accepted):
        await connection.execute(_CAME, sink.merchant_id, sink.id, upto)
        return
    refused = outcome if isinstance(outcome, Refused) else None
    is_broken = refused is not None and refused.reason.fault is Fault.SENDER
    reason: Reason | None = refused.reason if refused else Reason.UNCLEAR
    state = SinkState.BROKEN if is_broken else SinkState.ON
    pause = min(_FIRST_PAUSE * 2 ** min(sink.failures, 12), _LONGEST_PAUSE)
    if refused and refused.retry_after:
        pause = max(pause, refused.retry_after)
    await connection.execute(
        _FAILED, sink.merchant_id, sink.id, now + pause, state.value, reason.value, upto
    )
    if is_broken:
        broke = SinkBroke(
            merchant_id=sink.merchant_id,
            occurred_at=now,
            provider=sink.provider.value,
            reason=reason.value,
        )
        await publish(session, [broke], now=now)


async def _known(session: AsyncSession, offer: SinkOffer) -> dict[str, str]:
    try:
        account = await queries.account_of(session, offer.provider)
    except SinkNotFound:
        return {}
    return {**account.options, **account.credentials}


def _given(values: Mapping[str, str | None]) -> dict[str, str]:
    return {name: value for name, value in values.items() if value is not None}


def _split(offer: SinkOffer, values: Mapping[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    """What is secret and what is not. Raises SinkIncomplete."""
    wrong = dict.fromkeys(values.keys() - offer.fields.keys(), "is no field of this tool")
    for name, known in offer.fields.items():
        value = values.get(name, "")
        if not value and known.required:
            wrong[name] = "is missing"
        elif value and not re.fullmatch(known.pattern, value):
            wrong[name] = "doesn't look right"
    if wrong:
        raise SinkIncomplete(fields=wrong)
    kept = {name: value for name, value in values.items() if value}
    secrets = {name: value for name, value in kept.items() if offer.fields[name].secret}
    return secrets, {name: value for name, value in kept.items() if name not in secrets}
