"""The statements that score customers: one for a batch, and the same for a whole merchant.

The cases are written out of `rules`, so that the database and the functions can't disagree.
"""

from loyalnest import consents, orders
from loyalnest.segments import rules

_REFUSED = consents.refused(
    consents.Purpose.RFM_TRACKING,
    merchant="c.merchant_id",
    customer="coalesce(c.merged_into, c.id)",
)
# Who is asked about, each with the average order ($1, $2, $3), and who of them is to be scored:
# living customers, with everybody who was merged into them. Whoever was merged away keeps no score,
# nor does whoever refuses to be scored.
_SOME = f"""
asked AS (
    SELECT merchant_id, customer_id, average
    FROM unnest($1::uuid[], $2::uuid[], $3::numeric[]) AS k (merchant_id, customer_id, average)
), living AS (
    SELECT k.merchant_id, k.customer_id, k.average
    FROM asked k
    JOIN customers c
      ON c.merchant_id = k.merchant_id AND c.id = k.customer_id AND c.merged_into IS NULL
    WHERE NOT {_REFUSED}
), who AS (
    SELECT merchant_id, customer_id, average, customer_id AS came_as FROM living
    UNION ALL
    SELECT l.merchant_id, l.customer_id, l.average, c.id
    FROM living l
    JOIN customers c ON c.merchant_id = l.merchant_id AND c.merged_into = l.customer_id
)"""  # noqa: S608
_EVERYBODY = f"""
asked AS (
    SELECT merchant_id, id AS customer_id
    FROM customers
    WHERE merchant_id = $1 AND $2::uuid IS NULL
), who AS (
    SELECT c.merchant_id, coalesce(c.merged_into, c.id) AS customer_id, $3::numeric AS average,
           c.id AS came_as
    FROM customers c
    WHERE c.merchant_id = $1 AND NOT {_REFUSED}
)"""  # noqa: S608

# Some customers' orders are looked up one customer at a time, whatever the planner believes of
# their number (which `OFFSET 0` keeps from it); everybody's are read as a whole.
_ORDERS_OF_EACH = f"""CROSS JOIN LATERAL (
        SELECT placed_at, currency, kept, rate
        FROM orders o
        WHERE merchant_id = w.merchant_id AND customer_id = w.came_as
          AND placed_at IS NOT NULL AND {orders.COUNTS}
        OFFSET 0
    ) o"""  # noqa: S608
_ORDERS_OF_ALL = f"""JOIN orders o
      ON o.merchant_id = w.merchant_id AND o.customer_id = w.came_as
     AND o.placed_at IS NOT NULL AND {orders.COUNTS}"""

_RECENCY = " ".join(f"WHEN days <= {limit} THEN {score}" for limit, score in rules.RECENCY_DAYS)
_FREQUENCY = " ".join(
    f"WHEN orders <= {limit} THEN {score}" for limit, score in rules.FREQUENCY_ORDERS
)
# Visits of which nobody keyed in what was paid tell of no money: then frequency speaks for it.
_MONEY = " ".join(
    [
        *(
            f"WHEN NOT any_money AND orders <= {limit} THEN {score}"
            for limit, score in rules.FREQUENCY_ORDERS
        ),
        "WHEN NOT any_money THEN 5",
        *(f"WHEN multiple < {limit} THEN {score}" for limit, score in rules.MONEY_BELOW),
        f"WHEN multiple <= {rules.MONEY_UP_TO[0]} THEN {rules.MONEY_UP_TO[1]}",
    ]
)


