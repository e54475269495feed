"""How referrals lie in their tables: one statement for many."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from loyalnest import orders
from loyalnest.kernel.database import Bulk, Row
from loyalnest.kernel.ids import new_id
from loyalnest.referrals.values import (
    LEVELS_AT_MOST,
    Above,
    Gift,
    GiftState,
    HeldGift,
    Known,
    Reason,
    Referral,
    ReferralId,
    ReferralSettings,
    Review,
    Status,
    Verdict,
)

COLUMNS = """
r.merchant_id, r.id, r.code, r.advocate_id, r.friend_id, r.parent_id, r.program_version, r.channel,
r.signals, r.review, r.status, r.reason, r.claimed_at, r.expires_at, r.order_id, r.due_at,
r.completed_at
"""

# Whom an event names may have been merged since, or have been merged into: all of the person count.
# What somebody buys concerns who brought them; who they are concerns whom they brought, too.
_TOUCHED = """
WITH living AS (
    SELECT c.merchant_id, coalesce(c.merged_into, c.id) AS id, k.parted
    FROM unnest($1::uuid[], $2::uuid[], $3::boolean[]) AS k (merchant_id, customer_id, parted)
    JOIN customers c ON c.merchant_id = k.merchant_id AND c.id = k.customer_id
), person AS (
    SELECT merchant_id, id, parted FROM living
    UNION ALL
    SELECT p.merchant_id, p.id, l.parted
    FROM living l
    JOIN customers p ON p.merchant_id = l.merchant_id AND p.merged_into = l.id
)
SELECT r.merchant_id, r.id
FROM person p
JOIN referrals r ON r.merchant_id = p.merchant_id AND r.friend_id = p.id
UNION
SELECT r.merchant_id, r.id
FROM person p
JOIN referrals r ON r.merchant_id = p.merchant_id AND r.advocate_id = p.id
WHERE p.parted
"""

# What a referral comes to decides whether those below it pay upwards. Locked in key order, so that
# two batches that share referrals wait for each other and never both.
_LOCK = f"""
WITH RECURSIVE below AS (
    SELECT k.merchant_id, k.id, 1 AS level
    FROM unnest($1::uuid[], $2::uuid[]) AS k (merchant_id, id)
  UNION
    SELECT r.merchant_id, r.id, below.level + 1
    FROM below
    JOIN referrals r ON r.merchant_id = below.merchant_id AND r.parent_id = below.id
    WHERE below.level <= {LEVELS_AT_MOST}
)
SELECT {COLUMNS}
FROM referrals r
WHERE (r.merchant_id, r.id) IN (SELECT merchant_id, id FROM below)
ORDER BY r.merchant_id, r.id
FOR UPDATE OF r
"""  # noqa: S608

_KNOWN = f"""
SELECT r.id,
       coalesce(a.merged_into, a.id),
       f.living,
       p.settings::text,
       NOT EXISTS (
           SELECT FROM customers c
           JOIN referrals earlier
             ON earlier.merchant_id = c.merchant_id AND earlier.friend_id = c.id
           WHERE c.merchant_id = r.merchant_id
             AND (c.id = f.living OR c.merged_into = f.living)
             AND (earlier.claimed_at, earlier.id) < (r.claimed_at, r.id)),
       EXISTS (
           SELECT FROM customers c
           JOIN orders o ON o.merchant_id = c.merchant_id AND o.customer_id = c.id
           WHERE c.merchant_id = r.merchant_id
             AND (c.id = f.living OR c.merged_into = f.living)
             AND o.paid_at IS NOT NULL
             AND {orders.COUNTS}
             AND o.placed_at < r.claimed_at - $3::interval),
       (SELECT min(c.enrolled_at)
        FROM customers c
        WHERE c.merchant_id = r.merchant_id AND (c.id = f.living OR c.merged_into = f.living)),
       first.id,
       first.paid_at,
       a.erased_at IS NOT NULL,
       f.erased
FROM unnest($1::uuid[], $2::uuid[]) AS k (merchant_id, id)
JOIN referrals r ON r.merchant_id = k.merchant_id AND r.id = k.id
JOIN referral_programs p
  ON p.merchant_id = r.merchant_id AND p.version = r.program_version
