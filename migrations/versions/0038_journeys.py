"""Journeys, their versions, and who is under way in them.

Locks: creates only; nothing existing is touched. Way back: drop what is created here.
"""

from loyalnest.kernel import tenancy

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None

TABLES = """
CREATE TABLE journeys (
    merchant_id uuid NOT NULL REFERENCES merchants,
    id          uuid NOT NULL,
    version     integer NOT NULL CHECK (version > 0),
    state       text NOT NULL CHECK (state IN ('draft', 'active', 'paused', 'ended')),
    trigger     text NOT NULL,
    paused_for  text,
    created_at  timestamptz NOT NULL,
    created_by  text NOT NULL,
    updated_at  timestamptz NOT NULL,
    started_at  timestamptz,
    PRIMARY KEY (merchant_id, id),
    CHECK ((state = 'draft') = (started_at IS NULL))
);
CREATE INDEX journeys_active ON journeys (merchant_id, trigger) WHERE state = 'active';
CREATE TABLE journey_versions (
    merchant_id uuid NOT NULL,
    journey_id  uuid NOT NULL,
    version     integer NOT NULL CHECK (version > 0),
    plan        jsonb NOT NULL,
    created_at  timestamptz NOT NULL,
    created_by  text NOT NULL,
    PRIMARY KEY (merchant_id, journey_id, version),
    FOREIGN KEY (merchant_id, journey_id) REFERENCES journeys
);
CREATE TABLE enrolments (
    merchant_id uuid NOT NULL,
    id          uuid NOT NULL,
    journey_id  uuid NOT NULL,
    version     integer NOT NULL,
    customer_id uuid NOT NULL,
    occurrence  text NOT NULL,
    facts       jsonb NOT NULL,
    held_out    boolean NOT NULL,
    step        smallint NOT NULL CHECK (step >= 0),
    entered_at  timestamptz NOT NULL,
    due_at      timestamptz,
    ended_at    timestamptz,
    ended_why   text,
    redeemed_at timestamptz,
    PRIMARY KEY (merchant_id, id),
    FOREIGN KEY (merchant_id, journey_id, version) REFERENCES journey_versions,
    FOREIGN KEY (merchant_id, customer_id) REFERENCES customers,
    CHECK ((ended_at IS NULL) = (ended_why IS NULL)),
    CHECK (due_at IS NULL OR (ended_at IS NULL AND NOT held_out))
) PARTITION BY HASH (merchant_id);
CREATE UNIQUE INDEX enrolments_once
    ON enrolments (merchant_id, journey_id, customer_id, occurrence);
CREATE INDEX enrolments_of_journey ON enrolments (merchant_id, journey_id, id);
CREATE INDEX enrolments_due ON enrolments (merchant_id, journey_id, due_at)
    WHERE due_at IS NOT NULL;
CREATE INDEX enrolments_of_customer ON enrolments (merchant_id, customer_id);
"""

PARTITIONED = ["enrolments"]
TENANT_TABLES = ["journeys", "journey_versions", "enrolments"]
APPEND_ONLY = ["journey_versions"]


def upgrade() -> None:
    tenancy.create(TABLES, tables=TENANT_TABLES, partitioned=PARTITIONED, append_only=APPEND_ONLY)
