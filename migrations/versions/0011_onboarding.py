"""Steps of the onboarding that a merchant leaves out, and thresholds of a plan that were reached.

Locks: takes the customers for as long as one small index over them is built. Way back: drop what
is created here.
"""

from loyalnest.kernel import tenancy

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

TABLES = """
CREATE TABLE onboarding_dismissals (
    merchant_id  uuid NOT NULL REFERENCES merchants,
    step         text NOT NULL,
    dismissed_at timestamptz NOT NULL,
    dismissed_by text NOT NULL,
    PRIMARY KEY (merchant_id, step)
);
CREATE TABLE usage_notices (
    merchant_id uuid NOT NULL REFERENCES merchants,
    month       date NOT NULL,
    percent     integer NOT NULL CHECK (percent > 0),
    orders      bigint NOT NULL,
    plan        text NOT NULL,
    reached_at  timestamptz NOT NULL,
    PRIMARY KEY (merchant_id, month, percent)
);
CREATE INDEX customers_enrolled ON customers (merchant_id) WHERE enrolled_at IS NOT NULL;
"""

TENANT_TABLES = ["onboarding_dismissals", "usage_notices"]
APPEND_ONLY = ["usage_notices"]


def upgrade() -> None:
    tenancy.create(TABLES, tables=TENANT_TABLES, append_only=APPEND_ONLY)
