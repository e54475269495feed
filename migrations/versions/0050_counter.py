"""The counter: what codes are made with, devices, clerks, what devices wished, and what is odd.

Locks: creates only; nothing existing is touched. Way back: drop what is created here; without
`card_secrets` every code that was handed out is worth nothing.
"""

from loyalnest.kernel import tenancy

revision = "0050"
down_revision = "0049"
branch_labels = None
depends_on = None

TABLES = """
CREATE TABLE card_secrets (
    merchant_id   uuid NOT NULL REFERENCES merchants,
    secret_sealed bytea NOT NULL,
    PRIMARY KEY (merchant_id)
);
CREATE TABLE counter_policies (
    merchant_id    uuid NOT NULL REFERENCES merchants,
    offline_hours  integer NOT NULL CHECK (offline_hours BETWEEN 0 AND 720),
    offline_stamps integer NOT NULL CHECK (offline_stamps BETWEEN 1 AND 100),
    changed_at     timestamptz NOT NULL,
    changed_by     text NOT NULL,
    PRIMARY KEY (merchant_id)
);
CREATE TABLE counter_places (
    merchant_id uuid NOT NULL,
    store_id    uuid NOT NULL,
    hours       jsonb,
    latitude    double precision CHECK (latitude BETWEEN -90 AND 90),
    longitude   double precision CHECK (longitude BETWEEN -180 AND 180),
    changed_at  timestamptz NOT NULL,
    changed_by  text NOT NULL,
    PRIMARY KEY (merchant_id, store_id),
    FOREIGN KEY (merchant_id, store_id) REFERENCES stores,
    CHECK ((latitude IS NULL) = (longitude IS NULL))
);
CREATE TABLE stampers (
    merchant_id        uuid NOT NULL REFERENCES merchants,
    id                 uuid NOT NULL,
    name               text NOT NULL,
    store_id           uuid,
    public_keys        bytea[] NOT NULL,
    token_hash         bytea,
    device             text,
    pairing_hash       bytea,
    pairing_expires_at timestamptz,
    created_at         timestamptz NOT NULL,
    created_by         text NOT NULL,
    paired_at          timestamptz,
    last_seen_at       timestamptz,
    revoked_at         timestamptz,
    revoked_by         text,
    lost_at            timestamptz,
    PRIMARY KEY (merchant_id, id),
    FOREIGN KEY (merchant_id, store_id) REFERENCES stores
);
COMMENT ON COLUMN stampers.public_keys IS 'one for each pairing, the latest last';
CREATE TABLE clerks (
    merchant_id  uuid NOT NULL REFERENCES merchants,
    id           uuid NOT NULL,
    name_sealed  bytea NOT NULL,
    pin_sealed   bytea NOT NULL,
    suspended_at timestamptz,
    wrong_pins   integer NOT NULL DEFAULT 0 CHECK (wrong_pins >= 0),
    locked_until timestamptz,
    created_at   timestamptz NOT NULL,
    created_by   text NOT NULL,
    PRIMARY KEY (merchant_id, id)
);
CREATE TABLE intents (
    merchant_id uuid NOT NULL,
    stamper_id  uuid NOT NULL,
    pairing     integer NOT NULL CHECK (pairing > 0),
    counter     bigint NOT NULL CHECK (counter > 0),
    id          uuid NOT NULL,
    digest      bytea NOT NULL,
    kind        text NOT NULL CHECK (kind IN ('stamp', 'use', 'undo')),
    card_id     uuid,
    clerk_id    uuid,
    store_id    uuid,
    undoes      bigint,
    code_step   bigint,
    count       integer,
    offline     boolean NOT NULL,
    happened_at timestamptz NOT NULL,
    received_at timestamptz NOT NULL,
    outcome     text NOT NULL CHECK (outcome IN ('done', 'held', 'refused')),
    code        text,
    detail      text,
    flags       text[] NOT NULL,
    wish        jsonb,
    stamp_id    uuid,
    reward_id   uuid,
    decided_at  timestamptz,
    decided_by  text,
    PRIMARY KEY (merchant_id, stamper_id, pairing, counter),
    UNIQUE (merchant_id, id),
    FOREIGN KEY (merchant_id, stamper_id) REFERENCES stampers,
    FOREIGN KEY (merchant_id, card_id) REFERENCES cards,
    CHECK ((wish IS NULL) = (outcome <> 'held'))
) PARTITION BY HASH (merchant_id);
COMMENT ON COLUMN intents.wish IS 'what a held one asks for; gone once it is decided';
CREATE INDEX intents_held ON intents (merchant_id, id) WHERE outcome = 'held';
CREATE INDEX intents_card ON intents (merchant_id, card_id, happened_at);
CREATE INDEX intents_clerk ON intents (merchant_id, clerk_id, happened_at);
CREATE INDEX intents_stamper ON intents (merchant_id, stamper_id, happened_at);
CREATE INDEX intents_undoes ON intents (merchant_id, stamper_id, pairing, undoes)
    WHERE undoes IS NOT NULL;
CREATE UNIQUE INDEX intents_step ON intents (merchant_id, card_id, code_step)
    WHERE code_step IS NOT NULL AND outcome = 'done' AND kind = 'stamp';
CREATE TABLE counter_alerts (
    merchant_id uuid NOT NULL REFERENCES merchants,
    id          uuid NOT NULL,
    kind        text NOT NULL,
    subject     text NOT NULL,
    day         date NOT NULL,
    card_id     uuid,
    clerk_id    uuid,
    stamper_id  uuid,
    count       integer NOT NULL CHECK (count > 0),
    first_at    timestamptz NOT NULL,
    last_at     timestamptz NOT NULL,
    found_at    timestamptz NOT NULL,
    seen_at     timestamptz,
    seen_by     text,
    PRIMARY KEY (merchant_id, id),
    UNIQUE (merchant_id, kind, subject, day)
);
CREATE INDEX counter_alerts_open ON counter_alerts (merchant_id, id) WHERE seen_at IS NULL;
"""


def upgrade() -> None:
    tenancy.create(
        TABLES,
        tables=[
            "card_secrets",
            "counter_policies",
            "counter_places",
            "stampers",
            "clerks",
            "intents",
            "counter_alerts",
        ],
        partitioned=["intents"],
    )