JOIN customers a ON a.merchant_id = r.merchant_id AND a.id = r.advocate_id
JOIN LATERAL (
    SELECT coalesce(c.merged_into, c.id) AS living, c.erased_at IS NOT NULL AS erased
    FROM customers c
    WHERE c.merchant_id = r.merchant_id AND c.id = r.friend_id) f ON true
LEFT JOIN LATERAL (
    SELECT o.id, o.paid_at
    FROM customers c
    JOIN orders o ON o.merchant_id = c.merchant_id AND o.customer_id = c.id
    WHERE c.merchant_id = r.merchant_id
      AND (c.id = f.living OR c.merged_into = f.living)
      AND o.paid_at IS NOT NULL
      AND o.kept > 0
      AND o.kept >= coalesce((p.settings -> 'minimum_spend' ->> o.currency)::numeric, 0)
      AND o.placed_at >= r.claimed_at - $3::interval
      AND o.placed_at < r.expires_at
    ORDER BY o.placed_at, o.id
    LIMIT 1) first ON true
"""  # noqa: S608

_ABOVE = """
WITH RECURSIVE above AS (
    SELECT r.merchant_id, r.id, r.parent_id, NULL::uuid AS named, true AS stands, 0 AS level
    FROM unnest($1::uuid[], $2::uuid[]) AS k (merchant_id, id)
    JOIN referrals r ON r.merchant_id = k.merchant_id AND r.id = k.id
  UNION ALL
    SELECT p.merchant_id, above.id, p.parent_id, p.advocate_id,
           above.stands AND p.status <> 'rejected', above.level + 1
    FROM above
    JOIN referrals p ON p.merchant_id = above.merchant_id AND p.id = above.parent_id
    WHERE above.level < $3
)
SELECT above.id, above.named, coalesce(c.merged_into, c.id), above.stands
FROM above
JOIN customers c ON c.merchant_id = above.merchant_id AND c.id = above.named
ORDER BY above.id, above.level
"""

_SETTLE = """
UPDATE referrals r
SET status = n.status, reason = n.reason, order_id = n.order_id, due_at = n.due_at,
    completed_at = n.completed_at
FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::uuid[], $6::timestamptz[],
            $7::timestamptz[])
  AS n (merchant_id, id, status, reason, order_id, due_at, completed_at)
WHERE r.merchant_id = n.merchant_id AND r.id = n.id
"""

_MOVE = """
INSERT INTO referral_moves
    (merchant_id, id, referral_id, from_status, to_status, reason, actor, note, recorded_at)
SELECT n.*, $9::timestamptz
FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::text[], $6::text[], $7::text[],
            $8::text[])
  AS n (merchant_id, id, referral_id, from_status, to_status, reason, actor, note)
"""

_GIFTS = """
SELECT g.referral_id, g.side, g.state, g.codes, g.redemption_id
FROM unnest($1::uuid[], $2::uuid[]) AS k (merchant_id, id)
JOIN referral_gifts g ON g.merchant_id = k.merchant_id AND g.referral_id = k.id
"""

_PUT_GIFTS = """
INSERT INTO referral_gifts AS g
    (merchant_id, referral_id, side, reward_id, state, codes, redemption_id)
