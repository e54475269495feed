"""Taking what is due off a sender's queue, judged at that instant.

One transaction takes a few messages, asks of each whether it may still go, writes its letter, and
marks it as claimed. What a dead worker had claimed is adopted first, as doubtful.
"""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest.kernel.database import Row, bulk, ring_of
from loyalnest.messaging.keys import VARIABLES
from loyalnest.messaging.values import Channel, MessageId, Purpose, Sender, State

# What a worker had claimed that is dead, or has lost its time, may have been taken: one try more.
# Only what was due can have been claimed.
_ADOPT = """
UPDATE message_queue q
SET claimed_by = NULL, doubtful = true, tries = q.tries + 1
WHERE q.merchant_id = $1
  AND q.sender_id = $2
  AND q.lane = ANY ('{0,1}'::smallint[])
  AND q.due_at <= $3
  AND q.claimed_by IS NOT NULL
"""

# What somebody waits for goes before what wants something of them. Of one customer's messages on
# this sender only one is under way (whose those are the caller knows), and none goes before an
# earlier one that was tried before. OFFSET 0 keeps a look-up a look-up, and ORDER BY has it made in
# the one index of that order: a plan that was made while the tables were short would read much of
# them for each message once they are long.
_HEAD = """
WITH head AS MATERIALIZED (
    SELECT taken.*
    FROM unnest('{0,1}'::smallint[]) AS lanes (lane)
    CROSS JOIN LATERAL (
        SELECT q.message_id, q.tries, q.attempt, q.doubtful, q.claimed_at, q.due_at
        FROM message_queue q
        WHERE q.merchant_id = $1
          AND q.sender_id = $2
          AND q.lane = lanes.lane
          AND q.due_at <= $3
          AND q.claimed_by IS NULL
          AND q.customer_id NOT IN (SELECT unnest($4::uuid[]))
          AND NOT EXISTS (
              SELECT FROM message_queue e
              WHERE e.merchant_id = q.merchant_id
                AND e.sender_id = q.sender_id
                AND e.customer_id = q.customer_id
                AND e.tries > 0
                AND e.message_id < q.message_id
              OFFSET 0
          )
        ORDER BY q.due_at, q.message_id
        LIMIT $5
        FOR UPDATE SKIP LOCKED
    ) taken
    WHERE EXISTS (
        SELECT FROM senders s
        WHERE s.merchant_id = $1
          AND s.id = $2
          AND s.version = $6
          AND s.state IN ('on', 'replaced')
    )
    LIMIT $5
)
SELECT head.*, m.*
FROM head
CROSS JOIN LATERAL (
    SELECT m.id, m.customer_id, m.addressee_id, m.channel, m.occasion, m.purpose, m.journey_id,
           m.variables_sealed, m.state, m.expires_at, m.root_id
    FROM messages m
    WHERE m.merchant_id = $1 AND m.id >= head.message_id
    ORDER BY m.id
    LIMIT 1
) m
WHERE m.id = head.message_id
"""

_CLAIM = """
UPDATE message_queue q
SET claimed_by = $2,
    claimed_at = CASE WHEN k.doubtful THEN coalesce(q.claimed_at, $3) ELSE $3 END,
    letter_sealed = k.letter
FROM unnest($4::uuid[], $5::boolean[], $6::bytea[]) AS k (message_id, doubtful, letter)
WHERE q.merchant_id = $1 AND q.message_id = ANY ($4) AND q.message_id = k.message_id
"""

_PUT_OFF = """
UPDATE message_queue q
SET due_at = k.due_at
FROM unnest($2::uuid[], $3::timestamptz[]) AS k (message_id, due_at)
WHERE q.merchant_id = $1 AND q.message_id = ANY ($2) AND q.message_id = k.message_id
"""

_GIVE_BACK = """
UPDATE message_queue
SET claimed_by = NULL
WHERE merchant_id = $1 AND message_id = ANY ($2::uuid[]) AND claimed_by = $3
"""

# Whoever was told something within the week stays as they are, also who was told as somebody else
# that they turned out to be; the same message may go on.
_MARK = """
INSERT INTO outreach_marks AS mark (merchant_id, customer_id, message_id, last_at)
SELECT $1, k.customer_id, k.message_id, $2
FROM unnest($3::uuid[], $4::uuid[]) AS k (customer_id, message_id)
WHERE NOT EXISTS (
    SELECT
    FROM customers p
    JOIN outreach_marks o ON o.merchant_id = p.merchant_id AND o.customer_id = p.id
    WHERE p.merchant_id = $1
      AND p.merged_into = k.customer_id
      AND o.last_at > $2::timestamptz - $5::interval
      AND o.message_id <> k.message_id)
ORDER BY k.customer_id
ON CONFLICT (merchant_id, customer_id) DO UPDATE
SET last_at = excluded.last_at, message_id = excluded.message_id
WHERE mark.last_at <= $2 - $5::interval OR mark.message_id = excluded.message_id
RETURNING customer_id
"""


