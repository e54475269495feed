"""What providers tell of messages: late, twice, in any order, of some that we don't know yet."""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest.kernel.database import Row, bulk, merchant_of, ring_of
from loyalnest.kernel.events import Event, publish
from loyalnest.kernel.ids import new_id
from loyalnest.messaging import rules
from loyalnest.messaging.events import (
    MessageClicked,
    MessageDelivered,
    MessageFailed,
    MessageRead,
    MessageRedeemed,
    MessageSent,
)
from loyalnest.messaging.keys import LETTER
from loyalnest.messaging.service import early, suppressing
from loyalnest.messaging.service.fallback import Over, fall_back
from loyalnest.messaging.values import (
    Channel,
    Fault,
    Mark,
    MessageId,
    Reason,
    State,
    Status,
)

# In the order of ids, so that two batches about the same messages wait for each other.
_LOCK = """
SELECT m.id, m.customer_id, m.channel, m.occasion, m.purpose, m.journey_id, m.chain,
       m.root_id, m.state, m.provider_id, m.clicked_at, m.redeemed_at, m.addressee_id,
       coalesce(m.letter_sealed, q.letter_sealed) AS letter_sealed
FROM messages m
LEFT JOIN message_queue q ON q.merchant_id = m.merchant_id AND q.message_id = m.id
WHERE m.merchant_id = $1
  AND (m.id = ANY ($2::uuid[]) OR m.provider_id = ANY ($3::text[]))
ORDER BY m.id
FOR UPDATE OF m
"""

_MOVE = """
WITH told AS (
    SELECT * FROM unnest($3::uuid[], $4::text[], $5::text[], $6::text[], $7::text[],
                         $8::timestamptz[], $9::timestamptz[], $10::timestamptz[])
      AS k (id, state, reason, code, provider_id, told_at, clicked_at, redeemed_at)
)
UPDATE messages m
SET state = coalesce(told.state, m.state),
    state_at = CASE WHEN told.state IS NULL THEN m.state_at ELSE told.told_at END,
    reason = CASE WHEN told.state IS NULL THEN m.reason ELSE told.reason END,
    code = CASE WHEN told.state IS NULL THEN m.code ELSE told.code END,
    provider_id = coalesce(m.provider_id, told.provider_id),
    handed_over_at = coalesce(m.handed_over_at, $2),
    clicked_at = coalesce(m.clicked_at, told.clicked_at),
    redeemed_at = coalesce(m.redeemed_at, told.redeemed_at)
FROM told
WHERE m.merchant_id = $1 AND m.id = told.id
"""

_REMEMBER = """
INSERT INTO message_moves (merchant_id, message_id, id, state, reason, code, told_at, recorded_at)
SELECT $1, k.message_id, k.id, k.state, k.reason, k.code, k.told_at, $2
FROM unnest($3::uuid[], $4::uuid[], $5::text[], $6::text[], $7::text[], $8::timestamptz[])
  AS k (message_id, id, state, reason, code, told_at)
"""

_FORGET_EARLY = """
DELETE FROM early_statuses
WHERE (merchant_id, provider_id, state) IN (
    SELECT merchant_id, provider_id, state
    FROM early_statuses
    WHERE recorded_at < $1
    ORDER BY recorded_at
    LIMIT $2)
"""


async def take_status(session: AsyncSession, statuses: Sequence[Status], *, now: datetime) -> int:
    """Take in what a provider tells of the merchant's messages; how many it took further.

    The highest state that was told counts, whatever comes after it. What is told of a message that
    isn't known by its provider's id yet is kept until it is. A reason that is the address's fault
    lets the address get nothing more, also where the message had arrived by then.
    """
    if not statuses:
        return 0
    merchant_id, connection = merchant_of(session), await bulk(session)
    rows = await connection.fetch(
        _LOCK,
        merchant_id,
        [it.message_id for it in statuses if it.message_id],
        [it.provider_id for it in statuses if it.provider_id],
    )
    told = _by_message(statuses, rows)
    known = {id(it) for each in told.values() for it in each}
    unknown = [it for it in statuses if id(it) not in known and it.provider_id]
    overtaken = await early.keep(session, unknown, now=now)
    moved = {row["id"]: _moved(row, told[row["id"]]) for row in rows if row["id"] in told}
    await _write(session, {id_: it for id_, it in moved.items() if it}, now=now)
    by_id = {row["id"]: row for row in rows}
    await _suppress(session, told, by_id, now=now)
    news = [
        event
        for id_, steps in moved.items()
        for step in steps
        if (event := _event(by_id[id_], step, merchant_id))
    ]
    failed = [
        Over.of(by_id[id_], State.FAILED, (step.reason or Reason.REFUSED).value)
        for id_, steps in moved.items()
        for step in steps[-1:]
        if step.state is State.FAILED
    ]
    fallen = await fall_back(session, failed, merchant_id=merchant_id, now=now)
    await publish(session, [*news, *fallen], now=now)
    further = sum(1 for steps in moved.values() if steps)
    return further + await take_status(session, overtaken, now=now)


async def take_early(session: AsyncSession, provider_ids: Sequence[str], *, now: datetime) -> int:
    """Take in what was told of messages before their providers' ids were known to us."""
    told = await early.take_out(session, provider_ids)
    return await take_status(session, told, now=now)


