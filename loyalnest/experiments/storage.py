"""How exposures and usage lie in their tables: one statement for many."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from loyalnest.experiments.rules.counting import Counted
from loyalnest.experiments.values import Exposure, Reached
from loyalnest.kernel.database import Bulk

NUDGES_A_DAY = 100
"""So many nudges of a merchant are counted a day: whoever makes ids up fills no table."""

_WINDOW = "make_interval(days => x.within_days)"
# Whoever was merged bought as any of the identities that are one person now.
_MEMBER = """
SELECT FROM customers me
JOIN customers one
  ON one.merchant_id = me.merchant_id
 AND (one.id = coalesce(me.merged_into, me.id)
      OR one.merged_into = coalesce(me.merged_into, me.id))
"""
_REACHED = f"""
CASE x.goal
     WHEN 'order' THEN EXISTS (
         {_MEMBER}
         JOIN orders o ON o.merchant_id = one.merchant_id AND o.customer_id = one.id
         WHERE me.merchant_id = e.merchant_id AND me.id = e.customer_id
           AND o.placed_at >= e.met_at AND o.placed_at < e.met_at + {_WINDOW}
           AND o.kept > 0)
     WHEN 'redemption' THEN EXISTS (
         {_MEMBER}
         JOIN redemptions r ON r.merchant_id = one.merchant_id AND r.customer_id = one.id
         WHERE me.merchant_id = e.merchant_id AND me.id = e.customer_id
           AND r.issued_at >= e.met_at AND r.issued_at < e.met_at + {_WINDOW}
           AND r.state <> 'cancelled' AND r.given_for IS NULL)
     ELSE e.reached_at IS NOT NULL
END
"""


def _tallied(exposures: str, *, only: str, now: str) -> str:
    """Exposures as numbers: who met a variant, who counts, and who of those reached the goal."""
    return f"""
SELECT merchant_id, experiment_id, variant,
       count(*) AS visitors,
       count(*) FILTER (WHERE counts) AS counted,
       count(*) FILTER (WHERE reached) AS reached
FROM (
    SELECT e.merchant_id, e.experiment_id, e.variant, e.counts,
           CASE WHEN e.counts THEN {_REACHED} END AS reached
    FROM (
        SELECT e.*,
               e.met_at + {_WINDOW} <= {now}
               AND row_number() OVER (PARTITION BY e.merchant_id, e.experiment_id, e.variant
                                      ORDER BY e.met_at, e.visitor)
                   + coalesce(t.counted, 0) <= (x.needed ->> e.variant)::bigint AS counts
        FROM {exposures} e
        JOIN experiments x ON x.merchant_id = e.merchant_id AND x.id = e.experiment_id
        LEFT JOIN experiment_tallies t
          ON t.merchant_id = e.merchant_id
         AND t.experiment_id = e.experiment_id
         AND t.variant = e.variant
        WHERE (x.goal NOT IN ('order', 'redemption') OR e.customer_id IS NOT NULL)
          AND {only}
    ) e
    JOIN experiments x ON x.merchant_id = e.merchant_id AND x.id = e.experiment_id
) met
GROUP BY merchant_id, experiment_id, variant
"""  # noqa: S608


_LIVE = _tallied(
    "experiment_exposures",
    only="e.merchant_id = $1 AND e.experiment_id = $2",
    now="$3::timestamptz",
)
TALLIES = f"""
SELECT variant, sum(visitors)::bigint, sum(counted)::bigint, sum(reached)::bigint
FROM (
    {_LIVE}
    UNION ALL
    SELECT merchant_id, experiment_id, variant, visitors, counted, reached
    FROM experiment_tallies
    WHERE merchant_id = $1 AND experiment_id = $2
) live_and_folded
GROUP BY variant
"""  # noqa: S608
"""By variant: everybody who met it, those who count, and those of them who reached the goal."""
FOLD = f"""
WITH old AS (DELETE FROM experiment_exposures WHERE met_at < $1 RETURNING *)
INSERT INTO experiment_tallies AS t
       (merchant_id, experiment_id, variant, visitors, counted, reached)
{_tallied("old", only="true", now="$2::timestamptz")}
ON CONFLICT (merchant_id, experiment_id, variant) DO UPDATE
SET visitors = t.visitors + excluded.visitors,
    counted = t.counted + excluded.counted,
    reached = t.reached + excluded.reached
