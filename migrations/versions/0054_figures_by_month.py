"""A shop's figures are added up by the month, too, and of all its stores together, so that a long
range is few rows.

Locks: `shop_figures` and `shop_arrivals` exclusively, in the order in which the worker takes them,
while they are written anew, some seconds for a million visits; the worker waits, the counter
doesn't. Way back: create both tables as they were (0052); `loyalnest insights rebuild` of the
program as it was fills them.
"""

from loyalnest.kernel import tenancy

revision = "0054"
down_revision = "0053"
branch_labels = None
depends_on = None

_TABLES = """
ALTER TABLE shop_figures RENAME TO shop_figures_before;
ALTER INDEX shop_figures_pkey RENAME TO shop_figures_before_pkey;
ALTER TABLE shop_arrivals RENAME TO shop_arrivals_before;
ALTER INDEX shop_arrivals_pkey RENAME TO shop_arrivals_before_pkey;
CREATE TABLE shop_arrivals (
    merchant_id  uuid NOT NULL,
    store_id     uuid NOT NULL,
    rounded      smallint NOT NULL CHECK (rounded BETWEEN 0 AND 3),
    day          date NOT NULL,
    previous_day date NOT NULL,
    guests       integer NOT NULL,
    PRIMARY KEY (merchant_id, store_id, rounded, day, previous_day)
);
COMMENT ON COLUMN shop_arrivals.rounded IS
    'which days stand for their month: 1 the day, 2 the previous one, 3 both, 0 none';
CREATE TABLE shop_figures (
    merchant_id uuid NOT NULL,
    store_id    uuid NOT NULL,
    grain       smallint NOT NULL CHECK (grain BETWEEN 0 AND 2),
    day         date NOT NULL,
    kind        text NOT NULL CHECK (kind IN ('visit', 'stamping', 'card', 'earned', 'used')),
    weekday     smallint NOT NULL,
    hour        smallint NOT NULL,
    clerk       text NOT NULL,
    happened    integer NOT NULL,
    stamps      integer NOT NULL,
    undone      integer NOT NULL,
    cost        numeric(16, 3) NOT NULL,
    PRIMARY KEY (merchant_id, store_id, grain, day, kind, weekday, hour, clerk)
);
COMMENT ON COLUMN shop_figures.grain IS
    '0: of a day by hour and clerk; 1: of a day; 2: of a month by weekday, hour and clerk';
"""
# The owner of a table sees its rows only while policies aren't forced on it.
_FILL = """
ALTER TABLE shop_arrivals_before NO FORCE ROW LEVEL SECURITY;
ALTER TABLE shop_figures_before NO FORCE ROW LEVEL SECURITY;
ALTER TABLE shop_arrivals NO FORCE ROW LEVEL SECURITY;
ALTER TABLE shop_figures NO FORCE ROW LEVEL SECURITY;
INSERT INTO shop_arrivals (merchant_id, store_id, rounded, day, previous_day, guests)
SELECT a.merchant_id, a.store_id, r.rounded, r.day, r.previous_day, sum(a.guests)
FROM shop_arrivals_before a
CROSS JOIN LATERAL (
    SELECT date_trunc('month', a.day::timestamp)::date AS day,
           date_trunc('month', a.previous_day::timestamp)::date AS previous_day
) AS month
CROSS JOIN LATERAL (VALUES
    (0, a.day, a.previous_day),
    (1, month.day, a.previous_day),
    (2, a.day, month.previous_day),
    (3, month.day, month.previous_day)
) AS r (rounded, day, previous_day)
WHERE a.guests <> 0
GROUP BY 1, 2, 3, 4, 5;
INSERT INTO shop_figures (merchant_id, store_id, grain, day, kind, weekday, hour, clerk,
    happened, stamps, undone, cost)
SELECT a.merchant_id, s.store_id, g.grain, g.day, a.kind, g.weekday, g.hour, g.clerk,
       sum(a.happened), sum(a.stamps), sum(a.undone), sum(a.cost)
FROM shop_figures_before a
CROSS JOIN LATERAL (
    SELECT '00000000-0000-0000-0000-000000000000'::uuid AS store_id UNION SELECT a.store_id
) AS s
CROSS JOIN LATERAL (
    SELECT CASE WHEN a.hour < 0 THEN 0 ELSE extract(isodow FROM a.day) END AS weekday
) AS w
CROSS JOIN LATERAL (VALUES
    (0, a.day, w.weekday, a.hour::int, a.clerk),
    (1, a.day, 0, -1, ''),
    (2, date_trunc('month', a.day::timestamp)::date, w.weekday, a.hour, a.clerk)
) AS g (grain, day, weekday, hour, clerk)
WHERE a.happened <> 0
GROUP BY 1, 2, 3, 4, 5, 6, 7, 8;
ALTER TABLE shop_arrivals FORCE ROW LEVEL SECURITY;
ALTER TABLE shop_figures FORCE ROW LEVEL SECURITY;
DROP TABLE shop_arrivals_before, shop_figures_before;
"""


def upgrade() -> None:
    tenancy.create(_TABLES, tables=["shop_arrivals", "shop_figures"])
    tenancy.run(_FILL)
