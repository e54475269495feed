"""Who is to be told: claimed by one worker for a minute, and written down how it ended.

A phone that could not be told stays in the queue and is tried again, later each time; what changes
while it is being told is another version, and told after it.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest.kernel.database import bulk, ring_of
from loyalnest.wallet.keys import PUSH_TOKEN
from loyalnest.wallet.rules import RESTS, is_given_up, wait_after
from loyalnest.wallet.values import Platform, PushOutcome, Told

LEASE = timedelta(minutes=1)

_CLAIM = """
UPDATE pass_updates u
SET busy_until = now() + $3
FROM (
    SELECT merchant_id, platform, target_id
    FROM pass_updates
    WHERE platform = $1
      AND due_at <= $2
      AND (busy_until IS NULL OR busy_until <= now())
    ORDER BY due_at
    LIMIT $4
    FOR UPDATE SKIP LOCKED
) mine
WHERE u.merchant_id = mine.merchant_id
  AND u.platform = mine.platform
  AND u.target_id = mine.target_id
RETURNING u.merchant_id, u.target_id, u.version, u.tries, u.since
"""
_TOKENS = """
SELECT k.number, d.merchant_id, d.token_sealed, d.token_hash
FROM unnest($1::uuid[], $2::uuid[]) WITH ORDINALITY AS k (merchant_id, id, number)
JOIN pass_devices d ON d.merchant_id = k.merchant_id AND d.id = k.id
"""
# Told of a version that is still the newest, it is done; else it is told of the newer one, too.
_DONE = """
DELETE FROM pass_updates u
USING unnest($2::uuid[], $3::uuid[], $4::bigint[]) AS k (merchant_id, target_id, version)
WHERE u.merchant_id = k.merchant_id
  AND u.platform = $1
  AND u.target_id = k.target_id
  AND u.version = k.version
"""
_AGAIN = """
UPDATE pass_updates u
SET busy_until = NULL, tries = k.tries, due_at = k.due_at, since = k.since
FROM unnest($2::uuid[], $3::uuid[], $4::integer[], $5::timestamptz[], $6::timestamptz[])
    AS k (merchant_id, target_id, tries, due_at, since)
WHERE u.merchant_id = k.merchant_id
  AND u.platform = $1
  AND u.target_id = k.target_id
"""
_TOLD_AT = {
    Platform.APPLE: """
UPDATE pass_devices d
SET told_at = $1
FROM unnest($2::uuid[], $3::uuid[]) AS k (merchant_id, id)
WHERE d.merchant_id = k.merchant_id AND d.id = k.id
""",
    Platform.GOOGLE: """
UPDATE passes p
SET told_at = $1
FROM unnest($2::uuid[], $3::uuid[]) AS k (merchant_id, id)
WHERE p.merchant_id = k.merchant_id AND p.id = k.id
""",
}
# A phone that came back with another token while its old one was refused is not gone.
_LET_GO = """
DELETE FROM pass_registrations r
USING unnest($1::uuid[], $2::uuid[], $3::bytea[]) AS k (merchant_id, id, token_hash)
JOIN pass_devices d
  ON d.merchant_id = k.merchant_id AND d.id = k.id AND d.token_hash = k.token_hash
WHERE r.merchant_id = k.merchant_id AND r.device_id = k.id
"""
_COUNT = """
INSERT INTO pass_tellings AS t (merchant_id, platform, told, day, count, reason, last_at)
SELECT k.merchant_id, $1, k.told, $2::timestamptz::date, k.count, k.reason, $2
FROM unnest($3::uuid[], $4::text[], $5::bigint[], $6::text[])
    AS k (merchant_id, told, count, reason)