"""  # noqa: S608
"""Exposures from before an instant become numbers. They are the earliest of theirs, so that which
of them count stays the same."""

_CLAIM = """
INSERT INTO usage_batches (merchant_id, digest, counted_at)
SELECT *, $3::timestamptz
FROM unnest($1::uuid[], $2::bytea[])
ON CONFLICT DO NOTHING
RETURNING digest
"""
# Of nudges that were not seen today before, only as many as are left to the day.
_COUNT = """
WITH said AS (
    SELECT k.merchant_id, ($5::timestamptz AT TIME ZONE m.time_zone)::date AS day,
           k.element, k.action, k.times
    FROM unnest($1::uuid[], $2::text[], $3::text[], $4::bigint[])
         AS k (merchant_id, element, action, times)
    JOIN merchants m ON m.merchant_id = k.merchant_id
),
fresh AS (
    SELECT DISTINCT s.merchant_id, s.day, s.element
    FROM said s
    WHERE s.element LIKE 'nudge:%'
      AND NOT EXISTS (SELECT FROM usage_days u
                      WHERE u.merchant_id = s.merchant_id
                        AND u.day = s.day
                        AND u.element = s.element)
),
placed AS (
    SELECT f.*,
           row_number() OVER (PARTITION BY f.merchant_id ORDER BY f.element)
           + (SELECT count(DISTINCT u.element)
              FROM usage_days u
              WHERE u.merchant_id = f.merchant_id
                AND u.day = f.day
                AND u.element LIKE 'nudge:%') AS place
    FROM fresh f
)
INSERT INTO usage_days AS u (merchant_id, day, element, action, times)
SELECT s.merchant_id, s.day, s.element, s.action, s.times
FROM said s
WHERE NOT EXISTS (SELECT FROM placed p
                  WHERE p.merchant_id = s.merchant_id
                    AND p.element = s.element
                    AND p.place > $6)
ORDER BY s.merchant_id, s.day, s.element, s.action
ON CONFLICT (merchant_id, day, element, action) DO UPDATE SET times = u.times + excluded.times
"""
_EXPOSE = """
INSERT INTO experiment_exposures (merchant_id, experiment_id, visitor, variant, customer_id, met_at)
SELECT *, $6::timestamptz
FROM unnest($1::uuid[], $2::uuid[], $3::bytea[], $4::text[], $5::uuid[])
ON CONFLICT DO NOTHING
"""
_REACH = f"""
WITH done AS (
    SELECT e.merchant_id, e.experiment_id, e.visitor
    FROM unnest($1::uuid[], $2::uuid[], $3::bytea[], $4::boolean[])
         AS k (merchant_id, experiment_id, visitor, since_met)
    JOIN experiments x ON x.merchant_id = k.merchant_id AND x.id = k.experiment_id
    JOIN experiment_exposures e
      ON e.merchant_id = k.merchant_id
     AND e.experiment_id = k.experiment_id
     AND e.visitor = k.visitor
    WHERE e.reached_at IS NULL
      AND (k.since_met OR e.met_at < $5)
      AND $5 < e.met_at + {_WINDOW}
    ORDER BY e.merchant_id, e.experiment_id, e.visitor
    FOR UPDATE OF e
)
UPDATE experiment_exposures e
SET reached_at = $5
FROM done
WHERE e.merchant_id = done.merchant_id
  AND e.experiment_id = done.experiment_id
  AND e.visitor = done.visitor
"""  # noqa: S608


async def claim(
    connection: Bulk, batches: Mapping[bytes, UUID], *, now: datetime
) -> Collection[bytes]:
    """Remember batches, whose they are by their digests; those that were not there yet."""
    if not batches:
        return ()
    wanted = sorted(batches)
    whose = [batches[digest] for digest in wanted]
    return {row[0] for row in await connection.fetch(_CLAIM, whose, wanted, now)}


async def write(connection: Bulk, counted: Counted, *, now: datetime) -> None:
    """Write what counts. Whoever met a variant before has met it then, and no other.

    In the order of their keys, so that nobody waits for who waits for them; and last what all of a
    shop's visitors add to, so that nobody has it for longer than a commit takes.
    """
    met: dict[tuple[UUID, UUID, bytes], Exposure] = {}
    for it in counted.exposures:
        met.setdefault(it[:3], it)
    if met:
        await connection.execute(_EXPOSE, *_columns([met[it] for it in sorted(met)]), now)
    reached: dict[tuple[UUID, UUID, bytes], Reached] = {}
    for it in counted.reached:
        reached[it[:3]] = max(it, reached.get(it[:3], it))
    if reached:
        await connection.execute(_REACH, *_columns(list(reached.values())), now)
    if counted.times:
        rows = sorted((*key, times) for key, times in counted.times.items())
        await connection.execute(_COUNT, *_columns(rows), now, NUDGES_A_DAY)


def _columns(rows: Sequence[tuple[object, ...]]) -> list[list[object]]:
    return list(map(list, zip(*rows, strict=True)))
