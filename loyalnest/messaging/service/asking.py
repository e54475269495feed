"""Asking that customers be told something: once, however often it is asked."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest.kernel.database import bulk, ring_of
from loyalnest.kernel.ids import new_id
from loyalnest.messaging import rules
from loyalnest.messaging.keys import REWORDING, VARIABLES
from loyalnest.messaging.values import Ask, Channel, MessageId, SenderId

_SENDERS = """
SELECT merchant_id, channel, id
FROM senders
WHERE merchant_id = ANY ($1::uuid[]) AND state <> 'replaced'
"""

# The same source and step is the same message, whoever asks at the same moment.
_ASK = """
WITH fresh AS (
    INSERT INTO messages (merchant_id, id, customer_id, sender_id, channel, occasion, purpose,
                          source_kind, source_id, step, leg, chain, root_id, journey_id,
                          variables_sealed, state, asked_at, due_at, expires_at, state_at,
                          addressee_id)
    SELECT k.merchant_id, k.id, k.customer_id, k.sender_id, k.channel, k.occasion, k.purpose,
           k.source_kind, k.source_id, k.step, 0, string_to_array(k.chain, ','), k.id,
           k.journey_id, k.variables, 'waiting', $1, k.due_at, k.expires_at, $1, k.addressee_id
    FROM unnest($2::uuid[], $3::uuid[], $4::uuid[], $5::uuid[], $6::text[], $7::text[], $8::text[],
                $9::text[], $10::uuid[], $11::text[], $12::text[], $13::uuid[], $14::bytea[],
                $15::timestamptz[], $16::timestamptz[], $17::uuid[])
      AS k (merchant_id, id, customer_id, sender_id, channel, occasion, purpose, source_kind,
            source_id, step, chain, journey_id, variables, due_at, expires_at, addressee_id)
    ON CONFLICT (merchant_id, source_id, source_kind, step, leg) DO NOTHING
    RETURNING merchant_id, id, sender_id, purpose, coalesce(customer_id, addressee_id) AS whose,
              due_at
), queued AS (
    INSERT INTO message_queue (merchant_id, message_id, sender_id, lane, customer_id, due_at)
    SELECT merchant_id, id, sender_id, CASE purpose WHEN 'transactional' THEN 0 ELSE 1 END,
           whose, due_at
    FROM fresh
)
SELECT id FROM fresh
"""


@dataclass(frozen=True, slots=True)
class _Way:
    sender_id: SenderId
    channel: Channel
    chain: tuple[Channel, ...]


async def ask(
    session: AsyncSession, asks: Sequence[Ask], *, now: datetime
) -> list[MessageId | None]:
    """Have customers told something, if this transaction commits; the id of each new message.

    None for what was asked before, and where the merchant has no sender on any of the channels
    asked for. Whether a customer may be told is judged when the message goes, not here.
    """
    merchants = list({it.merchant_id for it in asks})
    rows = await (await bulk(session)).fetch(_SENDERS, merchants)
    senders = {(row[0], row[1]): row[2] for row in rows}
    ways = [(it, way) for it in asks if (way := _way(it, senders))]
    if not ways:
        return [None] * len(asks)
    ids = {id(it): new_id() for it, _ in ways}
    ring = ring_of(session)
    due = {id(it): it.due_at or now for it, _ in ways}
    made = await (await bulk(session)).fetch(
        _ASK,
        now,
        [it.merchant_id for it, _ in ways],
        [ids[id(it)] for it, _ in ways],
        [it.customer_id for it, _ in ways],
        [way.sender_id for _, way in ways],
        [way.channel.value for _, way in ways],
        [it.occasion for it, _ in ways],
        [it.purpose.value for it, _ in ways],
        [it.source.kind for it, _ in ways],
        [it.source.id for it, _ in ways],
        [it.source.step for it, _ in ways],
        [",".join(way.chain) for _, way in ways],
        [it.journey_id for it, _ in ways],
        [
            ring.seal(it.merchant_id, VARIABLES, json.dumps(said).encode())
            if (said := _said(it))
            else None
            for it, _ in ways
        ],
        [due[id(it)] for it, _ in ways],
        [it.expires_at or due[id(it)] + rules.LASTS for it, _ in ways],
        [it.addressee_id for it, _ in ways],
    )
    fresh = {row[0] for row in made}
    drawn = [ids.get(id(it)) for it in asks]
    return [id_ if id_ in fresh else None for id_ in drawn]


def _said(asked: Ask) -> dict[str, Any]:
    """What is to be filled in, and what is said otherwise than the template does."""
    otherwise = {REWORDING: asdict(asked.rewording)} if asked.rewording else {}
    return {**asked.variables, **otherwise}


def _way(asked: Ask, senders: Mapping[tuple[UUID, str], SenderId]) -> _Way | None:
    """The first of the channels asked for that there is a sender on, and those after it."""
    for place, channel in enumerate(asked.channels):
        sender_id = senders.get((asked.merchant_id, channel))
        if sender_id is not None:
            return _Way(sender_id, channel, tuple(asked.channels[place + 1 :]))
    return None
