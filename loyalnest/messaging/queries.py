"""Named reads: senders, messages as merchants see them, and what is to go."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest.kernel.crypto import KeyRing
from loyalnest.kernel.database import bulk, merchant_of, ring_of
from loyalnest.kernel.ids import first_at, to_wire
from loyalnest.messaging.carrying import Account
from loyalnest.messaging.errors import MessageNotFound, SenderNotFound
from loyalnest.messaging.keys import CREDENTIALS, LETTER, VARIABLES
from loyalnest.messaging.values import (
    SENDER_PREFIX,
    Channel,
    Delivery,
    MessageId,
    Move,
    Provider,
    Purpose,
    Reason,
    Sender,
    SenderId,
    SenderState,
    Source,
    State,
    told,
)

_SENDER = """
SELECT s.merchant_id, s.id, s.channel, s.provider, s.origin, s.name, s.options, s.rate_per_s,
       s.repeats_in_doubt, s.state, s.reason, s.version, s.updated_at, s.updated_by, p.failures,
       p.paused_until, p.paused_for
FROM senders s
JOIN sender_pace p ON p.merchant_id = s.merchant_id AND p.sender_id = s.id
WHERE s.merchant_id = :merchant_id
"""
_SENDER_BY_ID = text(f"{_SENDER} AND s.id = :id")
_MERCHANT_OF = text("SELECT merchant_id FROM senders WHERE id = :id")
_SENDERS = text(f"{_SENDER} AND s.state <> 'replaced' ORDER BY s.channel")
_WITH_SENDERS = text("SELECT DISTINCT merchant_id FROM senders WHERE state <> 'replaced'")
_CREDENTIALS = text(
    "SELECT credentials_sealed FROM senders WHERE merchant_id = :merchant_id AND id = :id"
)
_WAITING = text("""
SELECT sender_id, count(*)
FROM message_queue
WHERE merchant_id = :merchant_id
GROUP BY sender_id
""")
_COLUMNS = """
SELECT m.id, m.customer_id, m.sender_id, s.provider, m.channel, m.occasion, m.purpose,
       m.source_kind, m.source_id, m.step, m.leg, m.fallback_of, m.journey_id, m.language, m.state,
       m.reason, m.code, m.provider_id, m.asked_at, m.due_at, m.state_at, m.handed_over_at,
       m.clicked_at, m.redeemed_at, m.letter_sealed, n.id AS next_id, n.channel AS next_channel
FROM messages m
JOIN senders s ON s.merchant_id = m.merchant_id AND s.id = m.sender_id
LEFT JOIN messages n
  ON n.merchant_id = m.merchant_id AND n.source_id = m.source_id
 AND n.source_kind = m.source_kind AND n.step = m.step AND n.leg = m.leg + 1
WHERE m.merchant_id = :merchant_id
"""
_BY_ID = text(f"{_COLUMNS} AND m.id = :id")
_MOVES = text("""
SELECT state, reason, code, told_at, recorded_at
FROM message_moves
WHERE merchant_id = :merchant_id AND message_id = :id
ORDER BY id
""")
_LEGS = text(f"""
{_COLUMNS}
  AND (m.source_id, m.source_kind, m.step) = (
      SELECT o.source_id, o.source_kind, o.step
      FROM messages o
      WHERE o.merchant_id = :merchant_id AND o.id = :id)
ORDER BY m.leg
""")  # noqa: S608
# One that has gone on by another channel stays as it is.
_RETRYABLE = """
(m.state IN ('failed', 'in_doubt') OR m.state = 'dropped' AND m.journey_id IS NULL)
AND NOT EXISTS (
    SELECT FROM messages n
    WHERE n.merchant_id = m.merchant_id AND n.source_id = m.source_id
      AND n.source_kind = m.source_kind AND n.step = m.step AND n.leg = m.leg + 1)
