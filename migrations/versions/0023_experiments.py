"""Experiments, the visitors that met them, and how often what is on a shop's pages was used.

Locks: creates only; nothing existing is touched. Way back: drop what is created here.
"""

from loyalnest.kernel import tenancy

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

TABLES = """
CREATE TABLE experiments (
    merchant_id uuid NOT NULL REFERENCES merchants,
    id          uuid NOT NULL,
    version     integer NOT NULL CHECK (version > 0),
    state       text NOT NULL CHECK (state IN ('draft', 'running', 'ended')),
    subject     text NOT NULL,
    goal        text NOT NULL,
    within_days integer NOT NULL CHECK (within_days BETWEEN 1 AND 30),
    design      jsonb NOT NULL,
    needed      jsonb NOT NULL,
    created_at  timestamptz NOT NULL,
    created_by  text NOT NULL,
    started_at  timestamptz,
    started_by  text,
    ended_at    timestamptz,
    ended_by    text,
    PRIMARY KEY (merchant_id, id),
    CHECK ((state = 'draft') = (started_at IS NULL)),
    CHECK ((state = 'ended') = (ended_at IS NOT NULL))
);
CREATE UNIQUE INDEX experiments_running ON experiments (merchant_id, subject)
    WHERE state = 'running';
CREATE TABLE experiment_exposures (
    merchant_id   uuid NOT NULL,
    experiment_id uuid NOT NULL,
    visitor       bytea NOT NULL CHECK (length(visitor) = 16),
    variant       text NOT NULL,
    met_at        timestamptz NOT NULL,
    reached_at    timestamptz,
    customer_id   uuid,
    PRIMARY KEY (merchant_id, experiment_id, visitor),
    FOREIGN KEY (merchant_id, experiment_id) REFERENCES experiments,
    FOREIGN KEY (merchant_id, customer_id) REFERENCES customers
) PARTITION BY HASH (merchant_id);
CREATE INDEX experiment_exposures_order
    ON experiment_exposures (merchant_id, experiment_id, variant, met_at, visitor);
CREATE INDEX experiment_exposures_customer ON experiment_exposures (merchant_id, customer_id)
    WHERE customer_id IS NOT NULL;
CREATE TABLE experiment_tallies (
    merchant_id   uuid NOT NULL,
    experiment_id uuid NOT NULL,
    variant       text NOT NULL,
    visitors      bigint NOT NULL,
    counted       bigint NOT NULL,
    reached       bigint NOT NULL,
    PRIMARY KEY (merchant_id, experiment_id, variant),
    FOREIGN KEY (merchant_id, experiment_id) REFERENCES experiments
);
CREATE TABLE usage_days (
    merchant_id uuid NOT NULL REFERENCES merchants,
    day         date NOT NULL,
    element     text NOT NULL,
    action      text NOT NULL CHECK (action IN ('view', 'click', 'dismiss', 'goal')),
    times       bigint NOT NULL CHECK (times > 0),
    PRIMARY KEY (merchant_id, day, element, action)
) PARTITION BY HASH (merchant_id);
CREATE TABLE usage_batches (
    merchant_id uuid NOT NULL REFERENCES merchants,
    digest      bytea NOT NULL CHECK (length(digest) = 16),
    counted_at  timestamptz NOT NULL,
    PRIMARY KEY (merchant_id, digest)
) PARTITION BY HASH (merchant_id);
"""

PARTITIONED = ["experiment_exposures", "usage_days", "usage_batches"]
TENANT_TABLES = ["experiments", "experiment_tallies", *PARTITIONED]


def upgrade() -> None:
    tenancy.create(TABLES, tables=TENANT_TABLES, partitioned=PARTITIONED)
