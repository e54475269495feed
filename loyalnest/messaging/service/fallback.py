"""What can't be had on one channel goes on by the next of its chain, once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest.kernel.database import Row, bulk
from loyalnest.kernel.ids import new_id
from loyalnest.messaging import rules
from loyalnest.messaging.events import MessageFellBack
from loyalnest.messaging.values import MessageId, Purpose, State, WhyNot

_SENDERS = "SELECT channel, id FROM senders WHERE merchant_id = $1 AND state <> 'replaced'"

# Once for each leg of a chain, however often it is asked.
_FALL_BACK = """
WITH fresh AS (
    INSERT INTO messages (merchant_id, id, customer_id, sender_id, channel, occasion, purpose,
                          source_kind, source_id, step, leg, chain, fallback_of, root_id,
                          journey_id, variables_sealed, state, asked_at, due_at, expires_at,
                          state_at)
    SELECT $1, k.id, m.customer_id, k.sender_id, k.channel, m.occasion, m.purpose,
           m.source_kind, m.source_id, m.step, m.leg + 1, m.chain[k.passed + 1:], m.id, m.root_id,
           m.journey_id, m.variables_sealed, 'waiting', $2, k.due_at,
           greatest(m.expires_at, k.due_at), $2
    FROM unnest($3::uuid[], $4::uuid[], $5::uuid[], $6::text[], $7::int[], $8::timestamptz[])
      AS k (of_id, id, sender_id, channel, passed, due_at)
    JOIN messages m ON m.merchant_id = $1 AND m.id = k.of_id
    ON CONFLICT (merchant_id, source_id, source_kind, step, leg) DO NOTHING
    RETURNING id, sender_id, purpose, customer_id, due_at
), queued AS (
    INSERT INTO message_queue (merchant_id, message_id, sender_id, lane, customer_id, due_at)
    SELECT $1, id, sender_id, CASE purpose WHEN 'transactional' THEN 0 ELSE 1 END, customer_id,
           due_at
    FROM fresh
)
SELECT id FROM fresh
"""

# Whoever was told nothing in the end, on any channel, may be told something else.
_UNMARK = """
DELETE FROM outreach_marks o
USING unnest($2::uuid[]) AS k (message_id)
JOIN messages m ON m.merchant_id = $1 AND m.id = k.message_id
JOIN customers c ON c.merchant_id = $1 AND c.id = m.customer_id
WHERE o.merchant_id = $1
  AND o.customer_id IN (c.id, c.merged_into)
  AND o.message_id = k.message_id
  AND NOT EXISTS (
      SELECT
      FROM messages e
      WHERE e.merchant_id = m.merchant_id
        AND e.source_id = m.source_id
        AND e.source_kind = m.source_kind
        AND e.step = m.step
        AND e.state IN ('queued', 'sent', 'delivered', 'read', 'in_doubt'))
"""


@dataclass(frozen=True, slots=True)
class Over:
    """A message that has just ended, however it did."""

    message_id: MessageId
    customer_id: UUID | None
    channel: str
    occasion: str
    purpose: str
    journey_id: UUID | None
    chain: Sequence[str]
    """The channels that are left to be tried."""
    root_id: MessageId
    state: State
    reason: str | None

    @classmethod
    def of(cls, row: Row, state: State, reason: str | None) -> "Over":
        """A message's row, with how it ended."""
        return cls(
            row["id"],
            row["customer_id"],
            row["channel"],
            row["occasion"],
            row["purpose"],
            row["journey_id"],
            row["chain"],
            row["root_id"],
            state,
            reason,
        )

    @property
    def goes_on(self) -> bool:
        """Whether another channel may still do."""
        if self.state is State.FAILED:
            return bool(self.chain)
        dropped = self.state is State.DROPPED and self.reason is not None
        return dropped and bool(self.chain) and WhyNot(self.reason).is_of_channel

    def due_at(self, now: datetime) -> datetime:
        """At once for what somebody waits for, and where nothing was sent; else after a while."""
        if self.purpose == Purpose.TRANSACTIONAL or self.state is State.DROPPED:
            return now
        return now + rules.FALLS_BACK_AFTER


async def fall_back(
    session: AsyncSession, over: Sequence[Over], *, merchant_id: UUID, now: datetime
) -> list[MessageFellBack]:
    """Ask for the same on the next channel of each chain that there is a sender for.

    Whoever was told nothing in the end may be told something else. Returns the news, which the
    caller publishes.
    """
    fallen = await _go_on(session, over, merchant_id=merchant_id, now=now)
    untold = [
        it.root_id
        for it in over
        if it.purpose == Purpose.OUTREACH
        and it.state in (State.FAILED, State.DROPPED)
        and it.message_id not in fallen
    ]
    if untold:
        await (await bulk(session)).execute(_UNMARK, merchant_id, untold)
    return list(fallen.values())


async def _go_on(
    session: AsyncSession, over: Sequence[Over], *, merchant_id: UUID, now: datetime
) -> dict[MessageId, MessageFellBack]:
    stuck = [it for it in over if it.goes_on]
    if not stuck:
        return {}
    connection = await bulk(session)
    found = await connection.fetch(_SENDERS, merchant_id)
    senders: dict[str, UUID] = {row[0]: row[1] for row in found}
    legs = [
        (it, new_id(), channel, passed)
        for it in stuck
        for passed, channel in _next(it.chain, senders)
    ]
    made = await connection.fetch(
        _FALL_BACK,
        merchant_id,
        now,
        [it.message_id for it, *_ in legs],
        [id_ for _, id_, *_ in legs],
        [senders[channel] for *_, channel, _ in legs],
        [channel for *_, channel, _ in legs],
        [passed for *_, passed in legs],
        [it.due_at(now) for it, *_ in legs],
    )
    fresh = {row[0] for row in made}
    return {
        it.message_id: MessageFellBack(
            merchant_id=merchant_id,
            customer_id=it.customer_id,
            occurred_at=now,
            message_id=it.message_id,
            channel=it.channel,
            occasion=it.occasion,
            journey_id=it.journey_id,
            to_channel=channel,
            to_message_id=id_,
            reason=it.reason or "",
        )
        for it, id_, channel, _ in legs
        if id_ in fresh
    }


def _next(chain: Sequence[str], senders: Mapping[str, UUID]) -> list[tuple[int, str]]:
    """The first channel of a chain that there is a sender for, and how many are used up by it."""
    found = [(passed, channel) for passed, channel in enumerate(chain, 1) if channel in senders]
    return found[:1]
