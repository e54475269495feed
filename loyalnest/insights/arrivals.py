"""The statements that keep which days guests came on, and how many came again after which day.

Of everybody who came on a day it is added up which day they had come on before. Ranges of days ask
for whole months of that mostly, so each number stands four times: by both days, and with one or
both of them rounded to their month.
"""

from loyalnest.insights.values import EVERYWHERE

_DAYS = f"""
    SELECT DISTINCT p.merchant_id, p.living_id AS customer_id, s.store_id, d.day, p.since
    FROM people p
    JOIN visits v
      ON v.merchant_id = p.merchant_id
     AND v.customer_id = p.customer_id
     AND v.began_at >= p.since::timestamp AT TIME ZONE p.time_zone - interval '1 day'
    CROSS JOIN LATERAL (SELECT (v.began_at AT TIME ZONE p.time_zone)::date AS day) AS d
    CROSS JOIN LATERAL (VALUES ('{EVERYWHERE}'::uuid), (v.store_id)) AS s (store_id)
    WHERE s.store_id IS NOT NULL
      AND d.day >= p.since"""  # noqa: S608
# What lies before the days that are looked at stands, and is what the first of them came after.
_AFTER = f"""
    SELECT d.merchant_id, d.customer_id, d.store_id, d.day,
           coalesce(
               lag(d.day) OVER (PARTITION BY d.merchant_id, d.customer_id, d.store_id
                                ORDER BY d.day),
               (SELECT max(g.day)
                FROM guest_days g
                WHERE g.merchant_id = d.merchant_id
                  AND g.customer_id = d.customer_id
                  AND g.store_id = d.store_id
                  AND g.day < d.since),
               '-infinity'
           ) AS previous_day
    FROM ({_DAYS}
    ) d"""  # noqa: S608
_MONTH = "date_trunc('month', {}::timestamp)::date"
_BY_MONTH = f"""
    (1, {_MONTH.format("a.day")}, a.previous_day),
    (2, a.day, {_MONTH.format("a.previous_day")}),
    (3, {_MONTH.format("a.day")}, {_MONTH.format("a.previous_day")})"""
_COLUMNS = "merchant_id, customer_id, store_id, day, previous_day"

# $1-$3: merchant and living customer whose visits have changed, and the instant from which on they
# have; null for all of them. Those who were merged away have none of their own any more.
COUNT_GUESTS = f"""
WITH asked AS MATERIALIZED (
    SELECT k.merchant_id, k.customer_id, m.time_zone,
           coalesce((k.since AT TIME ZONE m.time_zone)::date, '-infinity') AS since
    FROM unnest($1::uuid[], $2::uuid[], $3::timestamptz[]) AS k (merchant_id, customer_id, since)
    JOIN merchants m ON m.merchant_id = k.merchant_id
), people AS (
    SELECT c.merchant_id, a.customer_id AS living_id, c.id AS customer_id, a.time_zone, a.since
    FROM asked a
    JOIN customers c
      ON c.merchant_id = a.merchant_id AND c.id = a.customer_id AND c.merged_into IS NULL
  UNION ALL
    SELECT c.merchant_id, a.customer_id, c.id, a.time_zone, a.since
    FROM asked a
    JOIN customers c ON c.merchant_id = a.merchant_id AND c.merged_into = a.customer_id
), after AS MATERIALIZED ({_AFTER}
), before AS MATERIALIZED (
    SELECT g.merchant_id, g.customer_id, g.store_id, g.day, g.previous_day
    FROM asked a
    JOIN guest_days g
      ON g.merchant_id = a.merchant_id AND g.customer_id = a.customer_id AND g.day >= a.since
), fresh AS MATERIALIZED (
    SELECT {_COLUMNS} FROM after
    EXCEPT
    SELECT {_COLUMNS} FROM before
), stale AS MATERIALIZED (
    SELECT {_COLUMNS} FROM before
    EXCEPT
    SELECT {_COLUMNS} FROM after
), gone AS (
    DELETE FROM guest_days g
    USING stale s
    WHERE g.merchant_id = s.merchant_id
      AND g.customer_id = s.customer_id
      AND g.store_id = s.store_id
      AND g.day = s.day
      AND NOT EXISTS (
          SELECT FROM fresh f
          WHERE f.merchant_id = s.merchant_id
            AND f.customer_id = s.customer_id
            AND f.store_id = s.store_id
            AND f.day = s.day
      )
), written AS (
    INSERT INTO guest_days ({_COLUMNS})
    SELECT {_COLUMNS} FROM fresh
    ON CONFLICT (merchant_id, customer_id, store_id, day) DO UPDATE
    SET previous_day = excluded.previous_day
), moves AS (
    SELECT merchant_id, store_id, day, previous_day, 1 AS guests FROM fresh
    UNION ALL
    SELECT merchant_id, store_id, day, previous_day, -1 FROM stale
)
INSERT INTO shop_arrivals AS x (merchant_id, store_id, rounded, day, previous_day, guests)
SELECT a.merchant_id, a.store_id, r.rounded, r.day, r.previous_day, sum(a.guests)
FROM moves a
CROSS JOIN LATERAL (VALUES
    (0, a.day, a.previous_day),{_BY_MONTH}
) AS r (rounded, day, previous_day)
GROUP BY 1, 2, 3, 4, 5
HAVING sum(a.guests) <> 0
ORDER BY 1, 2, 3, 4, 5
ON CONFLICT (merchant_id, store_id, rounded, day, previous_day) DO UPDATE
SET guests = x.guests + excluded.guests
"""  # noqa: S608

REBUILD = (
    "DELETE FROM guest_days WHERE merchant_id = $1",
    "DELETE FROM shop_arrivals WHERE merchant_id = $1",
    f"""
INSERT INTO guest_days ({_COLUMNS})
WITH people AS (
    SELECT c.merchant_id, coalesce(c.merged_into, c.id) AS living_id, c.id AS customer_id,
           m.time_zone, '-infinity'::date AS since
    FROM customers c
    JOIN merchants m ON m.merchant_id = c.merchant_id
    WHERE c.merchant_id = $1
){_AFTER}""",  # noqa: S608
    """
INSERT INTO shop_arrivals (merchant_id, store_id, rounded, day, previous_day, guests)
SELECT merchant_id, store_id, 0, day, previous_day, count(*)
FROM guest_days
WHERE merchant_id = $1
GROUP BY merchant_id, store_id, day, previous_day""",
    f"""
INSERT INTO shop_arrivals (merchant_id, store_id, rounded, day, previous_day, guests)
SELECT a.merchant_id, a.store_id, r.rounded, r.day, r.previous_day, sum(a.guests)
FROM shop_arrivals a
CROSS JOIN LATERAL (VALUES{_BY_MONTH}
) AS r (rounded, day, previous_day)
WHERE a.merchant_id = $1
  AND a.rounded = 0
GROUP BY 1, 2, 3, 4, 5""",  # noqa: S608
)
"""What makes them again of a merchant's visits, statement by statement."""
