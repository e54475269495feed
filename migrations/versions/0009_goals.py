"""Campaign goals and the collections of products.

Locks: creates only; nothing existing is touched. Way back: drop what is created here.
"""

from loyalnest.kernel import tenancy

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

TABLES = """
CREATE TABLE campaign_goals (
    merchant_id uuid NOT NULL,
    campaign_id uuid NOT NULL,
    customer_id uuid NOT NULL,
    points      bigint NOT NULL CHECK (points >= 0),
    drawn       bigint NOT NULL CHECK (drawn >= 0),
    steps       integer NOT NULL CHECK (steps >= 0),
    judged_at   timestamptz NOT NULL,
    PRIMARY KEY (merchant_id, campaign_id, customer_id),
    FOREIGN KEY (merchant_id, campaign_id) REFERENCES campaigns,
    FOREIGN KEY (merchant_id, customer_id) REFERENCES customers
) PARTITION BY HASH (merchant_id);
CREATE INDEX campaign_goals_customer ON campaign_goals (merchant_id, customer_id);
CREATE TABLE product_collections (
    merchant_id uuid NOT NULL REFERENCES merchants,
    product     text NOT NULL,
    collection  text NOT NULL,
    PRIMARY KEY (merchant_id, product, collection)
);
CREATE INDEX product_collections_collection
    ON product_collections (merchant_id, collection, product);
"""

PARTITIONED = ["campaign_goals"]
TENANT_TABLES = ["campaign_goals", "product_collections"]


def upgrade() -> None:
    tenancy.create(TABLES, tables=TENANT_TABLES, partitioned=PARTITIONED)