"""
_PERSON = """
SELECT id FROM customers
WHERE merchant_id = :merchant_id AND (id = :customer_id OR merged_into = :customer_id)
"""
_OF_CUSTOMER = text(f"""
SELECT m.id, m.channel, m.occasion, m.purpose, m.language, m.state, m.reason, m.asked_at,
       m.handed_over_at, m.clicked_at, m.variables_sealed, m.letter_sealed
FROM messages m
WHERE m.merchant_id = :merchant_id AND m.customer_id IN ({_PERSON})
ORDER BY m.id DESC
""")  # noqa: S608
_ASKED_AT = text("""
SELECT source_id, asked_at
FROM messages
WHERE merchant_id = :merchant_id AND source_id = ANY(:ids) AND source_kind = :kind AND leg = 0
ORDER BY asked_at
""")
_TOLD_OF = """
SELECT k.customer_id, m.step, m.asked_at
FROM unnest($1::uuid[], $2::uuid[]) AS k (merchant_id, customer_id)
CROSS JOIN LATERAL (
    SELECT k.customer_id AS id
    UNION ALL
    SELECT c.id
    FROM customers c
    WHERE c.merchant_id = k.merchant_id AND c.merged_into = k.customer_id
) c
JOIN messages m
  ON m.merchant_id = k.merchant_id AND m.source_id = c.id AND m.source_kind = $3 AND m.leg = 0
"""
_ANY_DUE = text("""
SELECT EXISTS (SELECT FROM message_queue q
               JOIN senders s ON s.merchant_id = q.merchant_id AND s.id = q.sender_id
               WHERE q.due_at <= :now AND s.state IN ('on', 'replaced'))
""")


@dataclass(frozen=True, slots=True)
class Filters:
    """Which messages to show; nothing given shows all."""

    state: State | None = None
    channel: Channel | None = None
    purpose: Purpose | None = None
    occasion: str | None = None
    reason: str | None = None
    sender_id: SenderId | None = None
    customer_id: UUID | None = None
    journey_id: UUID | None = None
    since: datetime | None = None
    """Asked for then or later."""
    until: datetime | None = None
    """Asked for before then."""

    def conditions(self) -> tuple[str, dict[str, Any]]:
        """As SQL says it: only what was given, so that each question has a plan of its own."""
        given: dict[str, Any] = {
            "state": self.state and self.state.value,
            "channel": self.channel and self.channel.value,
            "purpose": self.purpose and self.purpose.value,
            "occasion": self.occasion,
            "reason": self.reason,
            "sender_id": self.sender_id,
            "journey_id": self.journey_id,
        }
        asked = {name: value for name, value in given.items() if value is not None}
        parts = [f"AND m.{name} = :{name}" for name in asked]
        if self.customer_id is not None:
            parts.append(f"AND m.customer_id IN ({_PERSON})")
            asked["customer_id"] = self.customer_id
        # A message's id is made when it is asked for, and the index is in that order.
        for name, sign, instant in (("since", ">=", self.since), ("until", "<", self.until)):
            if instant is not None:
                parts.append(f"AND m.id {sign} :{name}")
                asked[name] = first_at(instant)
        return "\n".join(parts), asked


async def with_senders(session: AsyncSession) -> list[UUID]:
    """The merchants that have somebody to carry their messages. For the platform."""
    return list(await session.scalars(_WITH_SENDERS))


async def list_senders(session: AsyncSession) -> list[Sender]:
    """The senders that the merchant uses, by channel."""
    asked = {"merchant_id": merchant_of(session)}
    waiting = {row[0]: row[1] for row in await session.execute(_WAITING, asked)}
    rows = await session.execute(_SENDERS, asked)
    return [_sender(row, waiting.get(row.id, 0)) for row in rows]


async def get_sender(session: AsyncSession, sender_id: SenderId) -> Sender:
    """One sender, replaced or not. Raises SenderNotFound."""
    asked = {"merchant_id": merchant_of(session), "id": sender_id}
    row = (await session.execute(_SENDER_BY_ID, asked)).one_or_none()
    if row is None:
        raise SenderNotFound
    return _sender(row, 0)


async def find_merchant_of(session: AsyncSession, sender_id: SenderId) -> UUID | None:
    """Whose a sender is; None for one that there isn't. For the platform."""
    return await session.scalar(_MERCHANT_OF, {"id": sender_id})


