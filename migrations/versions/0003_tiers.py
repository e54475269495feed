"""Tiers: the ladder a merchant sets up, where each customer stands on it, and every move.

Locks: creates only; nothing existing is touched. Way back: drop what is created here.
"""

from loyalnest.kernel import tenancy

revision = "0003"
down_revision = "0002b"
branch_labels = None
depends_on = None

TABLES = """
CREATE TABLE tier_ladders (
    merchant_id    uuid NOT NULL REFERENCES merchants,
    version        integer NOT NULL CHECK (version > 0),
    effective_from timestamptz NOT NULL,
    ladder         jsonb NOT NULL,
    created_at     timestamptz NOT NULL,
    created_by     text NOT NULL,
    PRIMARY KEY (merchant_id, version)
);
CREATE TABLE standings (
    merchant_id     uuid NOT NULL,
    customer_id     uuid NOT NULL,
    tier            text,
    since           timestamptz NOT NULL,
    progress        numeric NOT NULL,
    qualified_at    timestamptz NOT NULL,
    kept_until      timestamptz,
    override_tier   text,
    override_until  timestamptz,
    override_by     text,
    override_reason text,
    ladder_version  integer NOT NULL,
    judged_at       timestamptz NOT NULL,
    PRIMARY KEY (merchant_id, customer_id),
    FOREIGN KEY (merchant_id, customer_id) REFERENCES customers
) PARTITION BY HASH (merchant_id);
CREATE INDEX standings_overridden ON standings (merchant_id, override_until)
    WHERE override_tier IS NOT NULL;
CREATE INDEX standings_tier ON standings (merchant_id, tier, customer_id);
CREATE TABLE standing_moves (
    merchant_id    uuid NOT NULL,
    id             uuid NOT NULL,
    customer_id    uuid NOT NULL,
    from_tier      text,
    to_tier        text,
    cause          text NOT NULL,
    ladder_version integer NOT NULL,
    actor          text NOT NULL,
    reason         text,
    occurred_at    timestamptz NOT NULL,
    recorded_at    timestamptz NOT NULL,
    PRIMARY KEY (merchant_id, id),
    FOREIGN KEY (merchant_id, customer_id) REFERENCES customers
) PARTITION BY HASH (merchant_id);
CREATE INDEX standing_moves_customer ON standing_moves (merchant_id, customer_id, id);
"""

PARTITIONED = ["standings", "standing_moves"]
TENANT_TABLES = ["tier_ladders", "standings", "standing_moves"]
APPEND_ONLY = ["standing_moves"]


def upgrade() -> None:
    tenancy.create(TABLES, tables=TENANT_TABLES, partitioned=PARTITIONED, append_only=APPEND_ONLY)