@dataclass(frozen=True, slots=True)
class Due:
    """A message that is to go now, as it was asked for."""

    message_id: MessageId
    customer_id: UUID | None
    addressee_id: UUID | None
    """Whom it is for, where that is no customer."""
    channel: Channel
    occasion: str
    purpose: Purpose
    journey_id: UUID | None
    variables: Mapping[str, Any]
    state: State
    expires_at: datetime
    tries: int
    """Those before this one."""
    attempt: int
    doubtful: bool
    """It may have been taken already."""
    since: datetime | None
    """When this attempt's first handing-over was, for what is doubtful."""
    root_id: MessageId
    """The message that this one stands in for, or itself."""

    @property
    def whose(self) -> UUID:
        """Whom it is for, as it was asked for."""
        whose = self.customer_id or self.addressee_id
        assert whose
        return whose

    @property
    def key(self) -> str:
        """What the provider tells repetitions by."""
        return f"{self.message_id.hex}-{self.attempt}"


async def adopt(session: AsyncSession, *, sender: Sender, now: datetime) -> None:
    """Take over what others had claimed of a sender that the caller begins to send for."""
    await (await bulk(session)).execute(_ADOPT, sender.merchant_id, sender.id, now)


async def head(
    session: AsyncSession,
    *,
    sender: Sender,
    but: Collection[UUID],
    limit: int,
    now: datetime,
) -> list[Due]:
    """The next messages of a sender, locked; one of each customer, and none for some of them.

    None while it is paused, or is set up otherwise than the caller knows.
    """
    merchant_id = sender.merchant_id
    connection = await bulk(session)
    rows = await connection.fetch(
        _HEAD, merchant_id, sender.id, now, list(but), limit, sender.version
    )
    ring = ring_of(session)
    first: dict[UUID, Due] = {}
    for row in rows:
        whose = row["customer_id"] or row["addressee_id"]
        if whose not in first:
            sealed = row["variables_sealed"]
            opened = ring.open(merchant_id, VARIABLES, bytes(sealed)) if sealed else b"{}"
            first[whose] = _due(row, json.loads(opened))
    return list(first.values())


def _due(row: Row, variables: dict[str, Any]) -> Due:
    return Due(
        message_id=row["message_id"],
        customer_id=row["customer_id"],
        addressee_id=row["addressee_id"],
        channel=Channel(row["channel"]),
        occasion=row["occasion"],
        purpose=Purpose(row["purpose"]),
        journey_id=row["journey_id"],
        variables=variables,
        state=State(row["state"]),
        expires_at=row["expires_at"],
        tries=row["tries"],
        attempt=row["attempt"],
        doubtful=row["doubtful"],
        since=row["claimed_at"],
        root_id=row["root_id"],
    )


async def claim(
    session: AsyncSession,
    letters: Sequence[tuple[Due, bytes]],
    *,
    merchant_id: UUID,
    owner: UUID,
    now: datetime,
) -> None:
    """Mark messages as about to be handed over, with their letters sealed."""
    await (await bulk(session)).execute(
        _CLAIM,
        merchant_id,
        owner,
        now,
        [due.message_id for due, _ in letters],
        [due.doubtful for due, _ in letters],
        [letter for _, letter in letters],
    )


async def put_off(
    session: AsyncSession, later: Sequence[tuple[Due, datetime]], *, merchant_id: UUID
) -> None:
    """Let messages wait until an instant."""
    await (await bulk(session)).execute(
        _PUT_OFF,
        merchant_id,
        [due.message_id for due, _ in later],
        [until for _, until in later],
    )


async def give_back(
    session: AsyncSession, message_ids: Sequence[MessageId], *, merchant_id: UUID, owner: UUID
) -> None:
    """Put claimed messages back that were certainly not handed over."""
    await (await bulk(session)).execute(_GIVE_BACK, merchant_id, list(message_ids), owner)


async def mark_outreach(
    session: AsyncSession,
    messages: Sequence[tuple[UUID, MessageId]],
    *,
    merchant_id: UUID,
    between: Any,
    now: datetime,
) -> set[UUID]:
    """Remember that (living) customers are told something; those whom it is too soon to tell
    again are not among what is returned."""
    customer_ids = [customer_id for customer_id, _ in messages]
    message_ids = [message_id for _, message_id in messages]
    rows = await (await bulk(session)).fetch(
        _MARK, merchant_id, now, customer_ids, message_ids, between
    )
    return {row[0] for row in rows}
