"""Writing down what became of messages: many in one statement, each with its history.

What is over leaves the queue; what is tried again stays with another time; what ends without
having arrived goes on by the next channel of its chain. All of it in the caller's transaction.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest.kernel.database import Row, bulk
from loyalnest.kernel.events import Event, publish
from loyalnest.kernel.ids import new_id
from loyalnest.messaging.events import (
    MessageDropped,
    MessageFailed,
    MessageInDoubt,
    MessageSent,
)
from loyalnest.messaging.rules import Step
from loyalnest.messaging.service.fallback import Over, fall_back
from loyalnest.messaging.values import MessageId, Reason, State, WhyNot

# What was taken is over, whoever had claimed it since; anything else only for whoever claims it.
# A provider's word may have come before ours: then it stands, and only what it doesn't know is
# added. That ids are named twice keeps a look-up one, also in a plan that was made while there were
# few messages.
_END = """
WITH ended AS (
    SELECT * FROM unnest($4::uuid[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[])
      AS k (message_id, state, reason, code, provider_id, language)
), gone AS (
    DELETE FROM message_queue q
    USING ended
    WHERE q.merchant_id = $1
      AND q.message_id = ANY ($4)
      AND q.message_id = ended.message_id
      AND (ended.state IN ('queued', 'sent') OR $2::uuid IS NULL OR q.claimed_by = $2)
    RETURNING q.message_id, q.letter_sealed
), told AS (
    UPDATE messages m
    SET state = CASE WHEN m.state IN ('waiting', 'held') THEN ended.state ELSE m.state END,
        state_at = CASE WHEN m.state IN ('waiting', 'held') THEN $3 ELSE m.state_at END,
        reason = CASE WHEN m.state IN ('waiting', 'held') THEN ended.reason ELSE m.reason END,
        code = CASE WHEN m.state IN ('waiting', 'held') THEN ended.code ELSE m.code END,
        provider_id = coalesce(ended.provider_id, m.provider_id),
        language = coalesce(ended.language, m.language),
        letter_sealed = coalesce(gone.letter_sealed, m.letter_sealed),
        handed_over_at = CASE WHEN ended.state IN ('queued', 'sent', 'in_doubt')
                              THEN $3 ELSE m.handed_over_at END
    FROM gone
    JOIN ended USING (message_id)
    WHERE m.merchant_id = $1 AND m.id = ANY ($4) AND m.id = gone.message_id
    RETURNING m.id, m.customer_id, m.channel, m.occasion, m.purpose, m.journey_id, m.chain,
              m.root_id, ended.state, ended.reason, ended.code,
              m.state = ended.state AND m.state_at = $3 AS stands,
              m.state IN ('queued', 'sent') AS is_told_as_sent
), moved AS (
    INSERT INTO message_moves (merchant_id, message_id, id, state, reason, code, told_at,
                               recorded_at)
    SELECT $1, told.id, k.move_id, told.state, told.reason, told.code, $3, $3
    FROM told
    JOIN unnest($4::uuid[], $10::uuid[]) AS k (message_id, move_id) ON k.message_id = told.id
)
SELECT * FROM told
"""

_AGAIN = """
WITH put_back AS (
    UPDATE message_queue q
    SET due_at = k.due_at,
        tries = k.tries,
        attempt = k.attempt,
        doubtful = k.doubtful,
        claimed_by = NULL
    FROM unnest($4::uuid[], $5::timestamptz[], $6::smallint[], $7::smallint[], $8::boolean[])
      AS k (message_id, due_at, tries, attempt, doubtful)
    WHERE q.merchant_id = $1
      AND q.message_id = ANY ($4)
      AND q.message_id = k.message_id
      AND q.claimed_by = $2
    RETURNING q.message_id
)
INSERT INTO message_moves (merchant_id, message_id, id, state, reason, code, told_at, recorded_at)
SELECT $1, put_back.message_id, k.move_id, 'waiting', k.reason, k.code, $3, $3
FROM put_back
JOIN unnest($4::uuid[], $9::uuid[], $10::text[], $11::text[])
  AS k (message_id, move_id, reason, code) USING (message_id)
"""

_HOLD = """
WITH gone AS (
    DELETE FROM message_queue
    WHERE merchant_id = $1 AND message_id = ANY ($2::uuid[])
    RETURNING message_id
)
UPDATE messages m
SET state = 'held', state_at = $3
FROM gone
WHERE m.merchant_id = $1 AND m.id = gone.message_id AND m.state = 'waiting'
"""


@dataclass(frozen=True, slots=True)
class Ended:
    """How a message ended, as far as we have a say in it."""

    message_id: MessageId
    state: State
    reason: Reason | WhyNot | None = None
    code: str | None = None
    provider_id: str | None = None
    language: str | None = None


@dataclass(frozen=True, slots=True)
class Again:
    """A message that is to be handed over once more."""

    message_id: MessageId
    step: Step


@dataclass(slots=True)
class Written:
    """What was written down: the messages' own rows, by id."""

    rows: dict[MessageId, Row] = field(default_factory=dict[MessageId, Row])


async def end(
    session: AsyncSession,
    ended: Sequence[Ended],
    *,
    merchant_id: UUID,
    owner: UUID | None,
    now: datetime,
) -> Written:
    """Write down how messages ended, tell it, and send on what has another channel.

    With an `owner` only what that worker has claimed, or what was taken; without one whatever is
    in the queue, which the caller has locked.
    """
    if not ended:
        return Written()
    rows = await (await bulk(session)).fetch(
        _END,
        merchant_id,
        owner,
        now,
        [it.message_id for it in ended],
        [it.state.value for it in ended],
        [it.reason and it.reason.value for it in ended],
        [it.code for it in ended],
        [it.provider_id for it in ended],
        [it.language for it in ended],
        [new_id() for _ in ended],
    )
    written = Written({row["id"]: row for row in rows})
    over = [Over.of(row, State(row["state"]), row["reason"]) for row in rows if row["stands"]]
    fallen = await fall_back(session, over, merchant_id=merchant_id, now=now)
    onward = {it.message_id for it in fallen}
    await publish(session, [*_news(rows, onward, merchant_id, now), *fallen], now=now)
    return written


async def again(
    session: AsyncSession,
    retried: Sequence[Again],
    *,
    merchant_id: UUID,
    owner: UUID,
    now: datetime,
) -> None:
    """Put messages back into the queue, for their next try."""
    if not retried:
        return
    steps = [it.step for it in retried]
    await (await bulk(session)).execute(
        _AGAIN,
        merchant_id,
        owner,
        now,
        [it.message_id for it in retried],
        [step.due_at for step in steps],
        [step.tries for step in steps],
        [step.attempt for step in steps],
        [step.doubtful for step in steps],
        [new_id() for _ in retried],
        [step.reason and step.reason.value for step in steps],
        [step.code for step in steps],
    )


async def hold(
    session: AsyncSession, message_ids: Sequence[MessageId], *, merchant_id: UUID, now: datetime
) -> None:
    """Take messages out of the queue until what they belong to goes on."""
    if message_ids:
        await (await bulk(session)).execute(_HOLD, merchant_id, list(message_ids), now)


def _news(
    rows: Iterable[Row], onward: Collection[MessageId], merchant_id: UUID, now: datetime
) -> list[Event]:
    news: list[Event] = []
    for row in rows:
        state = State(row["state"])
        was_taken = state in (State.QUEUED, State.SENT)
        if not row["stands"] and (row["is_told_as_sent"] or not was_taken):
            continue
        common: dict[str, Any] = {
            "merchant_id": merchant_id,
            "customer_id": row["customer_id"],
            "occurred_at": now,
            "message_id": row["id"],
            "channel": row["channel"],
            "occasion": row["occasion"],
            "journey_id": row["journey_id"],
        }
        if was_taken:
            news.append(MessageSent(**common))
        elif state is State.FAILED:
            news.append(MessageFailed(**common, reason=row["reason"]))
        elif state is State.DROPPED and row["id"] not in onward:
            news.append(MessageDropped(**common, reason=row["reason"]))
        elif state is State.IN_DOUBT:
            news.append(MessageInDoubt(**common))
    return news