ON CONFLICT (merchant_id, platform, told, day) DO UPDATE
SET count = t.count + excluded.count, reason = excluded.reason, last_at = excluded.last_at
"""


@dataclass(frozen=True, slots=True)
class Claimed:
    """Somebody who is to be told now: a phone of Apple's, a pass of Google's."""

    merchant_id: UUID
    id: UUID
    version: int
    tries: int
    since: datetime


@dataclass(frozen=True, slots=True)
class PushToken:
    """By what a phone is told, and what that is known by."""

    token: str = field(repr=False)
    hash: bytes


@dataclass(frozen=True, slots=True)
class Ended:
    """How telling somebody ended."""

    claimed: Claimed
    outcome: PushOutcome
    token_hash: bytes | None = None
    """Of the token that a phone was told by."""


async def claim(
    session: AsyncSession, platform: Platform, *, limit: int, now: datetime
) -> list[Claimed]:
    """Take over who is to be told next. For the platform."""
    rows = await (await bulk(session)).fetch(_CLAIM, platform.value, now, LEASE, limit)
    return [Claimed(*row.values()) for row in rows]


async def tokens_of(session: AsyncSession, claimed: Sequence[Claimed]) -> dict[Claimed, PushToken]:
    """By which tokens phones are told; those that are gone are missing."""
    rows = await (await bulk(session)).fetch(
        _TOKENS, [it.merchant_id for it in claimed], [it.id for it in claimed]
    )
    ring = ring_of(session)
    return {
        claimed[row["number"] - 1]: PushToken(
            ring.open(row["merchant_id"], PUSH_TOKEN, bytes(row["token_sealed"])).decode(),
            bytes(row["token_hash"]),
        )
        for row in rows
    }


async def settle(
    session: AsyncSession, platform: Platform, ended: Sequence[Ended], *, now: datetime
) -> None:
    """Write down how telling ended: who was told rests for a moment, who couldn't be waits, and
    who is gone is let go of. In a transaction for their merchants."""
    connection = await bulk(session)
    told = [it for it in ended if it.outcome.told is Told.TAKEN]
    await connection.execute(_TOLD_AT[platform], now, *_names(told))
    gone = [it for it in ended if it.outcome.told is Told.GONE and it.token_hash]
    if gone:
        await connection.execute(_LET_GO, *_names(gone), [it.token_hash for it in gone])
    done = [it for it in ended if _is_done(it, platform, now)]
    versions = [it.claimed.version for it in done]
    await connection.execute(_DONE, platform.value, *_names(done), versions)
    tries = [0 if _is_done(it, platform, now) else it.claimed.tries + 1 for it in ended]
    await connection.execute(
        _AGAIN,
        platform.value,
        *_names(ended),
        tries,
        [_due_again(it, platform, now) for it in ended],
        [now if _is_done(it, platform, now) else it.claimed.since for it in ended],
    )
    await _count(session, platform, ended, now)


def _is_done(it: Ended, platform: Platform, now: datetime) -> bool:
    """Told, gone, or tried for too long."""
    waits = it.outcome.told in (Told.LATER, Told.REFUSED)
    return not waits or is_given_up(platform, since=it.claimed.since, now=now)


def _due_again(it: Ended, platform: Platform, now: datetime) -> datetime:
    if _is_done(it, platform, now):
        return now + RESTS
    return now + max(wait_after(it.claimed.tries), it.outcome.retry_after or timedelta())


async def _count(
    session: AsyncSession, platform: Platform, ended: Sequence[Ended], now: datetime
) -> None:
    counts = Counter((it.claimed.merchant_id, it.outcome.told) for it in ended)
    reasons = {(it.claimed.merchant_id, it.outcome.told): it.outcome.reason for it in ended}
    keys = sorted(counts, key=lambda key: (key[0], key[1].value))
    await (await bulk(session)).execute(
        _COUNT,
        platform.value,
        now,
        [merchant_id for merchant_id, _ in keys],
        [told.value for _, told in keys],
        [counts[key] for key in keys],
        [reasons[key] for key in keys],
    )


def _names(ended: Iterable[Ended]) -> tuple[list[UUID], list[UUID]]:
    claimed = [it.claimed for it in ended]
    return [it.merchant_id for it in claimed], [it.id for it in claimed]
