"""Segments: each customer's recency, frequency and money, and the segment they make.

Locks: creates only; nothing existing is touched. Way back: drop what is created here.
"""

from loyalnest.kernel import tenancy

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

TABLES = """
CREATE TABLE rfm_scores (
    merchant_id    uuid NOT NULL,
    customer_id    uuid NOT NULL,
    orders         integer NOT NULL,
    spend          numeric NOT NULL,
    first_order_at timestamptz NOT NULL,
    last_order_at  timestamptz NOT NULL,
    rhythm_days    numeric,
    recency        smallint NOT NULL CHECK (recency BETWEEN 1 AND 5),
    frequency      smallint NOT NULL CHECK (frequency BETWEEN 1 AND 5),
    money          smallint NOT NULL CHECK (money BETWEEN 1 AND 5),
    segment        text NOT NULL,
    entered_at     timestamptz NOT NULL,
    scored_at      timestamptz NOT NULL,
    PRIMARY KEY (merchant_id, customer_id),
    FOREIGN KEY (merchant_id, customer_id) REFERENCES customers
) PARTITION BY HASH (merchant_id);
CREATE INDEX rfm_scores_segment ON rfm_scores (merchant_id, segment, customer_id);
CREATE TABLE segment_runs (
    merchant_id   uuid NOT NULL REFERENCES merchants,
    run_on        date NOT NULL,
    average_order numeric NOT NULL,
    scored        integer NOT NULL,
    ran_at        timestamptz NOT NULL,
    PRIMARY KEY (merchant_id, run_on)
);
"""

PARTITIONED = ["rfm_scores"]
TENANT_TABLES = ["rfm_scores", "segment_runs"]


def upgrade() -> None:
    tenancy.create(TABLES, tables=TENANT_TABLES, partitioned=PARTITIONED)