# Score those asked about as of now ($4), with the segments' names ($5). Answers every change:
# merchant, customer, segment before, segment now; either may be null. What is known of a customer
# is carried along rather than joined again: the planner can't know how many there are, and would
# compare each with each.
_SCORE = f"""
WITH {{who}}, bought AS (
    SELECT w.merchant_id, w.customer_id, w.average, m.time_zone, o.placed_at,
           {orders.OWN_MONEY} AS kept, o.kept > 0 AS with_money,
           extract(epoch FROM o.placed_at - lag(o.placed_at) OVER (
               PARTITION BY w.merchant_id, w.customer_id ORDER BY o.placed_at)) / 86400 AS gap
    FROM who w
    JOIN merchants m ON m.merchant_id = w.merchant_id
    {{orders}}
), sums AS (
    SELECT merchant_id, customer_id, count(*) AS orders, sum(kept) AS spend,
           min(placed_at) AS first_at, max(placed_at) AS last_at,
           round((percentile_cont(0.5) WITHIN GROUP (ORDER BY gap))::numeric, 3) AS rhythm,
           greatest(0, ($4::timestamptz AT TIME ZONE min(time_zone))::date
                       - (max(placed_at) AT TIME ZONE min(time_zone))::date) AS days,
           sum(kept) / min(average) AS multiple, bool_or(with_money) AS any_money
    FROM bought
    GROUP BY merchant_id, customer_id
), scored AS (
    SELECT *, CASE {_RECENCY} ELSE 1 END AS r, CASE {_FREQUENCY} ELSE 5 END AS f,
           CASE {_MONEY} ELSE 5 END AS m
    FROM sums
), named AS (
    SELECT *, ($5::text[])[(r - 1) * 25 + (f - 1) * 5 + m] AS segment FROM scored
), before AS (
    SELECT x.merchant_id, x.customer_id, x.segment
    FROM rfm_scores x
    JOIN asked k ON k.merchant_id = x.merchant_id AND k.customer_id = x.customer_id
    FOR UPDATE OF x
), moves AS (
    SELECT coalesce(n.merchant_id, b.merchant_id) AS merchant_id,
           coalesce(n.customer_id, b.customer_id) AS customer_id,
           b.segment AS was, n.segment AS becomes
    FROM named n
    FULL JOIN before b ON b.merchant_id = n.merchant_id AND b.customer_id = n.customer_id
), gone AS (
    DELETE FROM rfm_scores x
    USING moves m
    WHERE x.merchant_id = m.merchant_id AND x.customer_id = m.customer_id AND m.becomes IS NULL
), written AS (
    INSERT INTO rfm_scores AS x (merchant_id, customer_id, orders, spend, first_order_at,
        last_order_at, rhythm_days, recency, frequency, money, segment, entered_at, scored_at)
    SELECT merchant_id, customer_id, orders, spend, first_at, last_at, rhythm, r, f, m, segment,
           $4, $4
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
SELECT merchant_id, customer_id, was, becomes
FROM moves
WHERE was IS DISTINCT FROM becomes
"""  # noqa: S608
SCORE_SOME = _SCORE.format(who=_SOME, orders=_ORDERS_OF_EACH)
SCORE_EVERYBODY = _SCORE.format(who=_EVERYBODY, orders=_ORDERS_OF_ALL)

AVERAGE = f"""
SELECT m.merchant_id, coalesce(avg({orders.OWN_MONEY}), 0)
FROM merchants m
LEFT JOIN orders o
  ON o.merchant_id = m.merchant_id AND o.kept > 0
 AND (o.currency = m.currency OR o.rate IS NOT NULL)
WHERE m.merchant_id = ANY($1::uuid[])
GROUP BY m.merchant_id
"""  # noqa: S608
# The newest night's, if anybody had bought by then. Before there is one it is the average so far,
# kept as the night before all nights and looked up anew once it is older than $2: it takes all
# orders to tell.
LATEST_AVERAGE = """
SELECT DISTINCT ON (r.merchant_id) r.merchant_id, r.average_order
FROM segment_runs r
WHERE r.merchant_id = ANY($1::uuid[])
  AND r.average_order > 0
  AND (r.run_on > '-infinity' OR r.ran_at > $2)
ORDER BY r.merchant_id, r.run_on DESC
"""
KEEP_AVERAGE = """
INSERT INTO segment_runs (merchant_id, run_on, average_order, scored, ran_at)
SELECT merchant_id, '-infinity', average, 0, $3
FROM unnest($1::uuid[], $2::numeric[]) AS k (merchant_id, average)
ON CONFLICT (merchant_id, run_on) DO UPDATE
SET average_order = excluded.average_order, ran_at = excluded.ran_at
"""
