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
_LINE = "merchant_id, store_id, grain, day, kind, weekday, hour, clerk"
_SUMS = "sum(a.happened), sum(a.stamps), sum(a.undone), sum(a.cost)"
# Each figure stands for its store and for all of them; by what a day's hours and clerks were, as a
# day, and by what a month's hours of the week and clerks were.
_EACH = f"""
CROSS JOIN LATERAL (
    SELECT '{EVERYWHERE}'::uuid AS store_id UNION SELECT a.store_id
) AS s
CROSS JOIN LATERAL (
    SELECT CASE WHEN a.hour < 0 THEN 0 ELSE extract(isodow FROM a.day) END AS weekday
) AS w
CROSS JOIN LATERAL (VALUES
    (0, a.day, w.weekday, a.hour::int, a.clerk),
    (1, a.day, 0, -1, ''),
    (2, date_trunc('month', a.day::timestamp)::date, w.weekday, a.hour, a.clerk)
) AS g (grain, day, weekday, hour, clerk)"""  # noqa: S608
_COLUMNS = f"{_KEY}, id, stamps, undone, cost"
# $1-$3: merchant, kind and id of each fact that something has become of.
COUNT = f"""
WITH asked AS (
    SELECT DISTINCT merchant_id, kind, id
    FROM unnest($1::uuid[], $2::text[], $3::uuid[]) AS k (merchant_id, kind, id)
), after AS MATERIALIZED ({" UNION ALL ".join(_facts(kind, _SOME) for kind in KINDS)}
), before AS MATERIALIZED (
    SELECT c.*
    FROM asked a
    JOIN counted_facts c
      ON c.merchant_id = a.merchant_id AND c.kind = a.kind AND c.id = a.id
), fresh AS MATERIALIZED (
    SELECT {_COLUMNS} FROM after
    EXCEPT
    SELECT {_COLUMNS} FROM before
), stale AS MATERIALIZED (
    SELECT {_COLUMNS} FROM before
    EXCEPT
    SELECT {_COLUMNS} FROM after
), gone AS (
    DELETE FROM counted_facts c
    USING stale s
    WHERE c.merchant_id = s.merchant_id
      AND c.kind = s.kind
      AND c.id = s.id
      AND NOT EXISTS (
          SELECT FROM fresh f
          WHERE f.merchant_id = s.merchant_id AND f.kind = s.kind AND f.id = s.id
      )
), written AS (
    INSERT INTO counted_facts ({_COLUMNS})
    SELECT {_COLUMNS} FROM fresh
    ON CONFLICT (merchant_id, kind, id) DO UPDATE
    SET store_id = excluded.store_id, day = excluded.day, hour = excluded.hour,
        clerk = excluded.clerk, stamps = excluded.stamps, undone = excluded.undone,
        cost = excluded.cost
), moves AS (
    SELECT {_KEY}, 1 AS happened, stamps, undone, cost FROM fresh
    UNION ALL
    SELECT {_KEY}, -1, -stamps, -undone, -cost FROM stale
)
INSERT INTO shop_figures AS x ({_LINE}, happened, stamps, undone, cost)
SELECT a.merchant_id, s.store_id, g.grain, g.day, a.kind, g.weekday, g.hour, g.clerk, {_SUMS}
FROM moves a{_EACH}
GROUP BY 1, 2, 3, 4, 5, 6, 7, 8
HAVING sum(a.happened) <> 0 OR sum(a.stamps) <> 0 OR sum(a.undone) <> 0 OR sum(a.cost) <> 0
ORDER BY 1, 2, 3, 4, 5, 6, 7, 8
ON CONFLICT ({_LINE}) DO UPDATE
SET happened = x.happened + excluded.happened, stamps = x.stamps + excluded.stamps,
    undone = x.undone + excluded.undone, cost = x.cost + excluded.cost
"""  # noqa: S608

REBUILD = (
    "DELETE FROM counted_facts WHERE merchant_id = $1",
    "DELETE FROM shop_figures WHERE merchant_id = $1",
    *(
        f"""
INSERT INTO counted_facts ({_COLUMNS})
SELECT {_COLUMNS}
FROM ({_facts(kind, _ALL)}
) f"""  # noqa: S608
        for kind in KINDS
    ),
    f"""
INSERT INTO shop_figures ({_LINE}, happened, stamps, undone, cost)
SELECT a.merchant_id, s.store_id, g.grain, g.day, a.kind, g.weekday, g.hour, g.clerk, {_SUMS}
FROM (
    SELECT {_KEY}, count(*) AS happened, sum(stamps) AS stamps, sum(undone) AS undone,
           sum(cost) AS cost
    FROM counted_facts
    WHERE merchant_id = $1
    GROUP BY {_KEY}
) a{_EACH}
GROUP BY 1, 2, 3, 4, 5, 6, 7, 8""",  # noqa: S608
)
"""What makes a merchant's figures again, statement by statement."""
