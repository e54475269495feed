"""The statements that add a shop's facts up, for some of them or for all.

What each fact has put into the figures is kept beside them. So a fact is read again, whatever has
become of it, and the figures move by the difference: once, however often it is told.
"""

from loyalnest.insights.values import EVERYWHERE

KINDS = ("visit", "stamping", "card", "earned", "used")

# Whoever adds a merchant's facts up does so alone: of two, one would add to what the other hadn't
# written yet.
TAKE_TURNS = """
SELECT pg_advisory_xact_lock(hashtextextended('insights ' || merchant_id, 0))
FROM unnest($1::text[]) AS m (merchant_id)
"""

# By the merchant's calendar and clock. New cards and rewards that were earned belong to no store:
# a card is the whole program's.
_SOURCES = {
    "visit": """
    SELECT f.merchant_id, f.id, coalesce(f.store_id, '{nowhere}') AS store_id,
           f.began_at AS at, extract(hour FROM f.began_at AT TIME ZONE m.time_zone)::int AS hour,
           '' AS clerk, 0 AS stamps, 0 AS undone, 0::numeric AS cost
    FROM {asked}
    JOIN visits f ON f.merchant_id = k.merchant_id {same}
    JOIN merchants m ON m.merchant_id = f.merchant_id""",
    "stamping": """
    SELECT f.merchant_id, f.id, coalesce(f.store_id, '{nowhere}') AS store_id,
           f.occurred_at AS at, -1 AS hour,
           coalesce('clk_' || replace(f.clerk_id::text, '-', ''), f.actor) AS clerk,
           CASE WHEN f.undone_at IS NULL THEN f.count ELSE 0 END AS stamps,
           (f.undone_at IS NOT NULL)::int AS undone, 0::numeric AS cost
    FROM {asked}
    JOIN stamps f ON f.merchant_id = k.merchant_id {same}""",
    "card": """
    SELECT f.merchant_id, f.id, '{nowhere}'::uuid AS store_id, f.opened_at AS at, -1 AS hour,
           '' AS clerk, 0 AS stamps, 0 AS undone, 0::numeric AS cost
    FROM {asked}
    JOIN cards f ON f.merchant_id = k.merchant_id {same}""",
    "earned": """
    SELECT f.merchant_id, f.id, '{nowhere}'::uuid AS store_id, f.earned_at AS at, -1 AS hour,
           '' AS clerk, 0 AS stamps, 0 AS undone, 0::numeric AS cost
    FROM {asked}
    JOIN card_rewards f
      ON f.merchant_id = k.merchant_id AND f.state <> 'taken_back' {same}""",
    "used": """
    SELECT f.merchant_id, f.id, coalesce(f.store_id, '{nowhere}') AS store_id,
           f.used_at AS at, -1 AS hour,
           coalesce('clk_' || replace(f.clerk_id::text, '-', ''), f.used_by, '') AS clerk,
           0 AS stamps, 0 AS undone, coalesce(f.cost, 0) AS cost
    FROM {asked}
    JOIN card_rewards f
      ON f.merchant_id = k.merchant_id AND f.state = 'used' AND f.used_at IS NOT NULL {same}""",
}
_SOME = {
    "asked": "(SELECT * FROM asked WHERE kind = '{kind}' OFFSET 0) k",
    "same": "AND f.id = k.id",
}
_ALL = {"asked": "(SELECT $1::uuid AS merchant_id) k", "same": ""}


def _facts(kind: str, of: dict[str, str]) -> str:
    asked = of["asked"].format(kind=kind)
    source = _SOURCES[kind].format(asked=asked, same=of["same"], nowhere=EVERYWHERE)
    return f"""
    SELECT s.merchant_id, '{kind}' AS kind, s.id, s.store_id,
           (s.at AT TIME ZONE z.time_zone)::date AS day, s.hour::smallint AS hour, s.clerk,
           s.stamps, s.undone, s.cost
    FROM ({source}
    ) s
    JOIN merchants z ON z.merchant_id = s.merchant_id"""  # noqa: S608


_KEY = "merchant_id, day, kind, store_id, hour, clerk"
# $1-$3: merchant, kind and id of each fact that something has become of.
COUNT = f"""
WITH asked AS (
    SELECT DISTINCT merchant_id, kind, id
    FROM unnest($1::uuid[], $2::text[], $3::uuid[]) AS k (merchant_id, kind, id)
), facts AS ({" UNION ALL ".join(_facts(kind, _SOME) for kind in KINDS)}
), before AS (
    SELECT c.*
    FROM asked a
    JOIN counted_facts c
      ON c.merchant_id = a.merchant_id AND c.kind = a.kind AND c.id = a.id
), gone AS (
    DELETE FROM counted_facts c
    USING before b
    WHERE c.merchant_id = b.merchant_id AND c.kind = b.kind AND c.id = b.id
      AND NOT EXISTS (SELECT FROM facts f
                      WHERE f.merchant_id = b.merchant_id AND f.kind = b.kind AND f.id = b.id)
), written AS (
    INSERT INTO counted_facts AS c
        (merchant_id, kind, id, store_id, day, hour, clerk, stamps, undone, cost)
    SELECT merchant_id, kind, id, store_id, day, hour, clerk, stamps, undone, cost FROM facts
    ON CONFLICT (merchant_id, kind, id) DO UPDATE
    SET store_id = excluded.store_id, day = excluded.day, hour = excluded.hour,
        clerk = excluded.clerk, stamps = excluded.stamps, undone = excluded.undone,
        cost = excluded.cost
), moves AS (
    SELECT {_KEY}, 1 AS happened, stamps, undone, cost FROM facts
    UNION ALL
    SELECT {_KEY}, -1, -stamps, -undone, -cost FROM before
)
INSERT INTO shop_figures AS x ({_KEY}, happened, stamps, undone, cost)
SELECT {_KEY}, sum(happened), sum(stamps), sum(undone), sum(cost)
FROM moves
GROUP BY {_KEY}
HAVING sum(happened) <> 0 OR sum(stamps) <> 0 OR sum(undone) <> 0 OR sum(cost) <> 0
ORDER BY {_KEY}
ON CONFLICT ({_KEY}) DO UPDATE
SET happened = x.happened + excluded.happened, stamps = x.stamps + excluded.stamps,
    undone = x.undone + excluded.undone, cost = x.cost + excluded.cost
"""  # noqa: S608

