"""Campaigns: what changes earning for a while, its versions, budget and awards.

Locks: creates only; nothing existing is touched. Way back: drop what is created here.
"""

from loyalnest.kernel import tenancy

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

TABLES = """
CREATE TABLE campaigns (
    merchant_id uuid NOT NULL REFERENCES merchants,
    id          uuid NOT NULL,
    state       text NOT NULL CHECK (state IN ('draft', 'active', 'paused', 'archived')),
    version     integer NOT NULL CHECK (version > 0),
    over_at     timestamptz,
    budget      bigint CHECK (budget > 0),
    spent       bigint NOT NULL DEFAULT 0 CHECK (spent >= 0),
    created_at  timestamptz NOT NULL,
    created_by  text NOT NULL,
    updated_at  timestamptz NOT NULL,
    PRIMARY KEY (merchant_id, id),
    CHECK (budget IS NULL OR spent <= budget)
);
CREATE TABLE campaign_versions (
    merchant_id    uuid NOT NULL,
    campaign_id    uuid NOT NULL,
    version        integer NOT NULL CHECK (version > 0),
    effective_from timestamptz NOT NULL,
    rule           jsonb NOT NULL,
    created_at     timestamptz NOT NULL,
    created_by     text NOT NULL,
    PRIMARY KEY (merchant_id, campaign_id, version),
    FOREIGN KEY (merchant_id, campaign_id) REFERENCES campaigns
);
CREATE TABLE campaign_awards (
    merchant_id uuid NOT NULL,
    campaign_id uuid NOT NULL,
    order_id    uuid NOT NULL,
    customer_id uuid NOT NULL,
    version     integer NOT NULL,
    points      bigint NOT NULL CHECK (points >= 0),
    held_out    boolean NOT NULL,
    occurred_at timestamptz NOT NULL,
    recorded_at timestamptz NOT NULL,
    PRIMARY KEY (merchant_id, campaign_id, order_id),
    FOREIGN KEY (merchant_id, campaign_id) REFERENCES campaigns,
    FOREIGN KEY (merchant_id, order_id) REFERENCES orders,
    FOREIGN KEY (merchant_id, customer_id) REFERENCES customers
) PARTITION BY HASH (merchant_id);
CREATE INDEX campaign_awards_order ON campaign_awards (merchant_id, order_id);
CREATE INDEX campaign_awards_customer ON campaign_awards (merchant_id, customer_id);
"""

PARTITIONED = ["campaign_awards"]
TENANT_TABLES = ["campaigns", "campaign_versions", "campaign_awards"]
APPEND_ONLY = ["campaign_versions"]


def upgrade() -> None:
    tenancy.create(TABLES, tables=TENANT_TABLES, partitioned=PARTITIONED, append_only=APPEND_ONLY)
