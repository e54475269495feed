"""Rewards: the catalogue, and what customers bought of it.

Locks: creates only; nothing existing is touched. Way back: drop what is created here.
"""

from loyalnest.kernel import tenancy

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

TABLES = """
CREATE TABLE rewards (
    merchant_id uuid NOT NULL REFERENCES merchants,
    id          uuid NOT NULL,
    state       text NOT NULL CHECK (state IN ('draft', 'active', 'paused', 'archived')),
    version     integer NOT NULL CHECK (version > 0),
    position    integer NOT NULL,
    stock       integer CHECK (stock >= 0),
    taken       integer NOT NULL DEFAULT 0 CHECK (taken >= 0),
    created_at  timestamptz NOT NULL,
    created_by  text NOT NULL,
    updated_at  timestamptz NOT NULL,
    PRIMARY KEY (merchant_id, id),
    CHECK (stock IS NULL OR taken <= stock)
);
CREATE TABLE reward_versions (
    merchant_id    uuid NOT NULL,
    reward_id      uuid NOT NULL,
    version        integer NOT NULL CHECK (version > 0),
    effective_from timestamptz NOT NULL,
    terms          jsonb NOT NULL,
    created_at     timestamptz NOT NULL,
    created_by     text NOT NULL,
    PRIMARY KEY (merchant_id, reward_id, version),
    FOREIGN KEY (merchant_id, reward_id) REFERENCES rewards
);
CREATE TABLE redemptions (
    merchant_id    uuid NOT NULL,
    id             uuid NOT NULL,
    reward_id      uuid NOT NULL,
    reward_version integer NOT NULL,
    customer_id    uuid NOT NULL,
    entry_id       uuid NOT NULL,
    cost           bigint NOT NULL CHECK (cost > 0),
    state          text NOT NULL CHECK (state IN ('issued', 'used', 'expired', 'cancelled')),
    code_sealed    bytea NOT NULL,
    code_hash      bytea NOT NULL,
    key_id         smallint NOT NULL,
    value          jsonb NOT NULL,
    issuer         text NOT NULL,
    issued_at      timestamptz NOT NULL,
    expires_at     timestamptz,
    settled_at     timestamptz,
    order_id       uuid,
    PRIMARY KEY (merchant_id, id),
    UNIQUE (merchant_id, code_hash),
    FOREIGN KEY (merchant_id, reward_id, reward_version) REFERENCES reward_versions,
    FOREIGN KEY (merchant_id, customer_id) REFERENCES customers,
    FOREIGN KEY (merchant_id, entry_id) REFERENCES entries,
    FOREIGN KEY (merchant_id, order_id) REFERENCES orders
) PARTITION BY HASH (merchant_id);
CREATE INDEX redemptions_customer ON redemptions (merchant_id, customer_id, id);
CREATE INDEX redemptions_reward ON redemptions (merchant_id, reward_id, id);
CREATE INDEX redemptions_entry ON redemptions (merchant_id, entry_id);
CREATE INDEX redemptions_order ON redemptions (merchant_id, order_id) WHERE order_id IS NOT NULL;
CREATE INDEX redemptions_lapsing ON redemptions (merchant_id, expires_at) WHERE state = 'issued';
CREATE TABLE redemption_moves (
    merchant_id   uuid NOT NULL,
    id            uuid NOT NULL,
    redemption_id uuid NOT NULL,
    from_state    text,
    to_state      text NOT NULL,
    actor         text NOT NULL,
    reason        text,
    occurred_at   timestamptz NOT NULL,
    recorded_at   timestamptz NOT NULL,
    PRIMARY KEY (merchant_id, id),
    FOREIGN KEY (merchant_id, redemption_id) REFERENCES redemptions
) PARTITION BY HASH (merchant_id);
CREATE INDEX redemption_moves_redemption ON redemption_moves (merchant_id, redemption_id, id);
"""

PARTITIONED = ["redemptions", "redemption_moves"]
TENANT_TABLES = ["rewards", "reward_versions", "redemptions", "redemption_moves"]
APPEND_ONLY = ["reward_versions", "redemption_moves"]


def upgrade() -> None:
    tenancy.create(TABLES, tables=TENANT_TABLES, partitioned=PARTITIONED, append_only=APPEND_ONLY)