async def forget_early(session: AsyncSession, *, before: datetime, limit: int) -> int:
    """Forget what was told before an instant of messages that never became known; how much it was.

    For the platform.
    """
    done = await (await bulk(session)).execute(_FORGET_EARLY, before, limit)
    return int(done.rpartition(" ")[2])


def _by_message(
    statuses: Sequence[Status], rows: Iterable[Row]
) -> Mapping[MessageId, list[Status]]:
    ids: set[UUID] = set()
    by_provider: dict[str, UUID] = {}
    for row in rows:
        ids.add(row["id"])
        if row["provider_id"]:
            by_provider[row["provider_id"]] = row["id"]
    told: dict[UUID, list[Status]] = defaultdict(list)
    for status in statuses:
        if status.message_id is not None and status.message_id in ids:
            told[status.message_id].append(status)
        elif status.provider_id in by_provider:
            told[by_provider[status.provider_id]].append(status)
    return told


def _moved(row: Row, told: Sequence[Status]) -> list[Status]:
    """Those statuses that take a message further, in the order in which they happened."""
    steps: list[Status] = []
    current = State(row["state"])
    marked = {mark for mark, column in _COLUMNS.items() if row[column] is not None}
    for status in sorted(told, key=lambda it: it.at):
        if isinstance(status.state, Mark):
            if status.state not in marked:
                marked.add(status.state)
                steps.append(status)
        elif rules.climbs(current, status.state):
            current = status.state
            steps.append(status)
    return steps


_COLUMNS = {Mark.CLICKED: "clicked_at", Mark.REDEEMED: "redeemed_at"}


async def _write(
    session: AsyncSession, moved: Mapping[MessageId, Sequence[Status]], *, now: datetime
) -> None:
    if not moved:
        return
    merchant_id, connection = merchant_of(session), await bulk(session)
    last = [_last(steps) for steps in moved.values()]
    await connection.execute(
        _MOVE,
        merchant_id,
        now,
        list(moved),
        [step and step.state.value for step in last],
        [step and step.reason and step.reason.value for step in last],
        [step and step.code for step in last],
        [
            next((it.provider_id for it in steps if it.provider_id), None)
            for steps in moved.values()
        ],
        [step and step.at for step in last],
        [_marked_at(steps, Mark.CLICKED) for steps in moved.values()],
        [_marked_at(steps, Mark.REDEEMED) for steps in moved.values()],
    )
    lines = [(id_, step) for id_, steps in moved.items() for step in steps]
    await connection.execute(
        _REMEMBER,
        merchant_id,
        now,
        [id_ for id_, _ in lines],
        [new_id() for _ in lines],
        [step.state.value for _, step in lines],
        [step.reason and step.reason.value for _, step in lines],
        [step.code for _, step in lines],
        [step.at for _, step in lines],
    )


def _last(steps: Sequence[Status]) -> Status | None:
    states = [step for step in steps if isinstance(step.state, State)]
    return states[-1] if states else None


def _marked_at(steps: Sequence[Status], mark: Mark) -> datetime | None:
    return next((step.at for step in steps if step.state is mark), None)


async def _suppress(
    session: AsyncSession,
    told: Mapping[MessageId, Sequence[Status]],
    rows: Mapping[MessageId, Row],
    *,
    now: datetime,
) -> None:
    merchant_id, ring = merchant_of(session), ring_of(session)
    found: list[tuple[Channel, str, Reason]] = []
    strangers: list[tuple[UUID, Reason]] = []
    for message_id, statuses in told.items():
        row = rows[message_id]
        for status in statuses:
            if status.reason is None or status.reason.fault is not Fault.ADDRESS:
                continue
            if row["addressee_id"]:
                strangers.append((row["addressee_id"], status.reason))
            elif row["letter_sealed"]:
                letter = json.loads(ring.open(merchant_id, LETTER, bytes(row["letter_sealed"])))
                found.append((Channel(row["channel"]), letter["to"], status.reason))
    await suppressing.suppress(session, found, by="provider", now=now)
    await suppressing.suppress_addressees(session, strangers, by="provider", now=now)


_EVENTS: Mapping[State | Mark, type[Event]] = {
    State.QUEUED: MessageSent,
    State.SENT: MessageSent,
    State.DELIVERED: MessageDelivered,
    State.READ: MessageRead,
    Mark.CLICKED: MessageClicked,
    Mark.REDEEMED: MessageRedeemed,
}


def _event(row: Row, step: Status, merchant_id: UUID) -> Event | None:
    common: dict[str, Any] = {
        "merchant_id": merchant_id,
        "customer_id": row["customer_id"],
        "occurred_at": step.at,
        "message_id": row["id"],
        "channel": row["channel"],
        "occasion": row["occasion"],
        "journey_id": row["journey_id"],
    }
    if step.state is State.FAILED:
        reason = step.reason or Reason.REFUSED
        return MessageFailed(**common, reason=reason.value)
    kind = _EVENTS.get(step.state)
    # That it was sent is told once, when the provider takes it.
    if kind is None or (kind is MessageSent and row["state"] not in _NOT_YET_SENT):
        return None
    return kind(**common)


_NOT_YET_SENT = frozenset({State.WAITING, State.HELD, State.IN_DOUBT})