SELECT *
FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::uuid[], $5::text[], $6::int[], $7::uuid[])
ON CONFLICT (merchant_id, referral_id, side) DO UPDATE
SET state = excluded.state, codes = excluded.codes, redemption_id = excluded.redemption_id
"""

Key = tuple[UUID, UUID]
"""A merchant and one of its referrals."""


async def touched_by(
    connection: Bulk, who: Sequence[tuple[UUID, UUID]], parted: Collection[tuple[UUID, UUID]]
) -> list[Key]:
    """The referrals that brought customers (merchant, id); of the parted ones whom they brought."""
    rows = await connection.fetch(_TOUCHED, *_columns(who), [it in parted for it in who])
    return [(row[0], row[1]) for row in rows]


async def lock(connection: Bulk, keys: Sequence[Key]) -> list[Referral]:
    """Take hold of referrals and of those below them, in key order."""
    return [referral_of(row) for row in await connection.fetch(_LOCK, *_columns(keys))]


async def known_of(
    connection: Bulk, keys: Sequence[Key], *, timely: object
) -> dict[ReferralId, Known]:
    """What is known now of the people and the orders behind referrals; not yet who is above."""
    rows = await connection.fetch(_KNOWN, *_columns(keys), timely)
    return {
        ReferralId(row[0]): Known(
            advocate=row[1],
            friend=row[2],
            settings=ReferralSettings.model_validate_json(row[3]),
            came_first=row[4],
            bought_before=row[5],
            enrolled_at=row[6],
            order_id=row[7],
            paid_at=row[8],
            erased=frozenset(
                who for who, erased in ((row[1], row[9]), (row[2], row[10])) if erased
            ),
        )
        for row in rows
    }


async def above(connection: Bulk, keys: Sequence[Key]) -> Mapping[UUID, list[Above]]:
    """Who had brought the advocates of referrals, the nearest first."""
    found: dict[UUID, list[Above]] = {referral_id: [] for _, referral_id in keys}
    for row in await connection.fetch(_ABOVE, *_columns(keys), LEVELS_AT_MOST):
        found[row[0]].append(Above(row[1], row[2], row[3]))
    return found


async def settle(connection: Bulk, verdicts: Sequence[tuple[Referral, Verdict]]) -> None:
    """Write where referrals stand that are locked."""
    if not verdicts:
        return
    rows = [
        (
            it.merchant_id,
            it.id,
            verdict.status.value,
            verdict.reason and verdict.reason.value,
            verdict.order_id,
            verdict.due_at,
            verdict.completed_at,
        )
        for it, verdict in verdicts
    ]
    await connection.execute(_SETTLE, *map(list, zip(*rows, strict=True)))


async def record_moves(
    connection: Bulk,
    moves: Sequence[tuple[Referral, Status | None, Status, str | None, str, str | None]],
    *,
    now: datetime,
) -> None:
    """Write moves: of what, from, to, why, by whom, and what they said."""
    if not moves:
        return
    rows = [
        (it.merchant_id, new_id(), it.id, before and before.value, after.value, reason, actor, note)
        for it, before, after, reason, actor, note in moves
    ]
    await connection.execute(_MOVE, *map(list, zip(*rows, strict=True)), now)


async def gifts_of(connection: Bulk, keys: Sequence[Key]) -> dict[tuple[ReferralId, str], HeldGift]:
    """How far the codes have come that the sides of locked referrals were promised."""
    return {
        (row[0], row[1]): HeldGift(GiftState(row[2]), row[3], row[4])
        for row in await connection.fetch(_GIFTS, *_columns(keys))
    }


async def put_gifts(connection: Bulk, gifts: Sequence[tuple[Referral, Gift, HeldGift]]) -> None:
    """Write how far they have come now."""
    if not gifts:
        return
    rows = [
        (it.merchant_id, it.id, gift.side, gift.reward_id, *msgspec.structs.astuple(held))
        for it, gift, held in gifts
    ]
    await connection.execute(_PUT_GIFTS, *map(list, zip(*rows, strict=True)))


def referral_of(row: Row) -> Referral:
    """A referral from its row (`COLUMNS`)."""
    (merchant_id, id_, code, advocate_id, friend_id, parent_id, version, channel, signals, review,
     status, reason, claimed_at, expires_at, order_id, due_at, completed_at) = row  # fmt: skip
    return Referral(
        merchant_id=merchant_id,
        id=ReferralId(id_),
        code=code,
        advocate_id=advocate_id,
        friend_id=friend_id,
        parent_id=parent_id,
        program_version=version,
        channel=channel,
        signals=tuple(signals),
        review=Review(review) if review else None,
        status=Status(status),
        reason=Reason(reason) if reason else None,
        claimed_at=claimed_at,
        expires_at=expires_at,
        order_id=order_id,
        due_at=due_at,
        completed_at=completed_at,
    )


def _columns(keys: Sequence[tuple[UUID, UUID]]) -> tuple[list[UUID], list[UUID]]:
    return [merchant_id for merchant_id, _ in keys], [id_ for _, id_ in keys]