async def account_of(session: AsyncSession, sender: Sender, *, address: str) -> Account:
    """A sender's account with its secrets, for whoever sends. `address` is the installation's."""
    asked = {"merchant_id": sender.merchant_id, "id": sender.id}
    sealed = await session.scalar(_CREDENTIALS, asked)
    opened = ring_of(session).open(sender.merchant_id, CREDENTIALS, bytes(sealed))
    path = f"/webhooks/{sender.provider}/{to_wire(SENDER_PREFIX, sender.id)}"
    return Account(
        merchant_id=sender.merchant_id,
        sender_id=sender.id,
        channel=sender.channel,
        provider=sender.provider,
        origin=sender.origin,
        name=sender.name,
        credentials=json.loads(opened),
        options=sender.options,
        reports_to=f"{address}{path}" if address else None,
    )


async def list_deliveries(
    session: AsyncSession, filters: Filters, *, before: MessageId | None, limit: int
) -> list[Delivery]:
    """Messages, the latest asked for first."""
    where, asked = filters.conditions()
    merchant_id, ring = merchant_of(session), ring_of(session)
    if before is not None:
        where, asked = f"{where} AND m.id < :before", {**asked, "before": before}
    found = await session.execute(
        text(f"{_COLUMNS} {where} ORDER BY m.id DESC LIMIT :limit"),
        {**asked, "merchant_id": merchant_id, "limit": limit},
    )
    return [_delivery(ring, merchant_id, row) for row in found]


async def retryable(session: AsyncSession, filters: Filters, *, limit: int) -> list[MessageId]:
    """Of what these filters show, what can be sent again, the oldest first."""
    where, asked = filters.conditions()
    found = await session.scalars(
        text(
            f"SELECT m.id FROM messages m WHERE m.merchant_id = :merchant_id AND {_RETRYABLE}"  # noqa: S608
            f" {where} ORDER BY m.id LIMIT :limit"
        ),
        {**asked, "merchant_id": merchant_of(session), "limit": limit},
    )
    return list(found)


async def get_delivery(session: AsyncSession, message_id: MessageId) -> Delivery:
    """One message. Raises MessageNotFound."""
    merchant_id = merchant_of(session)
    row = (await session.execute(_BY_ID, {"merchant_id": merchant_id, "id": message_id})).first()
    if row is None:
        raise MessageNotFound
    return _delivery(ring_of(session), merchant_id, row)


async def legs_of(session: AsyncSession, message_id: MessageId) -> list[Delivery]:
    """A message and those that went in each other's stead, the first tried first."""
    merchant_id, ring = merchant_of(session), ring_of(session)
    found = await session.execute(_LEGS, {"merchant_id": merchant_id, "id": message_id})
    return [_delivery(ring, merchant_id, row) for row in found]


async def moves_of(session: AsyncSession, message_id: MessageId) -> list[Move]:
    """A message's history, the oldest first."""
    asked = {"merchant_id": merchant_of(session), "id": message_id}
    return [
        Move(
            told(row.state),
            row.reason,
            row.code,
            row.told_at,
            row.recorded_at,
        )
        for row in await session.execute(_MOVES, asked)
    ]


async def asked_at(
    session: AsyncSession, kind: str, source_ids: Sequence[UUID]
) -> dict[UUID, list[datetime]]:
    """When messages of one kind were asked for, by what made them due; of all steps of it."""
    asked = {"merchant_id": merchant_of(session), "kind": kind, "ids": list(source_ids)}
    found: dict[UUID, list[datetime]] = {it: [] for it in source_ids}
    for row in await session.execute(_ASKED_AT, asked):
        found[row.source_id].append(row.asked_at)
    return found


