"""The statements that score customers: one for a batch, and the same for a whole merchant.

The cases are written out of `rules`, so that the database and the functions can't disagree.
"""

from loyalnest.segments import rules

# Who is asked about ($1, $2), and who of them is to be scored: living customers, with everybody who
# was merged into them. Whoever was merged away keeps no score.
_SOME = """
asked AS (
    SELECT merchant_id, customer_id
    FROM unnest($1::uuid[], $2::uuid[]) AS k (merchant_id, customer_id)
), who AS (
    SELECT k.merchant_id, k.customer_id, c.id AS came_as
    FROM asked k
    JOIN customers l
      ON l.merchant_id = k.merchant_id AND l.id = k.customer_id AND l.merged_into IS NULL
    JOIN customers c
      ON c.merchant_id = k.merchant_id
     AND (c.id = k.customer_id OR c.merged_into = k.customer_id)
)"""
_EVERYBODY = """
asked AS (
    SELECT merchant_id, id AS customer_id
    FROM customers
    WHERE merchant_id = ANY($1::uuid[]) AND $2::uuid[] IS NULL
), who AS (
    SELECT c.merchant_id, coalesce(c.merged_into, c.id) AS customer_id, c.id AS came_as
    FROM customers c
    WHERE c.merchant_id = ANY($1::uuid[])
)"""

_RECENCY = " ".join(f"WHEN days <= {limit} THEN {score}" for limit, score in rules.RECENCY_DAYS)
_FREQUENCY = " ".join(
    f"WHEN orders <= {limit} THEN {score}" for limit, score in rules.FREQUENCY_ORDERS
)
_MONEY = " ".join(
    [
        *(f"WHEN multiple < {limit} THEN {score}" for limit, score in rules.MONEY_BELOW),
        f"WHEN multiple <= {rules.MONEY_UP_TO[0]} THEN {rules.MONEY_UP_TO[1]}",
    ]
)


# Score those asked about as of now ($3), by average orders ($4, $5: merchant, amount), with the
# segments' names ($6). Answers every change: merchant, customer, segment before, segment now;
# either may be null.
_SCORE = f"""
WITH {{who}}, bought AS (
    SELECT w.merchant_id, w.customer_id, o.placed_at,
           CASE WHEN o.currency = m.currency THEN o.kept ELSE 0 END AS kept,
           extract(epoch FROM o.placed_at - lag(o.placed_at) OVER (
               PARTITION BY w.merchant_id, w.customer_id ORDER BY o.placed_at)) / 86400 AS gap
    FROM who w
    JOIN merchants m ON m.merchant_id = w.merchant_id
    JOIN orders o ON o.merchant_id = w.merchant_id AND o.customer_id = w.came_as
    WHERE o.placed_at IS NOT NULL AND o.kept > 0
), sums AS (
    SELECT b.merchant_id, b.customer_id, count(*) AS orders, sum(b.kept) AS spend,
           min(b.placed_at) AS first_at, max(b.placed_at) AS last_at,
           round((percentile_cont(0.5) WITHIN GROUP (ORDER BY b.gap))::numeric, 3) AS rhythm
    FROM bought b
    GROUP BY b.merchant_id, b.customer_id
), measured AS (
    SELECT s.*, greatest(0, ($3::timestamptz AT TIME ZONE m.time_zone)::date
                            - (s.last_at AT TIME ZONE m.time_zone)::date) AS days,
           s.spend / a.amount AS multiple
    FROM sums s
    JOIN merchants m ON m.merchant_id = s.merchant_id
    JOIN unnest($4::uuid[], $5::numeric[]) AS a (merchant_id, amount)
      ON a.merchant_id = s.merchant_id
), scored AS (
    SELECT *, CASE {_RECENCY} ELSE 1 END AS r, CASE {_FREQUENCY} ELSE 5 END AS f,
           CASE {_MONEY} ELSE 5 END AS m
    FROM measured
), named AS (
    SELECT *, ($6::text[])[(r - 1) * 25 + (f - 1) * 5 + m] AS segment FROM scored
), before AS (
    SELECT x.merchant_id, x.customer_id, x.segment
    FROM rfm_scores x
    JOIN asked k ON k.merchant_id = x.merchant_id AND k.customer_id = x.customer_id
    FOR UPDATE OF x
), gone AS (
    DELETE FROM rfm_scores x
    USING before b
    WHERE x.merchant_id = b.merchant_id AND x.customer_id = b.customer_id
      AND NOT EXISTS (SELECT FROM named n
                      WHERE n.merchant_id = b.merchant_id AND n.customer_id = b.customer_id)
), written AS (
    INSERT INTO rfm_scores AS x (merchant_id, customer_id, orders, spend, first_order_at,
        last_order_at, rhythm_days, recency, frequency, money, segment, entered_at, scored_at)
    SELECT merchant_id, customer_id, orders, spend, first_at, last_at, rhythm, r, f, m, segment,
           $3, $3
    FROM named
    ON CONFLICT (merchant_id, customer_id) DO UPDATE
    SET orders = excluded.orders, spend = excluded.spend,
        first_order_at = excluded.first_order_at, last_order_at = excluded.last_order_at,
        rhythm_days = excluded.rhythm_days, recency = excluded.recency,
        frequency = excluded.frequency, money = excluded.money, segment = excluded.segment,
        entered_at = CASE WHEN x.segment = excluded.segment THEN x.entered_at
                          ELSE excluded.entered_at END,
        scored_at = excluded.scored_at
)
SELECT coalesce(n.merchant_id, b.merchant_id), coalesce(n.customer_id, b.customer_id),
       b.segment, n.segment
FROM named n
FULL JOIN before b ON b.merchant_id = n.merchant_id AND b.customer_id = n.customer_id
WHERE n.segment IS DISTINCT FROM b.segment
"""  # noqa: S608
SCORE_SOME = _SCORE.format(who=_SOME)
SCORE_EVERYBODY = _SCORE.format(who=_EVERYBODY)

AVERAGE = """
SELECT m.merchant_id, coalesce(avg(o.kept), 0)
FROM merchants m
LEFT JOIN orders o
  ON o.merchant_id = m.merchant_id AND o.currency = m.currency AND o.kept > 0
WHERE m.merchant_id = ANY($1::uuid[])
GROUP BY m.merchant_id
"""
LATEST_AVERAGE = """
SELECT DISTINCT ON (r.merchant_id) r.merchant_id, r.average_order
FROM segment_runs r
WHERE r.merchant_id = ANY($1::uuid[])
ORDER BY r.merchant_id, r.run_on DESC
"""
