"""How games, awards and scores lie in their tables: one statement for many."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from loyalnest import orders
from loyalnest.gamification.values import Award, Deed, Goal, History, Move, Pair, Person
from loyalnest.kernel.database import Bulk, Row
from loyalnest.kernel.ids import new_id

COLUMNS = """
a.merchant_id, a.customer_id, a.badge, a.goal::text, a.reached_at, a.given_by, a.reason,
a.game_version, a.awarded_at
"""
# Whoever judges a merchant's customers or gives a badge holds its game; nobody else does meanwhile.
_LOCK = """
SELECT g.merchant_id
FROM games g
WHERE g.merchant_id = ANY($1::uuid[])
ORDER BY g.merchant_id
FOR NO KEY UPDATE
"""
_PEOPLE = """
SELECT c.merchant_id, c.id,
       ARRAY(SELECT x.id FROM customers x
             WHERE x.merchant_id = c.merchant_id AND x.merged_into = c.id)
FROM unnest($1::uuid[], $2::uuid[]) AS k (merchant_id, customer_id)
JOIN customers c ON c.merchant_id = k.merchant_id AND c.id = k.customer_id
WHERE c.merged_into IS NULL
  AND c.erased_at IS NULL
ORDER BY 1, 2
"""
_AWARDS = f"""
SELECT {COLUMNS}
FROM unnest($1::uuid[], $2::uuid[]) AS k (merchant_id, customer_id)
JOIN badge_awards a ON a.merchant_id = k.merchant_id AND a.customer_id = k.customer_id
"""  # noqa: S608
ORDER_COUNTS = f"""
o.placed_at IS NOT NULL
  AND {orders.COUNTS}
  AND CASE {{award_on}} WHEN 'paid' THEN o.paid_at IS NOT NULL
                      WHEN 'fulfilled' THEN o.fulfilled_at IS NOT NULL
                      ELSE true END
"""
"""Whether an order (`o`) counts and is far enough for it to earn."""
# An order in another currency counts by the rate of its day, and as nothing spent where there was
# none.
_ORDERS = f"""
SELECT k.merchant_id, k.living_id,
       array_agg(o.placed_at ORDER BY o.placed_at, o.id),
       array_agg({orders.OWN_MONEY}
                 ORDER BY o.placed_at, o.id)
FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[])
     AS k (merchant_id, living_id, customer_id, award_on)
JOIN merchants m ON m.merchant_id = k.merchant_id
JOIN orders o ON o.merchant_id = k.merchant_id AND o.customer_id = k.customer_id
WHERE {ORDER_COUNTS.format(award_on="k.award_on")}
GROUP BY k.merchant_id, k.living_id
"""  # noqa: S608
# By source, so that a refund lessens what its order earned when the order did. What badges and
# tiers bring earns no badge: one must not bear the other.
_POINTS = """
SELECT merchant_id, living_id, array_agg(at ORDER BY at, source_id),
       array_agg(amount ORDER BY at, source_id)
FROM (
    SELECT k.merchant_id, k.living_id, e.source_id, min(e.occurred_at) AS at,
           sum(e.amount) AS amount
    FROM unnest($1::uuid[], $2::uuid[], $3::uuid[]) AS k (merchant_id, living_id, customer_id)
    JOIN units u ON u.merchant_id = k.merchant_id AND u.code = 'points'
    JOIN entries e
      ON e.merchant_id = k.merchant_id AND e.customer_id = k.customer_id AND e.unit_id = u.id
    WHERE e.kind IN ('earn', 'refund')
      AND e.source_kind NOT IN ('badge', 'tier')
    GROUP BY k.merchant_id, k.living_id, e.source_kind, e.source_id
) AS by_source
WHERE amount <> 0
GROUP BY merchant_id, living_id
"""
_PUT = """
INSERT INTO badge_awards (merchant_id, customer_id, badge, goal, reached_at, given_by, reason,
                          game_version, awarded_at)
SELECT n.merchant_id, n.customer_id, n.badge, n.goal::jsonb, n.reached_at, n.given_by, n.reason,
       n.game_version, n.awarded_at
FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::timestamptz[], $6::text[],
            $7::text[], $8::int[], $9::timestamptz[])
  AS n (merchant_id, customer_id, badge, goal, reached_at, given_by, reason, game_version,
        awarded_at)
ON CONFLICT (merchant_id, customer_id, badge) DO UPDATE
SET goal = excluded.goal, reached_at = excluded.reached_at, given_by = excluded.given_by,
    reason = excluded.reason, game_version = excluded.game_version
"""
_DROP = """
DELETE FROM badge_awards a
USING unnest($1::uuid[], $2::uuid[], $3::text[]) AS k (merchant_id, customer_id, badge)
WHERE a.merchant_id = k.merchant_id AND a.customer_id = k.customer_id AND a.badge = k.badge
"""
_MOVE = """
INSERT INTO badge_moves (merchant_id, id, customer_id, badge, held, cause, game_version, actor,
                         reason, occurred_at)
SELECT *, $10::timestamptz
FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::bool[], $6::text[], $7::int[],
            $8::text[], $9::text[])