async def any_due(session: AsyncSession, *, now: datetime) -> bool:
    """Whether anything at all could go now. For the platform."""
    return bool(await session.scalar(_ANY_DUE, {"now": now}))


async def told_of(
    session: AsyncSession, who: Collection[tuple[UUID, UUID]], *, kind: str
) -> dict[UUID, dict[str, datetime]]:
    """What living (merchant, customer)s were asked to be told before: each step, and when.

    Of sources of one kind that name the customer; whoever was merged into them counts as well.
    """
    rows = await (await bulk(session)).fetch(
        _TOLD_OF, [it for it, _ in who], [it for _, it in who], kind
    )
    told: dict[UUID, dict[str, datetime]] = {}
    for customer_id, step, at in rows:
        told.setdefault(customer_id, {})[step] = at
    return told


async def export_customer(session: AsyncSession, customer_id: UUID) -> dict[str, object]:
    """What a person was told, where, and what was filled in."""
    merchant_id, ring = merchant_of(session), ring_of(session)
    asked = {"merchant_id": merchant_id, "customer_id": customer_id}
    told = [
        {
            "channel": row.channel,
            "occasion": row.occasion,
            "purpose": row.purpose,
            "language": row.language,
            "state": row.state,
            "reason": row.reason,
            "asked_at": row.asked_at and row.asked_at.isoformat(),
            "handed_over_at": row.handed_over_at and row.handed_over_at.isoformat(),
            "clicked_at": row.clicked_at and row.clicked_at.isoformat(),
            "to": _opened(ring, merchant_id, LETTER, row.letter_sealed).get("to"),
            "filled_in": _opened(ring, merchant_id, VARIABLES, row.variables_sealed),
        }
        for row in await session.execute(_OF_CUSTOMER, asked)
    ]
    return {"messages": told}


def _sender(row: Row[Any], waiting: int) -> Sender:
    return Sender(
        merchant_id=row.merchant_id,
        id=row.id,
        channel=Channel(row.channel),
        provider=Provider(row.provider),
        origin=row.origin,
        name=row.name,
        options=row.options,
        rate_per_s=row.rate_per_s,
        repeats_in_doubt=row.repeats_in_doubt,
        state=SenderState(row.state),
        reason=Reason(row.reason) if row.reason else None,
        version=row.version,
        updated_at=row.updated_at,
        updated_by=row.updated_by,
        failures=row.failures,
        paused_until=row.paused_until,
        paused_for=Reason(row.paused_for) if row.paused_for else None,
        waiting=waiting,
    )


def _delivery(ring: KeyRing, merchant_id: UUID, row: Row[Any]) -> Delivery:
    return Delivery(
        id=row.id,
        customer_id=row.customer_id,
        sender_id=row.sender_id,
        provider=Provider(row.provider),
        channel=Channel(row.channel),
        occasion=row.occasion,
        purpose=Purpose(row.purpose),
        source=Source(row.source_kind, row.source_id, row.step),
        leg=row.leg,
        fallback_of=row.fallback_of,
        journey_id=row.journey_id,
        language=row.language,
        state=State(row.state),
        reason=row.reason,
        code=row.code,
        provider_id=row.provider_id,
        asked_at=row.asked_at,
        due_at=row.due_at,
        state_at=row.state_at,
        handed_over_at=row.handed_over_at,
        clicked_at=row.clicked_at,
        redeemed_at=row.redeemed_at,
        to=_opened(ring, merchant_id, LETTER, row.letter_sealed).get("to"),
        went_on_as=row.next_id,
        went_on_by=Channel(row.next_channel) if row.next_channel else None,
    )


def _opened(ring: KeyRing, merchant_id: UUID, name: str, sealed: bytes | None) -> Mapping[str, Any]:
    return {} if sealed is None else json.loads(ring.open(merchant_id, name, bytes(sealed)))