_DAYS = f"""
    SELECT DISTINCT p.merchant_id, p.living_id AS customer_id, s.store_id,
           (v.began_at AT TIME ZONE p.time_zone)::date AS day
    FROM people p
    JOIN visits v ON v.merchant_id = p.merchant_id AND v.customer_id = p.customer_id
    CROSS JOIN LATERAL (VALUES ('{EVERYWHERE}'::uuid), (v.store_id)) AS s (store_id)
    WHERE s.store_id IS NOT NULL"""  # noqa: S608
_AFTER = f"""
    SELECT merchant_id, customer_id, store_id, day,
           coalesce(lag(day) OVER (PARTITION BY merchant_id, customer_id, store_id ORDER BY day),
                    '-infinity') AS previous_day
    FROM ({_DAYS}
    ) d"""  # noqa: S608
# $1, $2: merchant and living customer whose visits have changed; those who were merged away have
# none of their own any more.
COUNT_GUESTS = f"""
WITH asked AS (
    SELECT DISTINCT merchant_id, customer_id
    FROM unnest($1::uuid[], $2::uuid[]) AS k (merchant_id, customer_id)
), people AS (
    SELECT c.merchant_id, a.customer_id AS living_id, c.id AS customer_id, m.time_zone
    FROM asked a
    JOIN merchants m ON m.merchant_id = a.merchant_id
    JOIN customers c
      ON c.merchant_id = a.merchant_id
     AND (c.id = a.customer_id AND c.merged_into IS NULL OR c.merged_into = a.customer_id)
), after AS ({_AFTER}
), before AS (
    SELECT g.*
    FROM asked a
    JOIN guest_days g ON g.merchant_id = a.merchant_id AND g.customer_id = a.customer_id
), gone AS (
    DELETE FROM guest_days g
    USING before b
    WHERE g.merchant_id = b.merchant_id AND g.customer_id = b.customer_id
      AND g.store_id = b.store_id AND g.day = b.day
      AND NOT EXISTS (SELECT FROM after a
                      WHERE a.merchant_id = b.merchant_id AND a.customer_id = b.customer_id
                        AND a.store_id = b.store_id AND a.day = b.day)
), written AS (
    INSERT INTO guest_days AS g (merchant_id, customer_id, store_id, day, previous_day)
    SELECT merchant_id, customer_id, store_id, day, previous_day FROM after
    ON CONFLICT (merchant_id, customer_id, store_id, day) DO UPDATE
    SET previous_day = excluded.previous_day
    WHERE g.previous_day <> excluded.previous_day
), moves AS (
    SELECT merchant_id, store_id, day, previous_day, 1 AS guests FROM after
    UNION ALL
    SELECT merchant_id, store_id, day, previous_day, -1 FROM before
)
INSERT INTO shop_arrivals AS x (merchant_id, store_id, day, previous_day, guests)
SELECT merchant_id, store_id, day, previous_day, sum(guests)
FROM moves
GROUP BY merchant_id, store_id, day, previous_day
HAVING sum(guests) <> 0
ORDER BY 1, 2, 3, 4
ON CONFLICT (merchant_id, store_id, day, previous_day) DO UPDATE
SET guests = x.guests + excluded.guests
"""  # noqa: S608

FORGET = tuple(
    f"DELETE FROM {table} WHERE merchant_id = $1"  # noqa: S608
    for table in ("counted_facts", "shop_figures", "guest_days", "shop_arrivals")
)
REBUILD = (
    *(
        f"""
INSERT INTO counted_facts
    (merchant_id, kind, id, store_id, day, hour, clerk, stamps, undone, cost)
SELECT merchant_id, kind, id, store_id, day, hour, clerk, stamps, undone, cost
FROM ({_facts(kind, _ALL)}
) f"""  # noqa: S608
        for kind in KINDS
    ),
    f"""
INSERT INTO shop_figures ({_KEY}, happened, stamps, undone, cost)
SELECT {_KEY}, count(*), sum(stamps), sum(undone), sum(cost)
FROM counted_facts
WHERE merchant_id = $1
GROUP BY {_KEY}""",  # noqa: S608
    f"""
INSERT INTO guest_days (merchant_id, customer_id, store_id, day, previous_day)
WITH people AS (
    SELECT c.merchant_id, coalesce(c.merged_into, c.id) AS living_id, c.id AS customer_id,
           m.time_zone
    FROM customers c
    JOIN merchants m ON m.merchant_id = c.merchant_id
    WHERE c.merchant_id = $1
){_AFTER}""",  # noqa: S608
    """
INSERT INTO shop_arrivals (merchant_id, store_id, day, previous_day, guests)
SELECT merchant_id, store_id, day, previous_day, count(*)
FROM guest_days
WHERE merchant_id = $1
GROUP BY merchant_id, store_id, day, previous_day""",
)
"""What makes a merchant's figures again, statement by statement."""