"""
_MEMBERS = """
SELECT l.merchant_id, l.customer_id
FROM unnest($1::uuid[], $2::uuid[]) AS k (merchant_id, customer_id)
JOIN leaderboard_members l ON l.merchant_id = k.merchant_id AND l.customer_id = k.customer_id
"""
_PUT_SCORES = """
INSERT INTO leaderboard_scores AS s (merchant_id, board, customer_id, score, scored_at)
SELECT *, $5::timestamptz
FROM unnest($1::uuid[], $2::text[], $3::uuid[], $4::bigint[])
ON CONFLICT (merchant_id, board, customer_id) DO UPDATE
SET score = excluded.score, scored_at = excluded.scored_at
WHERE s.score <> excluded.score
"""
# Whoever was merged away plays under the other's name, if that one plays.
_DROP_SCORES = """
DELETE FROM leaderboard_scores s
USING unnest($1::uuid[], $2::uuid[]) AS k (merchant_id, customer_id)
JOIN customers c
  ON c.merchant_id = k.merchant_id AND c.id = k.customer_id AND c.merged_into IS NOT NULL
WHERE s.merchant_id = c.merchant_id AND s.customer_id = c.id
"""


async def lock(connection: Bulk, merchant_ids: Sequence[UUID]) -> set[UUID]:
    """Take hold of the games of these merchants; those that have one."""
    return {row[0] for row in await connection.fetch(_LOCK, list(merchant_ids))}


async def people(connection: Bulk, who: Sequence[Pair]) -> list[Person]:
    """Those of them who are living and not erased, with whoever was merged into them."""
    rows = await connection.fetch(_PEOPLE, *_columns(who))
    return [Person(row[0], row[1], frozenset((row[1], *row[2]))) for row in rows]


async def awards_of(connection: Bulk, everybody: Sequence[Person]) -> dict[Pair, list[Award]]:
    """The awards of each identity of these people, by identity."""
    identities = [(one.merchant_id, id_) for one in everybody for id_ in one.identities]
    found: dict[Pair, list[Award]] = {identity: [] for identity in identities}
    for row in await connection.fetch(_AWARDS, *_columns(identities)):
        found[row[0], row[1]].append(award_of(row))
    return found


async def histories(
    connection: Bulk,
    everybody: Sequence[tuple[Person, str]],
    *,
    with_points: frozenset[UUID],
) -> dict[Pair, History]:
    """What people have done, each by when an order counts; points of these merchants alone."""
    identities = [
        (one.merchant_id, one.customer_id, id_, award_on)
        for one, award_on in everybody
        for id_ in one.identities
    ]
    if not identities:
        return {}
    rows = await connection.fetch(_ORDERS, *map(list, zip(*identities, strict=True)))
    orders = {(row[0], row[1]): _deeds(row) for row in rows}
    points: dict[Pair, list[Deed]] = {}
    if earning := [it[:3] for it in identities if it[0] in with_points]:
        rows = await connection.fetch(_POINTS, *map(list, zip(*earning, strict=True)))
        points = {(row[0], row[1]): _deeds(row) for row in rows}
    return {
        one.key: History(orders.get(one.key, ()), points.get(one.key, ())) for one, _ in everybody
    }


async def put(connection: Bulk, awards: Sequence[Award]) -> None:
    """Write awards, new or changed."""
    if not awards:
        return
    rows = [
        (
            it.merchant_id,
            it.customer_id,
            it.badge,
            it.goal.model_dump_json() if it.goal else None,
            it.reached_at,
            it.given_by,
            it.reason,
            it.game_version,
            it.awarded_at,
        )
        for it in awards
    ]
    await connection.execute(_PUT, *map(list, zip(*rows, strict=True)))


async def drop(connection: Bulk, awards: Sequence[Award]) -> None:
    """Forget awards; their moves stay."""
    if awards:
        rows = [(it.merchant_id, it.customer_id, it.badge) for it in awards]
        await connection.execute(_DROP, *map(list, zip(*rows, strict=True)))


async def record_moves(
    connection: Bulk, moves: Sequence[tuple[UUID, Move]], *, now: datetime
) -> None:
    """Write down who came to hold what, and who no longer does: merchant and move."""
    if not moves:
        return
    rows = [
        (
            merchant_id,
            new_id(),
            it.customer_id,
            it.badge,
            it.held,
            it.cause.value,
            it.game_version,
            it.actor,
            it.reason,
        )
        for merchant_id, it in moves
    ]
    await connection.execute(_MOVE, *map(list, zip(*rows, strict=True)), now)


async def members_among(connection: Bulk, who: Sequence[Pair]) -> set[Pair]:
    """Those of them who asked to be on the leaderboard."""
    return {(row[0], row[1]) for row in await connection.fetch(_MEMBERS, *_columns(who))}


async def put_scores(
    connection: Bulk, scores: Sequence[tuple[UUID, str, UUID, int]], *, now: datetime
) -> None:
    """Write scores: merchant, board, customer, score."""
    if scores:
        await connection.execute(_PUT_SCORES, *map(list, zip(*scores, strict=True)), now)


async def drop_scores_of_merged(connection: Bulk, who: Sequence[Pair]) -> None:
    """Take off the leaderboards whoever of them was merged into another."""
    if who:
        await connection.execute(_DROP_SCORES, *_columns(who))


def award_of(row: Row) -> Award:
    """An award from its row (`COLUMNS`)."""
    merchant_id, customer_id, badge, goal, *others = row
    parsed = None if goal is None else Goal.model_validate_json(goal)
    return Award(merchant_id, customer_id, badge, parsed, *others)


def _deeds(row: Row) -> list[Deed]:
    return list(zip(row[2], row[3], strict=True))


def _columns(who: Sequence[Pair]) -> tuple[list[UUID], list[UUID]]:
    return [merchant_id for merchant_id, _ in who], [customer_id for _, customer_id in who]
